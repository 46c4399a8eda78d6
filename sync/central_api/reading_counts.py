"""How many customers each associate has opened within the hour, over all devices, from the logs that have come.

A device stops who opens very many there; who goes from one device to the next is seen here. The server's own log says
once an hour who is over the limit. A device's log tells of what was done there by its own clock.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import DEVICE
from sync.central_api.associate_keys import associate_of
from sync.central_api.audit import OWN_LOG, append_own, lock_own
from sync.central_api.bulk import among
from sync.central_api.database import CentralDatabase
from sync.central_api.tables import AUDIT_ENTRY, AUDIT_LOG, RECORD
from sync.central_api.transactions import write_transaction
from sync.protocol.audit import AuditEntry, AuditKind
from sync.protocol.kinds import Kind
from sync.protocol.times import to_wire

MOST_IN_AN_HOUR: Final = 300
WITHIN: Final = timedelta(hours=1)
_OPENING: Final = (AuditKind.CUSTOMER_OPENED.value, AuditKind.LOOKED_UP.value)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadingCount:
    """What somebody did within the hour, on so many devices: customers opened, and searches for some.

    `is_marked`: both together are more than MOST_IN_AN_HOUR.
    """

    associate_id: str
    name: str
    opened: int
    looked_up: int
    devices: int

    @property
    def is_marked(self) -> bool:
        return self.opened + self.looked_up > MOST_IN_AN_HOUR


def reading_counts(
    database: CentralDatabase, store_ids: Collection[str] | None, now: datetime
) -> tuple[ReadingCount, ...]:
    """Whoever opened customers on devices of these stores, or of every store; the most first."""
    with database.reading() as connection:
        return _counts(connection, now, store_ids=store_ids)


def mark_readers(database: CentralDatabase, entries: Collection[AuditEntry], now: datetime) -> list[str]:
    """Who is over the limit anew among those whose entries have just come; the server's own log says so, once an hour.

    Writes nothing where nobody is. Raises DatabaseBusy.
    """
    actors = {entry.actor for entry in entries if entry.actor is not None and entry.kind in _OPENING}
    if not actors:
        return []
    with database.reading() as connection:
        if not _fresh(connection, actors, now):
            return []
    return write_transaction(database, partial(_mark, actors=actors, now=now))


def _mark(connection: Connection, actors: Collection[str], now: datetime) -> list[str]:
    lock_own(connection, now)  # of two requests at once the second one sees what the first has said
    fresh = _fresh(connection, actors, now)
    for count in fresh:
        details: dict[str, str | int] = {
            "associate": count.associate_id, "opened": count.opened, "looked_up": count.looked_up,
            "devices": count.devices,
        }  # fmt: skip
        append_own(connection, AuditKind.LIMIT_REACHED, details=details, now=now)
        log.warning("an associate has opened very many customers", extra={"associate_id": count.associate_id})
    return [count.associate_id for count in fresh]


def _fresh(connection: Connection, actors: Collection[str], now: datetime) -> list[ReadingCount]:
    """Who is over the limit and was not told of within the hour."""
    over = [count for count in _counts(connection, now, actors=actors) if count.is_marked]
    known = _marked(connection, now) if over else set()
    return [count for count in over if count.associate_id not in known]


def _counts(
    connection: Connection,
    now: datetime,
    *,
    store_ids: Collection[str] | None = None,
    actors: Collection[str] | None = None,
) -> tuple[ReadingCount, ...]:
    table = AUDIT_ENTRY.c
    query = (
        sa.select(
            table.actor,
            sa.func.count(sa.distinct(table.customer_id)).label("opened"),
            sa.func.count().filter(table.kind == AuditKind.LOOKED_UP.value).label("looked_up"),
            sa.func.count(sa.distinct(AUDIT_LOG.c.registration_id)).label("devices"),
        )
        .join(AUDIT_LOG, AUDIT_LOG.c.log_id == table.log_id)
        .join(DEVICE, DEVICE.c.id == AUDIT_LOG.c.registration_id)
        .where(table.kind.in_(_OPENING), table.actor.is_not(None), _within_hour(now))
        .group_by(table.actor)
    )
    if store_ids is not None:
        query = query.where(among(connection, DEVICE.c.store_id, sorted(store_ids)))
    if actors is not None:
        query = query.where(among(connection, table.actor, sorted(actors)))
    rows = connection.execute(query).all()
    names = _names(connection, [row.actor for row in rows])
    counts = [ReadingCount(row.actor, names.get(row.actor, ""), row.opened, row.looked_up, row.devices) for row in rows]
    return tuple(sorted(counts, key=lambda count: (-count.opened, count.name, count.associate_id)))


def _within_hour(now: datetime) -> sa.ColumnElement[bool]:
    """To the second: times are text, with parts of a second or without. A clock that is ahead counts as well."""
    return AUDIT_ENTRY.c.at > to_wire(now - WITHIN)


def _marked(connection: Connection, now: datetime) -> set[str]:
    """Whom the server's own log has told of within the hour."""
    query = sa.select(AUDIT_ENTRY.c.details).where(
        AUDIT_ENTRY.c.log_id == OWN_LOG, AUDIT_ENTRY.c.kind == AuditKind.LIMIT_REACHED.value, _within_hour(now)
    )
    return {orjson.loads(details)["associate"] for details in connection.execute(query).scalars()}


def _names(connection: Connection, ids: list[str]) -> dict[str, str]:
    query = sa.select(RECORD.c.id, RECORD.c.state, RECORD.c.body).where(
        RECORD.c.kind == Kind.ASSOCIATE.value, among(connection, RECORD.c.id, ids)
    )
    return {row.id: associate_of(row.id, row.state, row.body).name for row in connection.execute(query)}
