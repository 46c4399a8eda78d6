"""A retailer for the shelf page's benchmark: hundreds of labels in several stores, one product with 500 reviews.

Seeded: the same sizes give the same records. Product 0 is the one with most reviews; the others have as many as a
clothing shop's, few of them many.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from build_scripts.benchmarks.crowd import SEED
from build_scripts.benchmarks.goods import barcode, product_name
from sync.protocol.ids import imported_id, stock_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.times import to_wire

SOURCE: Final = "shelf-bench"
MOST_REVIEWS: Final = 500
MANY_REVIEWS, FEW_REVIEWS = 60, 8
_WITH_MANY: Final = 50
_SIZES: Final = ("S", "M", "L", "XL")
_COLOURS: Final = ("Putih", "Biru Muda", "Hijau Sage")
_CITIES: Final = ("Bandung", "Surabaya", "Denpasar", "Makassar", "Medan", "Solo", "Bogor", "Malang")
_PRAISE: Final = (
    "Bahannya adem dan jatuhnya bagus di badan.",
    "Ukurannya pas, saya biasa pakai M.",
    "Dicuci beberapa kali warnanya tetap.",
    "Jahitannya rapi sampai bagian dalam.",
    "Kancingnya lepas setelah dua kali cuci, tapi tokonya mau menggantikan.",
    "Gampang disetrika, bahkan sering tidak perlu.",
    "Pengirimannya cepat, kotaknya rapi.",
    "Agak menerawang kalau kena matahari, jadi saya pakai dalaman.",
    "Mbak di toko sabar sekali membantu memilih ukuran.",
    "Suami saya sampai minta dibelikan warna lain.",
)
_TITLES: Final = ("Bagus", "Sesuai foto", "Mantap", "Kurang rapi", "Adem", "")
_NAMES: Final = ("Dyah P.", "Dede Permana", "Fathimah A.", "Wulan P.", "Yusuf", "Made", "Ani", "Rahmat H.")


def store_code(store: int) -> str:
    return f"T{store:02d}"


def store_id(store: int) -> str:
    return imported_id(SOURCE, Kind.LOCATION, store_code(store))


def product_id(product: int) -> str:
    return imported_id(SOURCE, Kind.PRODUCT, str(product))


def gtin14(product: int, variant: int = 0) -> str:
    """As an address has it."""
    return f"0{barcode(product, variant)}"


def retailer(products: int, stores: int, pictures: list[str], now: datetime) -> Iterator[ImportedRecord]:
    """Every record. `pictures`: names of files, at least one."""
    random = Random(SEED)
    for store in range(stores):
        city = _CITIES[store % len(_CITIES)]
        place = {"name": f"{city} {store}", "code": store_code(store), "city": city, "phone": "+62224200000"}
        yield ImportedRecord(Kind.LOCATION, store_code(store), place)
    yield _promotion(now)
    for product in range(products):
        variants = _variants(product)
        yield ImportedRecord(Kind.PRODUCT, str(product), _product(product, products, variants, pictures))
        yield ImportedRecord(Kind.PRICE, str(product), price(product, 299_000_00))
        yield from _stock(product, variants, stores, random, now)
        for number in range(_reviews_of(product)):
            yield _review(product, number, random, now)


def price(product: int, price_minor: int) -> dict[str, Any]:
    """A price record's body: the same for every variant."""
    prices = {one["id"]: {"price_minor": price_minor, "compare_at_minor": 349_000_00} for one in _variants(product)}
    return {"id": product_id(product), "currency": "IDR", "variants": prices}


def _reviews_of(product: int) -> int:
    if product == 0:
        return MOST_REVIEWS
    return MANY_REVIEWS if product < _WITH_MANY else FEW_REVIEWS


def _variants(product: int) -> list[dict[str, Any]]:
    options = [(colour, size) for colour in _COLOURS for size in _SIZES]
    return [
        {
            "id": imported_id(SOURCE, "variant", f"{product}-{place}"), "gtin": gtin14(product, place),
            "sku": f"KL-{product}-{place}", "options": {"Warna": colour, "Ukuran": size}, "position": place,
        }
        for place, (colour, size) in enumerate(options)
    ]  # fmt: skip


def _product(product: int, products: int, variants: list[dict[str, Any]], pictures: list[str]) -> dict[str, Any]:
    chart = [[size, str(90 + 4 * place), str(66 + 2 * place), str(44 + place)] for place, size in enumerate(_SIZES)]
    shown = [pictures[(product + place) % len(pictures)] for place in range(3)]
    return {
        "id": product_id(product),
        "name": f"{product_name(product)} Lengan Panjang",
        "brand": "Benang Teduh",
        "category": f"Kemeja {product % 20}",
        "description": " ".join(_PRAISE[:2]),
        "option_names": ["Warna", "Ukuran"],
        "variants": variants,
        "pictures": [{"url": f"pictures/{one}"} for one in shown],
        "size_chart": {"columns": ["Ukuran", "Dada", "Panjang", "Bahu"], "rows": chart},
        "returns_days": 14,
        "returns_note": "Bawa struk dan label yang masih terpasang.",
        "delivery_options": ["pickup", "same_day", "standard"],
        "same_day_cities": ["Bandung", "Surabaya"],
        "video_url": "https://video.example/kemeja",
        "goes_with": [product_id((product + step) % products) for step in (1, 2, 3)],
    }


def _stock(
    product: int, variants: list[dict[str, Any]], stores: int, random: Random, now: datetime
) -> Iterator[ImportedRecord]:
    as_of = to_wire(now - timedelta(minutes=17))
    for one in variants:
        on_hand = {store_id(store): random.choice((0, 0, 1, 2, 4, 9)) for store in range(stores)}
        levels = {place: {"on_hand": count, "as_of": as_of} for place, count in on_hand.items()}
        for place in on_hand:
            body = {
                "id": stock_id(place, one["id"]), "store_id": place, "variant_id": one["id"],
                "product_id": product_id(product), "levels": levels,
            }  # fmt: skip
            yield ImportedRecord(Kind.STOCK, f"{place} {one['id']}", body)


def _review(product: int, number: int, random: Random, now: datetime) -> ImportedRecord:
    body = {
        "product_id": product_id(product),
        "rating": random.choices((5, 4, 3, 2, 1), (60, 20, 8, 5, 7))[0],
        "title": random.choice(_TITLES),
        "text": " ".join(random.sample(_PRAISE, random.randint(1, 5))),
        "author_name": random.choice(_NAMES),
        "written_at": to_wire(now - timedelta(hours=random.randint(1, 9_000))),
        "verified": random.random() < 0.8,
        "reply": "Terima kasih, Kak." if random.random() < 0.1 else "",
    }
    return ImportedRecord(Kind.REVIEW, f"{product}-{number}", body)


def _promotion(now: datetime) -> ImportedRecord:
    body = {
        "code": "LINEN",
        "name": "Linen Lebih Ringan",
        "name_en": "Linen for less",
        "reduction": "percent",
        "value": 10,
        "currency": "IDR",
        "starts_at": to_wire(now - timedelta(days=7)),
        "ends_at": to_wire(now + timedelta(days=7)),
        "holds_in": "everywhere",
    }
    return ImportedRecord(Kind.PROMOTION, "linen", body)
