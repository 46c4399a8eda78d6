"""What things cost at this store now: the platform's price, and the promotions that hold here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from clienteling.domain.money import Money
from clienteling.domain.promotions import HoldsIn, Promotion, Reduction, ShelfPrice, shelf_price
from clienteling.store.ask import ask_column
from clienteling.store.queries_records import bodies, moment
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import to_microseconds


def running_promotions(connection: Connection, now: datetime) -> tuple[Promotion, ...]:
    """Those that run now, wherever they hold; what this program cannot read is left out."""
    at = to_microseconds(now)
    ids = ask_column(connection, "SELECT id FROM promotion_entry WHERE ends_at > ? AND starts_at <= ?", (at, at))
    found = (_promotion(one) for one in bodies(connection, Kind.PROMOTION, ids).values())
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


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of some products at this store now. Promotions are those that hold here."""

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
        priced = [
            shelf_price(Money(one["price_minor"], found["currency"]), _compare_at(one, found["currency"]), here)
            for one in wanted.values()
            if one and one.get("price_minor") is not None
        ]
        return min(priced, key=lambda one: one.price.amount_minor) if priced else None


def _compare_at(variant: Body, currency: str) -> Money | None:
    amount = variant.get("compare_at_minor")
    return None if amount is None else Money(amount, currency)


def prices_here(
    connection: Connection, product_ids: Iterable[str | None], *, store_id: str | None, now: datetime
) -> Prices:
    """What these products cost at this store now."""
    here = [one for one in running_promotions(connection, now) if store_id and one.holds_at(store_id, now)]
    return Prices(bodies(connection, Kind.PRICE, product_ids), tuple(here))
