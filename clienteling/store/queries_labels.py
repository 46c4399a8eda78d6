"""What the shelves of this store hold, for labels: every variant on sale, with what it costs here now."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from clienteling.catalogue.prices import Prices
from clienteling.domain.views import ShelfItem
from clienteling.store.ask import ask, ask_column
from clienteling.store.name_index import this_store_id
from clienteling.store.queries_prices import prices_here
from clienteling.store.queries_product import matching_product_ids, variant_by_gtin, variant_by_sku
from clienteling.store.queries_records import bodies
from sync.protocol.kinds import Body, Kind

_ON_SALE = "SELECT id FROM product_entry WHERE shown"
_EVERY = 1_000_000


def shelf_items(connection: Connection, *, words: str = "", now: datetime) -> tuple[ShelfItem, ...]:
    """Every variant of products on sale, those of one category together; `words` leaves what the search finds."""
    store_id = this_store_id(connection)
    ids = matching_product_ids(connection, words, _EVERY) if words.strip() else ask_column(connection, _ON_SALE)
    products = bodies(connection, Kind.PRODUCT, ids)
    prices = prices_here(connection, ids, store_id=store_id, now=now)
    rows = ask(connection, "SELECT variant_id FROM stock_here WHERE store_id = ? AND on_hand > 0", (store_id,))
    in_stock = {row[0] for row in rows}
    ordered = sorted(products.values(), key=lambda one: (one.get("category") or "", one.get("name") or "", one["id"]))
    return tuple(item for product in ordered for item in _items(product, prices, in_stock))


def _items(product: Body, prices: Prices, in_stock: set[str]) -> Iterator[ShelfItem]:
    names = tuple(product.get("option_names") or ())
    for one in sorted(product.get("variants") or (), key=lambda variant: variant.get("position") or 0):
        options: dict[str, str] = one.get("options") or {}
        price = prices.of(product["id"], one.get("id"))
        yield ShelfItem(
            product_id=product["id"],
            variant_id=one.get("id", ""),
            name=product.get("name", ""),
            brand=product.get("brand", ""),
            category=product.get("category", ""),
            sku=one.get("sku", ""),
            gtin=one.get("gtin", ""),
            options=tuple(options[name] for name in dict.fromkeys((*names, *options)) if options.get(name)),
            price=price.price if price else None,
            price_before=price.before if price else None,
            promotion_ends_at=price.promotion.ends_at if price and price.promotion else None,
            in_stock=one.get("id") in in_stock,
        )


def variant_of_code(connection: Connection, code: str) -> str | None:
    """The variant that a GTIN of 8 to 14 digits, or else a SKU, names; None where none has it."""
    digits = code if code.isascii() and code.isdecimal() and len(code) in (8, 12, 13, 14) else ""
    found = (variant_by_gtin(connection, digits.zfill(14)) if digits else None) or variant_by_sku(connection, code)
    return found[1] if found else None
