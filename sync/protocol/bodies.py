"""Record bodies, one wire model for each kind. Unknown fields are kept (`extra="allow"`) and sent back.

Money is integer minor units by ISO 4217 exponent (IDR: 2). Times are RFC 3339 `Z` text, birthdays ISO dates, ids
lower-case UUIDs. Commerce kinds carry `source` and the platform's own id in `external_ref`.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.times import from_wire
from sync.protocol.wire import Id, clean_text


def _wire_time(text: str) -> str:
    from_wire(text)
    return text


Moment = Annotated[str, AfterValidator(_wire_time)]
Words = Annotated[str, Field(max_length=20_000), AfterValidator(clean_text)]
Short = Annotated[str, Field(max_length=500), AfterValidator(clean_text)]
Minor = Annotated[int, Field(ge=-(2**53), le=2**53)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class RecordBody(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: Id

    def to_body(self) -> Body:
        """JSON values only, unknown fields included."""
        return self.model_dump(mode="json")


class CommerceBody(RecordBody):
    source: Short = ""
    external_ref: Short = ""


class Part(BaseModel):
    model_config = ConfigDict(extra="allow")


class Picture(Part):
    url: Short
    alt: Short = ""


class Variant(Part):
    id: Id
    sku: Short = ""
    gtin: Annotated[str, Field(pattern=r"^(\d{14})?$")] = ""
    options: dict[str, Short] = {}
    position: int = 0
    picture: Short = ""


class SizeChart(Part):
    columns: list[Short]
    rows: list[list[Short]]


class DeliveryOption(StrEnum):
    PICKUP = "pickup"
    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"
    STANDARD = "standard"


class ProductBody(CommerceBody):
    """A product with its variants and media. `goes_with` are product ids; `returns_days` None = nothing stated."""

    name: Short
    handle: Short = ""
    brand: Short = ""
    category: Short = ""
    description: Words = ""
    tags: list[Short] = []
    status: Short = "active"
    pictures: list[Picture] = []
    option_names: list[Short] = []
    variants: list[Variant] = []
    size_chart: SizeChart | None = None
    video_url: Short = ""
    returns_days: int | None = None
    returns_note: Short = ""
    returns_note_en: Short = ""
    delivery_options: list[Short] = []
    same_day_cities: list[Short] = []
    goes_with: list[Id] = []


class VariantPrice(Part):
    price_minor: Minor
    compare_at_minor: Minor | None = None


class PriceBody(CommerceBody):
    """Prices of one product's variants; `id` is the product's id, keys of `variants` are variant ids."""

    currency: Currency
    variants: dict[str, VariantPrice]


class PromotionBody(CommerceBody):
    """A price reduction. `value`: percent (0 to 100) or minor units off; empty `location_ids`, `product_ids` = all."""

    code: Short
    name: Short
    name_en: Short = ""
    reduction: Annotated[str, Field(pattern="^(percent|amount)$")]
    value: Minor
    currency: Currency
    starts_at: Moment
    ends_at: Moment
    holds_in: Annotated[str, Field(pattern="^(online|store|everywhere)$")]
    location_ids: list[Id] = []
    product_ids: list[Id] = []


class ReviewBody(CommerceBody):
    product_id: Id
    rating: Annotated[int, Field(ge=1, le=5)]
    title: Short = ""
    text: Words = ""
    author_name: Short = ""
    written_at: Moment
    reply: Words = ""
    reply_at: Moment | None = None
    verified: bool = False


class LocationBody(CommerceBody):
    """A store, warehouse or web shop (`place`), with its IANA zone."""

    name: Short
    code: Short = ""
    place: Annotated[str, Field(pattern="^(store|warehouse|web)$")] = "store"
    city: Short = ""
    time_zone: Short = "Asia/Jakarta"
    phone: Short = ""
    latitude: float | None = None
    longitude: float | None = None


class AssociateBody(CommerceBody):
    name: Short
    code: Short = ""
    role: Short = "associate"
    location_ids: list[Id] = []
    active: bool = True


class StockLevel(Part):
    on_hand: int
    reserved: int = 0
    as_of: Moment


class StockBody(CommerceBody):
    """One variant's stock as one store needs it: its own, nearby stores' and the warehouse's, by location id.

    `id` is `stock_id(store_id, variant_id)`.
    """

    store_id: Id
    variant_id: Id
    product_id: Id
    levels: dict[str, StockLevel]


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


class CustomerBody(CommerceBody):
    """A person. `phone` is E.164 or empty, `phone_typed` what was written.

    `written_by` holds, for each field an associate changed, the [device id, number] of the entry that did.
    """

    name: Short
    salutation: Short = ""
    phone: Short = ""
    phone_typed: Short = ""
    email: Short = ""
    birthday: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    language: Short = ""
    city: Short = ""
    home_store_id: Id | None = None
    since_at: Moment | None = None
    has_account: bool = True
    alias_of: Id | None = None
    written_by: dict[str, tuple[str, int]] = {}


CONTACT_FIELDS = frozenset(
    {"name", "salutation", "phone", "phone_typed", "email", "birthday", "language", "city", "home_store_id"}
)
"""Fields of a customer that `contact.edit` may change."""


class PreferenceBody(RecordBody):
    """One thing a customer told us. `id` is `preference_id(customer_id, key)`; keys: size_top, size_shoe, likes, ..."""

    customer_id: Id
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    value: Short
    written_by: dict[str, tuple[str, int]] = {}


class ConsentRecord(Part):
    """One event. `seen_event_id`: the latest event its writer had seen, which is what decides, never a clock."""

    event_id: Id
    granted: bool
    seen_event_id: Id | None = None
    at: Moment
    text_version: Short = ""
    language: Short = ""
    actor: Short = ""
    store_id: Id | None = None
    source: Short = ""


class ConsentBody(RecordBody):
    """The append-only events of one customer, purpose and channel. `id` is `consent_id(customer_id, purpose, channel)`.

    `purpose`: marketing, profiling, service, survey. `channel`: email, whatsapp, sms, phone, post, or any.
    """

    customer_id: Id
    purpose: Short
    channel: Short
    events: list[ConsentRecord]


class WishlistItemBody(RecordBody):
    """One add. Two adds of the same thing are two items; a removal names the items it saw (observed-remove set).

    `store_id`: where an associate added it; None for wishes of the web shop.
    """

    customer_id: Id
    product_id: Id
    variant_id: Id | None = None
    added_at: Moment
    channel: Short = ""
    added_by: Short = ""
    store_id: Id | None = None
    source: Short = ""


class NoteBody(RecordBody):
    customer_id: Id
    text: Words
    author_id: Short = ""
    author_name: Short = ""
    store_id: Id | None = None
    store_only: bool = False
    written_at: Moment
    source: Short = ""


class EnquiryBody(RecordBody):
    """A question or complaint (`topic`), with its `status`."""

    customer_id: Id
    topic: Annotated[str, Field(pattern="^(complaint|question)$")]
    subject: Words
    status: Annotated[str, Field(pattern="^(open|closed)$")] = "open"
    opened_at: Moment
    location_id: Id | None = None
    order_number: Short = ""
    source: Short = ""
    external_ref: Short = ""


class InteractionBody(RecordBody):
    customer_id: Id
    store_id: Id
    associate_id: Short = ""
    at: Moment


class ConflictBody(RecordBody):
    """The value that lost where two people changed one field. `id` is the rule id of the entry's uuid and the field."""

    customer_id: Id
    record_kind: Short
    record_id: Id
    field: Short
    kept: Any
    other: Any
    status: Annotated[str, Field(pattern="^(open|settled)$")] = "open"
    entry_uuid: Short = ""
    source: Short = ""


class PossibleDuplicateBody(RecordBody):
    """Two customers who may be one person. Never merged on a phone number alone: families share phones."""

    customer_ids: tuple[Id, Id]
    reason: Short
    status: Annotated[str, Field(pattern="^(open|settled)$")] = "open"


BODY_MODELS: dict[str, type[RecordBody]] = {
    Kind.PRODUCT: ProductBody,
    Kind.PRICE: PriceBody,
    Kind.PROMOTION: PromotionBody,
    Kind.REVIEW: ReviewBody,
    Kind.LOCATION: LocationBody,
    Kind.ASSOCIATE: AssociateBody,
    Kind.STOCK: StockBody,
    Kind.ORDER: OrderBody,
    Kind.OPEN_CART: OpenCartBody,
    Kind.LOYALTY_ACCOUNT: LoyaltyAccountBody,
    Kind.VOUCHER: VoucherBody,
    Kind.CUSTOMER: CustomerBody,
    Kind.PREFERENCE: PreferenceBody,
    Kind.CONSENT: ConsentBody,
    Kind.WISHLIST_ITEM: WishlistItemBody,
    Kind.NOTE: NoteBody,
    Kind.ENQUIRY: EnquiryBody,
    Kind.INTERACTION: InteractionBody,
    Kind.CONFLICT: ConflictBody,
    Kind.POSSIBLE_DUPLICATE: PossibleDuplicateBody,
}

_TIME_FIELDS = ("placed_at", "written_at", "updated_at", "opened_at", "added_at", "at")


def customers_of(key: RecordKey, body: Body) -> tuple[str, ...]:
    """The customers a record is about: itself, its `customer_id`, or both of a possible duplicate; () for the rest."""
    if key.kind == Kind.CUSTOMER:
        return (key.id,)
    if key.kind == Kind.POSSIBLE_DUPLICATE:
        return tuple(body.get("customer_ids", ()))
    customer_id = body.get("customer_id")
    return (customer_id,) if customer_id else ()


def happened_at(body: Body) -> str | None:
    """The moment that orders a record in a timeline, wire text, or None."""
    return next((body[field] for field in _TIME_FIELDS if body.get(field)), None)
