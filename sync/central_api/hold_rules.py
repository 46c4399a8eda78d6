"""Which pieces are held, what the server answers a request for one, and when a hold is over. Pure (design: Conflicts).

A confirmed hold takes its pieces out of what may be promised until it ends, by the server's clock. A collected one does
so until its store's stock was counted again: the sale is in the platform's next export, and until then the piece would
seem to be back on the shelf.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sync.protocol.bodies.holds import HoldStatus
from sync.protocol.ids import stock_id
from sync.protocol.kinds import Body
from sync.protocol.stock_level import HELD, free_pieces
from sync.protocol.times import from_wire, to_wire

HELD_FOR: Final = timedelta(hours=24)
COUNTED_WITHIN: Final = timedelta(days=30)
"""A collected piece is taken for counted after so long, whatever the platform exports."""


@dataclass(frozen=True, slots=True)
class HeldPieces:
    """The pieces of one hold. `until` where it is confirmed, `collected_at` where it was collected."""

    quantity: int
    until: datetime | None
    collected_at: datetime | None


def is_over(until: datetime | None, now: datetime) -> bool:
    """Whether a confirmed hold has ended. One that is to end in days was confirmed before the clock was set back."""
    return until is None or not now < until <= now + 2 * HELD_FOR


def stock_id_of(hold: Body) -> str:
    """The id of the stock record that a hold takes its pieces from."""
    return stock_id(hold["store_id"], hold["variant_id"])


def _until(hold: Body) -> datetime | None:
    return from_wire(hold["until"]) if hold.get("until") else None


def held_by(hold: Body | None) -> HeldPieces | None:
    """The pieces a hold may take; None where it has none, or no more."""
    status = HoldStatus(hold["status"]) if hold is not None else None
    if hold is None or status not in {HoldStatus.CONFIRMED, HoldStatus.COLLECTED}:
        return None
    collected_at = from_wire(hold["ended_at"]) if status == HoldStatus.COLLECTED and hold.get("ended_at") else None
    return HeldPieces(hold["quantity"], _until(hold), collected_at)


def _takes(held: HeldPieces, counted_at: datetime, now: datetime) -> bool:
    if held.collected_at is not None:
        return counted_at <= held.collected_at and abs(now - held.collected_at) < COUNTED_WITHIN
    return not is_over(held.until, now)


def own_level(stock: Body | None) -> Mapping[str, Any] | None:
    """The level of the store that a stock record was made for; None where the platform names none."""
    return stock["levels"].get(stock["store_id"]) if stock is not None else None


def with_held(stock: Body, holds: Iterable[HeldPieces], now: datetime) -> Body:
    """The stock record with what these holds take now in its own store's level; the field is absent where none do."""
    level = own_level(stock)
    if level is None:
        return stock
    counted_at = from_wire(level["as_of"])
    count = sum(held.quantity for held in holds if _takes(held, counted_at, now))
    plain = {name: value for name, value in level.items() if name != HELD}
    return {**stock, "levels": {**stock["levels"], stock["store_id"]: {**plain, HELD: count} if count else plain}}


def answered(request: Body, stock: Body | None, holds: Iterable[HeldPieces], now: datetime) -> Body:
    """The hold, confirmed or refused: `stock` is its stock record, `holds` are the others on it."""
    level = own_level(with_held(stock, holds, now)) if stock is not None else None
    if level is None:
        return {**request, "status": HoldStatus.REFUSED.value, "reason": "stock_unknown"}
    if free_pieces(level) < request["quantity"]:
        return {**request, "status": HoldStatus.REFUSED.value, "reason": "out_of_stock"}
    return {**request, "status": HoldStatus.CONFIRMED.value, "until": to_wire(now + HELD_FOR)}


def as_it_stands(hold: Body, now: datetime) -> Body:
    """The hold, expired where its time is over and nobody has written that down yet."""
    if hold["status"] != HoldStatus.CONFIRMED or not is_over(_until(hold), now):
        return hold
    return {**hold, "status": HoldStatus.EXPIRED.value, "ended_at": to_wire(now)}
