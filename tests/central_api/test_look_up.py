"""Online look-up on SQLite and PostgreSQL: who has a whole key comes to the device that asked, for a day."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from sync.central_api.access_tables import DEVICE
from sync.central_api.daily import do_days_work, work_daily
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import sign_in
from sync.central_api.look_ups import AT_ONCE, ONE_EVERY, after_one_more, end_look_ups, look_up
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.tables import CUSTOMER_LOOK_UP
from sync.protocol.errors import LookUpLimited
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.serving_signs import LOOKED_UP_FOR
from sync.protocol.times import to_wire
from sync.protocol.wire import MAX_LOOKED_UP, SCHEMA
from tests.central_api.bare_calls import read_problem, unchanged
from tests.central_api.retailer import (
    BANDUNG,
    BUDI,
    NOW,
    SITI,
    Central,
    Device,
    assert_digests_agree,
    customer,
    order,
    record,
    the_id,
)
from tests.support.fakes import START_AT

on_sqlite_alone = pytest.mark.parametrize("central", ["sqlite"], indirect=True)
"""For what no database does in a way of its own."""

SITIS_PHONE = "0812-3456-7890"


def ask(device: Device, text: str, **fields: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {device.token}"}
    return device.http.post("/v1/lookup", json={"schema_number": SCHEMA, "text": text, **fields}, headers=headers)


def found(device: Device, text: str) -> list[str]:
    answer = ask(device, text)
    assert answer.status_code == 200, answer.text
    ids: list[str] = answer.json()["customer_ids"]
    return ids


def own_scope(device: Device) -> str:
    assert device.page is not None
    (scope,) = (scope for scope in device.page.grants if scope.startswith("lookup:"))
    return scope


CARD = record(Kind.LOYALTY_ACCOUNT, "card", customer_id=SITI, number="ML100200", as_of=NOW)


def test_a_customer_of_another_store_is_found_by_a_whole_key_in_any_writing(central: Central) -> None:
    central.take(CARD)
    makassar = central.device("MKS")
    for text in (SITIS_PHONE, "+62 812 34567890", " Siti@Example.ID ", "ml-100 200"):
        assert found(makassar, text) == [SITI], text


@on_sqlite_alone
def test_who_gives_too_little_is_answered_as_where_nobody_is_there(central: Central) -> None:
    central.take(CARD, record(Kind.LOYALTY_ACCOUNT, "short", customer_id=SITI, number="4471", as_of=NOW))
    makassar = central.device("MKS")
    nobody = ask(makassar, "no.such@example.id")
    for text in ("siti", "7890", "4471", "0812345", "siti@", "siti 7890", "", "100200", "x" * 200):
        answer = ask(makassar, text)
        assert (answer.status_code, answer.content) == (nobody.status_code, nobody.content), text
    makassar.pull()
    assert SITI not in makassar.live(Kind.CUSTOMER)


def test_the_next_pull_brings_the_customer_and_everything_about_them_to_this_device_alone(central: Central) -> None:
    bandung, asking, beside = central.device("BDG"), central.device("MKS"), central.device("MKS")
    central.take(order("o1", SITI, None, "2026-10-01T00:00:00Z"))
    bandung.push(bandung.note(SITI, "Suka linen"), bandung.note(SITI, "Hanya di sini", store_only=True))
    asking.pull()
    assert found(asking, SITIS_PHONE) == [SITI]
    for tablet in (asking, beside):
        tablet.pull()
    assert asking.live(Kind.CUSTOMER, own_scope(asking)).keys() == {SITI}
    assert asking.live(Kind.ORDER).keys() == {the_id(Kind.ORDER, "o1")}
    assert [note["text"] for note in asking.live(Kind.NOTE).values()] == ["Suka linen"]
    assert SITI not in beside.live(Kind.CUSTOMER)
    assert_digests_agree_but_for_the_look_up(asking)


def assert_digests_agree_but_for_the_look_up(device: Device) -> None:
    kept = device.rows
    device.rows = {key: row for key, row in kept.items() if not key[0].startswith("lookup:")}
    assert_digests_agree(device)
    device.rows = kept


def test_corrections_and_deletion_reach_who_looked_a_customer_up(central: Central) -> None:
    bandung, makassar = central.device("BDG"), central.device("MKS")
    found(makassar, SITIS_PHONE)
    makassar.pull()
    bandung.push(bandung.entry("contact.edit", {"customer_id": SITI, "fields": {"city": [None, "Solo"]}}))
    makassar.pull()
    assert makassar.live(Kind.CUSTOMER)[SITI]["city"] == "Solo"
    key = RecordKey(Kind.CUSTOMER, SITI)
    with central.database.writing() as connection:
        write_batch(connection, Batch({key: None}, load_records(connection, [key])), now=central.clock())
    makassar.pull()
    assert makassar.rows[own_scope(makassar), Kind.CUSTOMER, SITI]["state"] == "deleted"
    assert look_ups(central) == {}


def look_ups(central: Central) -> dict[str, Any]:
    """Customer -> when the look-up ends."""
    with central.database.reading() as connection:
        return {row.customer_id: row.ends_at for row in connection.execute(sa.select(CUSTOMER_LOOK_UP))}


def test_a_look_up_ends_after_a_day_and_everything_of_it_leaves(central: Central) -> None:
    makassar = central.device("MKS")
    central.take(order("o1", SITI, None, "2026-10-01T00:00:00Z"))
    found(makassar, SITIS_PHONE)
    makassar.pull()
    central.clock.advance(LOOKED_UP_FOR - timedelta(seconds=1))
    assert end_look_ups(central.database, central.clock()) == 0
    central.clock.advance(timedelta(seconds=1))
    assert do_days_work(central.database, central.clock()).look_ups == 1
    assert end_look_ups(central.database, central.clock()) == 0
    makassar.pull()
    assert SITI not in makassar.live(Kind.CUSTOMER)
    assert makassar.live(Kind.ORDER) == {}
    assert makassar.rows[own_scope(makassar), Kind.CUSTOMER, SITI]["state"] == "left"


@on_sqlite_alone
def test_a_running_server_ends_look_ups_within_the_hour(central: Central) -> None:
    found(central.device("MKS"), SITIS_PHONE)
    left: list[int] = []

    async def sleep(delay_s: float) -> None:
        left.append(len(look_ups(central)))
        central.clock.advance(timedelta(seconds=delay_s))
        if not left[-1]:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work_daily(central.database, now=central.clock, sleep=sleep))
    assert left == [1] * 24 + [0]


@on_sqlite_alone
def test_looking_up_again_begins_the_day_again(central: Central) -> None:
    makassar = central.device("MKS")
    found(makassar, SITIS_PHONE)
    central.clock.advance(timedelta(hours=20))
    found(makassar, SITIS_PHONE)
    central.clock.advance(timedelta(hours=20))
    assert end_look_ups(central.database, central.clock()) == 0


def test_a_device_is_told_when_its_look_up_ends_and_again_with_everything_when_it_looks_up_again(
    central: Central,
) -> None:
    """It ends it by itself where it is offline; then the rows are to come a second time."""
    central.take(order("o1", SITI, None, "2026-10-01T00:00:00Z"))
    makassar = central.device("MKS")
    ends = []
    for _ in range(2):
        found(makassar, SITIS_PHONE)
        makassar.rows.clear()
        makassar.pull()
        ends.append(makassar.rows[own_scope(makassar), Kind.CUSTOMER, SITI]["ends_at"])
        assert makassar.live(Kind.ORDER, own_scope(makassar)).keys() == {the_id(Kind.ORDER, "o1")}
        assert all(row["ends_at"] is None for (_, kind, _), row in makassar.rows.items() if kind != Kind.CUSTOMER)
        central.clock.advance(timedelta(hours=20))
    assert ends == [to_wire(START_AT + LOOKED_UP_FOR), to_wire(START_AT + timedelta(hours=20) + LOOKED_UP_FOR)]


def test_a_customer_on_an_open_screen_stays_and_one_on_none_goes(central: Central) -> None:
    central.take(customer("dewi", "Dewi", email="dewi@example.id"))
    dewi = the_id(Kind.CUSTOMER, "dewi")
    makassar = central.device("MKS")
    found(makassar, SITIS_PHONE)
    found(makassar, "dewi@example.id")
    makassar.pull()
    before = look_ups(central)
    makassar.pull(pinned=[SITI])
    assert look_ups(central) == before, "a pull seldom writes"
    central.clock.advance(timedelta(hours=23))
    makassar.pull(pinned=[SITI, BUDI])
    assert look_ups(central) == {SITI: central.clock() + LOOKED_UP_FOR, dewi: before[dewi]}
    central.clock.advance(timedelta(hours=1))
    end_look_ups(central.database, central.clock())
    makassar.pull()
    assert makassar.live(Kind.CUSTOMER, own_scope(makassar)).keys() == {SITI}


@on_sqlite_alone
def test_who_pins_a_customer_they_did_not_look_up_gets_nothing(central: Central) -> None:
    makassar = central.device("MKS")
    makassar.pull(pinned=[SITI])
    makassar.pull(pinned=[SITI])
    assert SITI not in makassar.live(Kind.CUSTOMER)
    assert look_ups(central) == {}


def test_who_is_served_after_a_look_up_belongs_to_the_store_when_it_ends(central: Central) -> None:
    makassar, beside = central.device("MKS"), central.device("MKS")
    found(makassar, SITIS_PHONE)
    makassar.pull()
    assert makassar.push(makassar.note(SITI, "Mencari batik")) == [("applied", None)]
    central.clock.advance(LOOKED_UP_FOR)
    end_look_ups(central.database, central.clock())
    for tablet in (makassar, beside):
        tablet.pull()
        assert SITI in tablet.live(Kind.CUSTOMER)
        assert [note["text"] for note in tablet.live(Kind.NOTE).values()] == ["Mencari batik"]


@on_sqlite_alone
def test_who_belongs_to_the_store_already_is_found_and_needs_no_look_up(central: Central) -> None:
    assert found(central.device("BDG"), SITIS_PHONE) == [SITI]
    assert look_ups(central) == {}


def test_a_merged_customer_is_found_as_the_one_they_became(central: Central) -> None:
    central.take(customer("old", "Siti R.", email="old@example.id", alias_of=SITI))
    makassar = central.device("MKS")
    assert found(makassar, "old@example.id") == [SITI]
    makassar.pull()
    assert makassar.live(Kind.CUSTOMER, own_scope(makassar)).keys() == {SITI, the_id(Kind.CUSTOMER, "old")}


@on_sqlite_alone
def test_everybody_with_a_shared_phone_is_found_up_to_a_bound(central: Central) -> None:
    family = [customer(f"f{number}", "Keluarga", phone="+622112345678") for number in range(MAX_LOOKED_UP + 2)]
    central.take(*family)
    assert len(found(central.device("MKS"), "021 12345678")) == MAX_LOOKED_UP


def use_up(central: Central, *, but: int = 0) -> None:
    """Every device has made all its look-ups at once, but for so many."""
    until = central.clock() + (AT_ONCE - but) * ONE_EVERY
    with central.database.writing() as connection:
        connection.execute(sa.update(DEVICE).values(look_ups_until=until))


def test_a_device_that_asks_too_often_is_told_when_it_may_again_and_others_go_on(central: Central) -> None:
    eager = central.device("MKS")
    use_up(central, but=1)
    other = central.device("MKS")
    assert found(eager, "no.such@example.id") == [], "who is not found counts too"
    with unchanged(central.database):
        refused = ask(eager, SITIS_PHONE)
    problem = read_problem(refused)
    assert (problem.status, problem.code) == (429, LookUpLimited.code)
    assert int(refused.headers["retry-after"]) == problem.retry_after_s == ONE_EVERY.total_seconds()
    assert found(other, SITIS_PHONE) == [SITI]
    central.clock.advance(ONE_EVERY)
    assert found(eager, SITIS_PHONE) == [SITI]
    assert ask(eager, SITIS_PHONE).status_code == 429


@given(st.lists(st.integers(0, 300), min_size=1, max_size=120))
def test_in_any_hour_a_device_looks_up_no_more_than_at_once_and_one_a_minute(pauses_s: list[int]) -> None:
    now, until, made = START_AT, None, list[datetime]()
    for pause_s in pauses_s:
        now += timedelta(seconds=pause_s)
        try:
            until = after_one_more(until, now)
        except LookUpLimited as limited:
            wait_s = limited.fields["retry_after_s"]
            assert isinstance(wait_s, int)
            after_one_more(until, now + timedelta(seconds=wait_s))
        else:
            made.append(now)
    for first in made:
        within = [one for one in made if first <= one < first + timedelta(hours=1)]
        assert len(within) <= AT_ONCE + timedelta(hours=1) / ONE_EVERY


@pytest.mark.parametrize("central", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_two_server_processes_share_the_bound_while_others_write(central: Central) -> None:
    makassar, bandung = central.device("MKS"), central.device("BDG")
    makassar.pull()
    with central.database.reading() as connection:
        registration = sign_in(connection, makassar.token)
    url = central.database.url.render_as_string(hide_password=False)

    def process(tries: int) -> int:
        granted = 0
        with CentralDatabase(url) as database:
            for _ in range(tries):
                with suppress(LookUpLimited):
                    granted += look_up(database, registration, SITIS_PHONE, now=central.clock()) == [SITI]
        return granted

    with ThreadPoolExecutor() as pool:
        running = [pool.submit(process, AT_ONCE) for _ in range(2)]
        for number in range(5):
            assert bandung.push(bandung.note(SITI, f"Catatan {number}")) == [("applied", None)]
            end_look_ups(central.database, central.clock())
        assert sum(one.result() for one in running) == AT_ONCE
    makassar.pull()
    assert len(makassar.live(Kind.NOTE)) == 5


@on_sqlite_alone
def test_a_clock_set_back_by_years_neither_bars_look_ups_nor_keeps_them(central: Central) -> None:
    makassar = central.device("MKS")
    central.clock.advance(timedelta(days=3_653))
    found(makassar, SITIS_PHONE)
    use_up(central)
    central.clock.advance(-timedelta(days=3_653))
    assert end_look_ups(central.database, central.clock()) == 1
    assert found(makassar, SITIS_PHONE) == [SITI]


@on_sqlite_alone
def test_a_revoked_device_looks_nobody_up(central: Central) -> None:
    makassar = central.device("MKS")
    with central.database.writing() as connection:
        connection.execute(sa.update(DEVICE).values(revoked_at=central.clock()))
    with unchanged(central.database):
        assert read_problem(ask(makassar, SITIS_PHONE)).code == "sync.device_revoked"


@on_sqlite_alone
def test_a_text_that_no_database_keeps_is_refused_and_does_not_count(central: Central) -> None:
    makassar = central.device("MKS")
    for text in ("\x00", "0812\x003456", "x" * 201, 7, None, ["0812"]):
        with unchanged(central.database):
            problem = read_problem(ask(makassar, text))  # type: ignore[arg-type]  # what a client may send all the same
        assert (problem.status, problem.code) == (422, "sync.invalid"), text


@on_sqlite_alone
def test_a_look_up_in_a_schema_that_is_not_spoken_is_refused(central: Central) -> None:
    makassar = central.device("MKS")
    with unchanged(central.database):
        assert read_problem(ask(makassar, SITIS_PHONE, schema_number=99)).status == 426


@on_sqlite_alone
def test_nothing_of_who_was_looked_up_is_logged(central: Central, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "sync")
    makassar = central.device("MKS")
    found(makassar, SITIS_PHONE)
    found(makassar, "siti@example.id")
    logged = "".join(str(vars(record)) for record in caplog.records if record.name.startswith("sync"))
    assert "looked up" in logged
    for text in (SITI, "1234", "siti", BANDUNG):
        assert text not in logged
