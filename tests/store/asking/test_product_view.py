"""A product at the shelf: prices and stock as this store may tell them, reviews with the critical ones."""

from datetime import timedelta

import pytest

from clienteling.domain.money import Money
from clienteling.domain.views import ProductView, ReviewOrder
from clienteling.store.queries_product import (
    all_product_pictures,
    customer_by_loyalty,
    product_view,
    review_views,
    search_products,
    variant_by_gtin,
    variant_by_sku,
)
from sync.protocol.kinds import Kind
from tests.store.asking.shop import BANDUNG, MAKASSAR, NOW, WAREHOUSE, Shop, ago, make_id


def view(shop: Shop, name: str = "Kemeja Linen") -> ProductView:
    found = product_view(shop.connection, make_id(name), now=NOW)
    assert found is not None
    return found


def test_variants_carry_price_and_stock_everywhere_with_its_age(shop: Shop) -> None:
    shop.product("Kemeja Linen", sizes=("S", "M"), price=349_000_00)
    shop.stock("Kemeja Linen", "M", {WAREHOUSE: (12, 0), MAKASSAR: (5, 5), BANDUNG: (3, 1)}, as_of=ago(hours=1))
    small, medium = view(shop).variants
    assert (small.options, small.stock, medium.price) == ((("Ukuran", "S"),), (), Money(349_000_00, "IDR"))
    told = [(one.location, one.here, one.on_hand, one.available, one.place) for one in medium.stock]
    assert told == [
        ("Toko Bandung", True, 3, 2, "store"),
        ("Toko Makassar", False, 5, 0, "store"),
        ("Gudang", False, 12, 12, "warehouse"),
    ]
    assert {one.as_of for one in medium.stock} == {NOW - timedelta(hours=1)}


@pytest.mark.parametrize(
    ("fields", "shown", "here"),
    [
        ({}, True, True),
        ({"holds_in": "online"}, True, False),
        ({"holds_in": "store", "location_ids": [MAKASSAR]}, True, False),
        ({"holds_in": "store", "location_ids": [BANDUNG, MAKASSAR]}, True, True),
        ({"starts_at": ago(0)}, True, True),
        ({"starts_at": ago(-0.001)}, False, False),
        ({"ends_at": ago(0)}, False, False),
        ({"ends_at": ago(-0.001)}, True, True),
        ({"product_ids": [make_id("Celana")]}, False, False),
    ],
)
def test_a_promotion_lowers_the_price_only_where_and_while_it_holds(
    shop: Shop, fields: dict[str, object], *, shown: bool, here: bool
) -> None:
    shop.product("Kemeja Linen", price=349_000_00)
    shop.promotion("Diskon", **fields)
    found = view(shop)
    assert bool(found.promotions) is shown
    assert [one.holds_here for one in found.promotions] == ([here] if shown else [])
    expected = Money(314_100_00 if here else 349_000_00, "IDR")
    assert found.variants[0].price == expected


def test_promotions_that_hold_here_stand_first_and_name_their_stores(shop: Shop) -> None:
    shop.product("Kemeja Linen")
    shop.promotion("Makassar saja", holds_in="store", location_ids=[MAKASSAR], ends_at=ago(-0.5))
    shop.promotion("Semua")
    assert [(one.name, one.stores) for one in view(shop).promotions] == [
        ("Semua", ()),
        ("Makassar saja", ("Toko Makassar",)),
    ]


def test_a_product_without_price_stock_or_reviews_is_shown(shop: Shop) -> None:
    shop.put(Kind.PRODUCT, "Vas", name="Vas", goes_with=[make_id("gone")])
    found = view(shop, "Vas")
    assert (found.variants, found.goes_with, found.rating.count, found.rating.average) == ((), (), 0, 0.0)
    assert product_view(shop.connection, make_id("gone"), now=NOW) is None


def test_what_goes_with_it_has_its_price_and_stock_here(shop: Shop) -> None:
    shop.product("Celana", sizes=("30", "32"), price=200_000_00, pictures=[{"url": "pictures/celana.png"}])
    shop.stock("Celana", "30", {BANDUNG: (2, 0)})
    shop.product("Kemeja Linen", goes_with=[make_id("Celana")])
    (brief,) = view(shop).goes_with
    assert (brief.name, brief.picture, brief.price, brief.available_here) == (
        "Celana",
        "pictures/celana.png",
        Money(200_000_00, "IDR"),
        2,
    )
    assert all_product_pictures(shop.connection) == ("pictures/celana.png",)


@pytest.fixture
def reviewed(shop: Shop) -> str:
    product_id = shop.product("Kemeja Linen")
    for number, stars in enumerate((5, 1, 4, 5, 2)):
        fields = {"product_id": product_id, "rating": stars, "written_at": ago(number), "author_name": "Ani"}
        shop.put(Kind.REVIEW, f"review {number}", title=str(number), **fields)
    return product_id


def test_ratings_are_counted_by_stars(shop: Shop, reviewed: str) -> None:
    rating = view(shop).rating
    assert (rating.count, rating.average, rating.distribution) == (5, 3.4, (2, 1, 0, 1, 1))


def test_reviews_come_in_pages_newest_critical_or_of_some_stars(shop: Shop, reviewed: str) -> None:
    def titles(order: ReviewOrder = ReviewOrder.NEWEST, **page: int) -> str:
        return "".join(one.title for one in review_views(shop.connection, reviewed, order=order, **page))

    assert titles() == "01234"
    assert titles(ReviewOrder.CRITICAL_FIRST) == "14203"
    assert titles(limit=2, offset=2) == "23"
    assert titles(stars=5) == "03"
    assert titles(limit=-1) == titles(offset=99) == ""


def test_the_most_helpful_reviews_have_the_most_votes_and_then_the_longest_texts(shop: Shop) -> None:
    product_id = shop.product("Kemeja Linen")
    for number, (text, helpful) in enumerate((("pas", 0), ("pas sekali di bahu", 0), ("", 12), ("adem dan pas", 0))):
        fields = {"rating": 5 - number % 2, "written_at": ago(number), "text": text, "helpful": helpful}
        shop.put(Kind.REVIEW, f"review {number}", product_id=product_id, title=str(number), **fields)

    def titles(stars: int | None) -> str:
        page = review_views(shop.connection, product_id, order=ReviewOrder.HELPFUL, stars=stars)
        return "".join(one.title for one in page)

    assert (titles(None), titles(4), titles(5)) == ("2130", "13", "20")


def test_a_product_in_a_list_can_be_named_by_the_code_of_its_first_variant_that_has_one(shop: Shop) -> None:
    variants = [
        {"id": make_id("v2"), "gtin": "08991234567891", "position": 2},
        {"id": make_id("v1"), "position": 1},
        {"id": make_id("v3"), "gtin": "08990000010203", "position": 3},
    ]
    shop.product("Kemeja Linen", variants=variants)
    shop.product("Celana", variants=[{"id": make_id("bare")}])
    found = search_products(shop.connection, "kem", 1, now=NOW) + search_products(shop.connection, "cel", 1, now=NOW)
    assert [one.gtin for one in found] == ["08991234567891", ""]


def test_a_review_taken_away_no_longer_counts(shop: Shop, reviewed: str) -> None:
    shop.remove(Kind.REVIEW, "review 1")
    assert view(shop).rating.distribution == (2, 1, 0, 1, 0)


def test_products_are_found_by_name_category_and_sku_while_on_sale(shop: Shop) -> None:
    shop.product("Kemeja Linen", category="Atasan", brand="Sarasa", tags=["musim panas"])
    shop.product("Kemeja Batik", category="Atasan", status="archived")

    def find(text: str) -> list[str]:
        return [one.name for one in search_products(shop.connection, text, 10, now=NOW)]

    assert find("kem") == find("linen kem") == find("atas") == find("saras") == find("panas") == ["Kemeja Linen"]
    assert find("KEM-M") == find("kemm") == find("kem m") == ["Kemeja Linen"]
    assert find("batik") == find("") == find('"*') == find("celana") == []
    shop.product("Kemeja Katun", id=make_id("Kemeja Linen"))
    assert find("linen") == []
    assert find("katun") == ["Kemeja Katun"]


def test_codes_lead_to_the_variant(shop: Shop) -> None:
    variant = {"id": make_id("v"), "sku": "KEM-LIN-M", "gtin": "08991234567891", "options": {}}
    product_id = shop.product("Kemeja Linen", variants=[variant, {"id": make_id("bare")}])
    assert variant_by_gtin(shop.connection, "08991234567891") == (product_id, make_id("v"))
    assert variant_by_sku(shop.connection, "kem lin m") == (product_id, make_id("v"))
    assert variant_by_gtin(shop.connection, "") is variant_by_sku(shop.connection, "-") is None
    shop.product("Kemeja Linen", variants=[])
    assert variant_by_gtin(shop.connection, "08991234567891") is None


def test_a_card_that_two_people_have_leads_to_nobody(shop: Shop) -> None:
    for name in ("Agus", "Budi"):
        customer_id = shop.customer(name)
        assert customer_by_loyalty(shop.connection, "LY1") in (None, make_id("Agus"))
        shop.put(Kind.LOYALTY_ACCOUNT, name, customer_id=customer_id, number="LY-1", as_of=ago(1))
        assert customer_by_loyalty(shop.connection, "LY1") == (customer_id if name == "Agus" else None)
