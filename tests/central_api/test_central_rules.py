"""The pure rules behind the feed: memberships, scopes, stamps, digests, cursors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central_api.cursor import Position, read_cursor, write_cursor
from sync.central_api.scopes import (
    HOME,
    HOME_SERVED,
    HOMES,
    MOST_STORES,
    Membership,
    decide_memberships,
    home_sign,
    scopes_of,
)
from sync.central_api.stamping import ScopeRow, Stamp, Target, digest_after, plan_stamps
from sync.protocol.digest import Digest, digest_of
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, RecordKey, store_scope
from sync.protocol.serving_signs import MEMBER_FOR, Served, served_by
from sync.protocol.wire import RowState

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STORES = st.sampled_from([f"s{number}" for number in range(14)])
MOMENTS = st.integers(-1_500, 30).map(lambda days: NOW + timedelta(days=days))
REASONS = st.sampled_from(["order", "note", HOME])
SIGNS = st.lists(st.builds(Served, st.just("c"), STORES, REASONS, MOMENTS), max_size=30)
KEPT_REASONS = st.sampled_from(["order", "served", HOME, HOME_SERVED])
CURRENT = st.dictionaries(STORES, st.builds(Membership, KEPT_REASONS, st.none() | MOMENTS), max_size=MOST_STORES)
STORES_OR_NONE = st.none() | STORES


def moments_of(current: dict[str, Membership], home: str | None, signs: list[Served]) -> dict[str, datetime]:
    """When each store was last heard of, of those that count."""
    known = [(one, old.reason, old.last_at or NOW) for one, old in current.items()]
    moments: dict[str, datetime] = {}
    for store, reason, at in [*known, *((sign.store_id, sign.reason, sign.at) for sign in signs)]:
        if reason == HOME and store != home:
            continue
        moments[store] = max(moments.get(store, at), min(at, NOW))
    return {store: min(at, NOW) for store, at in moments.items()}


@given(CURRENT, STORES_OR_NONE, SIGNS)
def test_a_customer_is_in_at_most_ten_stores_and_at_home_as_long_as_they_come_there(
    current: dict[str, Membership], home: str | None, signs: list[Served]
) -> None:
    decided = decide_memberships(current, home, signs, now=NOW)
    assert len(decided) <= MOST_STORES
    assert all(membership.reason not in HOMES for store, membership in decided.items() if store != home)
    if home is not None:
        moments = moments_of(current, home, signs)
        assert (home in decided) is (home in moments and moments[home] > NOW - MEMBER_FOR)
        assert home not in decided or decided[home].reason in HOMES


@given(CURRENT, STORES_OR_NONE, SIGNS)
def test_who_stays_was_served_within_24_months_and_later_than_who_leaves(
    current: dict[str, Membership], home: str | None, signs: list[Served]
) -> None:
    decided = decide_memberships(current, home, signs, now=NOW)
    moments = moments_of(current, home, signs)
    recent = {store for store, at in moments.items() if at > NOW - MEMBER_FOR}
    assert decided.keys() <= recent
    left = recent - decided.keys()
    if left:
        assert len(decided) == MOST_STORES
        assert min(moments[store] for store in decided.keys() - {home}) >= max(moments[store] for store in left)


@given(CURRENT, STORES_OR_NONE, SIGNS)
def test_deciding_again_on_the_same_signs_changes_nothing(
    current: dict[str, Membership], home: str | None, signs: list[Served]
) -> None:
    once = decide_memberships(current, home, signs, now=NOW)
    assert decide_memberships(once, home, [], now=NOW) == once
    again = decide_memberships(once, home, signs, now=NOW)
    assert {store: one.last_at for store, one in again.items()} == {store: one.last_at for store, one in once.items()}


def test_a_home_store_that_never_served_them_is_left_where_another_becomes_it() -> None:
    at_home = {"s1": Membership(HOME, NOW - timedelta(days=30))}
    moved = decide_memberships(at_home, "s2", [Served("c", "s2", HOME, NOW)], now=NOW)
    assert moved == {"s2": Membership(HOME, NOW)}
    served = decide_memberships(at_home, "s1", [Served("c", "s1", "order", NOW - timedelta(days=20))], now=NOW)
    assert served == {"s1": Membership(HOME_SERVED, NOW - timedelta(days=20))}
    after = decide_memberships(served, "s2", [Served("c", "s2", HOME, NOW)], now=NOW)
    assert after == {"s1": Membership("served", NOW - timedelta(days=20)), "s2": Membership(HOME, NOW)}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            None,
            {"home_store_id": "s1", "since_at": "2019-02-03T04:05:06.000000Z"},
            datetime(2019, 2, 3, 4, 5, 6, tzinfo=UTC),
        ),
        (None, {"home_store_id": "s1"}, NOW),
        (None, {"home_store_id": None}, None),
        ({"home_store_id": "s1"}, {"home_store_id": "s1", "since_at": "2019-02-03T04:05:06.000000Z"}, None),
        ({"home_store_id": "s2"}, {"home_store_id": "s1", "since_at": "2019-02-03T04:05:06.000000Z"}, NOW),
        ({"home_store_id": "s2"}, {"home_store_id": None}, None),
    ],
)
def test_a_home_store_counts_from_the_day_they_became_a_customer_or_chose_it(
    before: dict[str, Any] | None, after: dict[str, Any], said: datetime | None
) -> None:
    sign = home_sign(RecordKey(Kind.CUSTOMER, "c"), after, before, now=NOW)
    assert sign == (None if said is None else Served("c", "s1", HOME, said))


@given(STORES_OR_NONE, SIGNS, SIGNS)
def test_the_order_of_signs_does_not_matter(home: str | None, some: list[Served], more: list[Served]) -> None:
    at_once = decide_memberships({}, home, [*some, *more], now=NOW)
    reversed_at_once = decide_memberships({}, home, [*reversed(more), *reversed(some)], now=NOW)
    assert {store: one.last_at for store, one in at_once.items()} == {
        store: one.last_at for store, one in reversed_at_once.items()
    }


def test_each_kind_goes_where_it_belongs() -> None:
    scopes_of_customer = {"c": {"store:s1", "store:s2", "lookup:t1"}, "d": {"store:s3"}}
    expected: list[tuple[Kind, dict[str, object], set[str]]] = [
        (Kind.PRODUCT, {}, {GLOBAL_SCOPE}),
        (Kind.LOCATION, {}, {GLOBAL_SCOPE}),
        (Kind.STOCK, {"store_id": "s1"}, {"store:s1"}),
        (Kind.ASSOCIATE, {"location_ids": ["s1", "s3"]}, {"store:s1", "store:s3"}),
        (Kind.CUSTOMER, {}, {"store:s1", "store:s2", "lookup:t1"}),
        (Kind.ORDER, {"customer_id": "c", "location_id": "s9"}, {"store:s1", "store:s2", "lookup:t1"}),
        (Kind.ORDER, {"customer_id": None, "pickup": {"location_id": "s3"}}, {"store:s3"}),
        (Kind.ORDER, {"customer_id": None}, set()),
        (Kind.NOTE, {"customer_id": "c", "store_id": "s2", "store_only": False}, {"store:s1", "store:s2", "lookup:t1"}),
        (Kind.NOTE, {"customer_id": "c", "store_id": "s2", "store_only": True}, {"store:s2"}),
        (Kind.POSSIBLE_DUPLICATE, {"customer_ids": ["c", "d"]}, {"store:s1", "store:s2", "store:s3", "lookup:t1"}),
        (Kind.VOUCHER, {"customer_id": "of no store"}, set()),
    ]
    for kind, body, scopes in expected:
        assert scopes_of(RecordKey(kind, "c"), body, scopes_of_customer) == scopes, kind


def test_an_order_serves_where_it_was_bought_and_where_it_is_collected() -> None:
    body = {"customer_id": "c", "location_id": "s1", "placed_at": "2026-11-01T00:00:00Z"}
    key = RecordKey(Kind.ORDER, "o")
    assert [sign.store_id for sign in served_by(key, body)] == ["s1"]
    assert [sign.store_id for sign in served_by(key, {**body, "pickup": {"location_id": "s2"}})] == ["s1", "s2"]
    assert served_by(key, {**body, "customer_id": None}) == []
    assert served_by(RecordKey(Kind.VOUCHER, "v"), body) == []


KEYS = st.builds(RecordKey, st.sampled_from(["note", "order"]), st.sampled_from("abc"))
SCOPES = st.frozensets(st.sampled_from(["global", "store:1", "store:2"]))
VERSIONS = st.integers(1, 5)
ROWS = st.dictionaries(
    KEYS,
    st.dictionaries(
        st.sampled_from(["global", "store:1", "store:2"]),
        st.builds(ScopeRow, VERSIONS, st.sampled_from(["live", "deleted", "left"])),
    ),
)
TARGETS = st.dictionaries(KEYS, st.builds(Target, VERSIONS, SCOPES, changed=st.booleans()))


@given(TARGETS, ROWS)
def test_stamps_lead_to_the_scopes_wanted_and_digests_follow(
    targets: dict[RecordKey, Target], rows: dict[RecordKey, dict[str, ScopeRow]]
) -> None:
    after = {key: dict(of_key) for key, of_key in rows.items()}
    stamps = plan_stamps(targets, rows)
    for scope, of_scope in stamps.items():
        for stamp in of_scope:
            after.setdefault(stamp.key, {})[scope] = ScopeRow(stamp.version, stamp.state.value)

    def live(state: dict[RecordKey, dict[str, ScopeRow]], scope: str) -> Digest:
        return digest_of(
            (*key, of_key[scope].version)
            for key, of_key in state.items()
            if scope in of_key and of_key[scope].state == RowState.LIVE
        )

    for key, target in targets.items():
        now_in = {scope for scope, row in after.get(key, {}).items() if row.state == RowState.LIVE}
        assert now_in == target.scopes
        if target.changed:
            assert all(after[key][scope].version == target.version for scope in target.scopes)
    for scope in ("global", "store:1", "store:2"):
        assert digest_after(live(rows, scope), stamps.get(scope, [])) == live(after, scope)


def test_a_record_that_stays_where_it_is_and_did_not_change_is_not_numbered_again() -> None:
    key = RecordKey(Kind.NOTE, "a")
    rows = {key: {"store:1": ScopeRow(3, "live")}}
    assert plan_stamps({key: Target(3, frozenset({"store:1"}), changed=False)}, rows) == {}
    entered = plan_stamps({key: Target(3, frozenset({"store:1", "store:2"}), changed=False)}, rows)
    assert entered == {"store:2": [Stamp(key, 3, RowState.LIVE, None)]}


UUIDS = st.uuids().map(str)
POSITIONS = st.dictionaries(
    st.text(max_size=40).filter(lambda text: text.isprintable()),
    st.builds(Position, UUIDS, st.integers(0, 2**53), st.just(0), st.just(""), st.just(""))
    | st.builds(Position, UUIDS, st.integers(0, 2**52), st.integers(2**52 + 1, 2**53), st.just(""), st.just(""))
    | st.builds(Position, UUIDS, st.just(0), st.integers(1, 2**53), st.sampled_from(sorted(Kind)), UUIDS),
    max_size=5,
)


@given(POSITIONS, st.binary(min_size=32, max_size=32))
def test_a_cursor_comes_back_as_it_was_written(positions: dict[str, Position], key: bytes) -> None:
    assert read_cursor(write_cursor(positions, key), key) == positions


@given(POSITIONS, st.integers(0, 10_000), st.characters())
def test_a_changed_cursor_is_none_or_says_the_same(positions: dict[str, Position], at: int, other: str) -> None:
    key = b"k" * 32
    cursor = write_cursor(positions, key)
    at %= len(cursor)
    changed = cursor[:at] + other + cursor[at + 1 :]
    # The last character of base64 may carry bits that say nothing: then it is the same cursor still.
    assert read_cursor(changed, key) in (None, positions)


@given(st.text())
def test_no_text_breaks_the_reading_of_cursors(text: str) -> None:
    assert read_cursor(text, b"k" * 32) is None


def test_a_cursor_of_another_key_is_none() -> None:
    cursor = write_cursor({store_scope("s"): Position("e", 3)}, b"a" * 32)
    assert read_cursor(cursor, b"b" * 32) is None
