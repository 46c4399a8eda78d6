"""One product at the shelf."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clienteling.domain.money import Money


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
    """A product in a list. `gtin`: 14 digits, of its first variant that has one, "" where none has."""

    id: str
    name: str
    picture: str
    price: Money | None
    available_here: int | None
    gtin: str = ""


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
    """Of those that are equal the newest first. `HELPFUL`: by readers' votes, then the longest first."""

    NEWEST = "newest"
    CRITICAL_FIRST = "critical_first"
    HELPFUL = "helpful"
