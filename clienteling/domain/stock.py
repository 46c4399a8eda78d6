"""Stock that may be promised, and the order in which places are named to a customer."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from clienteling.domain.views import LocationStock

_NEARNESS = {"store": 1, "warehouse": 2, "web": 3}


class StockBand(StrEnum):
    """How much there is, as a customer is told: a number is a count to be held to, and one for competitors to read."""

    NONE = "none"
    LAST = "last"
    FEW = "few"
    MANY = "many"


MOST_LAST: Final = 2
MOST_FEW: Final = 5


def stock_band(pieces: int) -> StockBand:
    """The band of so many available pieces: 1 to 2 are the last, 3 to 5 few."""
    if pieces <= 0:
        return StockBand.NONE
    if pieces <= MOST_LAST:
        return StockBand.LAST
    return StockBand.FEW if pieces <= MOST_FEW else StockBand.MANY


def available(on_hand: int, reserved: int) -> int:
    """What may be sold: on hand less reserved, never below nothing."""
    return max(0, on_hand - max(0, reserved))


def nearest_first(lines: Iterable[LocationStock], *, city: str) -> tuple[LocationStock, ...]:
    """This store, other stores, warehouses, the rest; of each those that have it first, then those of `city`."""

    def place(line: LocationStock) -> tuple[int, bool, bool, str, str]:
        near = 0 if line.here else _NEARNESS.get(line.place, 4)
        return near, line.available <= 0, line.city != city, line.location, line.location_id

    return tuple(sorted(lines, key=place))
