"""Suppression: no import brings an erased person back under another id; others stay, and a key is lifted."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from sync.central_api.erasure import erase_customer
from sync.central_api.import_preview import preview_records
from sync.central_api.import_words import Fate
from sync.central_api.record_store import load_records
from sync.central_api.suppression import free_keys
from sync.central_api.tables import METADATA, SUPPRESSED_KEY
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind, RecordKey
from tests.central_api.retailer import BANDUNG, BUDI, SHIRT, SITI, Central, customer, order, record, the_id

AT = "2026-11-01T03:00:00Z"
PHONE, EMAIL, CARD = "+6281234567890", "siti@example.id", "GOLD 42"
AGAIN = the_id(Kind.CUSTOMER, "again")


def again(**body: object) -> ImportedRecord:
    return customer("again", "Siti R", **body)


def card(ref: str, customer_id: str) -> ImportedRecord:
    return record(Kind.LOYALTY_ACCOUNT, ref, customer_id=customer_id, number=CARD, as_of=AT)


@pytest.fixture
def erased(central: Central) -> Central:
    """The small retailer once Siti, who had a phone, an e-mail and a card, was erased."""
    central.take(card("card", SITI))
    erase_customer(central.database, SITI, now=central.clock())
    return central


@pytest.mark.parametrize(
    "fields", [{"phone": PHONE}, {"email": "SITI@example.id"}, {"phone": PHONE, "email": "x@y.id"}]
)
def test_no_import_brings_the_erased_back_under_another_id(erased: Central, fields: dict[str, str]) -> None:
    for _ in range(2):
        done = erased.take(again(**fields), source="lazada")
        assert (done.refused, done.created) == (1, 0)
        assert [refusal.reason for refusal in done.refusals] == ["import.suppressed"]
        assert done.by_kind == {Kind.CUSTOMER: {Fate.REFUSED: 1}}


def test_the_loyalty_number_of_the_erased_is_refused_with_its_new_customer(erased: Central) -> None:
    done = erased.take(again(phone="+628155555555"), card("new card", AGAIN))
    assert (done.refused, done.created) == (2, 0)


def test_what_is_about_the_refused_is_refused_too_and_orders_are_booked_without_them(erased: Central) -> None:
    bought = order("INV/9", AGAIN, BANDUNG, AT, note="for Siti")
    wish = record(Kind.WISHLIST_ITEM, "wish", customer_id=AGAIN, product_id=SHIRT, added_at=AT)
    assert erased.take(again(phone=PHONE), wish).refused == 2
    assert erased.take(wish, bought).by_kind == {Kind.ORDER: {Fate.CREATED: 1}, Kind.WISHLIST_ITEM: {Fate.REFUSED: 1}}
    key = RecordKey(Kind.ORDER, the_id(Kind.ORDER, "INV/9"))
    with erased.database.reading() as connection:
        kept = load_records(connection, [key])[key].body
    assert (kept["customer_id"], kept["note"], kept["total_minor"]) == (None, "", 100)


def test_a_preview_says_so_too_and_writes_nothing(erased: Central) -> None:
    before = everything_in(erased)
    shown = preview_records(erased.database, [again(phone=PHONE)], source="shopify", now=erased.clock)
    assert [refusal.reason for refusal in shown.refusals] == ["import.suppressed"]
    assert everything_in(erased) == before


def test_what_a_source_once_told_is_suppressed_as_well(central: Central) -> None:
    tablet = central.device()
    edit = {"customer_id": SITI, "fields": {"phone": [PHONE, "+628155555555"]}}
    assert tablet.push(tablet.entry("contact.edit", edit)) == [("applied", None)]
    erase_customer(central.database, SITI, now=central.clock())
    for phone in (PHONE, "+628155555555"):
        assert central.take(again(phone=phone)).refused == 1


def test_who_shares_the_phone_and_was_known_before_stays(central: Central) -> None:
    husband = customer("husband", "Agus", phone=PHONE)
    central.take(husband)
    erase_customer(central.database, SITI, now=central.clock())
    assert central.take(customer("husband", "Agus", phone=PHONE, city="Bandung")).changed == 1


def test_who_has_other_keys_is_brought_and_an_associate_may_write_any_number(erased: Central) -> None:
    assert erased.take(again(phone="+628155555555")).created == 1
    tablet = erased.device("MKS")
    edit = {"customer_id": BUDI, "fields": {"phone": ["+6281111111111", PHONE]}}
    assert tablet.push(tablet.entry("contact.edit", edit)) == [("applied", None)]


def test_a_lifted_key_lets_its_owner_enrol_anew_and_the_old_id_stays_gone(erased: Central) -> None:
    assert erased.take(again(phone=PHONE)).refused == 1
    with erased.database.writing() as connection:
        assert [free_keys(connection, text) for text in ("0812-3456-7890", "0812-3456-7890")] == [1, 0]
    assert erased.take(again(phone=PHONE)).created == 1
    assert erased.take(customer("siti", "Siti Rahayu")).refused == 1


def test_the_table_names_nobody_and_two_databases_hash_alike_nowhere(erased: Central) -> None:
    with erased.database.reading() as connection:
        rows = connection.execute(sa.select(SUPPRESSED_KEY)).all()
    assert {row.key_kind for row in rows} == {"phone", "email", "loyalty"}
    told = repr([tuple(row) for row in rows])
    assert not [one for one in ("6281234567890", EMAIL, "GOLD", SITI) if one in told]
    with erased.database.writing() as connection:
        connection.execute(
            sa.update(METADATA.tables["setting"]).where(sa.column("name") == "suppression_key").values(value="00" * 32)
        )
    assert erased.take(again(phone=PHONE)).created == 1, "under another key these are other hashes"


def everything_in(central: Central) -> str:
    with central.database.reading() as connection:
        return repr([connection.execute(sa.select(table)).all() for table in METADATA.sorted_tables])


def test_erasing_again_keeps_when_a_key_was_suppressed(erased: Central) -> None:
    with erased.database.reading() as connection:
        first = connection.execute(sa.select(SUPPRESSED_KEY)).all()
    erase_customer(erased.database, SITI, now=erased.clock() + timedelta(days=1))
    with erased.database.reading() as connection:
        assert connection.execute(sa.select(SUPPRESSED_KEY)).all() == first
