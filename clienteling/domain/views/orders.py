"""What was bought, and what lies in an open cart."""

from dataclasses import dataclass
from datetime import datetime

from clienteling.domain.money import Money


@dataclass(frozen=True, slots=True)
class LineView:
    name: str
    quantity: int
    price: Money
    product_id: str | None
    variant_id: str | None


@dataclass(frozen=True, slots=True)
class PickupView:
    """`status`: new, preparing, ready, collected."""

    location: str
    status: str
    since_at: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class OrderView:
    """A purchase of any channel. `channel`: online, store, or another name; `store`: its location's name or ""."""

    id: str
    number: str
    channel: str
    store: str
    placed_at: datetime
    total: Money
    refunded: Money | None
    payment_status: str
    fulfilment_status: str
    cancelled: bool
    associate: str
    lines: tuple[LineView, ...]
    pickup: PickupView | None


@dataclass(frozen=True, slots=True)
class CartView:
    updated_at: datetime
    lines: tuple[LineView, ...]
    total: Money
