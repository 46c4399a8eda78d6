"""What a customer wishes for, with what is known of it here."""

from dataclasses import dataclass
from datetime import datetime

from clienteling.domain.money import Money


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
