"""Erasure: nothing of an erased customer is left at the server, every device is told, and nobody brings them back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from sync.central_api.access_tables import DEVICE
from sync.central_api.compaction import KEPT_FOR, compact
from sync.central_api.erasure import Erased, erase_customer
from sync.central_api.errors import CustomerUnknown
from sync.central_api.import_words import Fate
from sync.central_api.record_store import load_records
from sync.central_api.sales import read_sold
from sync.central_api.tables import METADATA
from sync.protocol.ids import rule_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.times import from_wire
from sync.protocol.wire import RowState
from tests.central_api.retailer import (
    BANDUNG,
    BUDI,
    SHIRT,
    SITI,
    Central,
    Device,
    assert_digests_agree,
    customer,
    order,
    record,
    the_id,
    wish,
)

AT = "2026-11-01T03:00:00Z"
SECRETS = ("Siti", "siti@example.id", "hates crowds", "Ubud", "Solo", "gift wrap", "to Ubud")
LINES = [{"name": "Kemeja Linen", "sku": "KM-M", "quantity": 1, "price_minor": 100, "engraved": "for Siti"}]


def erase(central: Central, customer_id: str = SITI) -> Erased:
    return erase_customer(central.database, customer_id, now=central.clock())


def siti(**body: object) -> ImportedRecord:
    fields = {"phone": "+6281234567890", "email": "siti@example.id", "home_store_id": BANDUNG} | body
    return customer("siti", "Siti Rahayu", **fields)


def everything_in(central: Central) -> str:
    """Every row of every table, as text."""
    with central.database.reading() as connection:
        return "".join(
            repr(tuple(row)) for table in METADATA.sorted_tables for row in connection.execute(sa.select(table))
        )


def purged(device: Device) -> set[tuple[str, str]]:
    return {(kind, one) for (_, kind, one), change in device.rows.items() if change["state"] == RowState.PURGED}


@pytest.fixture
def known(central: Central) -> Device:
    """A device that holds Siti with an order, a note, a wish, a conflict and a possible duplicate."""
    pickup = {"location_id": BANDUNG, "status": "new", "since_at": AT, "note": "to Ubud"}
    bought = order("INV/7", SITI, BANDUNG, AT, lines=LINES, note="gift wrap", pickup=pickup)
    central.take(bought, customer("twin", "S. Rahayu", phone="+6281234567890"))
    tablet = central.device()
    other = central.device()
    other.push(other.entry("contact.edit", {"customer_id": SITI, "fields": {"city": ["", "Ubud"]}}))
    edit = {"customer_id": SITI, "fields": {"city": ["Medan", "Solo"]}}
    tablet.push(tablet.note(SITI, "hates crowds"), wish(tablet, SITI), tablet.entry("contact.edit", edit))
    tablet.pull()
    assert all(tablet.live(kind) for kind in (Kind.CONFLICT, Kind.POSSIBLE_DUPLICATE, Kind.ORDER))
    return tablet


def test_nothing_of_an_erased_customer_is_in_any_table(central: Central, known: Device) -> None:
    assert all(secret in everything_in(central) for secret in SECRETS)
    erased = erase(central)
    assert (erased.customers, erased.orders) == (1, 1)
    assert erased.records == len(purged_after(known)) - 2
    left = everything_in(central)
    assert not [secret for secret in SECRETS if secret in left]


def purged_after(device: Device) -> set[tuple[str, str]]:
    device.pull()
    return purged(device)


def test_what_is_erased_goes_from_the_file_too(central: Central, known: Device) -> None:
    if not central.database.is_sqlite:
        return
    erase(central)
    path = central.database.url.database
    assert path is not None
    for suffix in ("", "-wal"):
        with open(f"{path}{suffix}", "rb") as file:
            assert b"hates crowds" not in file.read()


def test_a_device_is_told_to_let_go_and_agrees_with_the_server_then(central: Central, known: Device) -> None:
    held = {(kind, one) for kind in (Kind.NOTE, Kind.ORDER, Kind.CONFLICT) for one in known.live(kind)}
    erase(central)
    assert purged_after(known) >= {(Kind.CUSTOMER, SITI), *held}
    assert not known.live(Kind.NOTE)
    assert SITI not in known.live(Kind.CUSTOMER)
    assert_digests_agree(known)


def test_devices_of_other_stores_are_told_of_the_customer_alone(central: Central, known: Device) -> None:
    elsewhere = central.device("MKS")
    elsewhere.pull()
    assert erase(central).devices == 3
    assert purged_after(elsewhere) == {(Kind.CUSTOMER, SITI)}


def test_whoever_fetches_anew_years_later_is_still_told(central: Central, known: Device) -> None:
    erase(central)
    compact(central.database, central.clock() + KEPT_FOR + timedelta(days=1_000))
    known.rows.clear()
    known.cursor = None
    assert (Kind.CUSTOMER, SITI) in purged_after(known)


def test_a_device_that_was_revoked_is_not_told(central: Central, known: Device) -> None:
    with central.database.writing() as connection:
        connection.execute(sa.update(DEVICE).values(revoked_at=central.clock()))
    assert erase(central).devices == 0


@pytest.mark.parametrize("customer_id", [SITI, rule_id("nobody")])
def test_an_entry_about_the_erased_is_refused_as_about_nobody(
    central: Central, known: Device, customer_id: str
) -> None:
    erase(central)
    edit = {"customer_id": customer_id, "fields": {"city": ["", "Solo"]}}
    entries = [known.note(customer_id, "hates crowds"), wish(known, customer_id), known.entry("contact.edit", edit)]
    assert known.push(*entries) == [("rejected", "mutation.missing")] * 3
    assert "hates crowds" not in everything_in(central)


def test_what_was_wished_is_no_longer_there_to_remove(central: Central, known: Device) -> None:
    (item_id,) = known.live(Kind.WISHLIST_ITEM)
    erase(central)
    remove = known.entry("wishlist.remove", {"customer_id": SITI, "item_ids": [item_id]})
    assert known.push(remove) == [("rejected", "mutation.missing")]


def test_an_import_does_not_bring_the_erased_back_and_counts_what_it_refused(central: Central, known: Device) -> None:
    erase(central)
    for _ in range(2):
        done = central.take(siti(city="Solo"), wished())
        assert (done.refused, done.created, done.changed) == (2, 0, 0)
        assert {refusal.reason for refusal in done.refusals} == {"import.erased"}
        assert done.by_kind == {Kind.CUSTOMER: {Fate.REFUSED: 1}, Kind.WISHLIST_ITEM: {Fate.REFUSED: 1}}
    assert "siti@example.id" not in everything_in(central)


def wished() -> ImportedRecord:
    return record(Kind.WISHLIST_ITEM, "wish", customer_id=SITI, product_id=SHIRT, added_at=AT)


def kept_order(central: Central, ref: str = "INV/7") -> Body:
    key = RecordKey(Kind.ORDER, the_id(Kind.ORDER, ref))
    with central.database.reading() as connection:
        return load_records(connection, [key])[key].body


def test_an_order_stays_for_the_books_without_whose_it_was(central: Central, known: Device) -> None:
    before = kept_order(central)
    erase(central)
    kept = kept_order(central)
    assert kept["customer_id"] is None
    gone = {"customer_id", "pickup", "note", "lines", "pseudonymous"}
    assert {name: kept[name] for name in before.keys() - gone} == {name: before[name] for name in before.keys() - gone}
    assert [(line["sku"], line["quantity"], "engraved" in line) for line in kept["lines"]] == [("KM-M", 1, False)]
    with central.database.reading() as connection:
        day = from_wire(AT)
        assert read_sold(connection, BANDUNG, day, day + timedelta(hours=1)) == {}, "goods without a GTIN"
    known.pull()
    assert not known.live(Kind.ORDER)
    assert_digests_agree(known)


@pytest.mark.parametrize("customer_id", [SITI, None])
def test_what_is_refunded_later_is_in_the_books_and_names_nobody(
    central: Central, known: Device, customer_id: str | None
) -> None:
    erase(central)
    again = order("INV/7", customer_id, BANDUNG, AT, lines=LINES, note="gift wrap", refunded_minor=100)
    done = central.take(again)
    assert done.by_kind == {Kind.ORDER: {Fate.CHANGED: 1}}
    kept = kept_order(central)
    assert (kept["refunded_minor"], kept["customer_id"]) == (100, None)
    assert central.take(again).by_kind == {Kind.ORDER: {Fate.UNCHANGED: 1}}
    assert not [secret for secret in SECRETS if secret in everything_in(central)]
    known.pull()
    assert not known.live(Kind.ORDER)


def test_an_order_of_the_erased_that_comes_late_is_kept_without_them(central: Central, known: Device) -> None:
    erase(central)
    assert central.take(order("INV/8", SITI, BANDUNG, AT, note="gift wrap")).created == 1
    assert (kept_order(central, "INV/8")["customer_id"], kept_order(central, "INV/8")["note"]) == (None, "")


def test_nobody_claims_an_order_that_is_kept_for_the_books(central: Central, known: Device) -> None:
    erase(central)
    args = {"customer_id": the_id(Kind.CUSTOMER, "twin"), "number": "INV/7", "agreed_at": AT, "store_id": BANDUNG}
    assert known.push(known.entry("order.claim", args)) == [("rejected", "mutation.order_unknown")]


def test_who_was_merged_into_the_erased_is_erased_too(central: Central, known: Device) -> None:
    old = the_id(Kind.CUSTOMER, "old")
    central.take(customer("old", "Siti R", alias_of=SITI), customer("older", "Siti", alias_of=old))
    assert erase(central, old).customers == 3
    assert "Siti R" not in everything_in(central)


def test_others_stay_as_they_were(central: Central, known: Device) -> None:
    elsewhere = central.device("MKS")
    elsewhere.pull()
    before = held(elsewhere)
    erase(central)
    elsewhere.pull()
    assert BUDI in before
    assert held(elsewhere) == before


def held(device: Device) -> dict[str, Body]:
    return device.live(Kind.CUSTOMER)


def test_erasing_again_tells_devices_added_since(central: Central, known: Device) -> None:
    erase(central)
    assert erase(central) == Erased(1, 0, 2)
    assert erase(central).devices == 2


@pytest.mark.parametrize("customer_id", [rule_id("nobody"), "Siti", ""])
def test_nobody_is_erased_who_never_was_there(central: Central, customer_id: str) -> None:
    with pytest.raises(CustomerUnknown):
        erase(central, customer_id)


def test_a_customer_of_whom_only_records_speak_is_erased(central: Central) -> None:
    stranger = rule_id("stranger")
    central.take(order("INV/7", stranger, BANDUNG, AT))
    assert erase(central, stranger).orders == 1
    assert central.take(order("INV/7", stranger, BANDUNG, AT)).unchanged == 1
