"""Memberships in the database: which customers belong to which stores, and what follows them (design: Scopes)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import Row, among, delete_rows, portions, upsert
from sync.central_api.scopes import HOME, Membership, Served, customer_scopes, decide_memberships
from sync.central_api.stamping import Target
from sync.central_api.tables import CUSTOMER_CHILD, CUSTOMER_SCOPE, RECORD
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.wire import RowState

FINENESS = timedelta(days=1)

Memberships = dict[str, dict[str, Membership]]
"""Customer id -> store id -> why."""

StoresOf = Mapping[str, frozenset[str]]
"""Customer id -> the stores it belongs to."""


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


def _home_of(
    changes: Mapping[RecordKey, Body | None], customer_id: str, current: Mapping[str, Membership]
) -> str | None:
    key = RecordKey(Kind.CUSTOMER, customer_id)
    if key in changes:
        return (changes[key] or {}).get("home_store_id")
    return next((store_id for store_id, membership in current.items() if membership.reason == HOME), None)


def _is_news(sign: Served, known: Membership | None) -> bool:
    """Whether the sign moves the membership's last day: finer than that nobody asks, and writes would double."""
    return known is None or known.last_at is None or sign.at - known.last_at >= FINENESS


def settle_memberships(
    connection: Connection,
    changes: Mapping[RecordKey, Body | None],
    before: Memberships,
    served: Iterable[Served],
    *,
    reviewed: frozenset[str] = frozenset(),
    now: datetime,
) -> tuple[StoresOf, set[str]]:
    """The stores of every customer of `before` from now on, and the customers whose stores changed.

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
    return after, moved


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
    connection: Connection, customer_ids: Iterable[str], stores_of_customer: StoresOf
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
    others = {customer_id for pair in pairs.values() for customer_id in pair} - stores_of_customer.keys()
    stores = {**stores_of_customer}
    stores.update({other: frozenset(current) for other, current in read_memberships(connection, others).items()})
    return {
        key: Target(version, customer_scopes(pairs.get(key.id, (customer_id,)), only_store_id, stores), changed=False)
        for key, version, customer_id, only_store_id in children
    }
