"""The day's work: memberships end 24 months after the last visit, on SQLite and PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from sync.central_api.daily import ASK_EVERY_S, do_days_work, do_if_due, end_memberships, work_daily
from sync.central_api.errors import DatabaseBusy
from sync.central_api.scopes import MOST_STORES
from sync.central_api.tables import CUSTOMER_SCOPE
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind, store_scope
from sync.protocol.serving_signs import MEMBER_FOR
from sync.protocol.times import to_wire
from tests.central_api.retailer import (
    BANDUNG,
    BUDI,
    MAKASSAR,
    SITI,
    Central,
    Device,
    assert_digests_agree,
    customer,
    order,
)


def stores_of(central: Central, customer_id: str) -> set[str]:
    query = sa.select(CUSTOMER_SCOPE.c.store_id).where(CUSTOMER_SCOPE.c.customer_id == customer_id)
    with central.database.reading() as connection:
        return set(connection.execute(query).scalars())


LATER = timedelta(days=30)
"""How long after Siti's only visit to Makassar everybody was at their home store."""


def siti_was_once_in_makassar(central: Central) -> tuple[Device, Device]:
    """The devices of Makassar and Bandung. Until she leaves Makassar it takes MEMBER_FOR - LATER from now on."""
    makassar, bandung = central.device("MKS"), central.device("BDG")
    makassar.push(makassar.note(SITI, "Datang ke Makassar"))
    central.clock.advance(LATER)
    bandung.push(bandung.note(SITI, "Datang ke Bandung"))
    makassar.push(makassar.note(BUDI, "Datang ke Makassar"))
    return makassar, bandung


def test_a_customer_leaves_a_store_24_months_after_the_last_visit(central: Central) -> None:
    makassar, bandung = siti_was_once_in_makassar(central)
    makassar.pull()
    central.clock.advance(MEMBER_FOR - LATER - timedelta(seconds=1))
    assert end_memberships(central.database, central.clock()) == 0
    central.clock.advance(timedelta(seconds=1))
    assert end_memberships(central.database, central.clock()) == 1
    assert end_memberships(central.database, central.clock()) == 0
    assert stores_of(central, SITI) == {BANDUNG}
    makassar.pull()
    bandung.pull()
    assert makassar.rows[store_scope(MAKASSAR), Kind.CUSTOMER, SITI]["state"] == "left"
    assert {note["customer_id"] for note in makassar.live(Kind.NOTE).values()} == {BUDI}
    assert len(bandung.live(Kind.NOTE)) == 2
    assert_digests_agree(makassar)
    assert_digests_agree(bandung)


def test_a_customer_leaves_their_home_store_too_and_comes_back_with_a_visit(central: Central) -> None:
    bandung = central.device("BDG")
    bandung.pull()
    central.clock.advance(MEMBER_FOR - timedelta(days=1))
    end_memberships(central.database, central.clock())
    assert stores_of(central, SITI) == {BANDUNG}
    central.clock.advance(timedelta(days=1))
    end_memberships(central.database, central.clock())
    assert stores_of(central, SITI) == set()
    bandung.pull()
    assert bandung.live(Kind.CUSTOMER) == {}
    assert_digests_agree(bandung)
    bandung.push(bandung.note(SITI, "Lama tidak datang"))
    bandung.pull()
    assert bandung.live(Kind.CUSTOMER).keys() == {SITI}
    assert_digests_agree(bandung)


def test_a_note_for_one_store_leaves_it_with_the_customer(central: Central) -> None:
    bandung = central.device("BDG")
    bandung.push(bandung.note(SITI, "Hanya di sini", store_only=True))
    bandung.pull()
    assert len(bandung.live(Kind.NOTE)) == 1
    central.clock.advance(MEMBER_FOR)
    end_memberships(central.database, central.clock())
    bandung.pull()
    assert (bandung.live(Kind.CUSTOMER), bandung.live(Kind.NOTE)) == ({}, {})
    assert_digests_agree(bandung)
    bandung.push(bandung.note(SITI, "Datang lagi"))
    bandung.pull()
    assert len(bandung.live(Kind.NOTE)) == 2, "with them it comes back"
    assert_digests_agree(bandung)


@pytest.mark.parametrize("days_ago", [0, 30])
def test_a_store_that_served_a_customer_keeps_them_when_their_home_store_moves(central: Central, days_ago: int) -> None:
    """The day they came may be the day of the import, or before it."""
    at = to_wire(central.clock() - timedelta(days=days_ago))
    central.take(order("1", SITI, BANDUNG, at))
    central.take(customer("siti", "Siti Rahayu", phone="+6281234567890", home_store_id=MAKASSAR))
    assert stores_of(central, SITI) == {BANDUNG, MAKASSAR}


def test_a_membership_that_nobody_has_dated_counts_from_the_first_days_work(central: Central) -> None:
    with central.database.writing() as connection:
        connection.execute(sa.update(CUSTOMER_SCOPE).values(last_at=None))
    central.clock.advance(MEMBER_FOR)
    assert end_memberships(central.database, central.clock()) == 0
    assert stores_of(central, SITI) == {BANDUNG}
    central.clock.advance(MEMBER_FOR)
    assert end_memberships(central.database, central.clock()) == 2


def test_of_too_many_stores_the_oldest_is_left(central: Central) -> None:
    stores = [rule_id("store", str(number)) for number in range(MOST_STORES + 2)]
    rows = [
        {"customer_id": SITI, "store_id": store, "reason": "note", "last_at": central.clock() - timedelta(days=age)}
        for age, store in enumerate(stores)
    ]
    with central.database.writing() as connection:
        connection.execute(sa.insert(CUSTOMER_SCOPE), rows)
    assert end_memberships(central.database, central.clock()) == 1
    assert stores_of(central, SITI) == {BANDUNG, *stores[: MOST_STORES - 1]}


def test_the_days_work_is_done_once_a_day_whichever_process_asks(central: Central) -> None:
    assert do_if_due(central.database, central.clock()) is not None
    assert do_if_due(central.database, central.clock()) is None
    central.clock.advance(timedelta(days=1))
    assert do_if_due(central.database, central.clock()) is not None
    central.clock.advance(timedelta(days=-400))
    assert do_if_due(central.database, central.clock()) is not None, "a clock that was set back stops nothing"


def test_by_a_clock_that_runs_years_ahead_for_a_day_nobody_leaves_a_store(central: Central) -> None:
    makassar = central.device("MKS")
    makassar.push(makassar.note(SITI, "Datang ke Makassar"))
    do_if_due(central.database, central.clock())
    for hours in (0, 1, 23):  # the last of them another day
        assert do_if_due(central.database, central.clock() + MEMBER_FOR + timedelta(hours=hours)) is None
    assert stores_of(central, SITI) == {BANDUNG, MAKASSAR}
    assert do_if_due(central.database, central.clock() + timedelta(days=1)) is not None, "the clock is right again"
    assert stores_of(central, SITI) == {BANDUNG, MAKASSAR}


def test_a_server_that_rested_for_years_does_its_work_the_day_after(central: Central) -> None:
    siti_was_once_in_makassar(central)
    do_if_due(central.database, central.clock())
    central.clock.advance(MEMBER_FOR - LATER)
    assert do_if_due(central.database, central.clock()) is None
    central.clock.advance(timedelta(days=1))
    done = do_if_due(central.database, central.clock())
    assert done is not None
    assert done.customers == 1
    assert stores_of(central, SITI) == {BANDUNG}


def test_the_days_work_that_failed_is_done_an_hour_later_and_by_one_process_an_hour(central: Central) -> None:
    at = central.clock().replace(minute=5)
    with central.database.writing() as connection:
        connection.execute(sa.text("ALTER TABLE scope_row RENAME TO not_there"))
    with pytest.raises((DatabaseBusy, SQLAlchemyError)):
        do_if_due(central.database, at)
    with central.database.writing() as connection:
        connection.execute(sa.text("ALTER TABLE not_there RENAME TO scope_row"))
    assert do_if_due(central.database, at + timedelta(minutes=50)) is None
    assert do_if_due(central.database, at + timedelta(hours=1)) is not None
    assert do_if_due(central.database, at + timedelta(hours=2)) is None


def test_what_left_is_compacted_90_days_later(central: Central) -> None:
    siti_was_once_in_makassar(central)
    central.clock.advance(MEMBER_FOR - LATER)
    first = do_days_work(central.database, central.clock())
    assert (first.customers, first.compacted.tombstones) == (1, 0)
    central.clock.advance(timedelta(days=90))
    second = do_days_work(central.database, central.clock())
    assert (second.customers, second.compacted.tombstones) == (2, 3)


@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
def test_a_running_server_asks_every_hour_and_outlives_a_failure(central: Central) -> None:
    siti_was_once_in_makassar(central)
    central.clock.advance(MEMBER_FOR - LATER - timedelta(days=1))
    slept: list[float] = []
    done: list[float] = []

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)
        central.clock.advance(timedelta(days=1))
        if len(slept) == 1:
            with central.database.writing() as connection:
                connection.execute(sa.text("ALTER TABLE customer_scope RENAME TO away"))
        elif len(slept) == 2:
            with central.database.writing() as connection:
                connection.execute(sa.text("ALTER TABLE away RENAME TO customer_scope"))
        else:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(
            work_daily(central.database, now=central.clock, sleep=sleep, each_hour=lambda: done.append(len(slept)))
        )
    assert slept == [ASK_EVERY_S] * 3
    assert done == [0, 2], "each hour, but where the database fails"
    assert stores_of(central, SITI) == {BANDUNG}
