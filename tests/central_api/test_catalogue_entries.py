"""What a customer's page finds products and reviews by follows every write, and its marks change with it alone."""

from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from alembic import command

from sync.central_api import database as opened
from sync.central_api.catalogue_changes import EVERYTHING, MOST_ROWS, Changed, Mark, changed_between, read_marks
from sync.central_api.catalogue_reading import (
    count_ratings,
    read_shown,
    review_page,
    shown_in_category,
    shown_variant,
)
from sync.central_api.database import CentralDatabase, migrate
from sync.central_api.erasure import erase_customer
from sync.central_api.restoring import new_epoch
from sync.central_api.tables import RECORD, REVIEW_ENTRY, SCOPE, SHOWN_PRODUCT, SHOWN_VARIANT
from sync.protocol.ids import rule_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from tests.central_api.retailer import BANDUNG, MAKASSAR, NOW, SHIRT, SITI, Central, location, record
from tests.central_api.test_holds import stock
from tests.support.postgresql import PostgresqlServer

GTIN, OTHER_GTIN = "08990000010203", "08990000010272"
MEDIUM, LARGE = (rule_id("variant", "shirt", size) for size in "ML")


def shirt(*gtins: str, **body: Any) -> ImportedRecord:
    variants = [{"id": one, "sku": "S", "gtin": gtin} for one, gtin in zip((MEDIUM, LARGE), gtins, strict=False)]
    return record(Kind.PRODUCT, "shirt", name="Kemeja Linen", category="Kemeja", variants=variants, **body)


def price(price_minor: int) -> ImportedRecord:
    prices = {MEDIUM: {"price_minor": price_minor}}
    return record(Kind.PRICE, "shirt", id=SHIRT, currency="IDR", variants=prices)


def review(ref: str, stars: int, **body: Any) -> ImportedRecord:
    return record(Kind.REVIEW, ref, product_id=SHIRT, rating=stars, written_at=NOW, **body)


def found(central: Central, gtin: str) -> tuple[str, str] | None:
    with central.database.reading() as connection:
        return shown_variant(connection, gtin)


def ratings(central: Central) -> dict[int, int]:
    with central.database.reading() as connection:
        return dict(count_ratings(connection, SHIRT))


def marks(central: Central) -> dict[str, Mark]:
    with central.database.reading() as connection:
        return read_marks(connection)


def changed(central: Central, before: dict[str, Mark]) -> Changed:
    with central.database.reading() as connection:
        return changed_between(connection, before, read_marks(connection))


def test_a_gtin_leads_to_the_variant_that_has_it_now(central: Central) -> None:
    central.take(shirt(GTIN, ""))
    assert found(central, GTIN) == (SHIRT, MEDIUM)
    central.take(shirt(OTHER_GTIN, GTIN))
    assert (found(central, GTIN), found(central, OTHER_GTIN)) == ((SHIRT, LARGE), (SHIRT, MEDIUM))
    central.take(shirt(GTIN))
    assert (found(central, GTIN), found(central, OTHER_GTIN)) == ((SHIRT, MEDIUM), None)
    assert found(central, "") is None


def test_a_product_off_sale_or_gone_is_found_no_more_and_comes_back(central: Central) -> None:
    def category() -> list[str]:
        with central.database.reading() as connection:
            return shown_in_category(connection, "Kemeja", 9)

    central.take(shirt(GTIN))
    assert category() == [SHIRT]
    central.take(shirt(GTIN, status="draft"))
    assert (found(central, GTIN), category()) == (None, [])
    central.take(shirt(GTIN))
    assert (found(central, GTIN), category()) == ((SHIRT, MEDIUM), [SHIRT])
    central.take(complete_kinds={Kind.PRODUCT})
    assert (found(central, GTIN), category()) == (None, [])


def test_reviews_are_counted_as_they_are_written_changed_and_taken_back(central: Central) -> None:
    central.take(review("a", 5), review("b", 1))
    assert ratings(central) == {5: 1, 1: 1}
    central.take(review("a", 5), review("b", 2))
    assert ratings(central) == {5: 1, 2: 1}
    central.take(review("a", 5), complete_kinds={Kind.REVIEW})
    assert ratings(central) == {5: 1}


def test_reviews_without_an_order_to_tell_them_apart_come_in_pages_that_share_none(central: Central) -> None:
    central.take(*(review(str(n), 5) for n in range(7)))
    with central.database.reading() as connection:
        pages = [review_page(connection, SHIRT, by="newest", stars=None, offset=3 * n, limit=3) for n in range(3)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({review_id for page in pages for review_id, _ in page}) == 7


def test_a_review_that_follows_an_erased_customer_is_counted_no_more(central: Central) -> None:
    central.take(review("a", 5, customer_id=SITI), review("b", 4))
    assert ratings(central) == {5: 1, 4: 1}
    erase_customer(central.database, SITI, now=central.clock())
    assert ratings(central) == {4: 1}


def test_marks_change_with_what_a_page_shows_and_not_with_work_on_customers(central: Central) -> None:
    tablet = central.device("BDG")
    central.take(shirt(GTIN), stock(3))
    before = marks(central)
    assert set(before) == {GLOBAL_SCOPE, store_scope(BANDUNG)}
    assert tablet.push(tablet.note(SITI, "suka linen")) == [("applied", None)]
    assert marks(central) == before
    central.take(stock(2))
    after = marks(central)
    assert [scope for scope, mark in after.items() if before[scope] != mark] == [store_scope(BANDUNG)]
    assert after[store_scope(BANDUNG)].number > before[store_scope(BANDUNG)].number
    central.take(review("a", 5))
    assert marks(central)[GLOBAL_SCOPE].number > before[GLOBAL_SCOPE].number


def test_what_changed_is_told_by_product_and_what_concerns_all_as_everything(central: Central) -> None:
    other = record(Kind.PRODUCT, "trousers", name="Celana", category="Celana")
    central.take(shirt(GTIN), stock(3), other, review("a", 4))
    before = marks(central)
    assert changed(central, before) == Changed()
    central.take(shirt(OTHER_GTIN))
    assert changed(central, before) == Changed(frozenset({SHIRT}), frozenset({"Kemeja"}))
    for told in (review("a", 5), review("b", 5), stock(1), stock(1, store=MAKASSAR), price(100)):
        before = marks(central)
        central.take(told)
        assert changed(central, before) == Changed(frozenset({SHIRT})), told.kind
    before = marks(central)
    central.take(location("BDG", "Bandung Dago Atas", city="Bandung"))
    assert changed(central, before) == EVERYTHING
    before = marks(central)
    central.take(review("a", 5), complete_kinds={Kind.REVIEW})
    assert changed(central, before) == EVERYTHING


def test_more_changes_than_anybody_asks_for_one_by_one_are_everything(central: Central) -> None:
    central.take(shirt(GTIN), review("a", 4))
    before = marks(central)
    central.take(*(review(str(number), 5) for number in range(MOST_ROWS)))
    assert changed(central, before) == Changed(frozenset({SHIRT}))
    central.take(review("a", 5))
    assert changed(central, before) == EVERYTHING


def test_after_a_restore_everything_has_changed(central: Central) -> None:
    central.take(shirt(GTIN))
    before = marks(central)
    new_epoch(central.database, rule_id("epoch", "2"))
    assert changed(central, before) == EVERYTHING


def test_a_kind_that_customers_are_not_shown_cannot_be_read(central: Central) -> None:
    with central.database.reading() as connection:
        for kind in (Kind.CUSTOMER, Kind.NOTE, Kind.ORDER, Kind.HOLD, Kind.ASSOCIATE):
            with pytest.raises(ValueError, match="not shown"):
                read_shown(connection, kind, [SITI])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def older_url(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    """A database as it was before there were entries, with records in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'older.db'}"
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        yield url


def test_migrating_finds_what_is_there(older_url: str) -> None:
    tables = (SHOWN_PRODUCT, SHOWN_VARIANT, REVIEW_ENTRY)
    on_sale = {
        "id": SHIRT,
        "name": "x",
        "category": "Kemeja",
        "variants": [{"id": MEDIUM, "gtin": GTIN}, {"id": LARGE}],
    }
    draft = {"id": LARGE, "name": "x", "status": "draft", "variants": [{"id": LARGE, "gtin": OTHER_GTIN}]}
    told = {"id": SITI, "product_id": SHIRT, "rating": 4, "text": "Adem", "written_at": NOW}
    bodies = ((Kind.PRODUCT, SHIRT, on_sale), (Kind.PRODUCT, LARGE, draft), (Kind.REVIEW, SITI, told))
    with CentralDatabase(older_url) as database, database.writing() as connection:
        command.upgrade(opened._alembic_config(connection), "0004")
        for kind, record_id, body in bodies:
            row = {"kind": kind.value, "id": record_id, "version": 1, "body": orjson.dumps(body).decode()}
            connection.execute(sa.insert(RECORD).values(state="live", **row))
        columns = ("scope", "epoch", "seq", "floor_seq", "digest_total", "live_count")
        scope = dict(zip(columns, ("global", SHIRT, 41, 0, "0", 3), strict=True))
        connection.execute(sa.insert(sa.table("scope", *(SCOPE.c[one]._copy() for one in columns))).values(scope))
    migrate(older_url)
    with CentralDatabase(older_url) as database, database.reading() as connection:
        assert [[tuple(row) for row in connection.execute(sa.select(one))] for one in tables[:2]] == [
            [(SHIRT, "Kemeja")],
            [(SHIRT, MEDIUM, GTIN)],
        ]
        assert count_ratings(connection, SHIRT) == [(4, 1)]
        assert read_marks(connection) == {GLOBAL_SCOPE: Mark(SHIRT, 41)}
