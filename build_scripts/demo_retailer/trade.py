"""Orders of two years: written by hand for the first minute (`first_minute`), drawn here for everyone else."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from build_scripts.demo_retailer.model import (
    ASSOCIATES,
    BANDUNG,
    STORES,
    WEB,
    Customer,
    Day,
    Line,
    Location,
    Order,
    Product,
    Promotion,
    Variant,
    seeded,
)
from build_scripts.demo_retailer.season import Season, a_clock, poisson

SPAN_DAYS = 730
WALK_INS = 170
FIRST_NUMBER = 1001
PAID_ONLINE = ("Transfer bank", "Dompet digital", "Kartu kredit", "QRIS")
PAID_IN_STORE = ("QRIS", "Kartu debit", "Kartu kredit", "Tunai")
PARCELS = (("Reguler", 12_000, 14), ("Kirim besok", 25_000, 4), ("Kirim hari ini", 30_000, 2))
FREE_FROM = 500_000
BEST_SELLERS = {"kemeja-linen": 0.27, "kaus-pima": 0.2, "kerudung-voal": 0.19, "sepatu-kets-langkah": 0.17}
DEAR = 480_000


class Shop:
    """What can be bought, how popular it is, and at which price at a time and place."""

    def __init__(self, random: Random, variants: Sequence[Variant], promotions: Sequence[Promotion]) -> None:
        self.promotions = promotions
        self._by_handle: dict[str, list[Variant]] = {}
        for variant in variants:
            self._by_handle.setdefault(variant.product.handle, []).append(variant)
        self._handles = tuple(self._by_handle)
        weights = [1 / (rank + 4) for rank in range(len(self._handles))]
        random.shuffle(weights)
        self._weights = [
            BEST_SELLERS.get(handle, weight * (0.3 if self._by_handle[handle][0].product.price >= DEAR else 1.0))
            for handle, weight in zip(self._handles, weights, strict=True)
        ]

    def line(self, variant: Variant, place: Location, at: datetime, quantity: int = 1) -> Line:
        """A line at the regular price, with the best promotion of that moment as its discount."""
        full = variant.product.price
        holding = [offer for offer in self.promotions if offer.holds(variant.product.handle, place, at)]
        best = min((offer.price(full) for offer in holding), default=full)
        return Line(variant, quantity, full, (full - best) * quantity)

    def a_variant(self, random: Random, customer: Customer | None) -> Variant:
        """Something this person would take: a popular thing, in their size where we know it."""
        choices = self._by_handle[random.choices(self._handles, weights=self._weights)[0]]
        wanted = _size_for(choices[0].product, customer)
        fitting = [variant for variant in choices if variant.option == wanted]
        return random.choice(fitting if fitting and random.random() < 0.9 else choices)


def _size_for(product: Product, customer: Customer | None) -> str:
    if customer is None:
        return ""
    match product.review_group:
        case "top":
            return customer.size_top
        case "bottom":
            return customer.size_bottom
        case "shoe":
            return customer.size_shoe
        case _:
            return ""


class OrderMaker:
    """Draws orders; one for a whole run, so that popularity and staff are the same for all."""

    def __init__(self, random: Random, day: Day, shop: Shop) -> None:
        self.random, self.day, self.shop = random, day, shop
        first, last = day.today - timedelta(days=SPAN_DAYS), day.today - timedelta(days=1)
        self.seasons = {online: Season(first, last, online=online) for online in (False, True)}

    def of(self, customer: Customer) -> list[Order]:
        """All orders of one customer."""
        start = max(customer.since, self.day.today - timedelta(days=SPAN_DAYS))
        years = (self.day.today - start).days / 365.25
        count = max(1, poisson(self.random, customer.orders_a_year * years)) if customer.orders_a_year else 0
        return [self._drawn(customer, start) for _ in range(count)]

    def walk_in(self) -> Order:
        """An order in a store by someone who left no name."""
        return self._drawn(None, self.day.today - timedelta(days=SPAN_DAYS))

    def _drawn(self, customer: Customer | None, start: date) -> Order:
        random = self.random
        online = customer is not None and random.random() < customer.online_share
        place = WEB if online else self._store(customer)
        on = self.seasons[online].a_day(random, since=start)
        at = self.day.ago((self.day.today - on).days, a_clock(random, online=online), place)
        at += timedelta(seconds=random.randint(0, 59))
        lines = self._lines(customer, place, at)
        order = Order(customer=customer, at=at, place=place, lines=lines, financial="paid", fulfilment="fulfilled")
        order = self._with_code(order)
        return self._online(order) if online else self._in_store(order)

    def _store(self, customer: Customer | None) -> Location:
        if customer is None or customer.home is None:
            return self.random.choice(STORES)
        if customer.second is not None and self.random.random() < 0.3:
            return customer.second
        return customer.home

    def _lines(self, customer: Customer | None, place: Location, at: datetime) -> tuple[Line, ...]:
        random = self.random
        wanted: dict[str, Line] = {}
        for _ in range(random.choices((1, 2, 3, 4), weights=(52, 29, 13, 6))[0]):
            variant = self.shop.a_variant(random, customer)
            quantity = (
                random.choice((2, 4, 6)) if variant.product.review_group == "ceramic" and random.random() < 0.4 else 1
            )
            wanted[variant.sku] = self.shop.line(variant, place, at, quantity)
        return tuple(wanted.values())

    def _with_code(self, order: Order) -> Order:
        """The order with a code typed at the till, now and then."""
        drawn = self.random.random()
        if order.discount or drawn > 0.11:
            return order
        if drawn < 0.05:
            return replace(order, code="SELAMATDATANG", code_discount=round(order.subtotal * 0.1))
        if order.subtotal >= 250_000:
            return replace(order, code="ULANGTAHUN50", code_discount=50_000)
        return order

    def _in_store(self, order: Order) -> Order:
        random = self.random
        staff = [who.name for who in ASSOCIATES if who.location == order.place and who.active]
        if order.place == BANDUNG and (self.day.closing - order.at).days > 200:
            staff = [who.name for who in ASSOCIATES if who.location == BANDUNG]
        order = replace(
            order, employee=random.choice(staff), fulfilled_at=order.at, payment=random.choice(PAID_IN_STORE)
        )
        return self._maybe_returned(order, 0.03)

    def _online(self, order: Order) -> Order:
        random, age = self.random, (self.day.closing - order.at).days
        order = replace(order, payment=random.choice(PAID_ONLINE))
        if random.random() < 0.04:
            cancelled = order.at + timedelta(hours=random.randint(1, 30))
            if cancelled < self.day.closing:
                return replace(order, financial="voided", fulfilment="unfulfilled", cancelled_at=cancelled)
        home = order.customer.home if order.customer else None
        if home is not None and random.random() < 0.18 and age > 12:
            return self._collected(order, home)
        method, fee, slowest_h = random.choices(PARCELS, weights=[weight for *_, weight in PARCELS])[0]
        shipped = order.at + timedelta(hours=random.randint(3, 12 + 4 * slowest_h))
        order = replace(order, shipping_method=method, shipping=0 if order.subtotal >= FREE_FROM else fee)
        if shipped > self.day.closing:
            waiting = order.payment == "Transfer bank" and age < 1
            return replace(order, financial="pending" if waiting else "paid", fulfilment="unfulfilled")
        return self._maybe_returned(replace(order, fulfilled_at=shipped), 0.06)

    def _collected(self, order: Order, store: Location) -> Order:
        taken = order.at + timedelta(days=self.random.randint(2, 8), hours=self.random.randint(0, 3))
        return replace(
            order, pickup_at=store, shipping_method=pickup_method(store), fulfilled_at=taken, tags=("pickup",)
        )

    def _maybe_returned(self, order: Order, share: float) -> Order:
        drawn = self.random.random()
        if drawn > share:
            return order
        if drawn < share / 3 and len(order.lines) > 1:
            line = order.lines[0]
            back = min(
                order.total, line.price * line.quantity - line.discount - round(order.code_discount / len(order.lines))
            )
            return replace(order, financial="partially_refunded", refunded=back)
        return replace(order, financial="refunded", refunded=order.total)


def pickup_method(store: Location) -> str:
    """The shipping method of an order that waits in a store."""
    return f"Ambil di toko - {store.name}"


def all_orders(
    seed: int, day: Day, people: Sequence[Customer], *, shop: Shop, by_hand: Callable[[OrderMaker], list[Order]]
) -> tuple[Order, ...]:
    """Every order, numbered in the order they were placed."""
    maker = OrderMaker(seeded(seed, "orders"), day, shop)
    drawn = [order for customer in people for order in maker.of(customer)]
    drawn += [maker.walk_in() for _ in range(WALK_INS)]
    placed = sorted([*drawn, *by_hand(maker)], key=lambda order: (order.at, order.total))
    return tuple(replace(order, number=FIRST_NUMBER + at) for at, order in enumerate(placed))
