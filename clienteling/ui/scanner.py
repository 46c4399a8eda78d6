"""What a session knows of the barcode scanner in the associate's hand: its keys, its echo, and what it read last.

A wedge scanner types. Its keys reach the page whether a field has the focus or not, so that a screen that wants codes
sets `on_code`, and every way a code can come in asks `admits` before it counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clienteling.domain.wedge import DuplicateGate, Wedge
from clienteling.ui.places import Place

REMEMBERED: Final = 6


@dataclass(frozen=True, slots=True)
class PastScan:
    """A scan that led somewhere. `title` names no person: other customers look at this screen."""

    title: str
    detail: str
    place: Place
    scanned_at: datetime


class Scanner:
    """One per session. `on_code`: what the screen does with a code typed while no field of its own takes it."""

    def __init__(self) -> None:
        self.on_code: Callable[[str], None] | None = None
        self._wedge = Wedge(lambda: 0.0)
        self._gate = DuplicateGate()
        self._past: tuple[PastScan, ...] = ()

    def key(self, key: str, shift: bool, at: datetime) -> None:
        """Hear one key; a code that it completes goes to `on_code`."""
        code = self._wedge.feed(key, shift, _milliseconds(at))
        if code is not None and self.on_code is not None:
            self.on_code(code)

    def is_typing(self, at: datetime) -> bool:
        """Whether a scanner is in the middle of a code: its characters are no shortcuts."""
        return self._wedge.hears_scanner(_milliseconds(at))

    def admits(self, code: str, at: datetime) -> bool:
        """Whether this is a new scan, not the same one come in twice."""
        return self._gate.admits(code, _milliseconds(at))

    @property
    def past(self) -> tuple[PastScan, ...]:
        """The newest first, each place once."""
        return self._past

    def remember(self, scan: PastScan) -> None:
        """Put a scan in front of the others."""
        others = tuple(one for one in self._past if one.place != scan.place)
        self._past = (scan, *others)[:REMEMBERED]


def _milliseconds(at: datetime) -> float:
    return at.timestamp() * 1000
