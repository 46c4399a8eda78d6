"""The customer's page from the central database: what `clienteling.shelf` asks of a store, read from its tables.

Nothing about a customer is ever read: all comes through `sync.central_api.catalogue_reading`, which knows products,
prices, promotions, reviews, locations and stock, and refuses the rest.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from clienteling.catalogue import products as catalogue
from clienteling.catalogue.at_shelf import ShelfBodies, tell_at_shelf
from clienteling.catalogue.places import store_of
from clienteling.catalogue.prices import promotions_of
from clienteling.domain.promotions import Promotion
from clienteling.domain.store_stem import location_of_stem
from clienteling.domain.views import LocationStock, ReviewOrder, ReviewView, StoreView
from clienteling.shelf.source import MAX_SIMILAR, ShelfProduct
from sync.central_api import catalogue_reading as reading
from sync.central_api.catalogue_entries import is_on_sale
from sync.central_api.catalogue_reading import Mark
from sync.central_api.database import CentralDatabase
from sync.central_api.hold_rules import own_level
from sync.protocol.ids import stock_id
from sync.protocol.kinds import Body, Kind
from sync.protocol.stock_level import HELD, free_pieces, is_counted_later

MAX_REVIEWS: Final = 100
MAX_STOCK_READ: Final = 400
"""Stock records read for an address that names no store: of 10 sizes in 40 stores."""


@dataclass(slots=True)
class _Shared:
    """What all pages share and a retailer has little of, as it was at `mark`."""

    mark: Mark
    places: Mapping[str, Body]
    stores: Mapping[str, StoreView]
    promotions: tuple[Promotion, ...]
    by_stem: dict[str, StoreView] = field(default_factory=dict)

    def store(self, stem: str | None) -> StoreView | None:
        """The store that the stem leads to. Only stems that lead somewhere are remembered: anybody may ask for any."""
        if stem is None:
            return None
        wanted = stem.upper()
        if wanted in self.by_stem:
            return self.by_stem[wanted]
        found = location_of_stem(stem, self.stores.values())
        if found is not None:
            self.by_stem[wanted] = found
        return found


class CentralShelf:
    """A `ShelfSource` over the central database.

    An address without a store is read at home: it is told every store's own stock, where there are not too many.
    """

    def __init__(self, database: CentralDatabase, *, read_picture: Callable[[str], bytes | None]) -> None:
        """`read_picture`: a picture's file by its name, None where there is none of that name."""
        self._database = database
        self._read_picture = read_picture
        self._shared: _Shared | None = None

    def freshness(self, stem: str | None) -> str:
        with self._database.reading() as connection:
            shared = self._read_shared(connection)
            store = shared.store(stem)
            of_stock = reading.stock_mark(connection, store.id if store else None)
        told = f"{shared.mark} {store.id if store else ''} {of_stock}"
        return hashlib.blake2s(told.encode(), digest_size=12).hexdigest()

    def find(self, gtin14: str, *, stem: str | None, now: datetime) -> ShelfProduct | None:
        with self._database.reading() as connection:
            named = reading.shown_variant(connection, gtin14)
            if named is None:
                return None
            shared = self._read_shared(connection)
            store = shared.store(stem)
            product_id, variant_id = named
            bodies = _read_bodies(connection, product_id, shared, store, now)
        told = tell_at_shelf(bodies, store_id=store.id if store else None, now=now)
        return ShelfProduct(told.product, variant_id, store, told.similar, told.changes_at)

    def reviews(
        self, product_id: str, *, order: ReviewOrder, stars: int | None, offset: int, limit: int
    ) -> tuple[ReviewView, ...]:
        page = max(0, offset), max(0, min(limit, MAX_REVIEWS))
        with self._database.reading() as connection:
            found = reading.review_page(
                connection, product_id, by=order.value, stars=stars, offset=page[0], limit=page[1]
            )
        return tuple(catalogue.review_view(review_id, body) for review_id, body in found)

    def picture(self, name: str) -> bytes | None:
        return self._read_picture(name)

    def _read_shared(self, connection: Connection) -> _Shared:
        """Read again only where it changed. Threads may read it twice; each has what its own snapshot has."""
        mark, known = reading.shared_mark(connection), self._shared
        if known is not None and known.mark == mark:
            return known
        places = reading.read_all_shown(connection, Kind.LOCATION)
        stores = {key: store_of(key, one) for key, one in places.items() if one.get("place", "store") == "store"}
        promotions = promotions_of(reading.read_all_shown(connection, Kind.PROMOTION).values())
        self._shared = _Shared(mark, places, stores, promotions)
        return self._shared


def _read_bodies(
    connection: Connection, product_id: str, shared: _Shared, store: StoreView | None, now: datetime
) -> ShelfBodies:
    product = reading.read_shown(connection, Kind.PRODUCT, (product_id,))[product_id]
    goes_with: Sequence[str] = product.get("goes_with") or ()
    alike = reading.shown_in_category(connection, product.get("category") or "", MAX_SIMILAR + 1 + len(goes_with))
    found = reading.read_shown(connection, Kind.PRODUCT, (*goes_with, *alike))
    beside = {one: body for one, body in found.items() if is_on_sale(body) and one != product_id}
    named_with = [beside[one] for one in goes_with if one in beside]
    similar = [beside[one] for one in alike if one in beside and one not in goes_with][:MAX_SIMILAR]
    lines, available_here = _read_stock(connection, product, (*named_with, *similar), shared, store)
    return ShelfBodies(
        product=product,
        goes_with=named_with,
        similar=similar,
        prices=reading.read_shown(connection, Kind.PRICE, (product_id, *beside)),
        promotions=[one for one in shared.promotions if one.ends_at > now],
        places=shared.places,
        stock=lines,
        available_here=available_here,
        rating=catalogue.rating_view(reading.count_ratings(connection, product_id)),
    )


Lines = dict[str, tuple[LocationStock, ...]]


def _read_stock(
    connection: Connection, product: Body, beside: Sequence[Body], shared: _Shared, store: StoreView | None
) -> tuple[Lines, dict[str, int | None]]:
    """The product's stock by variant, and what the store has of each product beside it."""
    variants = _variant_ids(product)
    if store is None:
        told = _own_levels(connection, variants, shared)
        return catalogue.stock_lines(told, shared.places, here=None), {}
    ids = {one["id"]: [stock_id(store.id, variant) for variant in _variant_ids(one)] for one in (product, *beside)}
    found = reading.read_shown(connection, Kind.STOCK, (one for of_product in ids.values() for one in of_product))
    stock = [found[one] for one in ids[product["id"]] if one in found]
    held = _held_elsewhere(connection, stock, shared, store)
    lines = catalogue.stock_lines(stock, shared.places, here=store.id, held=held)
    return lines, {one["id"]: _available([found[key] for key in ids[one["id"]] if key in found]) for one in beside}


def _variant_ids(product: Body) -> list[str]:
    return [one["id"] for one in product.get("variants") or () if one.get("id")]


def _available(stock: Iterable[Body]) -> int | None:
    levels = [level for level in map(own_level, stock) if level is not None]
    return sum(map(free_pieces, levels)) if levels else None


def _held_elsewhere(
    connection: Connection, stock: Iterable[Body], shared: _Shared, store: StoreView
) -> Counter[tuple[str, str]]:
    """Pieces held at other stores, by variant and place: what is held there is in that store's own stock alone."""
    wanted = {
        stock_id(place, one["variant_id"]): (one["variant_id"], place)
        for one in stock
        for place in one["levels"]
        if place != store.id and place in shared.stores
    }
    found = reading.read_shown(connection, Kind.STOCK, reading.stock_with_held(connection, list(wanted)))
    levels = {wanted[one]: own_level(body) for one, body in found.items()}
    return Counter({place: level.get(HELD) or 0 for place, level in levels.items() if level is not None})


def _own_levels(connection: Connection, variants: Sequence[str], shared: _Shared) -> list[Body]:
    """Each variant's stock with the level that each store has of its own; warehouses as whoever was told last."""
    stores = sorted(shared.stores)[: MAX_STOCK_READ // max(1, len(variants))]
    found = reading.read_shown(
        connection, Kind.STOCK, [stock_id(store_id, variant) for variant in variants for store_id in stores]
    )
    told: dict[str, dict[str, Body]] = {variant: {} for variant in variants}
    for one in found.values():
        levels = told[one["variant_id"]]
        for place, level in one["levels"].items():
            if place == one["store_id"] or (place not in shared.stores and _is_latest(level, levels.get(place))):
                levels[place] = level
    return [{"variant_id": variant, "levels": levels} for variant, levels in told.items()]


def _is_latest(level: Body, known: Body | None) -> bool:
    return known is None or is_counted_later(level, known["as_of"])
