"""Audit logs at the server: each device's, entry by entry and once, and the server's own (`sync.protocol.audit`).

Nothing here changes or deletes an entry. A log is locked while entries of it are taken, so that a device that sends
twice is answered twice alike.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Row

from sync.central_api.bulk import insert_missing, insert_rows
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration
from sync.central_api.tables import AUDIT_BREAK, AUDIT_ENTRY, AUDIT_LOG
from sync.central_api.transactions import write_transaction
from sync.protocol.audit import (
    AuditEntry,
    AuditKind,
    AuditReply,
    AuditRequest,
    AuditTip,
    BrokenLink,
    Fault,
    first_broken,
    first_hash,
    next_hash,
)
from sync.protocol.ids import rule_id
from sync.protocol.times import to_wire

OWN_LOG = rule_id("audit log of the server")
_READ_AT_ONCE = 2_000

log = logging.getLogger(__name__)


def keep_audit(
    database: CentralDatabase, registration: Registration, request: AuditRequest, *, now: datetime
) -> AuditReply:
    """How far the log is kept now. Raises DatabaseBusy."""
    return write_transaction(database, partial(_keep, registration=registration, request=request, now=now))


def _keep(connection: Connection, registration: Registration, request: AuditRequest, now: datetime) -> AuditReply:
    kept = _lock(connection, request.log_id, registration=registration, now=now)
    if kept is None or _is_broken(connection, request.log_id):
        return AuditReply(kept_n=0, broken=True)
    broken = _contradicted(connection, request, kept)
    if broken is not None:
        row = {"log_id": request.log_id, "n": broken.n, "fault": broken.fault.value, "found_at": now}
        insert_missing(connection, AUDIT_BREAK, [row])
        extra = {"log": request.log_id, "device": registration.id, "n": broken.n, "fault": broken.fault.value}
        log.warning("audit log broken", extra=extra)
        return AuditReply(kept_n=kept.n, broken=True)
    new = [entry for entry in request.entries if entry.n > kept.n]
    if not new or new[0].n > kept.n + 1:
        return AuditReply(kept_n=kept.n)
    _append(connection, request.log_id, new, now)
    return AuditReply(kept_n=new[-1].n)


def _contradicted(connection: Connection, request: AuditRequest, kept: AuditTip) -> BrokenLink | None:
    """Where what the device says is not what it had said, or does not hold by itself; else None."""
    if request.tip.n < kept.n:
        return BrokenLink(request.tip.n + 1, Fault.CUT_OFF)
    told = {entry.n: entry.hash for entry in request.entries} | {request.tip.n: request.tip.hash}
    known = _hashes(connection, request.log_id, [n for n in told if n <= kept.n])
    for n in sorted(known):
        if known[n] != told[n]:
            return BrokenLink(n, Fault.CHANGED)
    new = [entry for entry in request.entries if entry.n > kept.n]
    if not new or new[0].n > kept.n + 1:
        return None
    return first_broken(new, after=kept, tip=AuditTip(n=new[-1].n, hash=new[-1].hash))


def _hashes(connection: Connection, log_id: str, numbers: Sequence[int]) -> dict[int, str]:
    """The chain's hash at each of the numbers."""
    if not numbers:
        return {}
    table = AUDIT_ENTRY.c
    between = table.n >= min(numbers), table.n <= max(numbers)
    rows = connection.execute(sa.select(table.n, table.hash).where(table.log_id == log_id, *between))
    found = {n: link for n, link in rows if n in set(numbers)}
    return {0: first_hash(log_id)} | found if 0 in numbers else found


def _lock(connection: Connection, log_id: str, *, registration: Registration | None, now: datetime) -> AuditTip | None:
    """The end of the log, locked until commit; begun where it is new. None where it is another registration's."""
    owner = registration.id if registration is not None else None
    row = {
        "log_id": log_id, "registration_id": owner, "last_n": 0,
        "last_hash": first_hash(log_id), "told_at": now,
    }  # fmt: skip
    insert_missing(connection, AUDIT_LOG, [row])
    found = connection.execute(sa.select(AUDIT_LOG).where(AUDIT_LOG.c.log_id == log_id).with_for_update()).one()
    return AuditTip(n=found.last_n, hash=found.last_hash) if found.registration_id == owner else None


def _is_broken(connection: Connection, log_id: str) -> bool:
    asked = sa.select(AUDIT_BREAK.c.n).where(AUDIT_BREAK.c.log_id == log_id).limit(1)
    return connection.execute(asked).first() is not None


def _append(connection: Connection, log_id: str, entries: Sequence[AuditEntry], now: datetime) -> None:
    rows = [
        {
            "log_id": log_id, "n": entry.n, "at": entry.at, "kind": entry.kind, "actor": entry.actor,
            "customer_id": entry.customer_id, "details": orjson.dumps(entry.details).decode(), "hash": entry.hash,
        }
        for entry in entries
    ]  # fmt: skip
    insert_rows(connection, AUDIT_ENTRY, rows)
    end = {"last_n": entries[-1].n, "last_hash": entries[-1].hash, "told_at": now}
    connection.execute(sa.update(AUDIT_LOG).where(AUDIT_LOG.c.log_id == log_id).values(end))


def lock_own(connection: Connection, now: datetime) -> None:
    """Nothing; nobody else writes to this server's log until the transaction ends."""
    _lock(connection, OWN_LOG, registration=None, now=now)


def append_own(
    connection: Connection,
    kind: AuditKind,
    *,
    customer_id: str | None = None,
    details: Mapping[str, str | int],
    actor: str | None = None,
    now: datetime,
) -> None:
    """Keep what this server did, in the transaction that does it. `actor`: the associate who had it do so."""
    end = _lock(connection, OWN_LOG, registration=None, now=now)
    assert end is not None
    n, at = end.n + 1, to_wire(now)
    link = next_hash(end.hash, n, at, kind, actor, customer_id, dict(details))
    said = AuditEntry(n=n, at=at, kind=kind, actor=actor, customer_id=customer_id, details=dict(details), hash=link)
    _append(connection, OWN_LOG, [said], now)


@dataclass(frozen=True, slots=True)
class LogFound:
    """A log as it is here. `broken`: the first link that does not hold; `contradicted`: where its device said other
    than it had said before. `registration_id` None: the server's own."""

    log_id: str
    registration_id: str | None
    entries: int
    broken: BrokenLink | None
    contradicted: BrokenLink | None


def verify_logs(database: CentralDatabase) -> list[LogFound]:
    """Every log, each followed from its first entry to its end. Reads all of them, not whole in memory."""
    with database.reading() as connection:
        breaks = {
            row.log_id: BrokenLink(row.n, Fault(row.fault))
            for row in connection.execute(sa.select(AUDIT_BREAK).order_by(AUDIT_BREAK.c.n.desc()))
        }
        return [
            LogFound(
                row.log_id,
                row.registration_id,
                row.last_n,
                _first_broken(connection, row.log_id, AuditTip(n=row.last_n, hash=row.last_hash)),
                breaks.get(row.log_id),
            )
            for row in connection.execute(sa.select(AUDIT_LOG).order_by(AUDIT_LOG.c.log_id)).all()
        ]


def _first_broken(connection: Connection, log_id: str, tip: AuditTip) -> BrokenLink | None:
    return first_broken(_every(connection, log_id), after=AuditTip(n=0, hash=first_hash(log_id)), tip=tip)


def _every(connection: Connection, log_id: str) -> Iterator[AuditEntry]:
    table, n = AUDIT_ENTRY.c, 0
    asked = sa.select(AUDIT_ENTRY).where(table.log_id == log_id).order_by(table.n).limit(_READ_AT_ONCE)
    while rows := connection.execute(asked.where(table.n > n)).all():
        for row in rows:
            yield _entry(row)
        n = rows[-1].n


@dataclass(frozen=True, slots=True)
class Access:
    """Something that was done about a customer, and in whose log that is."""

    log_id: str
    registration_id: str | None
    entry: AuditEntry


def accesses_of(database: CentralDatabase, customer_id: str) -> list[Access]:
    """What was done about a customer on any device and here, oldest first by the clocks of those who did it."""
    with database.reading() as connection:
        return accesses_in(connection, customer_id)


def accesses_in(connection: Connection, customer_id: str) -> list[Access]:
    """The same, in the caller's snapshot."""
    asked = (
        sa.select(AUDIT_ENTRY, AUDIT_LOG.c.registration_id)
        .join(AUDIT_LOG, AUDIT_LOG.c.log_id == AUDIT_ENTRY.c.log_id)
        .where(AUDIT_ENTRY.c.customer_id == customer_id)
        .order_by(AUDIT_ENTRY.c.at, AUDIT_ENTRY.c.log_id, AUDIT_ENTRY.c.n)
    )
    return [Access(row.log_id, row.registration_id, _entry(row)) for row in connection.execute(asked)]


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry.model_construct(
        n=row.n,
        at=row.at,
        kind=row.kind,
        actor=row.actor,
        customer_id=row.customer_id,
        details=orjson.loads(row.details),
        hash=row.hash,
    )
