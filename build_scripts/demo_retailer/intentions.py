"""What people would like or complain about: wishes, carts, vouchers and enquiries around the hand-written ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from build_scripts.demo_retailer.first_minute import Cart, OnHand, Scenes, Wish
from build_scripts.demo_retailer.model import (
    BANDUNG,
    STORES,
    WEB,
    Cast,
    Customer,
    Day,
    Location,
    Order,
    Promotion,
    Variant,
    seeded,
)
from build_scripts.demo_retailer.trade import Shop

ON_SHELF = "shelf"


@dataclass(frozen=True, slots=True)
class Voucher:
    """Money off for one person."""

    code: str
    customer: Customer
    name: str
    name_en: str
    value: int
    starts_at: datetime
    expires_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A question or a complaint."""

    enquiry_id: str
    customer: Customer
    kind: str
    subject: str
    status: str
    opened_at: datetime
    location: Location | None
    order: Order | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """Which stores see a customer: the home store and every store they bought from in the last 24 months."""

    stores: Mapping[int, frozenset[str]]

    def sees(self, store: Location, customer: Customer) -> bool:
        """Whether that store's devices hold the customer."""
        return store.code in self.stores.get(customer.customer_id, frozenset())


def belonging(people: Sequence[Customer], orders: Sequence[Order]) -> Belonging:
    """The stores of everyone."""
    codes: dict[int, set[str]] = {who.customer_id: {who.home.code} if who.home else set() for who in people}
    for order in orders:
        if order.customer is not None:
            where = order.pickup_at or order.place
            codes[order.customer.customer_id] |= {where.code} if where in STORES else set()
    return Belonging({number: frozenset(found) for number, found in codes.items()})


def wishes(
    seed: int, day: Day, people: Sequence[Customer], *, shop: Shop, belongs: Belonging, on_hand: OnHand, scenes: Scenes
) -> tuple[Wish, ...]:
    """Everyone's wishes; of those Bandung sees, only the hand-written one is reduced and in stock there."""
    random = seeded(seed, "wishes")
    written = {wish.customer.customer_id for wish in scenes.wishes}
    running = [offer for offer in shop.promotions if offer.starts_at <= day.ago(0) <= offer.ends_at]
    made = list(scenes.wishes)
    for who in people:
        if who.customer_id in written or random.random() > 0.46:
            continue
        chosen: dict[str, Variant] = {}
        for _ in range(random.choice((1, 1, 2, 2, 3, 4, 6))):
            variant = shop.a_variant(random, who)
            chosen[variant.sku] = variant
        for variant in chosen.values():
            channel = random.choice(("online", "online", who.home.name, ON_SHELF)) if who.home else "online"
            at = day.ago(random.randint(2, 240), f"{random.randint(10, 21)}:{random.randint(0, 59):02d}")
            if not (belongs.sees(BANDUNG, who) and _reduced_here(variant, running, on_hand)):
                made.append(Wish(who, variant, at, channel))
    return tuple(made)


def _reduced_here(variant: Variant, running: Sequence[Promotion], on_hand: OnHand) -> bool:
    reduced = any(not offer.handles or variant.product.handle in offer.handles for offer in running)
    return reduced and on_hand.get((variant.sku, BANDUNG.code), 0) > 0


def carts(
    seed: int, day: Day, people: Sequence[Customer], *, shop: Shop, belongs: Belonging, scenes: Scenes
) -> tuple[Cart, ...]:
    """Open carts; of those Bandung sees, only the hand-written ones are younger than five days."""
    random = seeded(seed, "carts")
    taken = {cart.customer.customer_id for cart in scenes.carts}
    made = list(scenes.carts)
    for who in people:
        if who.customer_id in taken or not who.email or who.online_share == 0 or random.random() > 0.22:
            continue
        days = random.randint(5 if belongs.sees(BANDUNG, who) else 2, 45)
        at = day.ago(days, f"{random.randint(8, 22)}:{random.randint(0, 59):02d}", WEB)
        bag: dict[str, Variant] = {}
        for _ in range(random.choice((1, 1, 2, 3))):
            variant = shop.a_variant(random, who)
            bag[variant.sku] = variant
        made.append(Cart(f"cart-{1000 + len(made)}", who, at, tuple((variant, 1) for variant in bag.values())))
    return tuple(made)


_VOUCHERS = (
    ("HBD", "Hadiah ulang tahun", "Birthday gift", 50_000),
    ("EMAS", "Terima kasih pelanggan Emas", "Thank you, Gold", 100_000),
    ("MAAF", "Permintaan maaf kami", "With our apologies", 35_000),
    ("POIN", "Tukar poin", "Points exchanged", 75_000),
)


def vouchers(seed: int, day: Day, people: Sequence[Customer], *, cast: Cast) -> tuple[Voucher, ...]:
    """Vouchers: Bu Siti Rahmawati's first, then of one in six people."""
    random = seeded(seed, "vouchers")
    made = [
        Voucher(
            "EMAS-SITI-4471",
            cast.siti,
            _VOUCHERS[1][1],
            _VOUCHERS[1][2],
            100_000,
            day.ago(22, "00:00"),
            day.ago(-8, "23:59"),
            "active",
        )
    ]
    for who in people:
        if who is cast.siti or random.random() > 0.17:
            continue
        stem, name, name_en, value = random.choice(_VOUCHERS)
        starts = random.randint(5, 200)
        ends = starts - random.choice((30, 60, 90))
        status = "used" if random.random() < 0.3 else "expired" if ends > 0 else "active"
        made.append(
            Voucher(
                f"{stem}-{1000 + len(made)}-{random.randint(100, 999)}",
                who,
                name,
                name_en,
                value,
                day.ago(starts, "00:00"),
                day.ago(ends, "23:59"),
                status,
            )
        )
    return tuple(made)


_COMPLAINTS = (
    "Jahitan bahu lepas setelah dua kali cuci",
    "Pesanan kurang satu barang",
    "Warna yang dikirim tidak sesuai pesanan",
    "Cangkir datang retak",
    "Refund belum masuk setelah sepuluh hari",
    "Ukuran di label berbeda dengan di dalam dus",
)
_QUESTIONS = (
    "Apakah linen warna biru muda ukuran L akan ada lagi?",
    "Bisa pesan seragam keluarga 12 orang?",
    "Boleh titip hadiah di toko Surabaya?",
    "Apakah lampu rotan bisa dikirim ke Lombok?",
    "Can you ship the bamboo lamp to Singapore?",
    "Kapan koleksi Lebaran keluar?",
    "Bagaimana merawat kerajinan pandan?",
)


def enquiries(seed: int, day: Day, orders: Sequence[Order], *, cast: Cast) -> tuple[Enquiry, ...]:
    """Questions and complaints; the first is Bu Siti Aminah's open complaint in Bandung."""
    random = seeded(seed, "enquiries")
    aminah = cast.sitis[1]
    hers = max((order for order in orders if order.customer is aminah), key=lambda order: order.at)
    at, subject = day.ago(6, "10:22"), "Karet seprai lepas di satu sudut, minta ditukar"
    made = [Enquiry("TIKET-2001", aminah, "complaint", subject, "open", at, BANDUNG, hers)]
    about = [order for order in orders[-900:] if order.customer is not None and order.customer.orders_a_year]
    for order in random.sample(about, k=34):
        who = order.customer
        if who is None:
            continue
        kind = "complaint" if random.random() < 0.55 else "question"
        subject = random.choice(_COMPLAINTS if kind == "complaint" else _QUESTIONS)
        age = (day.closing - order.at).days
        opened = max(1, age - random.randint(1, 9)) if age > 1 else 1
        status = "open" if opened <= 12 and random.random() < 0.7 else "closed"
        place = order.pickup_at or order.place
        at = max(order.at, day.ago(opened, f"{random.randint(9, 20)}:{random.randint(0, 59):02d}"))
        made.append(
            Enquiry(
                f"TIKET-{2001 + len(made)}",
                who,
                kind,
                subject,
                status,
                at,
                place if place in STORES else None,
                order if kind == "complaint" else None,
            )
        )
    return tuple(made)
