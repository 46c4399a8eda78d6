"""What the customer's page may expect of a `ShelfSource` (`clienteling.shelf.source`), whatever it is made of.

Each source is made over the same retailer, whose records the commerce platform says. Another one joins by being made in
`shelf`.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import anyio
import pytest

from clienteling.central_shelf.looking import Looking
from clienteling.central_shelf.source import CentralShelf
from clienteling.domain.money import Money
from clienteling.domain.views import ReviewOrder
from clienteling.shelf.source import MAX_SIMILAR, ShelfProduct, ShelfSource
from clienteling.store.unpack import ASKING
from clienteling.use_cases.show_at_shelf import HubShelf
from sync.central_api.database import sqlite_url
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from tests.support.fakes import SEED, START_AT
from tests.support.shelf_shop import (
    DRAFT,
    NOW,
    SHIRT_L,
    SHIRT_M,
    TROUSERS,
    ago,
    priced,
    promotion,
    review,
    small_retailer,
    stock,
    variant,
)
from tests.support.shops import Shops, record, ref_id

PICTURE = b"RIFF....WEBP"
PICTURES = {"kemeja.webp": PICTURE}


class Shelf:
    """A source and the platform behind it."""

    def __init__(self, source: ShelfSource, say: Callable[..., None]) -> None:
        self.source = source
        self.say = say
        """Has the platform say records; the source has them when it returns."""

    def find(self, gtin14: str = SHIRT_M, stem: str | None = "SBDG", *, later: timedelta = timedelta()) -> ShelfProduct:
        found = self.source.find(gtin14, stem=stem, now=NOW + later)
        assert found is not None
        return found


SOURCES = ["hub", "central-sqlite", pytest.param("central-postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=SOURCES)
def shelf(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shelf]:
    """The small retailer; a hub stands in Bandung."""
    is_postgresql = request.param == "central-postgresql"
    url = request.getfixturevalue("postgresql_url") if is_postgresql else sqlite_url(tmp_path / "central.db")
    shops = Shops(tmp_path, url, now=lambda: START_AT, random=Random(SEED))
    try:
        shops.put(*small_retailer())
        yield hub_shelf(shops) if request.param == "hub" else central_shelf(shops)
    finally:
        shops.close()


def hub_shelf(shops: Shops) -> Shelf:
    device = shops.device("BDG", "hub", asking=ASKING)
    anyio.run(device.sync)

    def say(*records: ImportedRecord) -> None:
        shops.put(*records)
        anyio.run(device.sync)

    return Shelf(HubShelf(device.store, read_picture=PICTURES.get), say)


def central_shelf(shops: Shops) -> Shelf:
    return Shelf(CentralShelf(shops.database, read_picture=PICTURES.get, looking=Looking(every_s=0)), shops.put)


def test_a_product_is_told_at_the_store_of_the_address(shelf: Shelf) -> None:
    found = shelf.find()
    assert found.store is not None
    assert (found.store.name, found.store.code, found.store.time_zone) == ("Bandung", "BDG", "Asia/Jakarta")
    assert found.variant_id == ref_id(Kind.PRODUCT, "linen m")
    medium = next(one for one in found.product.variants if one.id == found.variant_id)
    assert medium.price == Money(349_000_00, "IDR")
    assert [(one.location, one.here, one.available) for one in medium.stock] == [
        ("Bandung", True, 2),
        ("Surabaya", False, 9),
        ("Cikarang", False, 12),
    ]
    assert found.product.rating.distribution == (1, 1, 0, 0, 1)
    assert shelf.find(SHIRT_L).variant_id == ref_id(Kind.PRODUCT, "linen l")


@pytest.mark.parametrize("stem", ["sbdg", "SBDG"])
def test_letters_of_a_stem_may_be_of_either_case(shelf: Shelf, stem: str) -> None:
    store = shelf.find(stem=stem).store
    assert store is not None
    assert store.code == "BDG"


@pytest.mark.parametrize("stem", ["SXXX", "SGDG", "S", ""])
def test_a_stem_that_leads_to_no_store_gives_the_product_without_store(shelf: Shelf, stem: str) -> None:
    shelf.say(promotion("sini", starts=NOW, ends=NOW + timedelta(days=1), holds_in="store"))
    found = shelf.find(stem=stem)
    assert found.store is None
    assert not any(line.here for one in found.product.variants for line in one.stock)
    assert found.product.variants[0].price == Money(349_000_00, "IDR")


def test_another_stores_address_has_that_stores_promotions_and_marks_its_stock(shelf: Shelf) -> None:
    there = [ref_id(Kind.LOCATION, "SBY")]
    shelf.say(promotion("sana", starts=NOW, ends=NOW + timedelta(days=1), holds_in="store", location_ids=there))
    assert shelf.find().product.variants[0].price == Money(349_000_00, "IDR")
    found = shelf.find(stem="SSBY")
    assert found.store is not None
    assert found.store.name == "Surabaya"
    assert found.product.variants[0].price == Money(314_100_00, "IDR")
    assert next((one.location, one.here) for one in found.product.variants[0].stock) == ("Surabaya", True)


@pytest.mark.parametrize("gtin14", ["09506000134376", DRAFT, "", "x" * 14])
def test_what_no_product_on_sale_has_is_not_found(shelf: Shelf, gtin14: str) -> None:
    assert shelf.source.find(gtin14, stem="SBDG", now=NOW) is None


def test_what_goes_with_it_and_what_is_like_it_are_told_apart(shelf: Shelf) -> None:
    found = shelf.find()
    assert [(one.name, one.gtin) for one in found.product.goes_with] == [("Celana Chino", TROUSERS)]
    assert [one.name for one in found.similar] == ["Kemeja Oxford"]
    more = [priced(f"kemeja {n}", variant(f"more {n}", "", "M"), price=100) for n in range(MAX_SIMILAR + 1)]
    shelf.say(*(one for pair in more for one in pair))
    assert len(shelf.find().similar) == MAX_SIMILAR


def test_it_says_when_the_clock_changes_what_is_shown(shelf: Shelf) -> None:
    assert shelf.find().changes_at is None
    first, second, third = (NOW + timedelta(hours=hours) for hours in (1, 2, 3))
    others = [ref_id(Kind.PRODUCT, "kemeja lama")]
    beside = [ref_id(Kind.PRODUCT, "celana chino")]
    shelf.say(
        promotion("past", starts=NOW - timedelta(days=2), ends=NOW),
        promotion("later", starts=first, ends=third),
        promotion("beside", starts=NOW, ends=second, product_ids=beside),
        promotion("not ours", starts=NOW, ends=NOW + timedelta(minutes=5), product_ids=others),
    )
    now = shelf.find()
    assert (now.changes_at, now.product.promotions) == (first, ())
    assert shelf.find(later=timedelta(hours=1)).changes_at == second
    assert shelf.find(later=timedelta(hours=2)).changes_at == third
    last = shelf.find(later=timedelta(hours=3))
    assert (last.changes_at, last.product.promotions) == (None, ())


def test_a_promotion_is_not_told_once_it_has_ended(shelf: Shelf) -> None:
    shelf.say(promotion("hemat", starts=NOW - timedelta(days=1), ends=NOW + timedelta(minutes=1)))
    before = shelf.find()
    assert [one.name for one in before.product.promotions if one.holds_here] == ["Hemat"]
    assert before.product.variants[0].price_before == Money(349_000_00, "IDR")
    after = shelf.find(later=timedelta(minutes=1))
    assert (after.product.promotions, after.product.variants[0].price_before) == ((), None)


def test_reviews_come_in_every_order_by_stars_and_in_pages(shelf: Shelf) -> None:
    product_id = shelf.find().product.id

    def stars(order: ReviewOrder, only: int | None = None, *, offset: int = 0, limit: int = 9) -> list[int]:
        page = shelf.source.reviews(product_id, order=order, stars=only, offset=offset, limit=limit)
        return [one.rating for one in page]

    assert stars(ReviewOrder.NEWEST) == [4, 5, 1]
    assert stars(ReviewOrder.CRITICAL_FIRST) == [1, 4, 5]
    assert stars(ReviewOrder.HELPFUL) == [5, 1, 4]
    assert stars(ReviewOrder.NEWEST, 5) == [5]
    assert stars(ReviewOrder.NEWEST, 2) == []
    assert stars(ReviewOrder.NEWEST, offset=1, limit=1) == [5]
    assert stars(ReviewOrder.NEWEST, offset=99) == []
    (verified,) = shelf.source.reviews(product_id, order=ReviewOrder.NEWEST, stars=5, offset=0, limit=1)
    assert (verified.verified, verified.author, verified.text) == (True, "Ani", "Adem")


@pytest.mark.parametrize(
    "news",
    [
        review("new", "kemeja linen", 3),
        stock("BDG", "kemeja linen", "linen m", {"BDG": 1}, as_of=ago(minutes=1)),
        promotion("hemat", starts=NOW, ends=NOW + timedelta(days=1)),
        record(Kind.LOCATION, "BDG", name="Bandung Baru", code="BDG"),
        priced("kemeja linen", variant("linen m", SHIRT_M, "M"), price=1)[1],
    ],
    ids=lambda one: str(one.kind),
)
def test_freshness_changes_with_whatever_is_shown(shelf: Shelf, news: ImportedRecord) -> None:
    before = shelf.source.freshness("SBDG")
    assert shelf.source.freshness("SBDG") == before
    shelf.say(news)
    assert shelf.source.freshness("SBDG") != before


def test_a_picture_comes_by_its_name(shelf: Shelf) -> None:
    assert shelf.source.picture("kemeja.webp") == PICTURE
    assert shelf.source.picture("nothing.webp") is None
