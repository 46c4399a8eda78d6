"""The whole retailer, put together in the one order in which its parts depend on each other."""

from dataclasses import dataclass
from datetime import date

from build_scripts.demo_retailer import catalogue, intentions, loyalty, offers, people, stock
from build_scripts.demo_retailer.first_minute import Cart, Pickup, Scenes, Script, Wish, play
from build_scripts.demo_retailer.model import Cast, Customer, Day, Order, Product, Promotion, Variant, seeded
from build_scripts.demo_retailer.reviews import Review, reviews
from build_scripts.demo_retailer.trade import OrderMaker, Shop, all_orders


@dataclass(frozen=True, slots=True)
class Retailer:
    """Everything the export files are written from."""

    day: Day
    cast: Cast
    people: tuple[Customer, ...]
    products: tuple[Product, ...]
    variants: tuple[Variant, ...]
    promotions: tuple[Promotion, ...]
    orders: tuple[Order, ...]
    pickups: tuple[Pickup, ...]
    wishes: tuple[Wish, ...]
    carts: tuple[Cart, ...]
    levels: tuple[stock.Level, ...]
    members: tuple[loyalty.Member, ...]
    vouchers: tuple[intentions.Voucher, ...]
    enquiries: tuple[intentions.Enquiry, ...]
    reviews: tuple[Review, ...]


def build(seed: int, today: date) -> Retailer:
    """The retailer of that seed as it stands on that day: the same arguments, the same retailer."""
    day = Day(today)
    cast, everyone = people.everyone(seed, day)
    products = catalogue.products()
    variants = catalogue.variants(products)
    promotions = offers.promotions(day)
    shop = Shop(seeded(seed, "shop"), variants, promotions)
    by_sku = {variant.sku: variant for variant in variants}
    scenes = Scenes()

    def by_hand(maker: OrderMaker) -> list[Order]:
        nonlocal scenes
        scenes = play(Script(day, cast, maker, by_sku), everyone)
        return scenes.orders

    orders = all_orders(seed, day, everyone, shop=shop, by_hand=by_hand)
    levels = stock.levels(seed, variants, orders, fixed=scenes.stock)
    on_hand = {(level.variant.sku, level.place.code): level.on_hand or 0 for level in levels}
    belongs = intentions.belonging(everyone, orders)
    return Retailer(
        day=day, cast=cast, people=everyone, products=products, variants=variants, promotions=promotions, orders=orders,
        pickups=_pickups(orders, scenes), levels=levels,
        wishes=intentions.wishes(seed, day, everyone, shop=shop, belongs=belongs, on_hand=on_hand, scenes=scenes),
        carts=intentions.carts(seed, day, everyone, shop=shop, belongs=belongs, scenes=scenes),
        members=loyalty.members(seed, day, everyone, orders=orders, cast=cast),
        vouchers=intentions.vouchers(seed, day, everyone, cast=cast),
        enquiries=intentions.enquiries(seed, day, orders, cast=cast),
        reviews=reviews(seed, day, orders),
    )  # fmt: skip


def _pickups(orders: tuple[Order, ...], scenes: Scenes) -> tuple[Pickup, ...]:
    """Every order for a store's counter: the hand-written ones that still wait, all others collected."""
    waiting = {(order.customer, order.at): (status, since) for status, since, order in scenes.pickups}
    made = []
    for order in orders:
        if order.pickup_at is None or order.cancelled_at is not None:
            continue
        status, since = waiting.get((order.customer, order.at), ("collected", order.fulfilled_at or order.at))
        note = "Rak C, kotak krem" if status == "ready" else ""
        made.append(Pickup(order, order.pickup_at, status, since, note))
    return tuple(made)
