"""What the central source keeps of a product holds until something it names changes, and is looked at now and then."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from clienteling.central_shelf.looking import LOOK_EVERY_S, Looking
from clienteling.central_shelf.source import CentralShelf
from clienteling.domain.money import Money
from clienteling.domain.views import ReviewOrder, ReviewView
from clienteling.shelf.source import ShelfProduct, ShelfUnavailable
from sync.central_api.database import CentralDatabase, sqlite_url
from sync.central_api.stamping import SHOWN_KINDS
from sync.protocol.ids import rule_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from tests.support.fakes import SEED, START_AT
from tests.support.shelf_shop import (
    NOW,
    SHIRT_L,
    SHIRT_M,
    TROUSERS,
    ago,
    place,
    priced,
    promotion,
    review,
    small_retailer,
    stock,
    variant,
)
from tests.support.shops import Shops, customer, order, record, ref_id


class Central:
    """The source over a small retailer, and a clock for its looks."""

    def __init__(self, folder: Path) -> None:
        self.monotonic_s = 0.0
        self.shops = Shops(folder, sqlite_url(folder / "central.db"), now=lambda: START_AT, random=Random(SEED))
        self.shops.put(*small_retailer())
        looking = Looking(monotonic=lambda: self.monotonic_s)
        self.source = CentralShelf(self.shops.database, read_picture=lambda name: None, looking=looking)

    def say(self, *records: ImportedRecord) -> None:
        """Has the platform say records, and lets the time to the next look pass."""
        self.shops.put(*records)
        self.monotonic_s += LOOK_EVERY_S

    def find(self, gtin14: str = SHIRT_M, stem: str | None = "SBDG", *, later: timedelta = timedelta()) -> ShelfProduct:
        found = self.source.find(gtin14, stem=stem, now=NOW + later)
        assert found is not None
        return found

    def reviews(self) -> tuple[ReviewView, ...]:
        product_id = ref_id(Kind.PRODUCT, "kemeja linen")
        return self.source.reviews(product_id, order=ReviewOrder.NEWEST, stars=None, offset=0, limit=9)


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    made = Central(tmp_path)
    yield made
    made.shops.close()


def test_a_product_is_told_once_while_nothing_it_names_changes(central: Central) -> None:
    found, reviews = central.find(), central.reviews()
    freshness = central.source.freshness("SBDG")
    vase = priced("vas", variant("vas", "08990000019992", "S"), price=100, category="Rumah")
    central.say(*vase, review("vas", "vas", 1), stock("BDG", "vas", "vas", {"BDG": 1}))
    assert central.source.freshness("SBDG") != freshness
    assert central.find() is found
    assert central.reviews() is reviews
    assert central.find(SHIRT_L).product is found.product
    assert central.find(stem="SSBY").product is not found.product


SHIRT = "kemeja linen"
NEWS: dict[str, Callable[[], list[ImportedRecord]]] = {
    "its price": lambda: priced(SHIRT, variant("linen m", SHIRT_M, "M"), price=1)[1:],
    "its body": lambda: priced(SHIRT, variant("linen m", SHIRT_M, "M"), price=1)[:1],
    "its stock": lambda: [stock("BDG", SHIRT, "linen m", {"BDG": 1}, as_of=ago(minutes=1))],
    "its rating": lambda: [review("new", SHIRT, 3)],
    "what is like it": lambda: priced("kemeja oxford", variant("oxford m", "08991234567006", "M"), price=1)[1:],
    "what goes with it": lambda: priced("celana chino", variant("chino 30", TROUSERS, "30"), price=1)[1:],
    "what went with it and is there again": lambda: priced("gone", variant("gone", "08990000019992", "S"), price=1),
    "something new of its category": lambda: priced("kemeja baru", variant("baru", "08990000019992", "S"), price=1),
    "a promotion": lambda: [promotion("hemat", starts=NOW, ends=NOW + timedelta(days=1))],
    "a store's name": lambda: [place("SBY", "Surabaya Kota")],
}


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS)
def test_it_is_told_anew_when_something_it_names_changes(
    central: Central, news: Callable[[], list[ImportedRecord]]
) -> None:
    before = central.find()
    central.say(*news())
    assert central.find() != before


def test_changes_are_looked_at_twice_a_second_and_no_more(central: Central) -> None:
    before = central.find()
    central.shops.put(priced(SHIRT, variant("linen m", SHIRT_M, "M"), price=1)[1])
    central.monotonic_s += LOOK_EVERY_S / 2
    assert central.find() is before
    central.monotonic_s += LOOK_EVERY_S / 2
    assert central.find().product.variants[0].price == Money(1, "IDR")


def test_the_clock_alone_ends_what_was_kept(central: Central) -> None:
    central.say(promotion("hemat", starts=NOW, ends=NOW + timedelta(minutes=1)))
    during = central.find()
    assert central.find(later=timedelta(seconds=59)) is during
    assert central.find(later=timedelta(minutes=1)).product.promotions == ()
    assert central.find(later=timedelta(seconds=30)) == during


def statements(central: Central) -> list[tuple[str, Any]]:
    """What the database is asked from now on: statements with their parameters."""
    asked: list[tuple[str, Any]] = []
    engine = central.shops.database._reader
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    return asked


def test_a_look_is_the_first_thing_asked_in_a_snapshot(central: Central) -> None:
    """What a snapshot says that began before the look may be older than it, and would be kept as if it were not."""
    asked = statements(central)
    for ask in (central.find, central.reviews):
        central.monotonic_s += LOOK_EVERY_S
        asked.clear()
        ask()
        first = next(statement for statement, _ in asked if statement != "BEGIN")
        assert "scope.catalogue_seq" in first


def test_a_piece_held_at_another_store_is_not_told_as_there(central: Central) -> None:
    def at_surabaya() -> int:
        (medium, *_) = central.find().product.variants
        return next(line.available for line in medium.stock if line.location == "Surabaya")

    assert at_surabaya() == 9
    central.say(_hold("SBY", 2))
    central.say(stock("SBY", SHIRT, "linen m", {"SBY": 9}, as_of=ago(minutes=1)))
    assert at_surabaya() == 7


def _hold(store: str, quantity: int) -> ImportedRecord:
    """A confirmed hold at a store."""
    return record(
        Kind.HOLD,
        f"hold {store}",
        customer_id=rule_id("nobody", "1"),
        store_id=ref_id(Kind.LOCATION, store),
        product_id=ref_id(Kind.PRODUCT, SHIRT),
        variant_id=ref_id(Kind.PRODUCT, "linen m"),
        author_id=rule_id("author", "1"),
        author_name="Rina",
        quantity=quantity,
        status="confirmed",
        reason="",
        requested_at=ago(minutes=5),
        until=ago(minutes=-60),
    )


def test_without_a_store_every_store_is_told_with_its_own_stock(central: Central) -> None:
    central.say(stock("SBY", SHIRT, "linen m", {"SBY": 5, "BDG": 40}, as_of=ago(minutes=1)))
    (medium, *_) = central.find(stem=None).product.variants
    assert {line.location: line.available for line in medium.stock} == {"Bandung": 2, "Surabaya": 5, "Cikarang": 12}


def test_nothing_about_a_customer_is_read(central: Central) -> None:
    central.say(
        customer("siti", "BDG", name="Siti Rahasia"),
        order("1042", "siti", "BDG", "2026-11-20T03:00:00Z"),
        _hold("BDG", 1),
    )
    asked = statements(central)
    for stem in ("SBDG", None):
        found = central.find(stem=stem)
        assert "Rahasia" not in repr(found)
    central.reviews()
    central.source.freshness("SBDG")
    assert asked
    for statement, parameters in asked:
        assert "customer" not in statement, statement
        if "FROM record" in statement:
            kinds = {str(one) for one in parameters} & {kind.value for kind in Kind}
            assert kinds, statement
            assert kinds <= {kind.value for kind in SHOWN_KINDS}, statement


def test_a_database_that_does_not_answer_is_told_as_unavailable(tmp_path: Path) -> None:
    with CentralDatabase(sqlite_url(tmp_path / "nowhere" / "central.db")) as database:
        source = CentralShelf(database, read_picture=lambda name: None)
        with pytest.raises(ShelfUnavailable):
            source.find(SHIRT_M, stem=None, now=NOW)
        with pytest.raises(ShelfUnavailable):
            source.freshness(None)
