"""One customer, with everything this device holds about them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clienteling.domain.money import Money
from clienteling.domain.views.conflicts import ConflictView
from clienteling.domain.views.consents import ConsentView
from clienteling.domain.views.holds import HoldView
from clienteling.domain.views.lookups import LookupRow
from clienteling.domain.views.orders import CartView, OrderView
from clienteling.domain.views.serving import AppointmentView, FollowUpView, InteractionView
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
class NoteHeadView:
    """One of the texts a note has now. `revision_id`: to be named by a revision that replaces it."""

    revision_id: str
    text: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    """`pending`: written or revised on this device and not yet at the server.

    `text`: all that holds; `heads`: the same one by one, more than one where people revised it at once. `author` and
    `written_at` are of what was written first.
    """

    id: str
    text: str
    author: str
    store: str
    written_at: datetime
    store_only: bool
    pending: bool
    heads: tuple[NoteHeadView, ...] = ()


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
    """Everything this device holds about one customer. Orders newest first, at most 100 (`orders_total` in all).

    follow_ups    open ones first, by their day, then the others, the newest first
    appointments  those that are to come first, the next in front, then the others, the latest first
    interactions  newest first
    restricted    they asked that what is known of them be kept and not used
    """

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
    follow_ups: tuple[FollowUpView, ...] = ()
    appointments: tuple[AppointmentView, ...] = ()
    interactions: tuple[InteractionView, ...] = ()
    restricted: bool = False

    @property
    def sizes(self) -> tuple[PreferenceView, ...]:
        """Preferences that are sizes, with a value."""
        return tuple(one for one in self.preferences if one.key.startswith("size_") and one.value)
