"""What a price is while a promotion holds: which promotion counts here and now, and the price after it.

Amounts are integers throughout. A percentage is rounded half up to what the currency is paid in: whole rupiah, since
nobody pays sen; the minor unit elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from clienteling.domain.money import Money

_PAID_IN_MINOR = {"IDR": 100}


class Reduction(StrEnum):
    PERCENT = "percent"
    AMOUNT = "amount"


class HoldsIn(StrEnum):
    ONLINE = "online"
    STORE = "store"
    EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Promotion:
    """`value`: percent (0 to 100) or minor units off. Empty `location_ids`, `product_ids`: all of them."""

    id: str
    name: str
    name_en: str
    reduction: Reduction
    value: int
    currency: str
    starts_at: datetime
    ends_at: datetime
    holds_in: HoldsIn
    location_ids: frozenset[str] = frozenset()
    product_ids: frozenset[str] = frozenset()

    def runs(self, now: datetime) -> bool:
        """From `starts_at`, and no longer at `ends_at`."""
        return self.starts_at <= now < self.ends_at

    def holds_at(self, store_id: str, now: datetime) -> bool:
        """Whether it counts at this store's till now."""
        in_stores = self.holds_in is not HoldsIn.ONLINE
        return in_stores and self.runs(now) and (not self.location_ids or store_id in self.location_ids)

    def holds_everywhere(self, now: datetime) -> bool:
        """Whether it counts now wherever one buys, so that it may be told to somebody who is in no store."""
        return self.holds_in is HoldsIn.EVERYWHERE and not self.location_ids and self.runs(now)

    def covers(self, product_id: str) -> bool:
        return not self.product_ids or product_id in self.product_ids


def reduced(price: Money, promotion: Promotion) -> Money | None:
    """The price after the promotion, never below nothing; None where it changes nothing or is in another currency."""
    match promotion.reduction:
        case Reduction.PERCENT:
            kept_percent = 100 - min(max(promotion.value, 0), 100)
            after = _paid(price.amount_minor * kept_percent, 100, price.currency)
        case Reduction.AMOUNT:
            if promotion.currency != price.currency:
                return None
            after = max(0, price.amount_minor - promotion.value)
        case _:
            assert_never(promotion.reduction)
    return Money(after, price.currency) if after < price.amount_minor else None


def _paid(numerator: int, denominator: int, currency: str) -> int:
    step = _PAID_IN_MINOR.get(currency, 1)
    return (2 * numerator + denominator * step) // (2 * denominator * step) * step


@dataclass(frozen=True, slots=True)
class ShelfPrice:
    """What is paid here now. `before`: the price without the promotion, or the list price; None where neither."""

    price: Money
    before: Money | None = None
    promotion: Promotion | None = None


def shelf_price(price: Money, compare_at: Money | None, promotions: Iterable[Promotion]) -> ShelfPrice:
    """The lowest price that one of `promotions`, all holding here and for this product, gives. They do not add up."""
    best: tuple[Money, Promotion] | None = None
    for promotion in sorted(promotions, key=lambda one: (-one.ends_at.timestamp(), one.id)):
        after = reduced(price, promotion)
        if after is not None and (best is None or after.amount_minor < best[0].amount_minor):
            best = (after, promotion)
    if best is not None:
        return ShelfPrice(best[0], price, best[1])
    crossed_out = compare_at if compare_at is not None and compare_at.amount_minor > price.amount_minor else None
    return ShelfPrice(price, crossed_out)
