"""What a session knows of the barcode scanner in the associate's hand: its keys, its echo, and what it read last.

A wedge scanner types. Its keys reach the page whether a field has the focus or not: then they are the field's. Else
the code goes to the screen that wants codes (`on_code`), or to the frame around it (`otherwise`); every way a code can
come in asks `admits` before it counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clienteling.domain.views import ProductView, VariantView
from clienteling.domain.wedge import SAME_SCAN_MS, DuplicateGate, Wedge
from clienteling.ui.places import CustomerPlace, HandoverPlace, Place, ProductPlace
from clienteling.use_cases.answers import ScanAnswer

REMEMBERED: Final = 6


@dataclass(frozen=True, slots=True)
class Resolved:
    """An answer, with the product it found."""

    answer: ScanAnswer
    product: ProductView | None = None

    @property
    def variant(self) -> VariantView | None:
        """The variant scanned."""
        variants = self.product.variants if self.product is not None else ()
        return next((one for one in variants if one.id == self.answer.variant_id), None)

    @property
    def place(self) -> Place | None:
        """Where it leads; None where it only says something."""
        if self.answer.product_id is not None:
            return ProductPlace(self.answer.product_id, self.answer.variant_id)
        if self.answer.customer_id is not None:
            return CustomerPlace(self.answer.customer_id)
        if self.answer.handover_id is not None:
            return HandoverPlace(self.answer.handover_id)
        return None


@dataclass(frozen=True, slots=True)
class PastScan:
    """A scan that led somewhere. `title` names no person: other customers look at this screen."""

    title: str
    detail: str
    place: Place
    scanned_at: datetime


class Scanner:
    """One per session.

    on_code    what the screen does with a code
    otherwise  the same on screens with nothing of their own to do with one; None where codes are not followed
    on_hidden  what to do when the page is not seen any more: a camera must not go on
    held       an answer on its way to the scan screen, which shows it; it is not put into the address, which browsers
               keep, because what was scanned may be a card number or a password
    """

    def __init__(self) -> None:
        self.on_code: Callable[[str], None] | None = None
        self.otherwise: Callable[[str], None] | None = None
        self.on_hidden: Callable[[], None] | None = None
        self.held: Resolved | None = None
        self._wedge = Wedge(lambda: 0.0)
        self._gate = DuplicateGate()
        self._past: tuple[PastScan, ...] = ()
        self._completed_ms: float | None = None

    def key(self, key: str, shift: bool, at: datetime, *, in_field: bool, control: bool = False) -> None:
        """Hear one key; a code that it completes goes where codes go, unless a field has these keys (`in_field`)."""
        code = self._wedge.feed(key, shift, _milliseconds(at), control=control)
        if code is None:
            return
        self._completed_ms = _milliseconds(at)
        follow = self.on_code or self.otherwise
        if follow is not None and not in_field:
            follow(code)

    def has_typed(self, at: datetime) -> bool:
        """Whether a scanner typed what a field's Enter brings now: of those keys the field has the exact text."""
        return self._completed_ms is not None and 0 <= _milliseconds(at) - self._completed_ms <= SAME_SCAN_MS

    def is_typing(self, at: datetime) -> bool:
        """Whether a scanner is in the middle of a code: its characters are no shortcuts."""
        return self._wedge.hears_scanner(_milliseconds(at))

    def admits(self, code: str, at: datetime) -> bool:
        """Whether this is a new scan, not the same one come in twice."""
        return self._gate.admits(code, _milliseconds(at))

    def take_held(self) -> Resolved | None:
        """The answer held, once."""
        held, self.held = self.held, None
        return held

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
