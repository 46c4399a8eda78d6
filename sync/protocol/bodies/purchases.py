"""What customers bought or may: orders of any channel, open carts, loyalty accounts, vouchers."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from sync.protocol.bodies.base import CommerceBody, Currency, Minor, Moment, Part, Short, Words
from sync.protocol.kinds import Body
from sync.protocol.wire import Id


class OrderLine(Part):
    variant_id: Id | None = None
    product_id: Id | None = None
    sku: Short = ""
    name: Short
    quantity: int
    price_minor: Minor
    discount_minor: Minor = 0


class PickupStatus(StrEnum):
    NEW = "new"
    PREPARING = "preparing"
    READY = "ready"
    COLLECTED = "collected"


class Pickup(Part):
    location_id: Id
    status: PickupStatus
    since_at: Moment
    note: Short = ""


class OrderBody(CommerceBody):
    """A purchase of any channel, totals as the platform states them. `channel`: online, store, or a name of its own."""

    number: Short
    customer_id: Id | None = None
    channel: Short
    location_id: Id | None = None
    associate_name: Short = ""
    placed_at: Moment
    currency: Currency
    subtotal_minor: Minor
    discount_minor: Minor = 0
    shipping_minor: Minor = 0
    tax_minor: Minor = 0
    total_minor: Minor
    refunded_minor: Minor = 0
    payment_status: Short = ""
    fulfilment_status: Short = ""
    cancelled_at: Moment | None = None
    lines: list[OrderLine]
    pickup: Pickup | None = None
    note: Words = ""


PSEUDONYMOUS: Final = "pseudonymous"
"""The field of an order body that says that its customer was erased and that it is kept for the books alone."""

_BOOKED: Final = frozenset(OrderBody.model_fields) - {"customer_id", "pickup", "note"}
_BOOKED_OF_LINE: Final = frozenset(OrderLine.model_fields)


def pseudonymous_order(body: Body) -> Body:
    """The order as the books need it: number, day, store, lines and totals, and nothing of who bought it.

    Of what this program knows nothing of, nothing is kept either: it may name somebody. Pure, and the same done twice.
    """
    lines = [
        {name: value for name, value in line.items() if name in _BOOKED_OF_LINE} for line in body.get("lines") or ()
    ]
    booked = {name: value for name, value in body.items() if name in _BOOKED}
    return {**booked, "customer_id": None, "pickup": None, "note": "", "lines": lines, PSEUDONYMOUS: True}


class CartLine(Part):
    variant_id: Id | None = None
    product_id: Id | None = None
    sku: Short = ""
    quantity: int
    price_minor: Minor


class OpenCartBody(CommerceBody):
    customer_id: Id
    updated_at: Moment
    currency: Currency
    lines: list[CartLine]


class LoyaltyAccountBody(CommerceBody):
    customer_id: Id
    number: Short = ""
    tier: Short = ""
    points: int = 0
    as_of: Moment


class VoucherBody(CommerceBody):
    customer_id: Id
    code: Short
    name: Short = ""
    name_en: Short = ""
    value_minor: Minor
    currency: Currency
    starts_at: Moment | None = None
    expires_at: Moment
    status: Annotated[str, Field(pattern="^(active|used|expired)$")] = "active"
