"""Old tombstones and verdicts go, and no device is left with what is gone: on SQLite and PostgreSQL.

The property is PowerSync's (`docs/storage`, compaction): wherever a device stands and whenever compaction comes between
its pages, it ends with what the server has.
"""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.central_api.compaction import KEPT_FOR, Compacted, compact
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.tables import REJECTED_KEY, SCOPE, SCOPE_ROW, SYNC_RESULT
from sync.protocol.ids import rule_id
from sync.protocol.kinds import GLOBAL_SCOPE, Body, Kind, RecordKey, store_scope
from sync.protocol.wire import RowState
from tests.central_api.retailer import BANDUNG, MAKASSAR, SITI, Central, Device, assert_digests_agree

STORE = store_scope(BANDUNG)
OLD = KEPT_FOR + timedelta(days=1)
PEOPLE = [RecordKey(Kind.CUSTOMER, rule_id("person", str(number))) for number in range(4)]
PRODUCTS = [RecordKey(Kind.PRODUCT, rule_id("product", str(number))) for number in range(2)]


def put(central: Central, key: RecordKey, body: Body | None) -> None:
    """Has someone write a record, or delete it where the body is None."""
    with central.database.writing() as connection:
        stored = load_records(connection, [key])
        if body is not None or key in stored:
            write_batch(connection, Batch({key: body}, stored), now=central.clock())


def person(home_store_id: str) -> Body:
    return {"name": "Ani", "home_store_id": home_store_id}


def live_rows(central: Central, *scopes: str) -> dict[tuple[str, str, str], int]:
    """(scope, kind, id) -> version of everything the server has in these scopes."""
    query = sa.select(SCOPE_ROW.c.scope, SCOPE_ROW.c.kind, SCOPE_ROW.c.id, SCOPE_ROW.c.version)
    query = query.where(SCOPE_ROW.c.scope.in_(scopes), SCOPE_ROW.c.state == RowState.LIVE.value)
    with central.database.reading() as connection:
        return {(scope, kind, record_id): version for scope, kind, record_id, version in connection.execute(query)}


def kept_digests(central: Central) -> dict[str, tuple[str, int]]:
    with central.database.reading() as connection:
        return {row.scope: (row.digest_total, row.live_count) for row in connection.execute(sa.select(SCOPE))}


def next_page(tablet: Device, limit: int) -> bool:
    """Whether the page was the last; a device that must fetch anew lets go of all it has."""
    page = tablet.pull_page(limit=limit)
    if page.must_refetch:
        tablet.rows.clear()
        tablet.cursor = None
    return page.last_page


def all_pages(tablet: Device, limit: int) -> None:
    """Pages up to the last."""
    pages = 1
    while not next_page(tablet, limit):
        pages += 1
        assert pages < 60, "a device that is sent back for ever never gets there"


def held(tablet: Device) -> dict[tuple[str, str, str], int]:
    return {place: change["version"] for place, change in tablet.rows.items() if change["state"] == "live"}


EVENTS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(PEOPLE), st.sampled_from([BANDUNG, MAKASSAR, None])),
    st.tuples(st.just("write"), st.sampled_from(PRODUCTS), st.sampled_from([BANDUNG, None])),
    st.tuples(st.just("page"), st.integers(1, 3)),
    st.tuples(st.just("page"), st.just(1)),
    st.tuples(st.just("all pages"), st.just(4)),
    st.tuples(st.just("compact"), st.sampled_from([40, 91])),
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(events=st.lists(EVENTS, min_size=8, max_size=18))
@pytest.mark.parametrize("central", ["sqlite"], indirect=True)
def test_a_device_ends_with_what_the_server_has_wherever_compaction_finds_it(
    central: Central, events: list[tuple[Any, ...]]
) -> None:
    tablet = central.device("BDG")
    for event in events:
        match event:
            case ("write", key, place):
                put(central, key, person(place) if place else None)
            case ("page", limit):
                next_page(tablet, limit)
            case ("all pages", limit):
                all_pages(tablet, limit)
            case ("compact", days):
                before = kept_digests(central)
                central.clock.advance(timedelta(days=days))
                compact(central.database, central.clock())
                assert kept_digests(central) == before
    all_pages(tablet, 3)
    assert held(tablet) == live_rows(central, GLOBAL_SCOPE, STORE)
    assert_digests_agree(tablet)


def test_a_device_below_the_floor_is_told_to_fetch_anew(central: Central) -> None:
    behind, current = central.device("BDG"), central.device("BDG")
    behind.pull()
    put(central, PEOPLE[0], person(BANDUNG))
    put(central, PEOPLE[0], None)
    current.pull()
    central.clock.advance(OLD)
    assert compact(central.database, central.clock()) == Compacted(tombstones=1, verdicts=0)
    page = behind.pull_page()
    assert (page.must_refetch, page.changes, page.last_page) == ([STORE], [], False)
    assert not current.pull_page().must_refetch, "who stands on the floor has seen all that was dropped"
    assert compact(central.database, central.clock()) == Compacted(0, 0)


def test_who_starts_from_nothing_gets_through_below_a_high_floor(central: Central) -> None:
    for key in PEOPLE:
        put(central, key, person(BANDUNG))
    put(central, PEOPLE[0], person(MAKASSAR))
    central.clock.advance(OLD)
    compact(central.database, central.clock())
    newcomer = central.device("BDG")
    newcomer.pull(limit=1)
    assert held(newcomer) == live_rows(central, GLOBAL_SCOPE, STORE)


def test_who_started_before_a_compaction_that_drops_what_it_read_starts_again(central: Central) -> None:
    for key in PEOPLE:
        put(central, key, person(BANDUNG))
    tablet = central.device("BDG")
    for _ in range(8):
        tablet.pull_page(limit=1)
    assert held(tablet).keys() & {(STORE, *key) for key in PEOPLE}
    for key in PEOPLE[:2]:
        put(central, key, None)
    put(central, PEOPLE[3], person(BANDUNG))
    central.clock.advance(OLD)
    compact(central.database, central.clock())
    assert tablet.pull_page(limit=1).must_refetch == [STORE]


def test_what_is_younger_than_ninety_days_stays(central: Central) -> None:
    put(central, PEOPLE[0], person(BANDUNG))
    put(central, PEOPLE[0], None)
    central.clock.advance(KEPT_FOR - timedelta(seconds=1))
    put(central, PEOPLE[1], person(BANDUNG))
    put(central, PEOPLE[1], None)
    assert compact(central.database, central.clock()).tombstones == 0
    central.clock.advance(timedelta(seconds=1))
    assert compact(central.database, central.clock()).tombstones == 1


def test_a_record_made_again_after_its_tombstone_went_is_newer_than_before(central: Central) -> None:
    for body in (person(BANDUNG), person(BANDUNG), None):
        put(central, PEOPLE[0], body)
    central.clock.advance(OLD)
    compact(central.database, central.clock())
    put(central, PEOPLE[0], person(BANDUNG))
    assert live_rows(central, STORE)[STORE, *PEOPLE[0]] == 4


def verdicts(central: Central) -> list[int]:
    with central.database.reading() as connection:
        return sorted(connection.execute(sa.select(SYNC_RESULT.c.n)).scalars())


def test_verdicts_go_once_they_are_old_and_their_device_has_them(central: Central) -> None:
    tablet = central.device("BDG")
    nobody = rule_id("nobody")
    entries = [tablet.note(SITI, "satu"), tablet.note(nobody, "dua"), tablet.note(SITI, "tiga")]
    tablet.push(*entries)
    central.clock.advance(OLD)
    assert compact(central.database, central.clock()).verdicts == 0, "the device has said nothing yet"
    tablet.settled_n = 2
    tablet.pull()
    assert compact(central.database, central.clock()).verdicts == 2
    assert verdicts(central) == [3]
    with central.database.reading() as connection:
        assert connection.execute(sa.select(REJECTED_KEY)).all() == []
    assert tablet.push(entries[2]) == [("applied", None)], "what the device is not sure of has its verdict still"
    assert tablet.push(tablet.note(SITI, "empat")) == [("applied", None)]


def test_a_device_that_claims_more_than_was_decided_is_not_believed(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.push(tablet.note(SITI, "satu"))
    tablet.settled_n = 9
    central.clock.advance(timedelta(minutes=1))
    tablet.pull()
    later = tablet.note(SITI, "dua")
    tablet.push(later)
    central.clock.advance(OLD)
    assert compact(central.database, central.clock()).verdicts == 1
    assert tablet.push(later) == [("applied", None)]
