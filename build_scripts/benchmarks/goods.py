"""Invented products with all that a product's screen shows: variants, pictures' places, prices, stock, reviews.

As many of each as a clothing retailer has: six variants, forty reviews, two stores, a size chart, one promotion.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from build_scripts.benchmarks.crowd import NOW, OTHER_STORE_ID, STORE_ID
from sync.protocol.ids import imported_id, stock_id
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import to_wire

COUNT: Final = 40
REVIEWS: Final = 40
_SIZES: Final = ("S", "M", "L")
_COLOURS: Final = ("Putih", "Biru")
_WORDS: Final = "Bahannya adem dan jatuhnya bagus, ukurannya pas. Dicuci beberapa kali warnanya tetap."


def product_name(number: int) -> str:
    """The name of that product."""
    return f"Kemeja Linen {number:02d}"


def barcode(number: int, variant: int = 0) -> str:
    """The EAN-13 of a variant, which is what a label's bars say (check digit: GS1 General Specifications, 7.9)."""
    body = f"899{number:06d}{variant:03d}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-weighed % 10}"


def goods() -> Iterator[tuple[Kind, Body]]:
    """Every product with what belongs to it, then the promotion that holds for all."""
    for number in range(COUNT):
        product_id = imported_id("bench", Kind.PRODUCT, str(number))
        variants = [
            {"id": imported_id("bench", "variant", f"{number}-{place}"), "gtin": f"0{barcode(number, place)}",
             "sku": f"KL-{number}-{place}", "options": {"Warna": colour, "Ukuran": size}, "position": place}
            for place, (colour, size) in enumerate((colour, size) for colour in _COLOURS for size in _SIZES)
        ]  # fmt: skip
        yield Kind.PRODUCT, _product(product_id, number, variants)
        prices = {one["id"]: {"price_minor": 299_000_00, "compare_at_minor": 349_000_00} for one in variants}
        yield Kind.PRICE, {"id": product_id, "currency": "IDR", "variants": prices}
        for place, one in enumerate(variants):
            levels = {STORE_ID: place, OTHER_STORE_ID: 7}
            yield (
                Kind.STOCK,
                {
                    "id": stock_id(STORE_ID, str(one["id"])),
                    "store_id": STORE_ID,
                    "variant_id": one["id"],
                    "product_id": product_id,
                    "levels": {store: {"on_hand": count, "as_of": to_wire(NOW)} for store, count in levels.items()},
                },
            )
        for review in range(REVIEWS):
            yield Kind.REVIEW, _review(product_id, f"{number}-{review}", review)
    yield (
        Kind.PROMOTION,
        {
            "id": imported_id("bench", Kind.PROMOTION, "all"),
            "code": "LINEN",
            "name": "Linen Lebih Ringan",
            "reduction": "percent",
            "value": 10,
            "currency": "IDR",
            "starts_at": to_wire(NOW - timedelta(days=7)),
            "ends_at": to_wire(NOW + timedelta(days=7)),
            "holds_in": "everywhere",
        },
    )


def _product(product_id: str, number: int, variants: list[Body]) -> Body:
    return {
        "id": product_id,
        "name": product_name(number),
        "brand": "Benang Teduh",
        "category": "Kemeja",
        "description": _WORDS,
        "option_names": ["Warna", "Ukuran"],
        "variants": variants,
        "size_chart": {
            "columns": ["Ukuran", "Dada", "Panjang"],
            "rows": [[size, str(90 + 4 * place), str(66 + 2 * place)] for place, size in enumerate(_SIZES)],
        },
        "returns_days": 14,
        "delivery_options": ["pickup", "same_day"],
    }


def _review(product_id: str, ref: str, place: int) -> Body:
    return {
        "id": imported_id("bench", Kind.REVIEW, ref),
        "product_id": product_id,
        "rating": 1 + place % 5,
        "title": "Adem",
        "text": _WORDS,
        "author_name": "Pembeli",
        "written_at": to_wire(NOW - timedelta(days=place)),
        "verified": True,
    }
