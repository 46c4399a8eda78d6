"""Reading records and writing a batch of changes with everything that follows from them: memberships, keys, numbers.

Every write of the central database goes through `write_batch`: a push's, an import's, a rule's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.associate_keys import follow_associates
from sync.central_api.bulk import Row, among, delete_rows, portions, upsert
from sync.central_api.catalogue_entries import follow_catalogue
from sync.central_api.hold_rules import held_by, stock_id_of
from sync.central_api.memberships import (
    LookedUp,
    ScopesOf,
    children_of,
    read_memberships,
    settle_look_ups,
    settle_stores,
)
from sync.central_api.sales import follow_sales
from sync.central_api.scopes import home_sign, only_store_of, scopes_of
from sync.central_api.stamping import ScopeRow, Target, plan_stamps, stamp_scopes
from sync.central_api.tables import CUSTOMER_CHILD, CUSTOMER_KEY, HELD_PIECES, RECORD, SCOPE_ROW
from sync.protocol.bodies import customers_of, happened_at
from sync.protocol.kinds import Body, Kind, RecordKey, lookup_scope
from sync.protocol.search_keys import email_key, loyalty_key, phone_key
from sync.protocol.serving_signs import Served
from sync.protocol.times import from_wire
from sync.protocol.wire import RowState

_IMPORT_LOCK = 7_201_002


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it stands. A deleted one has an empty body and still counts versions."""

    version: int
    state: str
    body: Body

    @property
    def is_live(self) -> bool:
        return self.state == RowState.LIVE


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes of one transaction: new bodies (None deletes), the records they replace, and who was served where.

    `reviewed`: customers whose scopes are decided again though nothing of theirs changes. `looked_up`: who is to be in
    a device's scope for a day; everything about them is told there again, because the device may have let it go.
    """

    changes: Mapping[RecordKey, Body | None]
    stored: Mapping[RecordKey, Stored]
    served: list[Served] = field(default_factory=list)
    reviewed: frozenset[str] = frozenset()
    looked_up: Sequence[LookedUp] = ()


def _by_kind(keys: Iterable[RecordKey]) -> dict[str, list[str]]:
    ids: dict[str, set[str]] = {}
    for kind, record_id in keys:
        ids.setdefault(kind, set()).add(record_id)
    return {kind: sorted(ids[kind]) for kind in sorted(ids)}


def load_records(connection: Connection, keys: Iterable[RecordKey], *, lock: bool = False) -> dict[RecordKey, Stored]:
    """The records of `keys` that exist, deleted ones too; one query for each kind.

    `lock`: keeps them from other writers until the end of the transaction (PostgreSQL; SQLite has one writer anyway).
    """
    found: dict[RecordKey, Stored] = {}
    for kind, ids in _by_kind(keys).items():
        for portion in portions(ids):
            query = sa.select(RECORD.c.id, RECORD.c.version, RECORD.c.state, RECORD.c.body)
            query = query.where(RECORD.c.kind == kind, among(connection, RECORD.c.id, portion))
            if lock:
                query = query.order_by(RECORD.c.id).with_for_update()
            for record_id, version, state, body in connection.execute(query).all():
                found[RecordKey(kind, record_id)] = Stored(version, state, orjson.loads(body) if body else {})
    return found


def lock_imports(connection: Connection) -> None:
    """Lets one import write at a time: only imports make customers, so no two make the same one."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_IMPORT_LOCK)))


def lock_customers(connection: Connection, customer_ids: Iterable[str]) -> None:
    """Keeps the customers' memberships and children from other writers until the end of the transaction."""
    if connection.dialect.name == "sqlite":
        return
    for portion in portions(sorted(customer_ids)):
        query = sa.select(RECORD.c.id).where(RECORD.c.kind == Kind.CUSTOMER, among(connection, RECORD.c.id, portion))
        connection.execute(query.order_by(RECORD.c.id).with_for_update()).all()


def erased_among(connection: Connection, customer_ids: Iterable[str]) -> set[str]:
    """Those of the customers who were erased."""
    found: set[str] = set()
    for portion in portions(sorted(customer_ids)):
        query = sa.select(RECORD.c.id).where(
            RECORD.c.kind == Kind.CUSTOMER,
            among(connection, RECORD.c.id, portion),
            RECORD.c.state == RowState.PURGED.value,
        )
        found.update(connection.execute(query).scalars())
    return found


def _customers_concerned(batch: Batch) -> set[str]:
    concerned = {sign.customer_id for sign in batch.served} | batch.reviewed
    concerned.update(one.customer_id for one in batch.looked_up)
    for key, body in batch.changes.items():
        if body is not None:
            concerned.update(customers_of(key, body))
        if key in batch.stored:
            concerned.update(customers_of(key, batch.stored[key].body))
    return concerned


def _version_after(batch: Batch, key: RecordKey) -> int:
    return batch.stored[key].version + 1 if key in batch.stored else 1


def _write_records(connection: Connection, batch: Batch) -> None:
    rows: list[Row] = [
        {
            "kind": key.kind, "id": key.id, "version": _version_after(batch, key),
            "body": "" if body is None else orjson.dumps(body).decode(),
            "state": (RowState.DELETED if body is None else RowState.LIVE).value,
        }
        for key, body in batch.changes.items()
    ]  # fmt: skip
    upsert(connection, RECORD, rows)


def _write_children(connection: Connection, batch: Batch) -> None:
    rows: list[Row] = []
    gone: list[Row] = []
    for key, body in batch.changes.items():
        if key.kind == Kind.CUSTOMER:
            continue
        customers = customers_of(key, body) if body is not None else ()
        stored = batch.stored.get(key)
        if stored is not None:
            old = set(customers_of(key, stored.body)) - set(customers)
            gone += [{"kind": key.kind, "id": key.id, "customer_id": customer_id} for customer_id in old]
        if body is None or not customers:
            continue
        moment = happened_at(body)
        rows += [
            {
                "kind": key.kind, "id": key.id, "customer_id": customer_id,
                "happened_at": from_wire(moment) if moment else None, "only_store_id": only_store_of(key.kind, body),
            }
            for customer_id in customers
        ]  # fmt: skip
    delete_rows(connection, CUSTOMER_CHILD, gone)
    upsert(connection, CUSTOMER_CHILD, rows)


def exact_keys(key: RecordKey, body: Body) -> dict[str, tuple[str, str]]:
    """The exact keys a record gives its customer: key kind -> (customer id, key or "")."""
    if key.kind == Kind.CUSTOMER:
        phone: str = body.get("phone", "")
        phone = phone if phone.startswith("+") else phone_key(phone)
        return {"phone": (key.id, phone), "email": (key.id, email_key(body.get("email", "")))}
    if key.kind == Kind.LOYALTY_ACCOUNT:
        return {"loyalty": (body["customer_id"], loyalty_key(body.get("number", "")))}
    return {}


def _write_keys(connection: Connection, batch: Batch) -> None:
    rows: list[Row] = []
    gone: list[Row] = []
    for key, body in batch.changes.items():
        new = exact_keys(key, body) if body is not None else {}
        stored = batch.stored.get(key)
        old = exact_keys(key, stored.body) if stored is not None and stored.is_live else {}
        gone += [
            {"key_kind": key_kind, "customer_id": customer_id, "key": text}
            for key_kind, (customer_id, text) in old.items()
            if text and new.get(key_kind) != (customer_id, text)
        ]
        rows += [
            {"key_kind": key_kind, "customer_id": customer_id, "key": text}
            for key_kind, (customer_id, text) in new.items()
            if text and old.get(key_kind) != (customer_id, text)
        ]
    delete_rows(connection, CUSTOMER_KEY, gone)
    upsert(connection, CUSTOMER_KEY, rows)


def _write_held(connection: Connection, batch: Batch) -> None:
    """What the changed holds take from their stock: every writer of a hold keeps that table so."""
    rows: list[Row] = []
    gone: list[Row] = []
    for key, body in batch.changes.items():
        if key.kind != Kind.HOLD:
            continue
        held = held_by(body)
        if body is None or held is None:
            gone.append({"hold_id": key.id})
            continue
        rows.append(
            {
                "hold_id": key.id, "stock_id": stock_id_of(body), "quantity": held.quantity, "until": held.until,
                "collected_at": held.collected_at,
            }
        )  # fmt: skip
    delete_rows(connection, HELD_PIECES, gone)
    upsert(connection, HELD_PIECES, rows)


def read_scope_rows(connection: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, dict[str, ScopeRow]]:
    """What every scope says of the records; {} for one of which none says anything."""
    rows: dict[RecordKey, dict[str, ScopeRow]] = {}
    for kind, ids in _by_kind(keys).items():
        for portion in portions(ids):
            query = sa.select(SCOPE_ROW.c.id, SCOPE_ROW.c.scope, SCOPE_ROW.c.version, SCOPE_ROW.c.state)
            query = query.where(SCOPE_ROW.c.kind == kind, among(connection, SCOPE_ROW.c.id, portion))
            for record_id, scope, version, state in connection.execute(query).all():
                rows.setdefault(RecordKey(kind, record_id), {})[scope] = ScopeRow(version, state)
    return rows


def _home_signs(batch: Batch, now: datetime) -> list[Served]:
    signs: list[Served] = []
    for key, body in batch.changes.items():
        if key.kind == Kind.CUSTOMER and body is not None:
            stored = batch.stored.get(key)
            before = stored.body if stored is not None and stored.is_live else None
            sign = home_sign(key, body, before, now=now)
            signs += [sign] if sign is not None else []
    return signs


def _settle_scopes(
    connection: Connection, batch: Batch, customer_ids: set[str], now: datetime
) -> tuple[ScopesOf, set[str]]:
    """The scopes of these customers from now on, and those whose scopes changed; writes what differs."""
    before = read_memberships(connection, customer_ids)
    served = [*batch.served, *_home_signs(batch, now)]
    stores, moved = settle_stores(connection, batch.changes, before, served, reviewed=batch.reviewed, now=now)
    look_ups, looked_up = settle_look_ups(
        connection, batch.changes, customer_ids, batch.looked_up, reviewed=batch.reviewed, now=now
    )
    told_again = {one.customer_id for one in batch.looked_up}
    return {one: stores[one] | look_ups[one] for one in customer_ids}, moved | looked_up | told_again


def _targets(
    connection: Connection, batch: Batch, scopes_of_customer: ScopesOf, moved: set[str]
) -> dict[RecordKey, Target]:
    """Where every changed record is to be, and every record of a customer whose scopes changed."""
    targets = dict(children_of(connection, moved, scopes_of_customer)) if moved else {}
    for key, body in batch.changes.items():
        scopes = scopes_of(key, body, scopes_of_customer) if body is not None else frozenset[str]()
        targets[key] = Target(_version_after(batch, key), scopes, changed=True, deleted=body is None)
    return targets


def write_batch(connection: Connection, batch: Batch, *, now: datetime) -> None:
    """Writes the changes and the memberships they make, and numbers every row they touch: a transaction's last act."""
    concerned = _customers_concerned(batch)
    lock_customers(connection, concerned)
    scopes_of_customer, moved = _settle_scopes(connection, batch, concerned, now)
    _write_records(connection, batch)
    _write_children(connection, batch)
    _write_keys(connection, batch)
    _write_held(connection, batch)
    follow_catalogue(connection, batch.changes, batch.stored.keys())
    follow_sales(connection, batch.changes, batch.stored.keys())
    follow_associates(connection, batch.changes, now)
    targets = _targets(connection, batch, scopes_of_customer, moved)
    known = [key for key, target in targets.items() if not target.changed or key in batch.stored]
    again = frozenset(lookup_scope(one.device_id) for one in batch.looked_up)
    stamp_scopes(connection, plan_stamps(targets, read_scope_rows(connection, known), again=again), now=now)
