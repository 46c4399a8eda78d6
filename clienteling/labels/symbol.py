"""The QR symbol of a label: a GS1 Digital Link in upper case, level Q, as small as its text allows.

Upper case keeps the text in the alphanumeric mode, which saves a version; level Q because paper at a shelf is scratched
(10 % of the symbol may be covered). Nothing is ever drawn over it. Sources: ISO/IEC 18004 (7.4.4, 7.8 for the mask);
GS1 Digital Link URI Syntax; GS1 General Specifications, symbol specification table 1 (X-dimension).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import QRData, create_data

from clienteling.labels.errors import LabelsRefused
from clienteling.labels.masks import best_mask

QUIET_MODULES: Final = 4
SMALL_VERSION: Final = 4
"""Up to here a module is half a millimetre on every sheet; a larger symbol is told of."""
ALPHANUMERIC_AT_Q: Final = (16, 29, 47, 67, 87, 108, 125, 157, 189, 221)
"""Characters that versions 1 to 10 hold at level Q. Source: ISO/IEC 18004, table 7."""
MOST_HOST_CHARS: Final = 100

_DARK_RUN: Final = re.compile("1+")
_HOST: Final = re.compile(r"[A-Z0-9-]+(\.[A-Z0-9-]+)+|LOCALHOST")


@dataclass(frozen=True, slots=True)
class Symbol:
    """`rows`: one integer a row, its highest bit the leftmost module, 1 dark; without the quiet zone."""

    link: str
    version: int
    rows: tuple[int, ...]

    @property
    def modules(self) -> int:
        """Modules along a side, without the quiet zone."""
        return len(self.rows)

    def is_dark(self, row: int, column: int) -> bool:
        """Whether that module is printed."""
        return bool(self.rows[row] >> (self.modules - 1 - column) & 1)

    def blocks(self) -> tuple[tuple[int, int, int, int], ...]:
        """Dark rectangles that cover each dark module once: (row, column, rows, columns)."""
        growing: dict[tuple[int, int], int] = {}
        found = []
        for row, bits in enumerate((*self.rows, 0)):
            line = f"{bits:0{self.modules}b}"
            runs = [run.span() for run in _DARK_RUN.finditer(line)]
            for ended in growing.keys() - runs:
                first = growing.pop(ended)
                found.append((first, ended[0], row - first, ended[1] - ended[0]))
            for run in runs:
                growing.setdefault(run, row)
        return tuple(sorted(found))


def checked_host(host: str) -> str:
    """The host as the symbol carries it. Raises LabelsRefused(labels.no_host, labels.bad_host)."""
    if not host.strip():
        raise LabelsRefused("host", "labels.no_host")
    try:
        plain = host.strip().rstrip(".").encode("idna").decode("ascii").upper()
    except UnicodeError as error:
        raise LabelsRefused("host", "labels.bad_host", host=host[:MOST_HOST_CHARS]) from error
    if len(plain) > MOST_HOST_CHARS or not _HOST.fullmatch(plain):
        raise LabelsRefused("host", "labels.bad_host", host=host[:MOST_HOST_CHARS])
    return plain


def label_link(host: str, stem: str, gtin: str) -> str:
    """`HTTPS://TOKO.EXAMPLE/SBDG/01/08991234567890`; `host` as `checked_host` gives it, `gtin` of 14 digits."""
    return f"HTTPS://{host}/{stem}/01/{gtin}"


def version_of(link: str) -> int:
    """The version that the link needs at level Q. Raises LabelsRefused(labels.host_too_long) beyond version 10."""
    for version, characters in enumerate(ALPHANUMERIC_AT_Q, start=1):
        if len(link) <= characters:
            return version
    raise LabelsRefused("host", "labels.host_too_long")


def _bits(row: Sequence[bool | None]) -> str:
    return "".join("1" if dark else "0" for dark in row)


def symbol_of(link: str) -> Symbol:
    """The symbol, with the mask that the standard's penalties choose."""
    version = version_of(link)
    code = QRCode(version=version, error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(QRData(link))
    code.data_cache = create_data(version, ERROR_CORRECT_Q, code.data_list)
    code.makeImpl(False, best_mask(code))
    return Symbol(link, version, tuple(int(_bits(row), 2) for row in code.modules))
