"""Which pieces are held, what the server answers a request for one, and when a hold is over. Pure (design: Conflicts).

A confirmed hold takes its pieces out of what may be promised until its end is written in its record, where everybody
reads it; that the clock has passed it frees nothing by itself. So no clock that is set back or forward makes one piece
two people's. A collected one takes them until its store's stock was counted again: the sale is in the platform's next
export, and until then the piece would seem to be back on the shelf.
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
HELD_BRIEFLY: Final = timedelta(minutes=15)
"""Of a request that was made longer ago than it would have held: long enough for what people did with it since, which
comes behind it, as after a restore of the server."""
COUNTED_WITHIN: Final = timedelta(days=30)
"""A collected piece is taken for counted after so long, whatever the platform exports."""


@dataclass(frozen=True, slots=True)
class HeldPieces:
    """The pieces of one hold. `until` where it is confirmed, `collected_at` where it was collected."""

    quantity: int
    until: datetime | None
    collected_at: datetime | None


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
    if held.collected_at is None:
        return True
    # It is at least as late as when the platform counted: our clock may have been set back.
    return counted_at <= held.collected_at and abs(max(now, counted_at) - held.collected_at) < COUNTED_WITHIN


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
    is_late = now - from_wire(request["requested_at"]) >= HELD_FOR
    until = now + (HELD_BRIEFLY if is_late else HELD_FOR)
    return {**request, "status": HoldStatus.CONFIRMED.value, "until": to_wire(until)}


def ended(hold: Body, stock: Body | None, now: datetime) -> Body:
    """The hold with the time of its end. One that is collected ends no earlier than its stock was counted, or that
    count would seem to be without its piece."""
    level = own_level(stock) if hold["status"] == HoldStatus.COLLECTED else None
    return {**hold, "ended_at": to_wire(max(now, from_wire(level["as_of"])) if level is not None else now)}


def as_it_stands(hold: Body, now: datetime) -> Body:
    """The hold as it is to be written by now: expired where its time is over.

    One that is to end in days lasts a day from now, for the clock that confirmed it ran ahead; but not where the
    device asked for it later than now: then it is our clock that was set back.
    """
    until = _until(hold)
    if hold["status"] != HoldStatus.CONFIRMED:
        return hold
    if until is None or until <= now:
        return {**hold, "status": HoldStatus.EXPIRED.value, "ended_at": to_wire(now)}
    if until > now + 2 * HELD_FOR and from_wire(hold["requested_at"]) <= now:
        return {**hold, "until": to_wire(now + HELD_FOR)}
    return hold
