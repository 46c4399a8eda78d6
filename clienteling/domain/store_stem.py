"""Which store a label's address names: `S<store>`, the part before the GTIN, written by the label and read by its page.

A symbol stays small only while its text is in the QR alphanumeric set, and an address must not need percent-encoding;
what both allow is A-Z, 0-9 and the hyphen. A location's code is taken where it keeps to that; where it does not, or
where there is none, a digest of the location's id stands in its place, behind a hyphen, which no code begins with.
Addresses are read without regard to case. Source: ISO/IEC 18004, 7.4.4 (alphanumeric mode); RFC 3986, 2.3.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

STEM_PREFIX: Final = "S"
MAX_STEM_CODE_CHARS: Final = 12
"""With a host of 20 characters such a code leaves the symbol at version 4 (67 characters at level Q)."""

_FITTING_CODE: Final = re.compile(rf"[A-Z0-9][A-Z0-9-]{{0,{MAX_STEM_CODE_CHARS - 1}}}")
_DIGEST_CHARS: Final = 8


class Located(Protocol):
    """A location as far as its address goes: a view on a device, or a record's body on the server."""

    @property
    def id(self) -> str: ...

    @property
    def code(self) -> str: ...


Place = TypeVar("Place", bound=Located)


def code_fits_stem(code: str) -> bool:
    """Whether labels can carry this code as it is; letters may be of either case."""
    return code.isascii() and _FITTING_CODE.fullmatch(code.strip().upper()) is not None


def store_stem(location: Located) -> str:
    """`SBDG` for the code `bdg`; `S-` and eight characters made from the id where the code does not fit."""
    code = location.code.strip().upper()
    return f"{STEM_PREFIX}{code}" if code_fits_stem(location.code) else _stem_of_id(location.id)


def location_of_stem(stem: str, locations: Iterable[Place]) -> Place | None:
    """The location that a label's stem names, in either case of letters; None where none does, or where two do.

    What was printed before a location had its code still names it.
    """
    wanted = stem.upper() if stem.isascii() else ""
    found = [one for one in locations if wanted in (store_stem(one), _stem_of_id(one.id))]
    return found[0] if len(found) == 1 else None


def _stem_of_id(location_id: str) -> str:
    digest = base64.b32encode(hashlib.sha256(location_id.encode()).digest()).decode()
    return f"{STEM_PREFIX}-{digest[:_DIGEST_CHARS]}"
