"""Memberships in the database: which customers are in which scopes, and what follows them (design: Scopes).

A customer is in the scope of every store it belongs to, and in that of every device that looked it up online.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import Row, among, delete_rows, portions, upsert
from sync.central_api.scopes import HOME, HOMES, Membership, customer_scopes, decide_memberships
from sync.central_api.stamping import Target
from sync.central_api.tables import CUSTOMER_CHILD, CUSTOMER_LOOK_UP, CUSTOMER_SCOPE, RECORD
from sync.protocol.kinds import Body, Kind, RecordKey, lookup_scope, store_scope
from sync.protocol.serving_signs import LOOKED_UP_FOR, Served
from sync.protocol.wire import RowState

FINENESS = timedelta(days=1)

Memberships = dict[str, dict[str, Membership]]
"""Customer id -> store id -> why."""

ScopesOf = Mapping[str, frozenset[str]]
"""Customer id -> the scopes it is in."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A customer whom a device looked up online."""

    customer_id: str
    device_id: str


def read_memberships(connection: Connection, customer_ids: Iterable[str]) -> Memberships:
    """The memberships of each customer; {} for one that has none."""
    found: Memberships = {customer_id: {} for customer_id in customer_ids}
    table = CUSTOMER_SCOPE.c
    for portion in portions(sorted(found)):
        query = sa.select(table.customer_id, table.store_id, table.reason, table.last_at)
        for customer_id, store_id, reason, last_at in connection.execute(
            query.where(among(connection, table.customer_id, portion))
        ).all():
            found[customer_id][store_id] = Membership(reason, last_at)
    return found


def _read_look_ups(
    connection: Connection, customer_ids: Iterable[str], *, lock: bool = False
) -> dict[str, dict[str, datetime]]:
    """Customer id -> device -> when its look-up ends; {} for one that nobody has looked up.

    `lock`: keeps them from being prolonged until the end of the transaction.
    """
    found: dict[str, dict[str, datetime]] = {customer_id: {} for customer_id in customer_ids}
    table = CUSTOMER_LOOK_UP.c
    for portion in portions(sorted(found)):
        query = sa.select(CUSTOMER_LOOK_UP).where(among(connection, table.customer_id, portion))
        if lock:
            query = query.order_by(table.customer_id, table.device_id).with_for_update()
        for customer_id, device_id, ends_at in connection.execute(query).all():
            found[customer_id][device_id] = ends_at
    return found


def ended_look_ups(now: datetime) -> sa.ColumnElement[bool]:
    """The condition of look-ups that are over. One that is to end in days was made before the clock was set back."""
    ends_at = CUSTOMER_LOOK_UP.c.ends_at
    return sa.or_(ends_at <= now, ends_at > now + 2 * LOOKED_UP_FOR)


def _has_ended(ends_at: datetime, now: datetime) -> bool:
    return not now < ends_at <= now + 2 * LOOKED_UP_FOR


def settle_look_ups(
    connection: Connection,
    changes: Mapping[RecordKey, Body | None],
    customer_ids: Iterable[str],
    looked_up: Sequence[LookedUp],
    *,
    reviewed: frozenset[str] = frozenset(),
    now: datetime,
) -> tuple[ScopesOf, set[str]]:
    """The look-up scopes of every customer from now on, and the customers whose scopes changed.

    Writes what differs: new look-ups begin, those of `reviewed` that have ended go, and so do those of who is deleted.
    """
    before = _read_look_ups(connection, customer_ids, lock=True)
    gone: list[Row] = []
    after: dict[str, set[str]] = {}
    for customer_id, devices in before.items():
        is_deleted = changes.get(RecordKey(Kind.CUSTOMER, customer_id), {}) is None
        over = {
            device_id
            for device_id, ends_at in devices.items()
            if is_deleted or (customer_id in reviewed and _has_ended(ends_at, now))
        }
        gone += [{"customer_id": customer_id, "device_id": device_id} for device_id in sorted(over)]
        after[customer_id] = devices.keys() - over
    for one in looked_up:
        after[one.customer_id].add(one.device_id)
    ends_at = now + LOOKED_UP_FOR
    rows: list[Row] = [
        {"customer_id": one.customer_id, "device_id": one.device_id, "ends_at": ends_at} for one in looked_up
    ]
    delete_rows(connection, CUSTOMER_LOOK_UP, gone)
    upsert(connection, CUSTOMER_LOOK_UP, rows)
    moved = {customer_id for customer_id, devices in after.items() if devices != before[customer_id].keys()}
    return {one: frozenset(map(lookup_scope, devices)) for one, devices in after.items()}, moved


def _read_scopes(connection: Connection, customer_ids: Iterable[str]) -> ScopesOf:
    """The scopes of each customer as they stand."""
    stores = read_memberships(connection, customer_ids)
    look_ups = _read_look_ups(connection, stores)
    return {one: frozenset({*map(store_scope, stores[one]), *map(lookup_scope, look_ups[one])}) for one in stores}


def _home_of(
    changes: Mapping[RecordKey, Body | None], customer_id: str, current: Mapping[str, Membership]
) -> str | None:
    key = RecordKey(Kind.CUSTOMER, customer_id)
    if key in changes:
        return (changes[key] or {}).get("home_store_id")
    return next((store_id for store_id, membership in current.items() if membership.reason in HOMES), None)


def _is_news(sign: Served, known: Membership | None) -> bool:
    """Whether the sign moves the membership's last day, finer than which nobody asks (writes would double), or is the
    first that says the home store served them."""
    if known is None or known.last_at is None or sign.at - known.last_at >= FINENESS:
        return True
    return known.reason == HOME and sign.reason != HOME  # from then on they stay where the home store moves


def settle_stores(
    connection: Connection,
    changes: Mapping[RecordKey, Body | None],
    before: Memberships,
    served: Iterable[Served],
    *,
    reviewed: frozenset[str] = frozenset(),
    now: datetime,
) -> tuple[ScopesOf, set[str]]:
    """The stores' scopes of every customer of `before` from now on, and the customers whose stores changed.

    Writes what differs.
    """
    signs: dict[str, list[Served]] = {}
    for sign in served:
        if _is_news(sign, before[sign.customer_id].get(sign.store_id)):
            signs.setdefault(sign.customer_id, []).append(sign)
    rows: list[Row] = []
    gone: list[Row] = []
    moved: set[str] = set()
    after = {customer_id: frozenset(current) for customer_id, current in before.items()}
    for customer_id in signs.keys() | {key.id for key in changes if key.kind == Kind.CUSTOMER} | reviewed:
        current = before[customer_id]
        decided: Mapping[str, Membership] = {}
        if changes.get(RecordKey(Kind.CUSTOMER, customer_id), {}) is not None:
            home_store_id = _home_of(changes, customer_id, current)
            decided = decide_memberships(current, home_store_id, signs.get(customer_id, ()), now=now)
        rows += [
            {"customer_id": customer_id, "store_id": store_id, "reason": new.reason, "last_at": new.last_at}
            for store_id, new in decided.items()
            if current.get(store_id) != new
        ]
        gone += [
            {"customer_id": customer_id, "store_id": store_id} for store_id in sorted(current.keys() - decided.keys())
        ]
        after[customer_id] = frozenset(decided)
        if after[customer_id] != current.keys():
            moved.add(customer_id)
    delete_rows(connection, CUSTOMER_SCOPE, gone)
    upsert(connection, CUSTOMER_SCOPE, rows)
    return {one: frozenset(map(store_scope, stores)) for one, stores in after.items()}, moved


def _pairs(connection: Connection, duplicate_ids: Iterable[str]) -> dict[str, set[str]]:
    """The customers of each possible duplicate."""
    pairs: dict[str, set[str]] = {}
    for portion in portions(sorted(set(duplicate_ids))):
        query = sa.select(CUSTOMER_CHILD.c.id, CUSTOMER_CHILD.c.customer_id)
        query = query.where(
            CUSTOMER_CHILD.c.kind == Kind.POSSIBLE_DUPLICATE, among(connection, CUSTOMER_CHILD.c.id, portion)
        )
        for record_id, customer_id in connection.execute(query):
            pairs.setdefault(record_id, set()).add(customer_id)
    return pairs


def children_of(
    connection: Connection, customer_ids: Iterable[str], scopes_of_customer: ScopesOf
) -> dict[RecordKey, Target]:
    """Where the customers and every live record about them are to be, at the versions they have."""
    children: list[tuple[RecordKey, int, str, str | None]] = []
    for portion in portions(sorted(customer_ids)):
        own = sa.select(RECORD.c.id, RECORD.c.version).where(
            RECORD.c.kind == Kind.CUSTOMER,
            among(connection, RECORD.c.id, portion),
            RECORD.c.state == RowState.LIVE.value,
        )
        children += [
            (RecordKey(Kind.CUSTOMER, record_id), version, record_id, None)
            for record_id, version in connection.execute(own)
        ]
        follow = (
            sa.select(
                RECORD.c.kind,
                RECORD.c.id,
                RECORD.c.version,
                CUSTOMER_CHILD.c.customer_id,
                CUSTOMER_CHILD.c.only_store_id,
            )
            .join(RECORD, sa.and_(RECORD.c.kind == CUSTOMER_CHILD.c.kind, RECORD.c.id == CUSTOMER_CHILD.c.id))
            .where(among(connection, CUSTOMER_CHILD.c.customer_id, portion), RECORD.c.state == RowState.LIVE.value)
        )
        children += [
            (RecordKey(kind, record_id), version, customer_id, only_store_id)
            for kind, record_id, version, customer_id, only_store_id in connection.execute(follow)
        ]
    pairs = _pairs(connection, (key.id for key, *_ in children if key.kind == Kind.POSSIBLE_DUPLICATE))
    others = {customer_id for pair in pairs.values() for customer_id in pair} - scopes_of_customer.keys()
    scopes = {**scopes_of_customer, **_read_scopes(connection, others)}
    return {
        key: Target(version, customer_scopes(pairs.get(key.id, (customer_id,)), only_store_id, scopes), changed=False)
        for key, version, customer_id, only_store_id in children
    }
