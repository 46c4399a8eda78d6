"""What one page is told from, read from the central database: what several pages share is read once and kept.

A product is beside a dozen others, and the same in every store; only its stock is each store's.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from clienteling.catalogue import products as catalogue
from clienteling.catalogue.at_shelf import ShelfBodies
from clienteling.central_shelf.kept import Kept
from clienteling.central_shelf.looking import Look, Looking
from clienteling.domain.views import LocationStock, RatingView, StoreView
from clienteling.shelf.source import MAX_SIMILAR
from sync.central_api import catalogue_reading as reading
from sync.central_api.catalogue_entries import is_on_sale
from sync.central_api.hold_rules import own_level
from sync.protocol.ids import stock_id
from sync.protocol.kinds import Body, Kind
from sync.protocol.stock_level import free_pieces, is_counted_later

MAX_STOCK_READ: Final = 400
"""Stock records read for an address that names no store: one in each of so many stores."""
_ALIKE_READ: Final = 24
"""Of a category; those that go with the product are told apart from them."""
_MOST_PRODUCTS: Final = 600
"""Some 15 kB each."""
_MOST_NUMBERS: Final = 10_000

Lines = dict[str, tuple[LocationStock, ...]]


@dataclass(frozen=True, slots=True)
class _Goods:
    """A product's body and that of its price, None where there is none."""

    product: Body | None
    price: Body | None

    @property
    def is_on_sale(self) -> bool:
        return self.product is not None and is_on_sale(self.product)


class BodiesReader:
    """Reads what pages are told from. Thread-safe."""

    def __init__(self, looking: Looking) -> None:
        self._goods: Kept[str, _Goods] = Kept(looking, _MOST_PRODUCTS)
        self._alike: Kept[str, list[str]] = Kept(looking, _MOST_PRODUCTS)
        self._ratings: Kept[str, RatingView] = Kept(looking, _MOST_PRODUCTS)
        self._available: Kept[tuple[str, str], int | None] = Kept(looking, _MOST_NUMBERS)

    def read(
        self,
        connection: Connection,
        look: Look,
        product_id: str,
        now: datetime,
        *,
        store: StoreView | None,
        variant_id: str,
    ) -> ShelfBodies:
        """Of a product that is on sale. `connection`: a snapshot that is no older than the look.

        `variant_id`: the one whose stock is told where there is no store, and the others' is not.
        """
        own = self._read_goods(connection, look, (product_id,))[product_id]
        product = own.product or {}
        goes_with: Sequence[str] = product.get("goes_with") or ()
        alike = self._read_alike(connection, look, product.get("category") or "")
        beside = self._read_goods(connection, look, (*goes_with, *alike))
        sold = {one: goods for one, goods in beside.items() if goods.is_on_sale and one != product_id}
        named_with = [sold[one].product or {} for one in goes_with if one in sold]
        similar = [sold[one].product or {} for one in alike if one in sold and one not in goes_with][:MAX_SIMILAR]
        here = (*named_with, *similar)
        return ShelfBodies(
            product=product,
            goes_with=named_with,
            similar=similar,
            prices={one: goods.price for one, goods in {**sold, product_id: own}.items() if goods.price is not None},
            promotions=[one for one in look.shared.promotions if one.ends_at > now],
            places=look.shared.places,
            stock=_stock_at(connection, look, product, store)
            if store
            else _stock_everywhere(connection, look, variant_id),
            available_here=self._read_available(connection, look, here, store) if store else {},
            rating=self._read_rating(connection, look, product_id),
        )

    def _read_goods(self, connection: Connection, look: Look, ids: Iterable[str]) -> dict[str, _Goods]:
        wanted = list(dict.fromkeys(ids))
        found = {one: entry.thing for one in wanted if (entry := self._goods.get(one)) is not None}
        missing = [one for one in wanted if one not in found]
        if missing:
            products = reading.read_shown(connection, Kind.PRODUCT, missing)
            prices = reading.read_shown(connection, Kind.PRICE, missing)
            for one in missing:
                found[one] = self._goods.keep(one, _Goods(products.get(one), prices.get(one)), look, (one,))
        return found

    def _read_alike(self, connection: Connection, look: Look, category: str) -> list[str]:
        entry = self._alike.get(category)
        if entry is not None:
            return entry.thing
        alike = reading.shown_in_category(connection, category, _ALIKE_READ)
        return self._alike.keep(category, alike, look, frozenset(alike), category)

    def _read_rating(self, connection: Connection, look: Look, product_id: str) -> RatingView:
        entry = self._ratings.get(product_id)
        if entry is not None:
            return entry.thing
        rating = catalogue.rating_view(reading.count_ratings(connection, product_id))
        return self._ratings.keep(product_id, rating, look, (product_id,))

    def _read_available(
        self, connection: Connection, look: Look, products: Sequence[Body], store: StoreView
    ) -> dict[str, int | None]:
        """What the store has of each product."""
        known = {one["id"]: self._available.get((store.id, one["id"])) for one in products}
        found = {product_id: entry.thing for product_id, entry in known.items() if entry is not None}
        ids = {one["id"]: _stock_ids(store.id, one) for one in products if one["id"] not in found}
        stock = (
            reading.read_shown(connection, Kind.STOCK, (key for keys in ids.values() for key in keys)) if ids else {}
        )
        for product_id, keys in ids.items():
            count = _available([stock[key] for key in keys if key in stock])
            found[product_id] = self._available.keep((store.id, product_id), count, look, (product_id,))
        return found


def _stock_at(connection: Connection, look: Look, product: Body, store: StoreView) -> Lines:
    """The product's stock by variant. What is held at another store is in that store's own stock alone."""
    found = reading.read_shown(connection, Kind.STOCK, _stock_ids(store.id, product))
    elsewhere = {key: pieces for key, pieces in look.held.items() if key[1] != store.id}
    return catalogue.stock_lines(found.values(), look.shared.places, here=store.id, held=Counter(elsewhere))


def _variant_ids(product: Body) -> list[str]:
    return [one["id"] for one in product.get("variants") or () if one.get("id")]


def _stock_ids(store_id: str, product: Body) -> list[str]:
    return [stock_id(store_id, variant) for variant in _variant_ids(product)]


def _available(stock: Iterable[Body]) -> int | None:
    levels = [level for level in map(own_level, stock) if level is not None]
    return sum(map(free_pieces, levels)) if levels else None


def _stock_everywhere(connection: Connection, look: Look, variant_id: str) -> Lines:
    """The variant's stock with the level that each store has of its own; warehouses as whoever was told last."""
    all_stores = look.shared.stores
    ids = [stock_id(store_id, variant_id) for store_id in sorted(all_stores)[:MAX_STOCK_READ]]
    levels: dict[str, Body] = {}
    for one in reading.read_shown(connection, Kind.STOCK, ids).values():
        for place, level in one["levels"].items():
            if place == one["store_id"] or (place not in all_stores and _is_latest(level, levels.get(place))):
                levels[place] = level
    told = {"variant_id": variant_id, "levels": levels}
    return catalogue.stock_lines([told], look.shared.places, here=None)


def _is_latest(level: Body, known: Body | None) -> bool:
    return known is None or is_counted_later(level, known["as_of"])
