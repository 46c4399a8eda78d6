"""Products for screen tests: one about which everything is known, one about which nothing is, one of another kind each.

Literal, so that a test can name every word. `product_shop()` is a shop that has them, with what its codes lead to.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.errors import StoreDamaged
from clienteling.domain.money import Money
from clienteling.domain.views import (
    LocationStock,
    ProductBrief,
    ProductView,
    PromotionView,
    RatingView,
    ReviewView,
    SizeChartView,
    VariantView,
)
from clienteling.use_cases.answers import ScanAnswer
from tests.support.fake_customers import SITI
from tests.support.fake_services import FakeShop
from tests.support.fakes import START_AT

GTIN = "08990000010203"
EAN_13 = GTIN.removeprefix("0")
LABEL = f"https://toko.example/sBDG/01/{GTIN}"
FOREIGN_LABEL = f"https://lain.example/01/{GTIN}"
CARD = "BT-1000-4471"


def rupiah(whole: int) -> Money:
    """Money as price labels say it."""
    return Money(whole * 100, "IDR")


def stock(
    location: str,
    available: int,
    *,
    age: timedelta = timedelta(minutes=40),
    here: bool = False,
    place: str = "store",
    reserved: int = 0,
    phone: str = "",
) -> LocationStock:
    """What one place was told."""
    return LocationStock(
        location_id=location.lower().replace(" ", "-"),
        location=location,
        city=location,
        place=place,
        phone=phone,
        here=here,
        on_hand=available + reserved,
        available=available,
        as_of=START_AT - age,
    )


def _variant(colour: str, size: str, here: int, elsewhere: int, *, picture: str = "") -> VariantView:
    return VariantView(
        id=f"variant-{colour}-{size}".lower().replace(" ", "-"),
        sku=f"KEME-{colour[:3].upper()}-{size}",
        gtin=GTIN if (colour, size) == ("Putih", "M") else "",
        options=(("Warna", colour), ("Ukuran", size)),
        picture=picture,
        price=rupiah(299_000),
        price_before=rupiah(349_000),
        stock=(
            stock("Bandung", here, here=True, reserved=1 if here else 0),
            stock("Surabaya", elsewhere, phone="+62310000102", age=timedelta(hours=3)),
            stock("Denpasar", 0, phone="+623610000103", age=timedelta(days=2)),
            stock("Gudang Cikarang", elsewhere * 2, place="warehouse"),
        ),
    )


SHIRT = ProductView(
    id="kemeja",
    name="Kemeja Linen Lengan Panjang",
    brand="Benang Teduh",
    category="Kemeja",
    description="Linen yang sudah dicuci lembut; sejuk dari pagi sampai petang.",
    pictures=("/pictures/kemeja-linen.webp", "/pictures/kemeja-linen-bmd.webp"),
    option_names=("Warna", "Ukuran"),
    variants=(
        _variant("Putih", "S", 0, 3, picture="/pictures/kemeja-linen.webp"),
        _variant("Putih", "M", 2, 5, picture="/pictures/kemeja-linen.webp"),
        _variant("Putih", "L", 0, 0, picture="/pictures/kemeja-linen.webp"),
        _variant("Biru Muda", "S", 4, 1, picture="/pictures/kemeja-linen-bmd.webp"),
        _variant("Biru Muda", "M", 0, 2, picture="/pictures/kemeja-linen-bmd.webp"),
    ),
    rating=RatingView(4.3, 33, (20, 6, 3, 2, 2)),
    promotions=(
        PromotionView("Linen Lebih Ringan", "Linen for less", START_AT + timedelta(days=5), "everywhere", (), True),
        PromotionView("Tengah Malam", "Midnight", START_AT + timedelta(days=2), "online", (), False),
        PromotionView("Pesta Toko", "Store party", START_AT + timedelta(days=9), "store", ("Surabaya",), False),
    ),
    size_chart=SizeChartView(
        ("Ukuran", "Lebar dada (cm)", "Panjang (cm)"), (("S", "92", "66"), ("M", "98", "68"), ("L", "104", "70"))
    ),
    returns_days=14,
    returns_note="Label masih terpasang, belum dicuci.",
    returns_note_en="Unwashed, with the tag still on.",
    delivery_options=("pickup", "same_day", "next_day", "standard", "drone"),
    same_day_cities=("Bandung", "Surabaya", "Denpasar"),
    video_url="https://video.example.com/kemeja-linen",
    goes_with=(
        ProductBrief("celana", "Celana Kulot Linen", "/pictures/celana-kulot-linen.webp", rupiah(379_000), 3),
        ProductBrief("polos", "Syal Tanpa Keterangan", "", None, None),
    ),
)

BARE = ProductView(
    id="polos",
    name="Syal Tanpa Keterangan",
    brand="",
    category="",
    description="",
    pictures=(),
    option_names=(),
    variants=(VariantView("variant-polos", "", "", (), "", None, None, ()),),
    rating=RatingView(0.0, 0, (0, 0, 0, 0, 0)),
    promotions=(),
    size_chart=None,
    returns_days=None,
    returns_note="",
    returns_note_en="",
    delivery_options=(),
    same_day_cities=(),
    video_url="",
    goes_with=(),
)
"""Without picture, price, reviews, stock, options, codes."""

NOT_MADE = replace(BARE, id="kosong", name="Barang Tanpa Varian", variants=())


def _review(number: int, rating: int, *, written_at: datetime) -> ReviewView:
    return ReviewView(
        id=f"review-{number}",
        rating=rating,
        title="Suka" if rating == 5 else "",
        text=f"Ulasan nomor {number}. Bahannya adem dan jahitannya rapi, pas dipakai seharian di toko.",
        author="Ratna P." if number % 2 else "",
        written_at=written_at,
        verified=number % 3 == 0,
        reply="Terima kasih, Kak." if rating <= 2 else "",
    )


def reviews() -> tuple[ReviewView, ...]:
    """33 of them, the newest first, told apart by number."""
    ratings = [5, 5, 4, 5, 3, 5, 5, 1, 5, 4, 2] * 3
    return tuple(
        _review(number, rating, written_at=START_AT - timedelta(days=3 * number))
        for number, rating in enumerate(ratings, start=1)
    )


def code(text: str, kind: ScanKind, *, error: str | None = None, value: str | None = None) -> ScanAnswer:
    """A code that leads nowhere."""
    return ScanAnswer(ScannedCode(text, kind, error=error, value=value))


SCANS = {
    LABEL: ScanAnswer(ScannedCode(LABEL, ScanKind.GS1, gtin=GTIN), "kemeja", "variant-putih-m"),
    GTIN: ScanAnswer(ScannedCode(GTIN, ScanKind.PRODUCT, gtin=GTIN), "kemeja", "variant-putih-m"),
    EAN_13: ScanAnswer(ScannedCode(EAN_13, ScanKind.PRODUCT, gtin=GTIN), "kemeja", "variant-putih-m"),
    FOREIGN_LABEL: ScanAnswer(
        ScannedCode(FOREIGN_LABEL, ScanKind.GS1, gtin=GTIN, foreign_host=True), "kemeja", "variant-putih-m"
    ),
    CARD: ScanAnswer(ScannedCode(CARD, ScanKind.LOYALTY, value=CARD), customer_id=SITI.id),
    "BT-9999-0000": code("BT-9999-0000", ScanKind.LOYALTY, value="BT-9999-0000"),
    "8990000010210": code("8990000010210", ScanKind.PRODUCT),
    "8990000010204": code("8990000010204", ScanKind.UNKNOWN, error="scan.wrong_check_digit"),
    "K7M2QX": code("K7M2QX", ScanKind.HANDOVER, value="K7M2QX"),
    "K7M2QX9A": code("K7M2QX9A", ScanKind.ENROLMENT, value="K7M2QX9A"),
    "https://jahat.example/x": code("https://jahat.example/x", ScanKind.FOREIGN_LINK, error="scan.foreign_link"),
    "WIFI:S:kafe;P:rahasia;;": code(
        "WIFI:S:kafe;P:rahasia;;", ScanKind.FOREIGN_LINK, error="scan.wifi_network", value="WIFI"
    ),
}


def product_shop() -> FakeShop:
    """A shop with these products, reviews and codes, and one customer with a card."""
    return FakeShop(
        products={one.id: one for one in (SHIRT, BARE, NOT_MADE)},
        reviews={SHIRT.id: reviews()},
        customers={SITI.id: SITI},
        briefs=SHIRT.goes_with,
        scans=dict(SCANS),
    )


def damaged_shop() -> FakeShop:
    """The same shop, whose store can no longer be read when a code is scanned."""

    def resolve_scan(code: str) -> ScanAnswer:
        raise StoreDamaged

    shop = product_shop()
    shop.resolve_scan = resolve_scan  # type: ignore[method-assign]  # the shop is a fake
    return shop
