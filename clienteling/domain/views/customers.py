"""One customer, with everything this device holds about them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clienteling.domain.money import Money
from clienteling.domain.views.conflicts import ConflictView
from clienteling.domain.views.holds import HoldView
from clienteling.domain.views.lookups import LookupRow
from clienteling.domain.views.orders import CartView, OrderView
from clienteling.domain.views.wishes import WishlistLine


class SayFirstKind(StrEnum):
    PICKUP_READY = "pickup_ready"
    OPEN_COMPLAINT = "open_complaint"
    WISHLIST_HERE = "wishlist_here"


@dataclass(frozen=True, slots=True)
class SayFirst:
    """The one thing to say before anything else. `also_item`, `also_available`: a wishlist item that goes with it."""

    kind: SayFirstKind
    item: str = ""
    order_number: str = ""
    since_at: datetime | None = None
    available: int = 0
    subject: str = ""
    also_item: str = ""
    also_available: int = 0


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What a customer agreed to. `granted` None: never asked. `event_id`: the latest event, to be named by a change."""

    purpose: str
    channel: str
    granted: bool | None
    at: datetime | None
    event_id: str | None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class NoteView:
    """`pending`: written on this device and not yet at the server."""

    id: str
    text: str
    author: str
    store: str
    written_at: datetime
    store_only: bool
    pending: bool


@dataclass(frozen=True, slots=True)
class VoucherView:
    code: str
    name: str
    name_en: str
    value: Money
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PreferenceView:
    key: str
    value: str
    pending: bool


@dataclass(frozen=True, slots=True)
class CustomerView:
    """Everything this device holds about one customer. Orders newest first, at most 100 (`orders_total` in all)."""

    id: str
    name: str
    salutation: str
    phone: str
    phone_typed: str
    email: str
    city: str
    birthday: date | None
    language: str
    home_store: str
    home_store_id: str | None
    since_at: datetime | None
    has_account: bool
    loyalty_number: str
    tier: str
    points: int | None
    points_as_of: datetime | None
    say_first: SayFirst | None
    preferences: tuple[PreferenceView, ...]
    last_purchase: OrderView | None
    vouchers: tuple[VoucherView, ...]
    do_not: tuple[ConsentView, ...]
    orders: tuple[OrderView, ...]
    orders_total: int
    wishlist: tuple[WishlistLine, ...]
    cart: CartView | None
    notes: tuple[NoteView, ...]
    consents: tuple[ConsentView, ...]
    conflicts: tuple[ConflictView, ...]
    possible_duplicates: tuple[LookupRow, ...]
    holds: tuple[HoldView, ...] = ()

    @property
    def sizes(self) -> tuple[PreferenceView, ...]:
        """Preferences that are sizes, with a value."""
        return tuple(one for one in self.preferences if one.key.startswith("size_") and one.value)
