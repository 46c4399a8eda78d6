"""order.claim@1: an order that is nobody's becomes a customer's, who told its number and agreed.

Marketplaces mask who bought. The device seldom has such an order, and need not: the entry names it by its number, and
the server finds the order before it decides (`sync.central_api.order_numbers`). A device that has it, because it is
collected there, links it at once. Two claims of one order: the first to arrive stands, the other is refused.

The link is ours, not the platform's: the order keeps it, under CLAIM, through later imports that name no customer.
"""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Moment, Short
from sync.protocol.bodies.purchases import PSEUDONYMOUS, pseudonymous_order
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, rejected
from sync.protocol.wire import STORABLE, Id

CLAIM = "claim"
"""The field of an order body that says who claimed it: entry, associate, store and when the customer agreed."""

MAX_NUMBER_CHARACTERS = 100


class OrderClaimArgs(Args):
    """`number`: the order's, as the customer's papers have it. `order_id`: where it is known which order that is."""

    customer_id: Id
    number: Annotated[str, Field(min_length=1, max_length=MAX_NUMBER_CHARACTERS, pattern=STORABLE)]
    order_id: Id | None = None
    agreed_at: Moment
    store_id: Id
    author_name: Short = ""


def order_number_key(number: str) -> str:
    """A number as two are compared: without blanks, capitals and the `#` that some platforms put before it."""
    return "".join(number.split()).casefold().removeprefix("#")


def still_claimed(said: Body, standing: Body | None) -> Body:
    """What the platform says of an order now, with the claim that stands here where it names no customer itself.

    One whose customer was erased stays without, whoever the platform names.
    """
    if standing is not None and standing.get(PSEUDONYMOUS):
        return pseudonymous_order(said)
    if standing is None or CLAIM not in standing or said.get("customer_id"):
        return said
    return {**said, "customer_id": standing["customer_id"], CLAIM: standing[CLAIM]}


def _touches(args: OrderClaimArgs, entry: Entry) -> tuple[RecordKey, ...]:
    customer = RecordKey(Kind.CUSTOMER, args.customer_id)
    return (customer,) if args.order_id is None else (customer, RecordKey(Kind.ORDER, args.order_id))


def _apply(records: Records, args: OrderClaimArgs, entry: Entry) -> Outcome:
    if RecordKey(Kind.CUSTOMER, args.customer_id) not in records:
        return rejected("mutation.missing")
    key = RecordKey(Kind.ORDER, args.order_id or "")
    order = records.get(key)
    if order is None or order.get(PSEUDONYMOUS):
        return rejected("mutation.order_unknown")
    if order_number_key(order.get("number", "")) != order_number_key(args.number):
        return rejected("mutation.order_unknown")
    owner = order.get("customer_id")
    if owner is not None:
        return APPLIED if owner == args.customer_id else rejected("mutation.order_taken")
    claim = {
        "entry_uuid": entry.uuid,
        "by": entry.actor or "",
        "author_name": args.author_name,
        "store_id": args.store_id,
        "agreed_at": args.agreed_at,
    }
    return applied({key: {**order, "customer_id": args.customer_id, CLAIM: claim}})


ORDER_CLAIM = Mutation("order.claim", 1, OrderClaimArgs, _touches, _apply)
