"""Today: at most six things to tell customers, one of each kind first, who was served last, and the store's own day.

Each kind is read newest first through its own index and stops after a few; nothing reads all customers or all orders.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from sqlalchemy import Connection

from clienteling.catalogue.fields import find_variant, moment, option_values
from clienteling.domain.promotions import Promotion
from clienteling.domain.store_day import day_bounds, local_day
from clienteling.domain.views import CardKind, LookupRow, MatchReason, StoreView, TodayCard, TodayView
from clienteling.store.ask import ask, ask_column
from clienteling.store.queries_consents import reach_for_offers, refused_for_service
from clienteling.store.queries_orders import cart_total
from clienteling.store.queries_prices import prices_here, running_promotions
from clienteling.store.queries_records import at_microseconds, bodies, store_view
from clienteling.store.queries_serving import appointments_of_day, follow_ups_due
from clienteling.store.queries_stock import stock_here
from clienteling.store.queries_wishlist import item_words
from clienteling.store.search import lookup_rows, rows_of_customers
from sync.protocol.bodies.people import RESTRICTED
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import to_microseconds

MAX_CARDS = 6
MAX_RECENT = 12
CART_FALLBACK = timedelta(days=3)
_READ_OF_EACH = 12
_CARTS_READ = 48
_OFFERS_LOOKED_AT = 96
_LOOKED_AT_ONCE = 12
_WISHES_READ = 300
_WISHES_OF_ONE_PRODUCT = 20
_PRODUCTS_READ = 100

NO_STORE = StoreView(id="", name="", code="", city="", time_zone="Asia/Jakarta")


def today_view(
    connection: Connection, *, now: datetime, changed_here: Mapping[str, datetime] | None = None
) -> TodayView:
    """What this store can tell now. Before the first page: no store, no cards.

    `changed_here`: when somebody here last changed a customer's details, which their records do not tell.
    """
    store = store_view(connection)
    if store is None:
        return TodayView(NO_STORE, (), ())
    wishes = _agreed(connection, _wishes(connection, store, now))
    carts = _agreed(connection, _carts(connection, store, now))
    kinds = (_pickups(connection, store), wishes.cards, carts.cards)
    day = local_day(now, store.time_zone)
    return TodayView(
        store,
        tuple(_one_of_each_first(kinds)),
        recent_customers(connection, store.id, changed_here or {}),
        follow_ups_due(connection, store, today=day),
        appointments_of_day(connection, store, today=day),
        len(wishes.left_out | carts.left_out),
    )


@dataclass(frozen=True, slots=True)
class _Agreed:
    """Cards of customers who agreed to be told of offers, and the ids of the others."""

    cards: list[TodayCard]
    left_out: frozenset[str]


def _agreed(connection: Connection, cards: Sequence[TodayCard]) -> _Agreed:
    """The first few that may be offered, with the channels for it; looked at in portions until there are enough."""
    kept: list[TodayCard] = []
    left_out: set[str] = set()
    for start in range(0, min(len(cards), _OFFERS_LOOKED_AT), _LOOKED_AT_ONCE):
        portion = cards[start : start + _LOOKED_AT_ONCE]
        people = bodies(connection, Kind.CUSTOMER, [one.customer_id for one in portion])
        by = reach_for_offers(connection, people)
        kept += [replace(one, by=by[one.customer_id]) for one in portion if one.customer_id in by]
        left_out.update(one.customer_id for one in portion if one.customer_id not in by)
        if len(kept) >= MAX_CARDS:
            break
    return _Agreed(kept, frozenset(left_out))


def recent_customers(
    connection: Connection, store_id: str, changed_here: Mapping[str, datetime]
) -> tuple[LookupRow, ...]:
    """Customers last served at this store, newest first: bought, collected, written about, or changed here."""
    rows = ask_column(connection, "SELECT customer_row FROM seen_here ORDER BY place LIMIT ?", (MAX_RECENT,))
    newest = heapq.nlargest(MAX_RECENT, changed_here, key=lambda one: changed_here[one])
    rows += rows_of_customers(connection, newest).values()
    people = lookup_rows(connection, dict.fromkeys(rows, MatchReason.NAME), store_id=store_id)
    served = [replace(one, last_visit_at=_last_served(one, changed_here)) for one in people]
    return tuple(sorted(served, key=lambda one: one.last_visit_at or EPOCH, reverse=True)[:MAX_RECENT])


def _last_served(row: LookupRow, changed_here: Mapping[str, datetime]) -> datetime | None:
    times = [at for at in (row.last_visit_at, changed_here.get(row.customer_id)) if at is not None]
    return max(times, default=None)


def _one_of_each_first(kinds: Sequence[Sequence[TodayCard]]) -> Iterator[TodayCard]:
    """The first of every kind, then the second of every kind, and so on, until there are enough."""
    in_turn = (card for turn in zip_longest(*kinds) for card in turn if card is not None)
    for _, card in zip(range(MAX_CARDS), in_turn, strict=False):
        yield card


def _named(connection: Connection, customer_ids: Iterable[str]) -> dict[str, Body]:
    """Customers who are here, are not merged into another, and did not ask that nothing of theirs be used."""
    found = bodies(connection, Kind.CUSTOMER, customer_ids)
    return {
        one: customer
        for one, customer in found.items()
        if not customer.get("alias_of") and not customer.get(RESTRICTED)
    }


def _pickups(connection: Connection, store: StoreView) -> list[TodayCard]:
    """Orders ready to be collected here, the one that became ready last in front."""
    waiting = ask(
        connection,
        "SELECT id, customer_id, since_at FROM pickup WHERE location_id = ? AND status = 'ready'"
        " ORDER BY since_at DESC LIMIT ?",
        (store.id, _READ_OF_EACH),
    )
    orders = bodies(connection, Kind.ORDER, [one[0] for one in waiting])
    people = _named(connection, [one[1] for one in waiting])
    not_by = refused_for_service(connection, people)
    cards = []
    for order_id, customer_id, since_at in waiting:
        if order_id in orders and customer_id in people:
            lines: list[Body] = orders[order_id].get("lines") or [{}]
            cards.append(
                TodayCard(
                    CardKind.PICKUP_READY,
                    customer_id,
                    people[customer_id].get("name", ""),
                    people[customer_id].get("salutation", ""),
                    item=lines[0].get("name", ""),
                    product_id=lines[0].get("product_id") or "",
                    order_number=orders[order_id].get("number", ""),
                    since_at=at_microseconds(since_at),
                    not_by=not_by[customer_id],
                )
            )
    return _one_for_each_customer(cards)


def _wishes(connection: Connection, store: StoreView, now: datetime) -> list[TodayCard]:
    """Wishes on promotion here and in stock here; those last wished for in front."""
    promotions = [one for one in running_promotions(connection, now) if one.holds_at(store.id, now)]
    wished = _wishes_on(connection, promotions)
    product_ids = {product_id for _, product_id, _, _ in wished}
    stock = stock_here(connection, product_ids, store_id=store.id)
    here = [one for one in wished if stock.of(one[1], one[2]).available]
    prices = prices_here(connection, {one[1] for one in here}, store_id=store.id, now=now)
    people = _named(connection, {one[0] for one in here})
    products = bodies(connection, Kind.PRODUCT, {one[1] for one in here})
    cards = []
    for customer_id, product_id, variant_id, _ in here:
        price, product = prices.of(product_id, variant_id), products.get(product_id)
        if price is None or price.promotion is None or product is None or customer_id not in people:
            continue
        level = stock.of(product_id, variant_id)
        options = option_values(product, find_variant(product, variant_id))
        cards.append(
            TodayCard(
                CardKind.WISHLIST_HERE,
                customer_id,
                people[customer_id].get("name", ""),
                people[customer_id].get("salutation", ""),
                item=item_words(product.get("name", ""), options),
                product_id=product_id,
                available=level.available or 0,
                as_of=level.as_of,
                promotion=price.promotion.name,
                promotion_en=price.promotion.name_en,
                ends_at=price.promotion.ends_at,
            )
        )
    return _one_for_each_customer(cards)


def _wishes_on(connection: Connection, promotions: Sequence[Promotion]) -> list[tuple[str, str, str | None, int]]:
    """(customer, product, variant, added at) of wishes the promotions cover, newest first, bounded."""
    if any(not one.product_ids for one in promotions):
        newest = "SELECT customer_id, product_id, variant_id, added_at FROM wish ORDER BY added_at DESC LIMIT ?"
        return [(a, b, c, d) for a, b, c, d in ask(connection, newest, (_WISHES_READ,))]
    named = sorted({product_id for one in promotions for product_id in one.product_ids})
    of_one = (
        "SELECT customer_id, product_id, variant_id, added_at FROM wish WHERE product_id = ?"
        " ORDER BY added_at DESC LIMIT ?"
    )
    wished = [
        (a, b, c, d)
        for product_id in named[:_PRODUCTS_READ]
        for a, b, c, d in ask(connection, of_one, (product_id, _WISHES_OF_ONE_PRODUCT))
    ]
    return sorted(wished, key=lambda one: -one[3])


def _carts(connection: Connection, store: StoreView, now: datetime) -> list[TodayCard]:
    """Carts last touched yesterday by the store's clock, newest first; where there is none, in the last three days."""
    yesterday = local_day(now, store.time_zone) - timedelta(days=1)
    first, end = day_bounds(yesterday, store.time_zone)
    return _carts_between(connection, first, end) or _carts_between(connection, now - CART_FALLBACK, now)


def _carts_between(connection: Connection, first: datetime, end: datetime) -> list[TodayCard]:
    left = ask(
        connection,
        "SELECT id, customer_id FROM cart WHERE updated_at >= ? AND updated_at < ? ORDER BY updated_at DESC LIMIT ?",
        (to_microseconds(first), to_microseconds(end), _CARTS_READ),
    )
    carts = bodies(connection, Kind.OPEN_CART, [one[0] for one in left])
    people = _named(connection, [one[1] for one in left])
    cards = []
    for cart_id, customer_id in left:
        if cart_id in carts and customer_id in people:
            pieces, total = cart_total(carts[cart_id])
            cards.append(
                TodayCard(
                    CardKind.CART_LEFT,
                    customer_id,
                    people[customer_id].get("name", ""),
                    people[customer_id].get("salutation", ""),
                    since_at=moment(carts[cart_id], "updated_at"),
                    pieces=pieces,
                    total=total,
                )
            )
    return _one_for_each_customer(cards)


def _one_for_each_customer(cards: Sequence[TodayCard]) -> list[TodayCard]:
    first: dict[str, TodayCard] = {}
    for card in cards:
        first.setdefault(card.customer_id, card)
    return list(first.values())
