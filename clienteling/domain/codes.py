"""What a scanned, typed or decoded code means, once `clienteling.scanning` has read it.

Screens, use cases and the command line see only these words.
"""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

MAX_CODE_CHARS = 7_089
"""Nothing longer fits into a QR code, the largest symbol (digits only, version 40-L)."""

_SHOWN_CHARS = 80


class ScanKind(StrEnum):
    PRODUCT = "product"
    GS1 = "gs1"
    HANDOVER = "handover"
    LOYALTY = "loyalty"
    ENROLMENT = "enrolment"
    FOREIGN_LINK = "foreign_link"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """One code, read. Its `repr` leaves out what was scanned, which may be a card number or a password.

    gtin          14 digits, where the code names a product. Eight digits can be an EAN-8 and a UPC-E: `gtin` is the
                  first, `value` then the GTIN of the second, to look up next.
    ais           GS1 application identifiers and values in the order read; None where the code carries none.
    foreign_host  the address in the code is not one of ours: what it says may be read, it is never opened.
    error         a message key: why the code cannot be used, or what kind of foreign code it is.
    value         the part to look up, normalised: card number, hand-over code, enrolment code, text that may be the
                  retailer's own SKU, or the name (host, scheme) of a foreign link.
    """

    input: str = field(repr=False)
    kind: ScanKind
    gtin: str | None = None
    ais: tuple[tuple[str, str], ...] | None = field(default=None, repr=False)
    foreign_host: bool = False
    error: str | None = None
    value: str | None = field(default=None, repr=False)

    @property
    def shown_text(self) -> str:
        """What a screen may print: one line of at most 80 characters, nothing invisible, no Wi-Fi password or contact.

        Of a foreign link that is not a web address only its name is left.
        """
        text = self.input.strip(" \t\r\n\ufeff")
        if self.kind is ScanKind.FOREIGN_LINK:
            text = text[3:] if text.startswith("]") else text  # the symbology identifier
            text = text if text[:4].lower() in ("http", "www.") else f"{self.value}:…"
        visible = "".join(_visible(character) for character in text[: _SHOWN_CHARS + 1])
        return visible if len(visible) <= _SHOWN_CHARS else f"{visible[: _SHOWN_CHARS - 1]}…"


def _visible(character: str) -> str:
    """The character, or U+FFFD for controls, direction marks, surrogates and the unassigned."""
    return (
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") else character
    )
