"""What an import changes, and what it never does, on SQLite and PostgreSQL."""

from typing import Any

import pytest

from sync.central_api.devices import add_device, list_stores, revoke_device
from sync.central_api.errors import StoreAmbiguous, StoreUnknown
from sync.protocol.ids import consent_id, preference_id, rule_id
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Body, Kind
from tests.central_api.retailer import (
    BANDUNG,
    MAKASSAR,
    NOW,
    RANI,
    SHIRT,
    SITI,
    Central,
    Device,
    customer,
    location,
    record,
    small_retailer,
    the_id,
)

THEN = "2026-01-01T00:00:00Z"


def siti(**fields: Any) -> ImportedRecord:
    body = {"phone": "+6281234567890", "email": "siti@example.id", "home_store_id": BANDUNG, **fields}
    return customer("siti", body.pop("name", "Siti Rahayu"), **body)


def wished(ref: str, **fields: Any) -> ImportedRecord:
    return record(Kind.WISHLIST_ITEM, ref, customer_id=SITI, product_id=SHIRT, added_at=THEN, **fields)


def consent(granted: bool, at: str, event_id: str | None = None) -> ImportedRecord:
    identity = consent_id(SITI, "marketing", "whatsapp")
    event = {"event_id": event_id or rule_id("event", at), "granted": granted, "at": at, "source": "shopify"}
    body = {"id": identity, "customer_id": SITI, "purpose": "marketing", "channel": "whatsapp", "events": [event]}
    return ImportedRecord(Kind.CONSENT, identity, body)


def say(tablet: Device, *, granted: bool, seen: str | None) -> list[tuple[str, str | None]]:
    args = {
        "event_id": rule_id("said", str(tablet.next_n)), "customer_id": SITI, "purpose": "marketing",
        "channel": "whatsapp", "granted": granted, "seen_event_id": seen, "at": NOW,
    }  # fmt: skip
    return tablet.push(tablet.entry("consent.record", args))


def the_customer(tablet: Device) -> Body:
    tablet.pull()
    return tablet.live(Kind.CUSTOMER)[SITI]


def events(tablet: Device) -> list[bool]:
    """What was said about marketing by WhatsApp, in order."""
    tablet.pull()
    body = tablet.live(Kind.CONSENT)[consent_id(SITI, "marketing", "whatsapp")]
    return [event["granted"] for event in body["events"]]


def edit(tablet: Device, name: str, seen: str, new: str) -> None:
    args = {"customer_id": SITI, "fields": {name: [seen, new]}}
    assert tablet.push(tablet.entry("contact.edit", args)) == [("applied", None)]


def test_a_second_run_of_the_same_stream_changes_nothing_and_says_so(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    cursor = tablet.cursor
    result = central.take(*small_retailer())
    assert (result.created, result.changed, result.unchanged, result.refused) == (0, 0, 8, 0)
    assert result.by_kind[Kind.LOCATION] == {"unchanged": 3}
    tablet.pull()
    assert tablet.cursor == cursor


def test_only_what_differs_is_numbered_again(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    changed = [record(Kind.PRODUCT, "shirt", name="Kemeja Linen Panjang"), *small_retailer()[:5]]
    result = central.take(*changed)
    assert (result.changed, result.unchanged) == (1, 5)
    assert [(change.kind, change.version) for change in tablet.pull_page().changes] == [(Kind.PRODUCT, 2)]


def test_what_an_associate_changed_stands_and_the_import_becomes_a_conflict(central: Central) -> None:
    tablet = central.device("BDG")
    edit(tablet, "email", "siti@example.id", "baru@example.id")
    result = central.take(siti(email="toko@example.id", city="Bandung"))
    assert result.changed == 1
    body = the_customer(tablet)
    assert (body["email"], body["city"]) == ("baru@example.id", "Bandung")
    (conflict,) = tablet.live(Kind.CONFLICT).values()
    assert (conflict["field"], conflict["kept"], conflict["other"]) == ("email", "baru@example.id", "toko@example.id")
    assert conflict["source"] == "shopify"


def test_an_import_that_says_what_it_said_before_undoes_nothing(central: Central) -> None:
    tablet = central.device("BDG")
    edit(tablet, "email", "siti@example.id", "baru@example.id")
    assert central.take(siti()).unchanged == 1
    central.take(siti(city="Bandung"))
    assert the_customer(tablet)["email"] == "baru@example.id"
    assert tablet.live(Kind.CONFLICT) == {}


def test_an_import_that_says_what_an_associate_wrote_leaves_no_conflict(central: Central) -> None:
    tablet = central.device("BDG")
    edit(tablet, "email", "siti@example.id", "baru@example.id")
    central.take(siti(email="baru@example.id"))
    tablet.pull()
    assert tablet.live(Kind.CONFLICT) == {}


def test_a_preference_the_customer_changed_here_is_not_overwritten(central: Central) -> None:
    identity = preference_id(SITI, "size_top")

    def sized(value: str) -> ImportedRecord:
        body = {"id": identity, "customer_id": SITI, "key": "size_top", "value": value}
        return ImportedRecord(Kind.PREFERENCE, identity, body)

    tablet = central.device("BDG")
    central.take(sized("M"))
    args = {"customer_id": SITI, "key": "size_top", "value": ["M", "L"]}
    tablet.push(tablet.entry("preference.set", args))
    central.take(sized("S"))
    tablet.pull()
    assert tablet.live(Kind.PREFERENCE)[identity]["value"] == "L"
    assert len(tablet.live(Kind.CONFLICT)) == 1


def test_a_wishlist_item_a_person_removed_does_not_come_back(central: Central) -> None:
    tablet = central.device("BDG")
    central.take(wished("w1"))
    item_id = the_id(Kind.WISHLIST_ITEM, "w1")
    tablet.push(tablet.entry("wishlist.remove", {"customer_id": SITI, "item_ids": [item_id]}))
    assert central.take(wished("w1")).unchanged == 1
    tablet.pull()
    assert tablet.live(Kind.WISHLIST_ITEM) == {}
    central.take(wished("w1", channel="online"))
    tablet.pull()
    assert item_id in tablet.live(Kind.WISHLIST_ITEM)


def test_what_a_whole_stream_no_longer_has_has_ended(central: Central) -> None:
    tablet = central.device("BDG")
    central.take(wished("w1"), wished("w2"), siti())
    tablet.push(
        tablet.entry(
            "wishlist.add", {"item_id": rule_id("own"), "customer_id": SITI, "product_id": SHIRT, "added_at": NOW}
        )
    )
    result = central.take(wished("w2"), complete_kinds={Kind.WISHLIST_ITEM, Kind.CUSTOMER})
    assert result.ended == 1
    tablet.pull()
    assert set(tablet.live(Kind.WISHLIST_ITEM)) == {the_id(Kind.WISHLIST_ITEM, "w2"), rule_id("own")}
    assert SITI in tablet.live(Kind.CUSTOMER), "people are never ended by a file"


def test_a_stream_that_is_not_whole_ends_nothing(central: Central) -> None:
    central.take(wished("w1"))
    assert central.take(wished("w2")).ended == 0


def test_what_ended_comes_back_with_its_row(central: Central) -> None:
    tablet = central.device("BDG")
    central.take(wished("w1"))
    central.take(complete_kinds={Kind.WISHLIST_ITEM})
    central.take(wished("w1"))
    tablet.pull()
    assert len(tablet.live(Kind.WISHLIST_ITEM)) == 1


def test_another_source_ends_nothing_of_this_one(central: Central) -> None:
    central.take(wished("w1"))
    assert central.take(source="other", complete_kinds={Kind.WISHLIST_ITEM}).ended == 0


def test_a_yes_of_the_source_never_beats_a_withdrawal_recorded_here(central: Central) -> None:
    tablet = central.device("BDG")
    central.take(consent(True, THEN))
    assert say(tablet, granted=False, seen=rule_id("event", THEN)) == [("applied", None)]
    central.take(consent(True, "2026-06-01T00:00:00Z"))
    assert events(tablet) == [True, False]
    (conflict,) = tablet.live(Kind.CONFLICT).values()
    assert (conflict["kept"], conflict["other"]) == (False, True)


def test_a_source_may_take_back_its_own_no(central: Central) -> None:
    tablet = central.device("BDG")
    central.take(consent(False, THEN))
    central.take(consent(True, "2026-06-01T00:00:00Z"))
    assert events(tablet) == [False, True]


def test_a_no_of_the_source_always_takes_effect(central: Central) -> None:
    tablet = central.device("BDG")
    assert say(tablet, granted=True, seen=None) == [("applied", None)]
    central.take(consent(False, THEN))
    assert events(tablet) == [True, False]


def test_a_source_that_names_all_its_consent_events_alike_still_changes_its_mind(central: Central) -> None:
    tablet = central.device("BDG")
    same = rule_id("row of siti")
    for granted, at in ((True, THEN), (False, "2026-06-01T00:00:00Z"), (False, "2026-06-01T00:00:00Z")):
        central.take(consent(granted, at, same))
    assert events(tablet) == [True, False]


def test_two_customers_with_one_phone_are_marked_and_not_merged(central: Central) -> None:
    central.take(customer("ani", "Ani", phone="+6281234567890", email="ani@example.id", home_store_id=MAKASSAR))
    bandung, makassar = central.device("BDG"), central.device("MKS")
    for tablet in (bandung, makassar):
        tablet.pull()
        (marked,) = tablet.live(Kind.POSSIBLE_DUPLICATE).values()
        assert set(marked["customer_ids"]) == {SITI, the_id(Kind.CUSTOMER, "ani")}
    assert len(makassar.live(Kind.CUSTOMER)) == 2
    assert SITI not in makassar.live(Kind.CUSTOMER), "the mark follows both; the other person does not come along"


def test_a_phone_of_hundreds_makes_few_marks(central: Central) -> None:
    shared = [customer(f"c{i}", f"Nama {i}", phone="+62211234567", home_store_id=BANDUNG) for i in range(20)]
    result = central.take(*shared)
    assert result.created == 20
    tablet = central.device("BDG")
    tablet.pull()
    assert 19 <= len(tablet.live(Kind.POSSIBLE_DUPLICATE)) <= 60
    assert central.take(*shared).unchanged == 20


def test_refused_rows_are_named_and_never_stop_the_rest(central: Central) -> None:
    bad_rating = ImportedRecord(
        Kind.REVIEW, "r1", {"product_id": SHIRT, "rating": 9, "written_at": NOW}, "reviews.csv", 7
    )
    nul = ImportedRecord(Kind.CUSTOMER, "nul", {"name": "A\x00"}, "customers_export.csv", 3)
    surrogate = ImportedRecord(Kind.CUSTOMER, "half", {"name": "B", "odd": "\ud800"}, "customers_export.csv", 4)
    of_connector = Refusal("orders_export.csv", 12, "import.bad_date")
    kept = Refusal("products_export.csv", 2, "import.bad_gtin", "Variant Barcode", kept=True)
    result = central.take(bad_rating, of_connector, nul, surrogate, kept, customer("ani", "Ani"))
    assert (result.created, result.refused) == (1, 4)
    assert set(result.refusals) == {
        of_connector,
        kept,
        Refusal("reviews.csv", 7, "import.invalid_body"),
        Refusal("customers_export.csv", 3, "import.invalid_body"),
        Refusal("customers_export.csv", 4, "import.invalid_body"),
    }


def test_a_row_that_comes_twice_is_refused_the_second_time(central: Central) -> None:
    first, again = customer("ani", "Ani"), customer("ani", "Anita")
    result = central.take(first, again, *(customer(f"c{i}", "Nama") for i in range(600)), again)
    assert (result.created, result.refused) == (601, 2)
    assert {refusal.reason for refusal in result.refusals} == {"import.duplicate"}


def test_progress_is_told_after_each_transaction(central: Central) -> None:
    told: list[int] = []
    central.take(*(customer(f"c{i}", "Nama") for i in range(1_100)), progress=told.append)
    assert told == [500, 1_000, 1_100]


def test_fields_no_one_here_knows_are_kept(central: Central) -> None:
    tablet = central.device("BDG")
    central.take(siti(shoe_last="wide"))
    edit(tablet, "city", "", "Bandung")
    assert the_customer(tablet)["shoe_last"] == "wide"


def test_stores_are_listed_without_warehouses(central: Central) -> None:
    assert [(store.code, store.name, store.city) for store in list_stores(central.database)] == [
        ("BDG", "Bandung Dago", "Bandung"),
        ("MKS", "Makassar Panakkukang", "Makassar"),
    ]


@pytest.mark.parametrize("named", ["bdg", " Bandung Dago ", BANDUNG])
def test_a_device_is_added_by_a_stores_code_name_or_id(central: Central, named: str) -> None:
    token = add_device(central.database, named, "tablet")
    tablet = Device(central.http, token, rule_id("d"), RANI, BANDUNG)
    assert tablet.post("hello").json()["store_id"] == BANDUNG


def test_an_unknown_or_ambiguous_store_is_said_to_be_so(central: Central) -> None:
    with pytest.raises(StoreUnknown):
        add_device(central.database, "JKT", "tablet")
    central.take(location("BDG2", "Bandung Dago"))
    with pytest.raises(StoreAmbiguous):
        add_device(central.database, "bandung dago", "tablet")


def test_a_revoked_device_is_signed_out(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.pull()
    with central.database.reading() as connection:
        registration_id = connection.exec_driver_sql("SELECT id FROM device").scalar_one()
    assert revoke_device(central.database, str(registration_id))
    assert not revoke_device(central.database, str(registration_id))
    response = tablet.post("pull")
    assert (response.status_code, response.json()["code"]) == (401, "sync.device_revoked")
