"""Erasure: a customer and every record about them go, at once and for good (design: Scopes, "Erasure does not wait").

Orders stay for the books, without whose they were (`pseudonymous_order`): number, day, store, lines and totals. Devices
let them go with the rest; whatever the platform says of them later is taken over without the customer.

What stays of a record is its kind, id and version with the state `purged`: a later version is then told from an earlier
one, and an import that names the customer again is refused. The id of an imported customer is a hash of what its source
calls it (`imported_id`); under another id they are known by their phone or e-mail (`suppression`). Each scope that ever
had such a record says `purged` of it, and the look-up scope of every device says so of the customer: it is no
snapshot's and is read from its beginning by whoever fetches anew, so that no device misses it, wherever it stands and
whatever stores it was given. Compaction leaves these rows. What revoked devices had not sent is gone through as well
(`quarantine`).

On PostgreSQL the tables' files are written anew afterwards (`table_files`).

A backup of the database from before the erasure still has the customer: erase again after restoring one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import CONSENT_LINK, DEVICE
from sync.central_api.audit import append_own
from sync.central_api.bulk import Row, among, delete_rows, portions, upsert
from sync.central_api.catalogue_entries import follow_catalogue
from sync.central_api.database import CentralDatabase
from sync.central_api.errors import CustomerUnknown
from sync.central_api.holds import forget_holds, tell_stock
from sync.central_api.order_numbers import read_sources
from sync.central_api.push_records import read_aliases
from sync.central_api.quarantine import forget_quarantined
from sync.central_api.record_store import Stored, load_records, lock_customers, lock_imports, read_scope_rows
from sync.central_api.snapshots import remove_snapshots
from sync.central_api.stamping import Stamp, stamp_scopes
from sync.central_api.suppression import suppress
from sync.central_api.table_files import number_erasure
from sync.central_api.tables import CUSTOMER_CHILD, CUSTOMER_KEY, CUSTOMER_LOOK_UP, CUSTOMER_SCOPE, IMPORTED, RECORD
from sync.central_api.transactions import write_transaction
from sync.protocol.audit import AuditKind
from sync.protocol.bodies.purchases import pseudonymous_order
from sync.protocol.ids import is_uuid
from sync.protocol.kinds import Body, Kind, RecordKey, lookup_scope
from sync.protocol.wire import RowState


@dataclass(frozen=True, slots=True)
class Erased:
    """How many customers (one, or several that were merged), how many records about them, how many devices will be
    told, and how many orders stay without a name.

    `log_cleared`: nothing is left in SQLite's write-ahead log; else somebody was reading, and it is worth another try.
    """

    customers: int
    records: int
    devices: int
    orders: int = 0
    log_cleared: bool = True


@dataclass(frozen=True, slots=True)
class Gone:
    """What is to be followed up (`finish_erasing`): the stock they had held pieces of, and the scopes that ever named
    them. `versions`: of the word that devices get, by customer. `number`: of the erasure (`table_files`).
    """

    erased: Erased
    versions: dict[str, int]
    number: int
    stock_ids: frozenset[str]
    scopes: frozenset[str]


def erase_customer(
    database: CentralDatabase, customer_id: str, *, now: datetime, snapshots_folder: Path | None = None
) -> Erased:
    """What went; whom they were merged into, and who was merged into them, is the same person and goes too.

    One transaction, and one more for the stock whose pieces they had held. Snapshots of the scopes they were in go from
    `snapshots_folder`; whatever is left there or in another one goes with the server's hourly work. A customer who was
    erased before is told of again, to devices enrolled since. Raises CustomerUnknown where there never was such a
    customer, DatabaseBusy; nothing is changed then.
    """
    if not is_uuid(customer_id):
        raise CustomerUnknown
    gone = write_transaction(database, lambda connection: erase_people(connection, (customer_id,), now))
    return finish_erasing(database, gone, now=now, snapshots_folder=snapshots_folder)


def finish_erasing(
    database: CentralDatabase, gone: Gone, *, now: datetime, snapshots_folder: Path | None = None
) -> Erased:
    """What went, once what follows from it is done: snapshots, stock, the write-ahead log. Raises DatabaseBusy."""
    if snapshots_folder is not None:
        remove_snapshots(snapshots_folder, gone.scopes)
    if gone.stock_ids:
        write_transaction(database, lambda connection: tell_stock(connection, gone.stock_ids, now))
    return replace(gone.erased, log_cleared=database.clear_log())


def erase_people(
    connection: Connection, customer_ids: Iterable[str], now: datetime, *, keep: Callable[[Gone], None] | None = None
) -> Gone:
    """These customers, and all they were merged with, in the caller's transaction, as its last act.

    `keep` writes what went before the numbers are taken; `finish_erasing` comes behind the transaction. Raises
    CustomerUnknown where nothing was ever known of any of them.
    """
    lock_imports(connection)
    people = {one for customer_id in customer_ids for one in same_person(connection, customer_id)}
    lock_customers(connection, people)
    customers = {RecordKey(Kind.CUSTOMER, one) for one in people}
    stored = load_records(connection, customers | _about(connection, people), lock=True)
    if not stored:
        raise CustomerUnknown
    # Records may name a customer whom no import ever brought.
    stored = {key: Stored(0, RowState.DELETED, {}) for key in customers} | stored
    devices = list(connection.execute(sa.select(DEVICE.c.id).where(DEVICE.c.revoked_at.is_(None))).scalars())
    stamps = _stamps(connection, stored, [lookup_scope(device_id) for device_id in devices])
    stock_ids = forget_holds(connection, stored)
    orders = {
        key: pseudonymous_order(one.body) for key, one in stored.items() if key.kind == Kind.ORDER and one.is_live
    }
    suppress(connection, people, now)
    _empty(connection, stored, people, orders)
    erased = Erased(len(customers), len(stored) - len(customers) - len(orders), len(devices), len(orders))
    counts = {"records": erased.records, "devices": erased.devices, "orders": erased.orders}
    for one in sorted(people):
        append_own(connection, AuditKind.CUSTOMER_ERASED, customer_id=one, details=counts, now=now)
    versions = {one: stored[RecordKey(Kind.CUSTOMER, one)].version + 1 for one in sorted(people)}
    gone = Gone(erased, versions, number_erasure(connection, now), stock_ids, frozenset(stamps))
    if keep is not None:
        keep(gone)
    stamp_scopes(connection, stamps, now=now)
    return gone


def same_person(connection: Connection, customer_id: str) -> set[str]:
    """The customer, the one they were merged into, and all who were merged into either."""
    people = {customer_id, *read_aliases(connection, {customer_id}).values()}
    found = set(people)
    while found:
        merged_into = sa.or_(*(RECORD.c.body.contains(f'"alias_of":"{one}"', autoescape=True) for one in sorted(found)))
        query = sa.select(RECORD.c.id).where(RECORD.c.kind == Kind.CUSTOMER, merged_into)
        found = set(connection.execute(query).scalars()) - people
        people |= found
    return people


def _about(connection: Connection, people: Iterable[str]) -> set[RecordKey]:
    """Every record that follows one of the customers."""
    keys: set[RecordKey] = set()
    for portion in portions(sorted(people)):
        query = sa.select(CUSTOMER_CHILD.c.kind, CUSTOMER_CHILD.c.id)
        rows = connection.execute(query.where(among(connection, CUSTOMER_CHILD.c.customer_id, portion)))
        keys |= {RecordKey(kind, record_id) for kind, record_id in rows}
    return keys


def _stamps(connection: Connection, stored: dict[RecordKey, Stored], told: list[str]) -> dict[str, list[Stamp]]:
    """`purged` in every scope that said anything of a record, and of the customers in the scopes `told`."""
    rows = read_scope_rows(connection, stored)
    stamps: dict[str, list[Stamp]] = {}
    for key in sorted(stored):
        known = rows.get(key, {})
        for scope in sorted({*known, *(told if key.kind == Kind.CUSTOMER else ())}):
            row = known.get(scope)
            counted = row.version if row is not None and row.state == RowState.LIVE else None
            stamps.setdefault(scope, []).append(Stamp(key, stored[key].version + 1, RowState.PURGED, counted))
    return stamps


def _empty(
    connection: Connection, stored: dict[RecordKey, Stored], people: set[str], orders: dict[RecordKey, Body]
) -> None:
    """Only kind, id and version are left of the records, and nothing of what belongs to them; `orders` as given."""
    rows: list[Row] = [
        {
            "kind": key.kind, "id": key.id, "version": one.version + 1,
            "body": orjson.dumps(orders[key]).decode() if key in orders else "",
            "state": (RowState.LIVE if key in orders else RowState.PURGED).value,
        }
        for key, one in stored.items()
    ]  # fmt: skip
    upsert(connection, RECORD, rows)
    follow_catalogue(connection, dict.fromkeys(stored), stored)
    keys: list[Row] = [{"kind": key.kind, "id": key.id} for key in stored]
    delete_rows(connection, CUSTOMER_CHILD, keys)
    for source in read_sources(connection):
        delete_rows(connection, IMPORTED, [{"source": source, **key} for key in keys])
    forget_quarantined(connection, {key.id for key in stored})
    for table in (CUSTOMER_KEY, CUSTOMER_SCOPE, CUSTOMER_LOOK_UP, CONSENT_LINK):
        delete_rows(connection, table, [{"customer_id": one} for one in sorted(people)])
