"""What customers bought or may: orders of any channel, open carts, loyalty accounts, vouchers."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import CommerceBody, Currency, Minor, Moment, Part, Short, Words
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
