"""Who gets a piece, worked out beside the server from nothing but the records: the naive rule, one entry at a time.

The invariant: what is confirmed and not over never exceeds what is there at the moment of confirming.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sync.protocol.ids import stock_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import Entry, Outcome
from sync.protocol.times import from_wire, to_wire
from sync.protocol.wire import VerdictStatus
from tests.store.invariants import require

Records = dict[RecordKey, Body]
BRIEFLY, DAY, MONTH = timedelta(minutes=15), timedelta(days=1), timedelta(days=30)


def _stock_key(store_id: str, variant_id: str) -> RecordKey:
    return RecordKey(Kind.STOCK, stock_id(store_id, variant_id))


def stock_of(holds: Iterable[Body]) -> set[RecordKey]:
    """The stock that holds take from."""
    return {_stock_key(hold["store_id"], hold["variant_id"]) for hold in holds}


def _by_now(hold: Body, now: datetime) -> Body:
    """A confirmed hold as the server is to write it."""
    until = from_wire(hold["until"])
    if until <= now:
        return {**hold, "status": "expired", "ended_at": to_wire(now)}
    ran_ahead = until > now + 2 * DAY and from_wire(hold["requested_at"]) <= now
    return {**hold, "until": to_wire(now + DAY)} if ran_ahead else hold


def _taken(records: Records, stock: Body, now: datetime) -> int:
    """Pieces that holds take from this stock."""
    taken = 0
    for key, hold in records.items():
        if key.kind != Kind.HOLD or _stock_key(hold["store_id"], hold["variant_id"]).id != stock["id"]:
            continue
        if hold["status"] == "confirmed":
            taken += hold["quantity"]
        if hold["status"] == "collected":
            collected_at = from_wire(hold["ended_at"])
            counted_at = from_wire(_own(stock)["as_of"])
            is_counted = counted_at > collected_at or abs(max(now, counted_at) - collected_at) >= MONTH
            taken += 0 if is_counted else hold["quantity"]
    return taken


def _own(stock: Body) -> Body:
    level: Body = stock["levels"][stock["store_id"]]
    return level


def _there(stock: Body) -> int:
    return int(_own(stock)["on_hand"]) - int(_own(stock)["reserved"])


def end_over(records: Records, entry: Entry, now: datetime) -> None:
    """Writes down what is over of the hold that the entry is about and of the stock that it asks for, in place."""
    store_id, variant_id = entry.args.get("store_id"), entry.args.get("variant_id")
    asked = _stock_key(store_id, variant_id) if store_id and variant_id else None
    named = RecordKey(Kind.HOLD, entry.args["hold_id"])
    for key, hold in records.items():
        if key.kind == Kind.HOLD and hold["status"] == "confirmed" and (key == named or asked in stock_of([hold])):
            records[key] = _by_now(hold, now)


def answered(records: Records, outcome: Outcome, now: datetime) -> Outcome:
    """The outcome of a hold's entry with what the server must say to it."""
    changes: dict[RecordKey, Any] = {}
    for key, hold in outcome.changes.items():
        if hold is None or key.kind != Kind.HOLD:
            changes[key] = hold
        elif hold["status"] != "requested":
            changes[key] = {**hold, "ended_at": to_wire(_ended_at(records, hold, now))}
        else:
            stock = records.get(_stock_key(hold["store_id"], hold["variant_id"]))
            if stock is not None and _taken(records, stock, now) + hold["quantity"] <= _there(stock):
                is_late = now - from_wire(hold["requested_at"]) >= DAY
                until = now + (BRIEFLY if is_late else DAY)
                changes[key] = {**hold, "status": "confirmed", "until": to_wire(until)}
            else:
                reason = "stock_unknown" if stock is None else "out_of_stock"
                changes[key] = {**hold, "status": "refused", "reason": reason}
                outcome = Outcome(VerdictStatus.MERGED, f"mutation.hold_{reason}")
    return Outcome(outcome.status, outcome.code, changes)


def _ended_at(records: Records, hold: Body, now: datetime) -> datetime:
    stock = records.get(_stock_key(hold["store_id"], hold["variant_id"]))
    if hold["status"] != "collected" or stock is None:
        return now
    return max(now, from_wire(_own(stock)["as_of"]))


def require_no_more_than_there(records: Records, outcome: Outcome, now: datetime) -> None:
    """Once the outcome is in the records: what was confirmed now is there."""
    for hold in outcome.changes.values():
        if hold is not None and hold.get("status") == "confirmed":
            stock = records[_stock_key(hold["store_id"], hold["variant_id"])]
            require(_taken(records, stock, now) <= _there(stock), "no more is held than there is", hold)


def show(records: Records, entry: Entry, now: datetime) -> None:
    """Brings the stock that a hold's entry is about to the pieces held now, in place."""
    hold = records.get(RecordKey(Kind.HOLD, entry.args["hold_id"]))
    store_id, variant_id = ((hold or entry.args).get(name) for name in ("store_id", "variant_id"))
    if store_id and variant_id:
        show_held(records, {_stock_key(store_id, variant_id)}, now)


def show_held(records: Records, stock_keys: set[RecordKey], now: datetime) -> None:
    """Brings these stock records to the pieces held now, in place."""
    for key in stock_keys & records.keys():
        stock = records[key]
        taken = _taken(records, stock, now)
        own = {name: value for name, value in _own(stock).items() if name != "held"} | (
            {"held": taken} if taken else {}
        )
        records[key] = {**stock, "levels": {**stock["levels"], stock["store_id"]: own}}


def expire(records: Records, now: datetime) -> None:
    """What the hourly work does, in place."""
    confirmed = {key: one for key, one in records.items() if key.kind == Kind.HOLD and one["status"] == "confirmed"}
    over = {key: by_now for key, hold in confirmed.items() if (by_now := _by_now(hold, now)) != hold}
    records.update(over)
    show_held(records, stock_of(over.values()), now)
