"""A product for the customer's page, with the store an address names; see `shelf.source` for what it is asked for."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from clienteling.catalogue import products as catalogue
from clienteling.catalogue.at_shelf import ShelfBodies, tell_at_shelf
from clienteling.catalogue.places import store_of
from clienteling.catalogue.prices import promotions_of
from clienteling.domain.promotions import Promotion
from clienteling.domain.store_stem import location_of_stem
from clienteling.domain.views import ProductBrief, ProductView, StoreView
from clienteling.store.ask import ask, ask_column, json_list
from clienteling.store.name_index import this_store_id
from clienteling.store.queries_product import held_elsewhere, rating
from clienteling.store.queries_records import all_bodies, bodies
from clienteling.store.queries_stock import stock_here
from sync.protocol.kinds import Body, Kind
from sync.protocol.search_keys import plain_words
from sync.protocol.times import to_microseconds

_ALIKE_READ: Final = 24
"""Products with the words of a category are read to find some of exactly that category."""

Found = tuple[ProductView, str, StoreView | None, tuple[ProductBrief, ...], datetime | None]


def shelf_product(
    connection: Connection, gtin14: str, *, stem: str | None, similar: int, now: datetime
) -> Found | None:
    """Product, variant id, store, at most `similar` others of its category, and when the clock changes this.

    None where no product on sale has the GTIN. Without a stem the store is the one this device stands in.
    """
    named = ask(connection, _BY_GTIN, (gtin14,))
    if not named:
        return None
    product_id, variant_id = named[0]
    own_id = this_store_id(connection)
    places = {one["id"]: one for one in all_bodies(connection, Kind.LOCATION)}
    stores = {key: store_of(key, one) for key, one in places.items() if one.get("place", "store") == "store"}
    store = stores.get(own_id or "") if stem is None else location_of_stem(stem, stores.values())
    here = store.id if store else None
    product = bodies(connection, Kind.PRODUCT, (product_id,))[product_id]
    goes_with, alike = _beside(connection, product, similar)
    beside = [one["id"] for one in (*goes_with, *alike)]
    stock = bodies(connection, Kind.STOCK, ask_column(connection, _STOCK, (product_id, own_id)))
    held = held_elsewhere(connection, product_id, own_id, now)
    found = ShelfBodies(
        product=product,
        goes_with=goes_with,
        similar=alike,
        prices=bodies(connection, Kind.PRICE, (product_id, *beside)),
        promotions=_promotions_to_come(connection, now),
        places=places,
        stock=catalogue.stock_lines(stock.values(), places, here=here, held=held),
        available_here=_available(connection, beside, own_id) if here == own_id else {},
        rating=rating(connection, product_id),
    )
    told = tell_at_shelf(found, store_id=here, now=now)
    return told.product, variant_id, store, told.similar, told.changes_at


_BY_GTIN: Final = (
    "SELECT variant.product_id, variant.id FROM variant JOIN product_entry AS entry ON entry.id = variant.product_id"
    " WHERE variant.gtin = ? AND variant.gtin <> '' AND entry.shown ORDER BY variant.id LIMIT 1"
)
_STOCK: Final = "SELECT id FROM stock_here WHERE product_id = ? AND store_id = ?"
_ON_SALE: Final = "SELECT id FROM product_entry WHERE shown AND id IN (SELECT value FROM json_each(?))"
_ALIKE: Final = (
    "SELECT entry.id FROM product_search JOIN product_entry AS entry ON entry.row = product_search.rowid"
    " WHERE product_search MATCH ? AND entry.shown AND entry.id <> ? LIMIT ?"
)


def freshness(connection: Connection) -> str:
    """Changes with every page pulled and every entry applied, in whatever process."""
    row = ask(connection, "SELECT cursor, applied_n, acked_n FROM meta")
    return hashlib.blake2s(repr(row).encode(), digest_size=12).hexdigest()


def _beside(connection: Connection, product: Body, similar: int) -> tuple[list[Body], list[Body]]:
    """What goes with the product, and others of its category; those on sale alone."""
    goes_with: Sequence[str] = product.get("goes_with") or ()
    on_sale = set(ask_column(connection, _ON_SALE, (json_list(goes_with),)))
    category = product.get("category") or ""
    words = " AND ".join(f'"{word}"' for word in plain_words(category))
    alike = ask_column(connection, _ALIKE, (words, product["id"], _ALIKE_READ)) if words and similar else []
    found = bodies(connection, Kind.PRODUCT, [*on_sale, *alike])
    same = [found[one] for one in alike if found[one].get("category") == category and one not in on_sale]
    return [found[one] for one in goes_with if one in on_sale], same[:similar]


def _promotions_to_come(connection: Connection, now: datetime) -> tuple[Promotion, ...]:
    """Those that run or will run."""
    ids = ask_column(connection, "SELECT id FROM promotion_entry WHERE ends_at > ?", (to_microseconds(now),))
    return promotions_of(bodies(connection, Kind.PROMOTION, ids).values())


def _available(connection: Connection, product_ids: Sequence[str], own_id: str | None) -> dict[str, int | None]:
    stock = stock_here(connection, product_ids, store_id=own_id)
    return {one: stock.of(one, None).available for one in product_ids}
