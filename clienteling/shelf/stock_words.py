"""Stock as the page tells it: a band and its age for each place, never a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clienteling.domain.stock import StockBand, stock_band
from clienteling.domain.views import LocationStock, VariantView


@dataclass(frozen=True, slots=True)
class ToldStock:
    """`place`: store, warehouse or web. `phone`: "" where none is known."""

    location: str
    city: str
    place: str
    phone: str
    band: StockBand
    as_of: datetime


def told(line: LocationStock) -> ToldStock:
    return ToldStock(line.location, line.city, line.place, line.phone, stock_band(line.available), line.as_of)


def told_here(variant: VariantView) -> ToldStock | None:
    """What there is of the variant at the store the page is for; None where that is not known."""
    return next((told(line) for line in variant.stock if line.here), None)


def told_elsewhere(variant: VariantView) -> tuple[ToldStock, ...]:
    """The same of other places, the nearest first."""
    return tuple(told(line) for line in variant.stock if not line.here)


def best_band(lines: Iterable[ToldStock]) -> StockBand | None:
    """The band of the place that has most; None where no place was counted."""
    order = list(StockBand)
    return max((one.band for one in lines), key=order.index, default=None)
