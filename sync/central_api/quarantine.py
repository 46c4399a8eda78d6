"""The quarantine: what a device had not sent yet when its access was taken away, or that of whoever wrote it (design:
Security and privacy).

A device hands that over within OPEN_FOR, signed by the key it had; what an associate wrote whose key was ended comes
with a push. It may have been in the wrong hands by then, so nothing of it is applied and no device pulls it: a manager
reads it and decides. Bounded for each device, and gone after KEPT_FOR.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import DEVICE
from sync.central_api.actors import ACTOR_ENDED
from sync.central_api.bulk import delete_rows, insert_missing
from sync.central_api.database import CentralDatabase
from sync.central_api.tables import QUARANTINED_ENTRY, SYNC_RESULT
from sync.central_api.transactions import write_transaction
from sync.protocol.errors import QuarantineClosed
from sync.protocol.wire import EntryMessage, QuarantineRequest

OPEN_FOR: Final = timedelta(hours=24)
"""After the device was revoked."""
KEPT_FOR: Final = timedelta(days=90)
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """What is kept of one device at most. A tablet writes some hundred entries of half a kilobyte in a week."""

    entries: int = 10_000
    characters: int = 16 * 1024 * 1024


ROOM: Final = Room()


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An entry as it came, with the device it came from.

    `refused`: why the entry was refused when somebody took it over, else "". It stays: only here it can be read.
    """

    registration_id: str
    device_name: str
    store_id: str
    device_id: str
    entry: EntryMessage
    received_at: datetime
    refused: str = ""


def quarantine_entries(
    database: CentralDatabase,
    registration_id: str,
    request: QuarantineRequest,
    *,
    revoked_at: datetime | None,
    now: datetime,
    room: Room = ROOM,
) -> int:
    """How many of the entries, from the first on, are kept; an entry that is kept already counts and stays as it is.

    Fewer than were sent where the device has no more room. Raises QuarantineClosed, DatabaseBusy.
    """
    if revoked_at is None or now - revoked_at > OPEN_FOR:
        raise QuarantineClosed
    return write_transaction(
        database,
        lambda connection: keep_quarantined(
            connection, registration_id, request.device_id, request.entries, now=now, room=room
        ),
    )


def keep_quarantined(
    connection: Connection,
    registration_id: str,
    device_id: str,
    entries: Sequence[EntryMessage],
    *,
    now: datetime,
    room: Room = ROOM,
) -> int:
    """How many of the entries, from the first on, are kept now or were before."""
    if not entries:
        return 0
    rows = [
        {
            "registration_id": registration_id, "uuid": entry.uuid, "device_id": device_id, "n": entry.n,
            "body": entry.model_dump_json(), "received_at": now,
        }
        for entry in entries
    ]  # fmt: skip
    # The device's row first: of two requests at once the second one sees what the first has filled.
    connection.execute(sa.select(DEVICE.c.id).where(DEVICE.c.id == registration_id).with_for_update())
    ours = QUARANTINED_ENTRY.c.registration_id == registration_id
    kept = sa.select(QUARANTINED_ENTRY.c.uuid, sa.func.length(QUARANTINED_ENTRY.c.body)).where(ours)
    sizes = {row[0]: int(row[1]) for row in connection.execute(kept)}
    fitting = list(_fitting(rows, sizes, room))
    insert_missing(connection, QUARANTINED_ENTRY, fitting)
    _log.warning("entries quarantined", extra={"device_id": registration_id, "count": len(fitting)})
    return len(fitting)


def list_quarantine(database: CentralDatabase, store_id: str | None = None) -> list[Quarantined]:
    """What is kept, or what devices of one store had written, by device and number."""
    columns = QUARANTINED_ENTRY.c
    decided = sa.and_(SYNC_RESULT.c.uuid == columns.uuid, SYNC_RESULT.c.repeats == 0)
    query = sa.select(QUARANTINED_ENTRY, DEVICE.c.name, DEVICE.c.store_id, SYNC_RESULT.c.code)
    query = query.join(DEVICE, DEVICE.c.id == columns.registration_id).outerjoin(SYNC_RESULT, decided)
    if store_id is not None:
        query = query.where(DEVICE.c.store_id == store_id)
    with database.reading() as connection:
        rows = connection.execute(query.order_by(columns.registration_id, columns.device_id, columns.n)).all()
    return [
        Quarantined(
            row.registration_id,
            row.name,
            row.store_id,
            row.device_id,
            EntryMessage.model_validate_json(row.body),
            row.received_at,
            row.code if row.code not in (None, ACTOR_ENDED) else "",
        )
        for row in rows
    ]


def end_quarantine(database: CentralDatabase, now: datetime) -> int:
    """How many entries went because they came KEPT_FOR ago. Safe at any time. Raises DatabaseBusy."""
    old = sa.delete(QUARANTINED_ENTRY).where(QUARANTINED_ENTRY.c.received_at <= now - KEPT_FOR)
    return write_transaction(database, lambda connection: connection.execute(old).rowcount)


def forget_quarantined(connection: Connection, ids: set[str]) -> int:
    """How many entries went because they name one of these records: a customer is erased with all about them."""
    columns = QUARANTINED_ENTRY.c
    rows = connection.execute(sa.select(columns.registration_id, columns.uuid, columns.body)).all()
    gone: list[dict[str, Any]] = [
        {"registration_id": row.registration_id, "uuid": row.uuid}
        for row in rows
        if not ids.isdisjoint(_ID.findall(row.body))
    ]
    delete_rows(connection, QUARANTINED_ENTRY, gone)
    return len(gone)


def _fitting(rows: Iterable[dict[str, Any]], sizes: dict[str, int], room: Room) -> Iterable[dict[str, Any]]:
    """The first rows that there is room for. `sizes`: of what is kept, by uuid."""
    count, characters = len(sizes), sum(sizes.values())
    for row in rows:
        if row["uuid"] not in sizes:
            count, characters = count + 1, characters + len(row["body"])
        if count > room.entries or characters > room.characters:
            return
        yield row
