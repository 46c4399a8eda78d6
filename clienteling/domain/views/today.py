"""The first screen of a day."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clienteling.domain.money import Money
from clienteling.domain.views.lookups import LookupRow
from clienteling.domain.views.serving import AppointmentView, FollowUpView
from clienteling.domain.views.stores import StoreView


class CardKind(StrEnum):
    PICKUP_READY = "pickup_ready"
    WISHLIST_HERE = "wishlist_here"
    CART_LEFT = "cart_left"


@dataclass(frozen=True, slots=True)
class TodayCard:
    """Something to tell a customer today. Which fields are set depends on `kind`:

    pickup_ready: `item`, `order_number`, `since_at`. wishlist_here: `item`, `available`, `as_of`, and where a promotion
    runs `promotion`, `ends_at`. cart_left: `pieces`, `total`, `since_at`.

    by      of an offer (wishlist_here, cart_left): the channels by which the customer agreed to be told of one
    not_by  of a pickup: the channels by which they are not to be contacted
    """

    kind: CardKind
    customer_id: str
    customer_name: str
    salutation: str
    item: str = ""
    product_id: str = ""
    order_number: str = ""
    since_at: datetime | None = None
    available: int = 0
    as_of: datetime | None = None
    promotion: str = ""
    promotion_en: str = ""
    ends_at: datetime | None = None
    pieces: int = 0
    total: Money | None = None
    by: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TodayView:
    """At most six cards, one of each kind first; `recent`: customers last seen at this store, newest first.

    follow_ups    of this store, open and due today or before by its own calendar, the longest due in front
    appointments  of this store, of today, by their time; cancelled ones are not among them
    left_out      how many customers there would be an offer for who did not agree to be told of any
    """

    store: StoreView
    cards: tuple[TodayCard, ...]
    recent: tuple[LookupRow, ...]
    follow_ups: tuple[FollowUpView, ...] = ()
    appointments: tuple[AppointmentView, ...] = ()
    left_out: int = 0
