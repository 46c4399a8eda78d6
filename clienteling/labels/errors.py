"""Why labels are not made. `code` is a message key.

ClientelingError
├── ValidationFailed
│   └── LabelsRefused   what was asked for cannot be printed; `field` names what to change
└── ProofFailed         a symbol could not be read back from the rendered page, so the page is not handed out
"""

from clienteling.domain.errors import ClientelingError, ValidationFailed


class LabelsRefused(ValidationFailed):
    """Fields: host, start, offset, sheet, dpi, format. Codes: labels.<what>."""


class ProofFailed(ClientelingError):
    """`page`: which one, from 1; `gtin`: of the label that did not read."""

    code = "labels.proof_failed"
