"""Stock of this store, for many things at once, each with the time it was counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from clienteling.domain.stock import available
from clienteling.domain.views import StockHere
from clienteling.store.ask import ask, json_list
from clienteling.store.queries_records import at_microseconds

NEVER_TOLD = StockHere(available=None, as_of=None)


@dataclass(frozen=True, slots=True)
class StoreStock:
    """By (product, variant); a product's own stock is that of its variants together, as old as the oldest count."""

    by_variant: dict[tuple[str, str], StockHere]

    def of(self, product_id: str, variant_id: str | None) -> StockHere:
        if variant_id is not None:
            return self.by_variant.get((product_id, variant_id), NEVER_TOLD)
        told = [
            (one.available, one.as_of)
            for (product, _), one in self.by_variant.items()
            if product == product_id and one.available is not None
        ]
        if not told:
            return NEVER_TOLD
        return StockHere(sum(count for count, _ in told), min((as_of for _, as_of in told if as_of), default=None))


def stock_here(connection: Connection, product_ids: Iterable[str | None], *, store_id: str | None) -> StoreStock:
    """Stock at this store of all variants of these products."""
    rows = ask(
        connection,
        "SELECT product_id, variant_id, on_hand, reserved, as_of FROM stock_here"
        " WHERE product_id IN (SELECT value FROM json_each(?)) AND store_id = ?",
        (json_list({one for one in product_ids if one}), store_id),
    )
    return StoreStock(
        {
            (product_id, variant_id): StockHere(available(on_hand, reserved), at_microseconds(as_of))
            for product_id, variant_id, on_hand, reserved, as_of in rows
            if on_hand is not None
        }
    )
