"""Which of the eight masks a symbol gets: the one with the least penalty, as `qrcode` chooses it, but sooner.

`qrcode` lays the data out eight times and looks at each module by itself: three quarters of its time. Here a symbol is
one integer, a bit a module: the data is laid out once, and the eight masks come by exclusive or with what a symbol of
nothing looks like under each.
Source: ISO/IEC 18004, 7.8.3 (evaluation of mask patterns).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_Q

MASKS: Final = 8
_FINDER_LIKE: Final = ("10111010000", "00001011101")

Modules = Sequence[Sequence[bool | None]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A symbol row by row, and column by column."""

    across: int
    down: int

    def __xor__(self, other: "Seen") -> "Seen":
        return Seen(self.across ^ other.across, self.down ^ other.down)


def best_mask(code: QRCode[Any]) -> int:
    """The mask for what stands in `code.data_cache`; `code.modules` is written over."""
    size = code.version * 4 + 17
    empty = _empty_symbols(code.version, len(code.data_cache))
    code.makeImpl(True, 0)
    data = seen(code.modules) ^ empty[0]
    penalties = [penalty(data ^ one, size) for one in empty]
    return penalties.index(min(penalties))


@lru_cache(maxsize=16)
def _empty_symbols(version: int, codewords: int) -> tuple[Seen, ...]:
    """What a symbol of zeros looks like under each mask, without format information, which is laid on last."""
    code = QRCode(version=version, error_correction=ERROR_CORRECT_Q, border=0)
    code.data_cache = [0] * codewords
    symbols = []
    for mask in range(MASKS):
        code.makeImpl(True, mask)
        symbols.append(seen(code.modules))
    return tuple(symbols)


def seen(modules: Modules) -> Seen:
    """The modules as two integers; what is not laid out yet counts as light."""
    across = "".join("1" if dark else "0" for row in modules for dark in row)
    down = "".join("1" if dark else "0" for column in zip(*modules, strict=True) for dark in column)
    return Seen(int(across, 2), int(down, 2))


def penalty(symbol: Seen, size: int) -> int:
    """How badly a symbol of so many modules a side scans: runs, blocks, likeness to a finder, too dark or too light."""
    dark_percent = symbol.across.bit_count() / size**2 * 100
    lines = _long_runs(symbol.across, size) + _long_runs(symbol.down, size)
    finders = _finder_like(symbol.across, size) + _finder_like(symbol.down, size)
    return lines + 3 * _blocks(symbol.across, size) + 40 * finders + 10 * int(abs(dark_percent - 50) / 5)


def _long_runs(bits: int, size: int) -> int:
    """For five or more of one colour in a line, their number less two."""
    same = ~(bits ^ bits >> 1) & _starts(size, 1)
    fives = same & same >> 1 & same >> 2 & same >> 3
    return fives.bit_count() + 2 * (fives & ~(fives << 1)).bit_count()


def _blocks(bits: int, size: int) -> int:
    """How many blocks of two by two have one colour."""
    same = ~(bits ^ bits >> 1) & _starts(size, 1)
    below = ~(bits ^ bits >> size) & ((1 << size * (size - 1)) - 1)
    return (same & same >> size & below).bit_count()


def _finder_like(bits: int, size: int) -> int:
    """How often a line looks like a finder pattern with light on one side."""
    dark = [bits >> shift for shift in range(11)]
    found = 0
    for pattern in _FINDER_LIKE:
        places = _starts(size, 10)
        for shift, wanted in enumerate(reversed(pattern)):
            places &= dark[shift] if wanted == "1" else ~dark[shift]
        found += places.bit_count()
    return found


@lru_cache(maxsize=64)
def _starts(size: int, following: int) -> int:
    """The modules of every line that have so many more in their line."""
    line = (1 << size - following) - 1
    return sum(line << row * size for row in range(size))
