"""What lies where: units on hand by variant and location, and what of it is promised to orders."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from build_scripts.demo_retailer.first_minute import OnHand
from build_scripts.demo_retailer.model import STOCKED, STORES, WAREHOUSE, Location, Order, Variant, seeded

_BULKY = ("stool", "rug", "mirror", "bedding", "pendant")


@dataclass(frozen=True, slots=True)
class Level:
    """One variant in one place; `on_hand` None = the place does not carry it."""

    variant: Variant
    place: Location
    on_hand: int | None
    committed: int
    unavailable: int

    @property
    def available(self) -> int:
        """What may still be sold."""
        return (self.on_hand or 0) - self.committed - self.unavailable


def levels(seed: int, variants: Sequence[Variant], orders: Sequence[Order], *, fixed: OnHand) -> tuple[Level, ...]:
    """Every variant in every store and the warehouse; `fixed` overrules chance."""
    random = seeded(seed, "stock")
    promised = _promised(orders)
    made: list[Level] = []
    for variant in variants:
        for place in STOCKED:
            committed = promised[(variant.sku, place.code)]
            if place == WAREHOUSE:
                units = 0 if random.random() < 0.07 else random.randint(4, 70)
            else:
                units = random.choices((0, 1, 2, 3, 4, 6, 9), weights=(20, 14, 18, 17, 14, 11, 6))[0]
            carried = place == WAREHOUSE or variant.product.shape not in _BULKY or random.random() < 0.55
            unavailable = 1 if units > 3 and random.random() < 0.03 else 0
            key = (variant.sku, place.code)
            if key in fixed:
                made.append(Level(variant, place, fixed[key], min(committed, fixed[key]), 0))
            elif carried or committed:
                made.append(Level(variant, place, max(units, committed + unavailable), committed, unavailable))
            else:
                made.append(Level(variant, place, None, 0, 0))
    return tuple(made)


def _promised(orders: Sequence[Order]) -> Counter[tuple[str, str]]:
    """Units of unfulfilled orders by SKU and the place they will leave from."""
    promised: Counter[tuple[str, str]] = Counter()
    for order in orders:
        if order.fulfilled_at is None and order.cancelled_at is None:
            place = order.pickup_at if order.pickup_at in STORES else WAREHOUSE
            for line in order.lines:
                promised[(line.variant.sku, place.code if place else WAREHOUSE.code)] += line.quantity
    return promised
