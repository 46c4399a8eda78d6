"""What the demo retailer is made of: plain frozen values that the makers pass on and `export_files` writes.

Nothing here is random and nothing reads a clock. Money is whole rupiah, times are aware in the place's own offset.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from random import Random

BRAND = "Benang Teduh"
MAIL_DOMAINS = ("surel.example", "pos.example", "kotak.example")


class Kind(StrEnum):
    """What a location is."""

    STORE = "store"
    WAREHOUSE = "warehouse"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Location:
    """A shop, the warehouse or the web shop."""

    name: str
    code: str
    kind: Kind
    city: str
    time_zone: str
    offset_h: int
    phone: str
    latitude: float
    longitude: float

    @property
    def zone(self) -> timezone:
        """The fixed offset of the place; Indonesia has no summer time."""
        return timezone(timedelta(hours=self.offset_h))


BANDUNG = Location("Bandung", "BDG", Kind.STORE, "Bandung", "Asia/Jakarta", 7, "+62220000101", -6.9039, 107.6186)
SURABAYA = Location("Surabaya", "SBY", Kind.STORE, "Surabaya", "Asia/Jakarta", 7, "+62310000102", -7.2756, 112.7508)
DENPASAR = Location("Denpasar", "DPS", Kind.STORE, "Denpasar", "Asia/Makassar", 8, "+623610000103", -8.6705, 115.2126)
WAREHOUSE = Location("Gudang Cikarang", "GDG", Kind.WAREHOUSE, "Cikarang", "Asia/Jakarta", 7, "", -6.2856, 107.1706)
WEB = Location("Toko Online", "WEB", Kind.WEB, "", "Asia/Jakarta", 7, "", 0.0, 0.0)
STORES = (BANDUNG, SURABAYA, DENPASAR)
STOCKED = (*STORES, WAREHOUSE)
LOCATIONS = (*STORES, WAREHOUSE, WEB)


@dataclass(frozen=True, slots=True)
class Associate:
    """Someone who works in a store."""

    name: str
    code: str
    location: Location
    role: str
    active: bool = True


ASSOCIATES = (
    Associate("Rina Marlina", "RINA", BANDUNG, "associate"),
    Associate("Agung Permana", "AGUNG", BANDUNG, "associate"),
    Associate("Lilis Suryani", "LILIS", BANDUNG, "manager"),
    Associate("Yoga Firmansyah", "YOGA", BANDUNG, "associate", active=False),
    Associate("Dimas Prakoso", "DIMAS", SURABAYA, "associate"),
    Associate("Wulan Handayani", "WULAN", SURABAYA, "associate"),
    Associate("Hendro Wibisono", "HENDRO", SURABAYA, "manager"),
    Associate("Ni Kadek Ayu Lestari", "KADEK", DENPASAR, "associate"),
    Associate("I Gede Arta Wiguna", "ARTA", DENPASAR, "associate"),
    Associate("Ni Made Sukerti", "SUKERTI", DENPASAR, "manager"),
)


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as customers read it, as a SKU spells it and as a picture paints it."""

    code: str
    name: str
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Product:
    """One page of the catalogue; `quality` is the mean rating its reviews scatter around."""

    handle: str
    title: str
    type_name: str
    shape: str
    pattern: str
    price: int
    colours: tuple[Colour, ...]
    option_name: str
    options: tuple[str, ...]
    size_family: str
    review_group: str
    quality: float
    body_html: str
    number: int

    @property
    def product_id(self) -> int:
        """The platform's id of the product."""
        return 7_310_480_000_000 + self.number * 31_337


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that can be sold: a product in a colour and a size."""

    product: Product
    colour: Colour | None
    option: str
    sku: str
    gtin: str

    @property
    def label(self) -> str:
        """The words an order line shows, as Shopify joins them."""
        parts = [part for part in (self.colour.name if self.colour else "", self.option) if part]
        return " - ".join([self.product.title, " / ".join(parts)]) if parts else self.product.title


@dataclass(frozen=True, slots=True)
class Customer:
    """A person in the export. `home` is None for people who only ever bought online."""

    customer_id: int
    first: str
    last: str
    salutation: str
    email: str
    phone: str
    phone_typed: str
    home: Location | None
    second: Location | None
    city: Location
    orders_a_year: float
    online_share: float
    since: date
    language: str = "id"
    birthday: date | None = None
    size_top: str = ""
    size_bottom: str = ""
    size_shoe: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """The full name in reading order."""
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True, slots=True)
class Line:
    """An order's line; `discount` is for the whole line, not the piece."""

    variant: Variant
    quantity: int
    price: int
    discount: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """An order of any channel. `number` is filled when all orders are known."""

    customer: Customer | None
    at: datetime
    place: Location
    lines: tuple[Line, ...]
    financial: str
    fulfilment: str
    employee: str = ""
    code: str = ""
    code_discount: int = 0
    shipping: int = 0
    shipping_method: str = ""
    fulfilled_at: datetime | None = None
    cancelled_at: datetime | None = None
    refunded: int = 0
    payment: str = ""
    pickup_at: Location | None = None
    number: int = 0
    tags: tuple[str, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        """The number as people say it: `#1042`."""
        return f"#{self.number}"

    @property
    def discount(self) -> int:
        """All that was taken off: the lines' own and the code's."""
        return self.code_discount + sum(line.discount for line in self.lines)

    @property
    def subtotal(self) -> int:
        """What the goods cost after every discount."""
        return sum(line.price * line.quantity for line in self.lines) - self.discount

    @property
    def total(self) -> int:
        """What was paid; value added tax is inside the prices."""
        return self.subtotal + self.shipping

    @property
    def tax(self) -> int:
        """The value added tax of 11 % that the total contains."""
        return round(self.total * 11 / 111)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A price reduction with its time and the places where it holds."""

    code: str
    name: str
    name_en: str
    kind: str
    value: int
    starts_at: datetime
    ends_at: datetime
    holds_in: str
    locations: tuple[Location, ...]
    handles: tuple[str, ...]

    def price(self, full: int) -> int:
        """The reduced price in whole rupiah."""
        return full - self.value if self.kind == "amount" else round(full * (100 - self.value) / 100)

    def holds(self, handle: str, place: Location, at: datetime) -> bool:
        """Whether the product is reduced at that place at that time."""
        fits = not self.handles or handle in self.handles
        running = self.starts_at <= at <= self.ends_at
        if place.kind is Kind.WEB:
            return fits and running and self.holds_in != "store"
        return fits and running and self.holds_in != "online" and (not self.locations or place in self.locations)


@dataclass(frozen=True, slots=True)
class Day:
    """The day the demo is made for; every other time is counted from it."""

    today: date

    def ago(self, days: int, clock: str = "12:00", place: Location = BANDUNG) -> datetime:
        """A time on a day before (negative: after) today, on that place's clock."""
        hour, minute = clock.split(":")
        moment = time(int(hour), int(minute), tzinfo=place.zone)
        return datetime.combine(self.today - timedelta(days=days), moment)

    @property
    def closing(self) -> datetime:
        """The last moment anything in the files happened: yesterday late."""
        return self.ago(1, "21:45")


@dataclass(slots=True)
class Cast:
    """The people and things of the first minute, found again by role."""

    siti: Customer
    budi: Customer
    dewi: Customer
    sitis: tuple[Customer, ...]
    others: tuple[Customer, ...] = field(default=())


def seeded(seed: int, part: str) -> Random:
    """A generator of its own for each part, so that a change in one part leaves the others as they were."""
    return Random(f"{seed}/{part}")


def stamp(at: datetime) -> str:
    """The time as Shopify's exports write it."""
    return at.strftime("%Y-%m-%d %H:%M:%S %z")


def iso(at: datetime) -> str:
    """The time as our own files write it: ISO 8601 with the place's offset."""
    return at.isoformat(timespec="seconds")


def rupiah(amount: int) -> str:
    """Major units with two decimals, as Shopify writes money."""
    return f"{amount}.00"
