"""What the shop is and sells: goods with prices, promotions and reviews, places, associates, stock."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from sync.protocol.bodies.base import CommerceBody, Currency, Minor, Moment, Part, Short, Words
from sync.protocol.wire import Id

MOST_VOTES: Final = 1_000_000


class Picture(Part):
    url: Short
    alt: Short = ""


class Variant(Part):
    id: Id
    sku: Short = ""
    gtin: Annotated[str, Field(pattern=r"^(\d{14})?$")] = ""
    options: dict[str, Short] = Field(default_factory=dict)
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
    tags: list[Short] = Field(default_factory=list)
    status: Short = "active"
    pictures: list[Picture] = Field(default_factory=list)
    option_names: list[Short] = Field(default_factory=list)
    variants: list[Variant] = Field(default_factory=list)
    size_chart: SizeChart | None = None
    video_url: Short = ""
    returns_days: int | None = None
    returns_note: Short = ""
    returns_note_en: Short = ""
    delivery_options: list[Short] = Field(default_factory=list)
    same_day_cities: list[Short] = Field(default_factory=list)
    goes_with: list[Id] = Field(default_factory=list)


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
    location_ids: list[Id] = Field(default_factory=list)
    product_ids: list[Id] = Field(default_factory=list)


class ReviewBody(CommerceBody):
    """`verified`: its author bought the product; `helpful`: how many readers said that it helped them."""

    product_id: Id
    rating: Annotated[int, Field(ge=1, le=5)]
    title: Short = ""
    text: Words = ""
    author_name: Short = ""
    written_at: Moment
    reply: Words = ""
    reply_at: Moment | None = None
    verified: bool = False
    helpful: Annotated[int, Field(ge=0, le=MOST_VOTES)] = 0


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
    location_ids: list[Id] = Field(default_factory=list)
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
