"""A small retailer for the customer's page: two stores and a warehouse, shirts in two sizes, reviews, promotions."""

from datetime import datetime, timedelta
from typing import Any, Final

from sync.protocol.ids import imported_id, stock_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.times import to_wire
from tests.support.fakes import START_AT
from tests.support.shops import SOURCE, record, ref_id

SHIRT_M: Final = "08990000010203"
SHIRT_L: Final = "08990000010272"
TROUSERS: Final = "08990000010135"
DRAFT: Final = "08991234567891"
NOW: Final = START_AT


def ago(*, days: float = 0, minutes: float = 0) -> str:
    """Wire text of a moment before NOW."""
    return to_wire(NOW - timedelta(days=days, minutes=minutes))


def place(code: str, name: str, *, kind: str = "store", zone: str = "Asia/Jakarta") -> ImportedRecord:
    return record(Kind.LOCATION, code, name=name, code=code, place=kind, city=name, time_zone=zone, phone="+6222000101")


def variant(ref: str, gtin: str, size: str, position: int = 1) -> dict[str, Any]:
    return {
        "id": ref_id(Kind.PRODUCT, ref),
        "sku": ref.upper(),
        "gtin": gtin,
        "options": {"Ukuran": size},
        "position": position,
    }


def priced(ref: str, *variants: dict[str, Any], price: int, **body: Any) -> list[ImportedRecord]:
    """A product of category Kemeja unless told otherwise, and its price."""
    product_id = ref_id(Kind.PRODUCT, ref)
    fields = {"name": ref.title(), "category": "Kemeja", "option_names": ["Ukuran"], "variants": list(variants), **body}
    prices = {one["id"]: {"price_minor": price} for one in variants}
    return [
        record(Kind.PRODUCT, ref, **fields),
        record(Kind.PRICE, ref, id=product_id, currency="IDR", variants=prices),
    ]


def stock(
    store: str, product: str, variant_ref: str, levels: dict[str, int], *, reserved: int = 0, as_of: str = ""
) -> ImportedRecord:
    """What `store` was told of a variant: on hand by place, of which everywhere so many are reserved."""
    variant_id, store_id = ref_id(Kind.PRODUCT, variant_ref), ref_id(Kind.LOCATION, store)
    told = {
        ref_id(Kind.LOCATION, code): {"on_hand": on_hand, "reserved": reserved, "as_of": as_of or ago(minutes=40)}
        for code, on_hand in levels.items()
    }
    return record(
        Kind.STOCK,
        f"{store} {variant_ref}",
        id=stock_id(store_id, variant_id),
        store_id=store_id,
        variant_id=variant_id,
        product_id=ref_id(Kind.PRODUCT, product),
        levels=told,
    )


def review(ref: str, product: str, stars: int, *, days: float = 1, **body: Any) -> ImportedRecord:
    fields = {"title": "", "text": "", "author_name": "Ani", **body}
    return record(
        Kind.REVIEW,
        ref,
        product_id=imported_id(SOURCE, Kind.PRODUCT, product),
        rating=stars,
        written_at=ago(days=days),
        **fields,
    )


def promotion(ref: str, *, starts: datetime, ends: datetime, **body: Any) -> ImportedRecord:
    fields = {
        "name": ref.title(),
        "code": ref,
        "reduction": "percent",
        "value": 10,
        "currency": "IDR",
        "holds_in": "everywhere",
        **body,
    }
    return record(Kind.PROMOTION, ref, starts_at=to_wire(starts), ends_at=to_wire(ends), **fields)


def small_retailer() -> list[ImportedRecord]:
    """Bandung has two shirts of size M and none of L; Surabaya has nine."""
    shirt = priced(
        "kemeja linen",
        variant("linen m", SHIRT_M, "M"),
        variant("linen l", SHIRT_L, "L", 2),
        price=349_000_00,
        goes_with=[ref_id(Kind.PRODUCT, "celana chino"), ref_id(Kind.PRODUCT, "gone")],
        same_day_cities=["Bandung"],
        delivery_options=["pickup", "same_day"],
        returns_days=14,
    )
    return [
        place("BDG", "Bandung"),
        place("SBY", "Surabaya"),
        place("GDG", "Cikarang", kind="warehouse"),
        *shirt,
        *priced("celana chino", variant("chino 30", TROUSERS, "30"), price=399_000_00, category="Celana"),
        *priced("kemeja oxford", variant("oxford m", "08991234567006", "M"), price=299_000_00),
        *priced("kemeja lama", variant("lama m", DRAFT, "M"), price=99_000_00, status="draft"),
        stock("BDG", "kemeja linen", "linen m", {"BDG": 2, "SBY": 9, "GDG": 12}),
        stock("BDG", "kemeja linen", "linen l", {"BDG": 0, "SBY": 4}),
        stock("SBY", "kemeja linen", "linen m", {"SBY": 9, "BDG": 2}),
        review("r5", "kemeja linen", 5, days=3, text="Adem", verified=True, helpful=1),
        review("r1", "kemeja linen", 1, days=9, text="Kancingnya lepas setelah dua kali cuci"),
        review("r4", "kemeja linen", 4, days=1, text="Pas di bahu"),
    ]
