"""What must be true on the demo's day: orders, wishes, carts and stock written by hand, for the cast and a few more.

The three cards of the Bandung store are exact; Surabaya and Denpasar get two of each kind, from people
Bandung never sees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from build_scripts.demo_retailer.model import (
    BANDUNG,
    DENPASAR,
    SURABAYA,
    WEB,
    Cast,
    Customer,
    Day,
    Location,
    Order,
    Variant,
)
from build_scripts.demo_retailer.trade import OrderMaker, pickup_method

OnHand = Mapping[tuple[str, str], int]
SCAN_SKU = "KEME-LINE-PTH-M"
BUDI_SKU = "SEPA-KETS-LANG-NVY-42"
SITI_WISHES = ("CELA-KULO-LINE-KRM-M", "BLUS-KATU-KERU-PNK-M", "LAMP-MEJA-ROTA", "SARU-BANT-TENU-TRK")
DEWI_CART = ("KARD-RAJU-KRM-S", "CELA-KULO-LINE-HTM-S", "TAS-JINJ-KANV-SGE")

_SITI, _AMINAH, _NURHAYATI, _KHADIJAH, _RAHMA = range(5)


@dataclass(frozen=True, slots=True)
class Wish:
    """Something somebody would like."""

    customer: Customer
    variant: Variant
    added_at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that was not paid for."""

    cart_id: str
    customer: Customer
    updated_at: datetime
    lines: tuple[tuple[Variant, int], ...]


@dataclass(frozen=True, slots=True)
class Pickup:
    """An order that waits, or waited, in a store."""

    order: Order
    location: Location
    status: str
    since_at: datetime
    note: str = ""


@dataclass(slots=True)
class Scenes:
    """The hand-written part; `stock` fixes what is on hand by (SKU, location code)."""

    orders: list[Order] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    carts: list[Cart] = field(default_factory=list)
    pickups: list[tuple[str, datetime, Order]] = field(default_factory=list)
    stock: dict[tuple[str, str], int] = field(default_factory=dict)


class Script:
    """Writes the scenes; holds what every line of them needs."""

    def __init__(self, day: Day, cast: Cast, maker: OrderMaker, variants: dict[str, Variant]) -> None:
        self.day, self.cast, self.maker, self.variants = day, cast, maker, variants
        self.scenes = Scenes()

    def bought(self, who: Customer, place: Location, days: int, clock: str, *skus: str, by: str = "") -> None:
        """An order that is over: taken along in a store, or sent by the web shop two days later."""
        at = self.day.ago(days, clock, place)
        lines = tuple(self.maker.shop.line(self.variants[sku], place, at) for sku in skus)
        order = Order(who, at, place, lines, "paid", "fulfilled", payment="QRIS", employee=by, fulfilled_at=at)
        if place == WEB:
            order = replace(
                order, shipping_method="Reguler", shipping=12_000, fulfilled_at=self.day.ago(days - 1, "15:20"),
                payment="Dompet digital",
            )  # fmt: skip
        self.scenes.orders.append(order)

    def to_collect(self, who: Customer, store: Location, status: str, days: int, clock: str, *skus: str) -> None:
        """A web order for a store's counter, placed two days before (new ones: just then) the status was set."""
        since = self.day.ago(days, clock, store)
        at = since if status == "new" else self.day.ago(days + 2, "19:42", WEB)
        lines = tuple(self.maker.shop.line(self.variants[sku], WEB, at) for sku in skus)
        order = Order(
            who, at, WEB, lines, "paid", "unfulfilled", payment="Transfer bank", shipping_method=pickup_method(store),
            pickup_at=store, tags=("pickup",),
        )  # fmt: skip
        self.scenes.orders.append(order)
        self.scenes.pickups.append((status, since, order))

    def wishes(self, who: Customer, days: int, clock: str, sku: str, channel: str = "online") -> None:
        """A wish written down on that day."""
        self.scenes.wishes.append(Wish(who, self.variants[sku], self.day.ago(days, clock), channel))

    def leaves_cart(self, who: Customer, days: int, clock: str, *skus: str) -> None:
        """A cart last touched on that day."""
        lines = tuple((self.variants[sku], 1) for sku in skus)
        number = f"cart-{9000 + len(self.scenes.carts)}"
        self.scenes.carts.append(Cart(number, who, self.day.ago(days, clock), lines))


def bandung(script: Script) -> None:
    """The three cards of the Bandung store, and five Sitis with a life each."""
    cast = script.cast
    siti = cast.siti
    script.bought(siti, BANDUNG, 12, "16:18", "TUNI-RAYO-SGE-M", by="Rina Marlina")
    script.bought(siti, WEB, 41, "20:55", "KERU-VOAL-KRM", "CANG-KERA-SGE")
    script.bought(siti, BANDUNG, 66, "13:05", "SAND-ANYA-CKL-38", by="Rina Marlina")
    script.bought(siti, SURABAYA, 131, "18:30", "GAUN-MIDI-LINE-SGE-M", by="Wulan Handayani")
    script.bought(siti, WEB, 256, "21:10", "GAMI-KATU-TSK-M", "PASM-KATU-KRM")
    script.bought(siti, BANDUNG, 385, "11:40", "KEME-OXFO-BMD-L", by="Agung Permana")
    script.bought(siti, BANDUNG, 613, "19:02", "KEBA-KUTU-MRN-M", by="Lilis Suryani")
    script.to_collect(siti, BANDUNG, "ready", 3, "09:10", SCAN_SKU)
    for sku, days in zip(SITI_WISHES, (9, 27, 58, 80), strict=True):
        script.wishes(siti, days, "20:31", sku, "Bandung" if days == 58 else "online")
    script.leaves_cart(siti, 6, "21:14", "CELE-LINE-TRK")
    script.bought(cast.sitis[_AMINAH], BANDUNG, 31, "12:20", "SEPR-KATU-PTH-180", by="Agung Permana")
    script.bought(cast.sitis[_AMINAH], BANDUNG, 204, "17:45", "MANG-KERA-TRK", by="Rina Marlina")
    script.bought(cast.sitis[_NURHAYATI], BANDUNG, 67, "19:50", "ROK-PLIS-LIL-S", "KAUS-PIMA-PTH-S", by="Rina Marlina")
    script.bought(cast.sitis[_NURHAYATI], BANDUNG, 298, "15:15", "SEPA-BALE-HTM-37", by="Rina Marlina")
    script.bought(cast.sitis[_KHADIJAH], BANDUNG, 118, "14:35", "OUTE-TENU-TRK-L", by="Lilis Suryani")
    script.bought(cast.sitis[_KHADIJAH], DENPASAR, 8, "17:25", "TOPI-PAND", by="Ni Kadek Ayu Lestari")
    script.bought(cast.sitis[_RAHMA], BANDUNG, 4, "20:05", "KAUS-GUNU-HTM-XL", by="Agung Permana")
    script.bought(cast.sitis[_RAHMA], WEB, 47, "22:12", "CELA-JOGE-HTM-XL")
    script.bought(cast.budi, BANDUNG, 38, "18:44", "CELA-CHIN-NVY-34", "IKAT-PING-KULI-CKL-L", by="Agung Permana")
    script.bought(cast.budi, BANDUNG, 162, "12:12", "KEME-OXFO-PTH-L", by="Rina Marlina")
    script.bought(cast.budi, WEB, 300, "06:48", "RANS-HARI-NVY")
    script.wishes(cast.budi, 15, "21:37", BUDI_SKU)
    script.bought(cast.dewi, BANDUNG, 23, "19:22", "KERU-VOAL-LIL", by="Rina Marlina")
    script.bought(cast.dewi, WEB, 95, "21:03", "TAS-JINJ-KANV-KRM")
    script.leaves_cart(cast.dewi, 1, "20:14", *DEWI_CART)
    wish, *missing = SITI_WISHES
    for sku, units in {SCAN_SKU: 3, BUDI_SKU: 2, wish: 2, **dict.fromkeys(missing, 0)}.items():
        script.scenes.stock[(sku, BANDUNG.code)] = units


def elsewhere(script: Script, store: Location, people: Sequence[Customer]) -> None:
    """Two of each card for another store, from six of its own people."""
    first, second, third, fourth, fifth, sixth = people[:6]
    script.to_collect(first, store, "ready", 2, "11:05", "KARD-RAJU-MRN-M", "KERU-VOAL-PNK")
    script.to_collect(second, store, "ready", 4, "15:40", "JAKE-KANV-HBT-L")
    script.to_collect(third, store, "preparing", 1, "16:20", "CANG-KERA-NVY")
    script.wishes(fourth, 18, "12:48", "SEPA-KETS-LANG-PTH-40")
    script.wishes(fifth, 33, "20:06", "KEME-LINE-SGE-L", store.name)
    script.leaves_cart(sixth, 1, "19:27", "SELI-RAJU-KRM", "SARU-BANT-TENU-NVY")
    script.leaves_cart(third, 1, "22:03", "GAUN-LILI-BATI-MRN-M")
    for sku, units in (("SEPA-KETS-LANG-PTH-40", 3), ("KEME-LINE-SGE-L", 4), ("KARD-RAJU-MRN-M", 2)):
        script.scenes.stock[(sku, store.code)] = units


def others_at(store: Location, people: Sequence[Customer]) -> list[Customer]:
    """People of that store alone, reachable by e-mail, who buy now and then."""
    return [
        who for who in people
        if who.home == store and who.second is None and who.email and who.last and 2 <= who.orders_a_year <= 10
    ]  # fmt: skip


def play(script: Script, people: Sequence[Customer]) -> Scenes:
    """All scenes of the day."""
    bandung(script)
    local = others_at(BANDUNG, people)
    script.to_collect(local[0], BANDUNG, "preparing", 1, "10:30", "TAS-SELE-KULI-TRK")
    script.to_collect(local[1], BANDUNG, "new", 1, "20:58", "LILI-AROM-MELATI", "CANG-KERA-KRM")
    for store in (SURABAYA, DENPASAR):
        elsewhere(script, store, others_at(store, people))
    script.cast.others = tuple(who for store in (SURABAYA, DENPASAR) for who in others_at(store, people)[:6])
    return script.scenes
