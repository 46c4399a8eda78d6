"""What one pass over the baskets learns: who shops where, since when, what was sold where and at what price."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from build_scripts.real_retailer.goods import Prices
from build_scripts.real_retailer.purchases import Basket


@dataclass(slots=True)
class Household:
    """What a household's baskets say of it."""

    since_at: datetime
    baskets_of_store: Counter[int] = field(default_factory=Counter)
    baskets: int = 0
    spend_cents: int = 0

    @property
    def home_store_id(self) -> int:
        """The store with most of its baskets, the lower number first among equals."""
        return min(self.baskets_of_store, key=lambda store_id: (-self.baskets_of_store[store_id], store_id))


@dataclass(slots=True)
class Trade:
    """Everything the other files are written from, once all baskets have been seen."""

    households: dict[int, Household] = field(default_factory=dict)
    customers_of_store: dict[int, set[int]] = field(default_factory=dict)
    sold_at: dict[int, set[int]] = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)
    baskets: int = 0
    lines: int = 0

    def watch(self, baskets: Iterable[Basket]) -> Iterator[Basket]:
        """The same baskets, each taken note of as it passes."""
        for basket in baskets:
            self._see(basket)
            yield basket

    def _see(self, basket: Basket) -> None:
        household = self.households.setdefault(basket.household_id, Household(basket.bought_at))
        household.since_at = min(household.since_at, basket.bought_at)
        household.baskets_of_store[basket.store_id] += 1
        household.baskets += 1
        household.spend_cents += basket.spend_cents
        self.customers_of_store.setdefault(basket.store_id, set()).add(basket.household_id)
        sold = self.sold_at.setdefault(basket.store_id, set())
        for line in basket.lines:
            sold.add(line.product_id)
            self.prices.see(line)
        self.baskets += 1
        self.lines += len(basket.lines)


def shift_to(last_sold: date, last_day: date) -> timedelta:
    """How far all times move so that the last purchase is in the week that ends with `last_day`; weekdays stay."""
    return timedelta(days=(last_day - last_sold).days // 7 * 7)
