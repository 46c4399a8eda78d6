"""What the page tells machines: the product, its price, rating and reviews as search engines take them."""

from datetime import datetime, timedelta

import pytest

from tests.shelf.reading import shirt, told, words
from tests.support.shelf_hub import PICTURE, SHIRT, Phone, ShelfHub
from tests.support.shelf_shop import (
    NOW,
    SHIRT_L,
    promotion,
    review,
)


@pytest.mark.parametrize(
    ("ends", "last_day"),
    [("2026-11-30T17:00:00+00:00", "2026-11-30"), ("2026-11-30T17:00:01+00:00", "2026-12-01")],
)
def test_machines_are_told_the_last_day_of_a_price_as_the_store_lives_it(
    shelf_hub: ShelfHub, ends: str, last_day: str
) -> None:
    shelf_hub.say(promotion("hemat", starts=NOW, ends=datetime.fromisoformat(ends)))
    assert told(shelf_hub.phone().get(SHIRT))["offers"]["priceValidUntil"] == last_day


def test_the_product_is_told_to_machines_with_what_google_requires(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(
        *shirt(pictures=[{"url": f"pictures/{PICTURE}"}], returns_days=14, brand="Benang Teduh"),
        promotion("hemat", starts=NOW, ends=NOW + timedelta(days=14)),
    )
    product = told(shelf_hub.phone().get(SHIRT))
    assert (product["@context"], product["@type"], product["name"]) == (
        "https://schema.org/",
        "Product",
        "Kemeja Linen",
    )
    assert product["image"] == [f"https://toko.example/shelf/pictures/640/{PICTURE}"]
    assert product["gtin"] == "8990000010203"
    assert product["hasGS1DigitalLink"] == f"https://toko.example{SHIRT}"
    offer = product["offers"]
    assert (offer["price"], offer["priceCurrency"], offer["priceValidUntil"]) == ("314100.00", "IDR", "2026-12-06")
    assert offer["availability"] == "https://schema.org/LimitedAvailability"
    assert offer["hasMerchantReturnPolicy"] == {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": "ID",
        "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": 14,
    }
    rating = product["aggregateRating"]
    assert (rating["ratingValue"], rating["reviewCount"], rating["bestRating"]) == ("3.3", 3, 5)
    assert [one["reviewRating"]["ratingValue"] for one in product["review"]] == [4, 5, 1]
    assert all(one["author"]["name"] and one["datePublished"] for one in product["review"])


def test_machines_are_told_no_review_without_an_author_and_only_what_is_shown(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(review("nameless", "kemeja linen", 2, days=0, author_name=""))
    page = shelf_hub.phone().get(f"{SHIRT}?stars=2")
    assert "Tanpa nama" in words(page)
    assert "review" not in told(page)
    assert told(page)["aggregateRating"]["reviewCount"] == 4


def test_sold_out_here_is_sold_out_for_machines(phone: Phone) -> None:
    offer = told(phone.get(f"/SBDG/01/{SHIRT_L}"))["offers"]
    assert offer["availability"] == "https://schema.org/OutOfStock"
    assert "seller" in offer


def test_every_language_and_the_page_itself_are_named_for_search(phone: Phone) -> None:
    text = phone.get(f"{SHIRT}?lang=en").text
    assert f'<link rel="canonical" href="https://toko.example{SHIRT}">' in text
    assert f'<link rel="alternate" hreflang="id" href="{SHIRT}?lang=id">' in text
    assert "noindex" not in text
    assert "noindex" in phone.get(f"{SHIRT}?stars=1").text
