"""What screens show, made by the local store's queries and never changed. No record, no table, no text in a language.

Times are aware UTC; the screen shows them in the store's zone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clienteling.domain.money import Money


@dataclass(frozen=True, slots=True)
class StoreView:
    """The store this device stands in."""

    id: str
    name: str
    code: str
    city: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class AssociateView:
    id: str
    name: str
    role: str


class MatchReason(StrEnum):
    """Why a customer was found."""

    NAME = "name"
    SIMILAR_NAME = "similar_name"
    PHONE = "phone"
    EMAIL = "email"
    LOYALTY = "loyalty"


@dataclass(frozen=True, slots=True)
class LookupRow:
    """One customer in a list, with what tells people of one name apart. `last_visit_at`: last seen at this store."""

    customer_id: str
    name: str
    salutation: str
    phone: str
    email: str
    loyalty_number: str
    home_store: str
    last_visit_at: datetime | None
    tier: str
    why: MatchReason
    city: str = ""

    @property
    def phone_tail(self) -> str:
        """The last four digits, or ""."""
        digits = "".join(one for one in self.phone if one.isdigit())
        return digits[-4:] if len(digits) >= 4 else ""


class CardKind(StrEnum):
    PICKUP_READY = "pickup_ready"
    WISHLIST_HERE = "wishlist_here"
    CART_LEFT = "cart_left"


@dataclass(frozen=True, slots=True)
class TodayCard:
    """Something to tell a customer today. Which fields are set depends on `kind`:

    pickup_ready: `item`, `order_number`, `since_at`. wishlist_here: `item`, `available`, `as_of`, and where a promotion
    runs `promotion`, `ends_at`. cart_left: `pieces`, `total`, `since_at`.
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


@dataclass(frozen=True, slots=True)
class TodayView:
    """At most six cards, one of each kind first; `recent`: customers last seen at this store, newest first."""

    store: StoreView
    cards: tuple[TodayCard, ...]
    recent: tuple[LookupRow, ...]


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
class StockHere:
    """Stock of one variant at this store. `available` is on hand less reserved; None = never told."""

    available: int | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class WishlistLine:
    """One wish, duplicates joined: `item_ids` are all items a removal must name."""

    item_ids: tuple[str, ...]
    product_id: str
    variant_id: str | None
    name: str
    options: tuple[str, ...]
    picture: str
    price: Money | None
    price_before: Money | None
    promotion: str
    promotion_en: str
    promotion_ends_at: datetime | None
    here: StockHere
    added_at: datetime
    channel: str
    pending: bool


@dataclass(frozen=True, slots=True)
class CartView:
    updated_at: datetime
    lines: tuple[LineView, ...]
    total: Money


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
class ConflictView:
    """Two people changed one field: what stands and what lost.

    `field`: the contact field's name, or with `preference` the preference's key.
    """

    id: str
    field: str
    kept: str
    other: str
    preference: bool = False


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

    @property
    def sizes(self) -> tuple[PreferenceView, ...]:
        """Preferences that are sizes, with a value."""
        return tuple(one for one in self.preferences if one.key.startswith("size_") and one.value)


@dataclass(frozen=True, slots=True)
class LocationStock:
    """Stock of one variant at one location. `here`: this store. `place`: store, warehouse or web."""

    location_id: str
    location: str
    city: str
    place: str
    phone: str
    here: bool
    on_hand: int
    available: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class VariantView:
    """One size and colour. `stock`: this store first, then stores, then warehouses."""

    id: str
    sku: str
    gtin: str
    options: tuple[tuple[str, str], ...]
    picture: str
    price: Money | None
    price_before: Money | None
    stock: tuple[LocationStock, ...]


@dataclass(frozen=True, slots=True)
class ReviewView:
    id: str
    rating: int
    title: str
    text: str
    author: str
    written_at: datetime
    verified: bool
    reply: str


@dataclass(frozen=True, slots=True)
class RatingView:
    """`distribution`: number of reviews with 5, 4, 3, 2 and 1 stars, in that order. `average` 0.0 without reviews."""

    average: float
    count: int
    distribution: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class PromotionView:
    """`holds_in`: online, store, everywhere. `stores`: names, () = all. `holds_here`: runs now at this store."""

    name: str
    name_en: str
    ends_at: datetime
    holds_in: str
    stores: tuple[str, ...]
    holds_here: bool


@dataclass(frozen=True, slots=True)
class SizeChartView:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ProductBrief:
    """A product in a list."""

    id: str
    name: str
    picture: str
    price: Money | None
    available_here: int | None


@dataclass(frozen=True, slots=True)
class ProductView:
    """Everything for the shelf. Prices already include a promotion that holds here."""

    id: str
    name: str
    brand: str
    category: str
    description: str
    pictures: tuple[str, ...]
    option_names: tuple[str, ...]
    variants: tuple[VariantView, ...]
    rating: RatingView
    promotions: tuple[PromotionView, ...]
    size_chart: SizeChartView | None
    returns_days: int | None
    returns_note: str
    returns_note_en: str
    delivery_options: tuple[str, ...]
    same_day_cities: tuple[str, ...]
    video_url: str
    goes_with: tuple[ProductBrief, ...]


class ReviewOrder(StrEnum):
    NEWEST = "newest"
    CRITICAL_FIRST = "critical_first"


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """An entry that was refused or merged, or a conflict: what was done, what came of it.

    `about`: message key of what it is about, "" where `action` says it. `lost`: the fields two people changed.
    `may_retry`: the same could be accepted when it is sent once more.
    """

    id: str
    customer_id: str
    customer_name: str
    action: str
    code: str
    typed: str
    at: datetime | None
    about: str = ""
    lost: tuple[ConflictView, ...] = ()
    may_retry: bool = False
