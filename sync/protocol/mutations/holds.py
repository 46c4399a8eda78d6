"""hold.request@1, hold.cancel@1 and hold.collect@1: a piece is asked for, given back, or taken home.

A request makes a record that is `requested`, on the device and here; whether the piece is held only the server can say,
which looks at the stock under lock once this rule has run, in the same transaction. A cancelled hold stays cancelled
whatever comes after. What the server's clock decides (until when, when it ended) is not decided here.
"""

from typing import Final

from sync.protocol.bodies.base import Moment, Short
from sync.protocol.bodies.holds import HoldBody, HoldStatus, Pieces
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, made, rejected
from sync.protocol.wire import Id


class HoldRequestArgs(Args):
    """`store_id`: where the pieces lie, which is the device's own store."""

    hold_id: Id
    customer_id: Id
    product_id: Id
    variant_id: Id
    store_id: Id
    quantity: Pieces = 1
    requested_at: Moment
    author_name: Short = ""


class HoldCancelArgs(Args):
    """Any store that knows the customer may give the piece back. `product_id`: for people who are shown the entry."""

    hold_id: Id
    customer_id: Id
    product_id: Id | None = None


class HoldCollectArgs(Args):
    """`store_id`: where it is collected, which must be where the pieces lie."""

    hold_id: Id
    customer_id: Id
    store_id: Id
    product_id: Id | None = None


def _request_touches(args: HoldRequestArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), RecordKey(Kind.HOLD, args.hold_id)


def _request_creates(args: HoldRequestArgs) -> RecordKey:
    return RecordKey(Kind.HOLD, args.hold_id)


def _request(records: Records, args: HoldRequestArgs, entry: Entry) -> Outcome:
    return made(
        records,
        RecordKey(Kind.HOLD, args.hold_id),
        args.customer_id,
        lambda: HoldBody(
            id=args.hold_id,
            customer_id=args.customer_id,
            product_id=args.product_id,
            variant_id=args.variant_id,
            store_id=args.store_id,
            quantity=args.quantity,
            requested_at=args.requested_at,
            author_id=entry.actor or "",
            author_name=args.author_name,
        ),
    )


def _end_touches(args: HoldCancelArgs | HoldCollectArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return (RecordKey(Kind.HOLD, args.hold_id),)


_NOT_TO_BE_CANCELLED: Final = {HoldStatus.COLLECTED: "mutation.hold_collected"}
_NOT_TO_BE_COLLECTED: Final = {
    HoldStatus.REQUESTED: "mutation.hold_not_confirmed",
    HoldStatus.REFUSED: "mutation.hold_refused",
    HoldStatus.CANCELLED: "mutation.hold_cancelled",
    HoldStatus.EXPIRED: "mutation.hold_expired",
}


def _standing(records: Records, args: HoldCancelArgs | HoldCollectArgs) -> Body | Outcome:
    """The hold, or why there is none to end."""
    hold = records.get(RecordKey(Kind.HOLD, args.hold_id))
    if hold is None:
        return rejected("mutation.missing")
    return hold if hold["customer_id"] == args.customer_id else rejected("mutation.wrong_customer")


def _ended(hold: Body, status: HoldStatus) -> Outcome:
    return applied({RecordKey(Kind.HOLD, hold["id"]): {**hold, "status": status.value}})


def _cancel(records: Records, args: HoldCancelArgs, entry: Entry) -> Outcome:
    hold = _standing(records, args)
    if isinstance(hold, Outcome):
        return hold
    status = HoldStatus(hold["status"])
    if status in _NOT_TO_BE_CANCELLED:
        return rejected(_NOT_TO_BE_CANCELLED[status])
    if status not in {HoldStatus.REQUESTED, HoldStatus.CONFIRMED}:
        return APPLIED  # nobody holds the piece, which is what was wanted
    return _ended(hold, HoldStatus.CANCELLED)


def _collect(records: Records, args: HoldCollectArgs, entry: Entry) -> Outcome:
    hold = _standing(records, args)
    if isinstance(hold, Outcome):
        return hold
    if hold["store_id"] != args.store_id:
        return rejected("mutation.hold_elsewhere")
    status = HoldStatus(hold["status"])
    if status == HoldStatus.COLLECTED:
        return APPLIED
    if status in _NOT_TO_BE_COLLECTED:
        return rejected(_NOT_TO_BE_COLLECTED[status])
    return _ended(hold, HoldStatus.COLLECTED)


HOLD_REQUEST = Mutation("hold.request", 1, HoldRequestArgs, _request_touches, _request, _request_creates)
HOLD_CANCEL = Mutation("hold.cancel", 1, HoldCancelArgs, _end_touches, _cancel)
HOLD_COLLECT = Mutation("hold.collect", 1, HoldCollectArgs, _end_touches, _collect)
