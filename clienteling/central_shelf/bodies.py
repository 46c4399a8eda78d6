"""What one page is told from, read in one snapshot of the central database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from clienteling.catalogue import products as catalogue
from clienteling.catalogue.at_shelf import ShelfBodies
from clienteling.catalogue.places import store_of
from clienteling.catalogue.prices import promotions_of
from clienteling.domain.promotions import Promotion
from clienteling.domain.views import LocationStock, StoreView
from clienteling.shelf.source import MAX_SIMILAR
from sync.central_api import catalogue_reading as reading
from sync.central_api.catalogue_entries import is_on_sale
from sync.central_api.hold_rules import own_level
from sync.protocol.ids import stock_id
from sync.protocol.kinds import Body, Kind
from sync.protocol.stock_level import HELD, free_pieces, is_counted_later

MAX_STOCK_READ: Final = 400
"""Stock records read for an address that names no store: of 10 sizes in 40 stores."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all pages share and a retailer has little of."""

    places: Mapping[str, Body]
    stores: Mapping[str, StoreView]
    promotions: tuple[Promotion, ...]


def read_shared(connection: Connection) -> Shared:
    """As it is in this snapshot."""
    places = reading.read_all_shown(connection, Kind.LOCATION)
    stores = {key: store_of(key, one) for key, one in places.items() if one.get("place", "store") == "store"}
    return Shared(places, stores, promotions_of(reading.read_all_shown(connection, Kind.PROMOTION).values()))


def read_bodies(
    connection: Connection, product_id: str, shared: Shared, store: StoreView | None, now: datetime
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
    connection: Connection, product: Body, beside: Sequence[Body], shared: Shared, store: StoreView | None
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
    connection: Connection, stock: Iterable[Body], shared: Shared, store: StoreView
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


def _own_levels(connection: Connection, variants: Sequence[str], shared: Shared) -> list[Body]:
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
