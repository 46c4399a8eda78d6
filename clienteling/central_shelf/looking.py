"""What changed since the catalogue was last looked at, for a process that keeps what it read.

All threads share one look, taken at most every LOOK_EVERY_S: two small queries, and one more for what changed. What was
read after a look is at least as new as that look; it holds until a later one names it.
"""

import hashlib
import math
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from clienteling.catalogue.places import store_of
from clienteling.catalogue.prices import promotions_of
from clienteling.domain.promotions import Promotion
from clienteling.domain.views import StoreView
from sync.central_api.catalogue_changes import EVERYTHING, Changed, Marks, changed_between, read_marks
from sync.central_api.catalogue_reading import read_all_shown, read_shown, stock_with_held
from sync.central_api.hold_rules import own_level
from sync.protocol.kinds import Body, Kind
from sync.protocol.stock_level import HELD

LOOK_EVERY_S: Final = 0.5
MOST_REMEMBERED: Final = 20_000
"""Products of which the last change is remembered."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all pages share and a retailer has little of."""

    places: Mapping[str, Body]
    stores: Mapping[str, StoreView]
    promotions: tuple[Promotion, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """`number`: later ones have higher ones. `text`: another after every change.

    `held`: pieces held for customers, by variant and place.
    """

    number: int
    marks: Marks
    text: str
    shared: Shared
    held: Mapping[tuple[str, str], int]


@dataclass(slots=True)
class _LastChanges:
    """By product and by category the number of the look that saw them change; `everything`: of all there is."""

    everything: int = 0
    products: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)

    def note(self, changed: Changed, number: int) -> None:
        if changed.everything or len(self.products) + len(self.categories) > MOST_REMEMBERED:
            self.everything = number
            self.products.clear()
            self.categories.clear()
        self.products |= dict.fromkeys(changed.products, number)
        self.categories |= dict.fromkeys(changed.categories, number)


class Looking:
    """Thread-safe."""

    def __init__(self, *, every_s: float = LOOK_EVERY_S, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._every_s, self._monotonic = every_s, monotonic
        self._lock = threading.Lock()
        self._changes = _LastChanges()
        self._look: Look | None = None
        self._looked_at_s = 0.0

    def recent(self) -> Look | None:
        """The last look, None where it is too old."""
        is_recent = self._monotonic() - self._looked_at_s < self._every_s
        return self._look if is_recent else None

    def expect(self, text: str) -> None:
        """Nothing; where the last look says something else, the next one is taken, however recent it is.

        For a process that was told by another one what that has seen.
        """
        if self._look is None or self._look.text != text:
            self._looked_at_s = -math.inf

    def look(self, connection: Connection) -> Look:
        """The last look, taken with this connection where it is too old; what is read with it next is as new."""
        recent = self.recent()
        if recent is not None:
            return recent
        at_s, look = self._monotonic(), self._look
        with self._lock:
            if self._look is not look and self._look is not None:
                return self._look  # another thread looked meanwhile
            self._look = self._look_again(connection, look)
            self._looked_at_s = at_s
            return self._look

    def holds(self, number: int, product_ids: Collection[str], category: str | None = None) -> bool:
        """Whether what was read after look `number` about these products is still so at the last look.

        `category`: from which others were chosen.
        """
        changes = self._changes
        return (
            changes.everything <= number
            and (category is None or changes.categories.get(category, 0) <= number)
            and all(changes.products.get(one, 0) <= number for one in product_ids)
        )

    def _look_again(self, connection: Connection, last: Look | None) -> Look:
        marks = read_marks(connection)
        if last is not None and last.marks == marks:
            return last
        changed = EVERYTHING if last is None else changed_between(connection, last.marks, marks)
        number = 1 if last is None else last.number + 1
        shared = _read_shared(connection) if last is None or changed.everything else last.shared
        self._changes.note(changed, number)
        text = hashlib.blake2s(repr(sorted(marks.items())).encode(), digest_size=12).hexdigest()
        return Look(number, marks, text, shared, _read_held(connection))


def _read_shared(connection: Connection) -> Shared:
    places = read_all_shown(connection, Kind.LOCATION)
    stores = {key: store_of(key, one) for key, one in places.items() if one.get("place", "store") == "store"}
    return Shared(places, stores, promotions_of(read_all_shown(connection, Kind.PROMOTION).values()))


def _read_held(connection: Connection) -> dict[tuple[str, str], int]:
    """A retailer has few holds at a time: they last a day."""
    stock = read_shown(connection, Kind.STOCK, stock_with_held(connection)).values()
    levels = {(one["variant_id"], one["store_id"]): own_level(one) for one in stock}
    return {key: level[HELD] for key, level in levels.items() if level is not None and level.get(HELD)}
