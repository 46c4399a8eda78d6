"""A product as it is told at the shelf: prices here, stock everywhere with its age, reviews, what holds where."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from clienteling.catalogue import products as catalogue
from clienteling.domain.views import (
    HoldStatus,
    LocationStock,
    ProductBrief,
    ProductView,
    PromotionView,
    RatingView,
    ReviewOrder,
    ReviewView,
)
from clienteling.store.ask import ask, ask_column
from clienteling.store.name_index import this_store_id
from clienteling.store.product_index import sku_key
from clienteling.store.queries_holds import held_pieces
from clienteling.store.queries_prices import prices_here, running_promotions
from clienteling.store.queries_records import bodies, body, location_names
from clienteling.store.queries_stock import stock_here
from sync.protocol.kinds import Kind
from sync.protocol.search_keys import MAX_TYPED_CHARACTERS, MAX_TYPED_WORDS, plain_words

MAX_PAGE = 100


def product_view(connection: Connection, product_id: str, *, now: datetime) -> ProductView | None:
    """The product; None where it is not on this device."""
    found = body(connection, Kind.PRODUCT, product_id)
    if found is None:
        return None
    store_id = this_store_id(connection)
    return catalogue.product_view(
        found,
        prices=prices_here(connection, (product_id,), store_id=store_id, now=now),
        stock=_stock_lines(connection, product_id, store_id, held_elsewhere(connection, product_id, store_id, now)),
        rating=rating(connection, product_id),
        promotions=_promotions(connection, product_id, store_id, now),
        goes_with=product_briefs(connection, found.get("goes_with") or (), now=now),
    )


def held_elsewhere(
    connection: Connection, product_id: str, store_id: str | None, now: datetime
) -> Counter[tuple[str, str]]:
    """Pieces held at other stores for customers who are on this device, by variant and place.

    What is held at a store is in its own stock alone; others are told the platform's number.
    """
    held: Counter[tuple[str, str]] = Counter()
    for one in held_pieces(connection, product_id, now=now):
        if one.status is HoldStatus.CONFIRMED and one.location_id != store_id:
            held[one.variant_id, one.location_id] += one.quantity
    return held


def _stock_lines(
    connection: Connection, product_id: str, store_id: str | None, held: Counter[tuple[str, str]]
) -> dict[str, tuple[LocationStock, ...]]:
    """What this store was told of each variant, by variant id, less what is `held` elsewhere by variant and place."""
    ids = ask_column(
        connection, "SELECT id FROM stock_here WHERE product_id = ? AND store_id = ?", (product_id, store_id)
    )
    found = bodies(connection, Kind.STOCK, ids)
    places = bodies(connection, Kind.LOCATION, {place for one in found.values() for place in one.get("levels") or {}})
    return catalogue.stock_lines(found.values(), places, here=store_id, held=held)


def _promotions(
    connection: Connection, product_id: str, store_id: str | None, now: datetime
) -> tuple[PromotionView, ...]:
    """Those running for the product, those that hold here first, then by their end."""
    running = [one for one in running_promotions(connection, now) if one.covers(product_id)]
    names = location_names(connection, {place for one in running for place in one.location_ids})
    return catalogue.promotion_views(running, names, store_id=store_id, now=now)


def rating(connection: Connection, product_id: str) -> RatingView:
    """How the product was rated, from all its reviews."""
    counted = ask(
        connection, "SELECT rating, count(*) FROM review_entry WHERE product_id = ? GROUP BY rating", (product_id,)
    )
    return catalogue.rating_view((stars, count) for stars, count in counted)


_OF_ITS_BODY = "(SELECT {} FROM record WHERE kind = 'review' AND record.id = review_entry.id) DESC"
_MOST_VOTES = _OF_ITS_BODY.format("coalesce(body ->> '$.helpful', 0)")
_LONGEST = _OF_ITS_BODY.format("length(body ->> '$.text')")
_ORDERS = {
    ReviewOrder.NEWEST: "written_at DESC, id",
    ReviewOrder.CRITICAL_FIRST: "rating, written_at DESC, id",
    ReviewOrder.HELPFUL: f"{_MOST_VOTES}, {_LONGEST}, written_at DESC, id",
}
_REVIEWS = {
    order: f"SELECT id FROM review_entry WHERE product_id = ? ORDER BY {columns} LIMIT ? OFFSET ?"  # noqa: S608
    for order, columns in _ORDERS.items()
}
_REVIEWS_BY_STARS = {
    order: f"SELECT id FROM review_entry WHERE product_id = ? AND rating = ? ORDER BY {columns} LIMIT ? OFFSET ?"  # noqa: S608
    for order, columns in _ORDERS.items()
}


def review_views(
    connection: Connection,
    product_id: str,
    *,
    order: ReviewOrder,
    stars: int | None = None,
    offset: int = 0,
    limit: int = 20,
) -> tuple[ReviewView, ...]:
    """A page of reviews; `stars` leaves only those with so many, in the same order."""
    page = (max(0, min(limit, MAX_PAGE)), max(0, offset))
    if stars is None:
        ids = ask_column(connection, _REVIEWS[order], (product_id, *page))
    else:
        ids = ask_column(connection, _REVIEWS_BY_STARS[order], (product_id, stars, *page))
    found = bodies(connection, Kind.REVIEW, ids)
    return tuple(catalogue.review_view(one, found[one]) for one in ids if one in found)


def product_briefs(connection: Connection, product_ids: Sequence[str], *, now: datetime) -> tuple[ProductBrief, ...]:
    """Those of the products that are here, in the order given."""
    store_id = this_store_id(connection)
    products = bodies(connection, Kind.PRODUCT, product_ids)
    prices = prices_here(connection, products, store_id=store_id, now=now)
    stock = stock_here(connection, products, store_id=store_id)
    return tuple(
        catalogue.product_brief(products[one], prices=prices, available_here=stock.of(one, None).available)
        for one in dict.fromkeys(product_ids)
        if one in products
    )


def search_products(connection: Connection, text: str, limit: int, *, now: datetime) -> tuple[ProductBrief, ...]:
    """Products on sale that have every word typed, as a beginning, in name, brand, category, tags or SKU."""
    return product_briefs(connection, matching_product_ids(connection, text, max(0, min(limit, MAX_PAGE))), now=now)


def matches_products(connection: Connection, text: str) -> bool:
    """Whether `search_products` would find any."""
    return bool(matching_product_ids(connection, text, 1))


def matching_product_ids(connection: Connection, text: str, limit: int) -> list[str]:
    """Ids of what `search_products` finds, at most `limit`."""
    cut = text[:MAX_TYPED_CHARACTERS]
    words = plain_words(cut)[:MAX_TYPED_WORDS]
    if not words:
        return []
    expression = " AND ".join(f'"{word}"*' for word in words)
    together = sku_key(cut).casefold()
    if len(words) > 1 and together:
        expression = f'({expression}) OR "{together}"*'
    return ask_column(
        connection,
        "SELECT entry.id FROM product_search JOIN product_entry AS entry ON entry.row = product_search.rowid"
        " WHERE product_search MATCH ? AND entry.shown LIMIT ?",
        (expression, limit),
    )


def variant_by_gtin(connection: Connection, gtin: str) -> tuple[str, str] | None:
    """(product id, variant id) of the variant with this GTIN, 14 digits; of several the first by id."""
    rows = ask(
        connection, "SELECT product_id, id FROM variant WHERE gtin = ? AND gtin <> '' ORDER BY id LIMIT 1", (gtin,)
    )
    return (rows[0][0], rows[0][1]) if rows else None


def variant_by_sku(connection: Connection, sku: str) -> tuple[str, str] | None:
    """(product id, variant id) of the variant with this SKU, however its hyphens and letters are typed."""
    key = sku_key(sku)
    rows = (
        ask(connection, "SELECT product_id, id FROM variant WHERE sku_key = ? ORDER BY id LIMIT 1", (key,))
        if key
        else []
    )
    return (rows[0][0], rows[0][1]) if rows else None


def customer_by_loyalty(connection: Connection, key: str) -> str | None:
    """The one customer with this card; None where there is none, or more than one."""
    found = ask_column(
        connection, "SELECT customer_id FROM customer_key WHERE key_kind = 'loyalty' AND key = ? LIMIT 2", (key,)
    )
    return found[0] if len(found) == 1 else None


def all_product_pictures(connection: Connection) -> tuple[str, ...]:
    """Every picture the catalogue names, each once: what a device fetches to show them without a network."""
    return tuple(
        ask_column(
            connection,
            "SELECT part.value ->> '$.url' AS picture FROM record, json_each(record.body, '$.pictures') AS part"
            " WHERE record.kind = 'product' AND picture <> ''"
            " UNION SELECT part.value ->> '$.picture' AS picture"
            " FROM record, json_each(record.body, '$.variants') AS part"
            " WHERE record.kind = 'product' AND picture <> ''",
        )
    )
