"""What things cost at a store now: the platform's price, and the promotions that hold there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from clienteling.catalogue.fields import moment
from clienteling.domain.money import Money
from clienteling.domain.promotions import HoldsIn, Promotion, Reduction, ShelfPrice, shelf_price
from sync.protocol.kinds import Body


def promotions_of(bodies: Iterable[Body]) -> tuple[Promotion, ...]:
    """By their end; what this program cannot read is left out."""
    found = (_promotion(one) for one in bodies)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.ends_at, one.id)))


def _promotion(found: Body) -> Promotion | None:
    starts_at, ends_at = moment(found, "starts_at"), moment(found, "ends_at")
    try:
        reduction, holds_in = Reduction(found["reduction"]), HoldsIn(found["holds_in"])
    except (KeyError, ValueError):
        return None
    if starts_at is None or ends_at is None:
        return None
    return Promotion(
        id=found["id"],
        name=found.get("name", ""),
        name_en=found.get("name_en", ""),
        reduction=reduction,
        value=int(found.get("value") or 0),
        currency=found.get("currency", ""),
        starts_at=starts_at,
        ends_at=ends_at,
        holds_in=holds_in,
        location_ids=frozenset(found.get("location_ids") or ()),
        product_ids=frozenset(found.get("product_ids") or ()),
    )


def holding_at(promotions: Iterable[Promotion], store_id: str | None, now: datetime) -> tuple[Promotion, ...]:
    """Those that count at this store's till now; where there is no store, those that count everywhere."""
    return tuple(one for one in promotions if holds(one, store_id, now))


def holds(promotion: Promotion, store_id: str | None, now: datetime) -> bool:
    """Whether it counts at this store's till now, or everywhere where there is no store."""
    return promotion.holds_everywhere(now) if store_id is None else promotion.holds_at(store_id, now)


def next_change(promotions: Iterable[Promotion], product_ids: Collection[str], now: datetime) -> datetime | None:
    """The next beginning or end of one that covers any of the products; None where none is known."""
    coming = (
        one.starts_at if one.starts_at > now else one.ends_at
        for one in promotions
        if one.ends_at > now and any(one.covers(product_id) for product_id in product_ids)
    )
    return min(coming, default=None)


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of some products at one store now: bodies by product id, and the promotions that hold there."""

    bodies: Mapping[str, Body]
    promotions: tuple[Promotion, ...]

    def of(self, product_id: str, variant_id: str | None) -> ShelfPrice | None:
        """The variant's price, or the lowest of the product's where no variant is named; None where it has none."""
        found = self.bodies.get(product_id)
        if found is None:
            return None
        variants = found.get("variants") or {}
        wanted = variants if variant_id is None else {variant_id: variants.get(variant_id)}
        here = tuple(one for one in self.promotions if one.covers(product_id))
        told = ((one.get("price_minor"), one.get("compare_at_minor")) for one in wanted.values() if one)
        amounts = dict.fromkeys(pair for pair in told if pair[0] is not None)  # most sizes cost the same
        currency = found["currency"]
        priced = [
            shelf_price(Money(price, currency), None if before is None else Money(before, currency), here)
            for price, before in amounts
        ]
        return min(priced, key=lambda one: one.price.amount_minor) if priced else None
