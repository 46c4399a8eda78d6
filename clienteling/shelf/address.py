"""Which product and store an address of the page names: `/S<store>/01/<GTIN>` or `/01/<GTIN>`, and qualifiers after it.

Read as a scanner reads a label (`scanning.digital_link`), so that what is printed and what is answered are one. Letters
may be of either case and one slash may stand at the end; a GTIN of 8, 12 or 13 digits is understood and sent on to the
address with 14. A lot or a serial number is of the same product. Source: GS1 Digital Link URI syntax; GS1-Conformant
Resolver 1.2.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from clienteling.scanning.digital_link import parse_tolerant
from clienteling.scanning.errors import ScanError, ScanRefused
from clienteling.scanning.gs1_values import has_valid_check_digit, is_digits
from clienteling.shelf.paths import GTIN_KEY

_ANY_HOST: Final = "https://shelf"
_REMEMBERED_CHARS: Final = 120
_STEM: Final = re.compile(r"[A-Za-z0-9-]{1,40}")


class AddressRefused(Exception):
    """`status`: 400 where a label's address was meant and is wrong, 404 where nothing is."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


@dataclass(frozen=True, slots=True)
class ShelfAddress:
    """`stem`: the store in upper case (`SBDG`), None without one. `is_short`: the GTIN had fewer than 14 digits."""

    gtin14: str
    stem: str | None
    is_short: bool

    @property
    def path(self) -> str:
        """The address of the page, with 14 digits and without qualifiers."""
        return product_path(self.gtin14, self.stem)


def product_path(gtin14: str, stem: str | None) -> str:
    """Where a product's page is, for links from one page to another."""
    return f"/{stem}/{GTIN_KEY}/{gtin14}" if stem else f"/{GTIN_KEY}/{gtin14}"


def is_gtin14(text: str) -> bool:
    """Whether the text is a GTIN in the one form that is linked to."""
    return len(text) == 14 and is_digits(text) and has_valid_check_digit(text)


def checked_stem(text: str) -> str | None:
    """A store's stem as a form or a query names it, in upper case; None where that is none."""
    return text.upper() if _STEM.fullmatch(text) else None


def read_address(raw_path: str, query: str) -> ShelfAddress:
    """What the path, percent-encoded as it came, and the query name. Raises AddressRefused."""
    is_short = len(raw_path) + len(query) <= _REMEMBERED_CHARS
    return _read_short(raw_path, query) if is_short else _read(raw_path, query)


@lru_cache(maxsize=4_096)
def _read_short(raw_path: str, query: str) -> ShelfAddress:
    """The same few addresses are asked for all day."""
    return _read(raw_path, query)


def _read(raw_path: str, query: str) -> ShelfAddress:
    try:
        link = parse_tolerant(f"{_ANY_HOST}{raw_path}" + (f"?{query}" if query else ""))
    except ScanRefused as refused:
        is_elsewhere = refused.error is ScanError.NO_GS1_KEY and GTIN_KEY not in raw_path.split("/")
        raise AddressRefused(404 if is_elsewhere else 400) from refused
    key, _ = link.ais[0]
    if key != GTIN_KEY or link.gtin is None:
        raise AddressRefused(404)
    if len(link.stem) > 1:
        raise AddressRefused(404)
    stem = link.stem[0] if link.stem else None
    if stem is not None and checked_stem(stem) is None:
        raise AddressRefused(400)
    return ShelfAddress(
        link.gtin, stem.upper() if stem else None, is_short=link.gtin not in unquote(raw_path).split("/")
    )
