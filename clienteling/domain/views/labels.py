"""What stands at a shelf, as a label is to tell it."""

from dataclasses import dataclass
from datetime import datetime

from clienteling.domain.money import Money


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """A variant on sale. `options`: its size, colour and so on, in the product's order.

    price         what is paid here now; None where no price has come
    price_before  without the promotion, or the list price
    promotion_ends_at   the first moment at which the price no longer holds
    """

    product_id: str
    variant_id: str
    name: str
    brand: str
    category: str
    sku: str
    gtin: str
    options: tuple[str, ...]
    price: Money | None
    price_before: Money | None
    promotion_ends_at: datetime | None
    in_stock: bool
