"""What nobody needs any more goes: old tombstones and old verdicts (design: The feed).

A tombstone tells devices what to let go. After KEPT_FOR it is dropped, and the scope's floor rises to the highest
number dropped, in the same transaction: a device below the floor may hold what is gone, so it fetches anew instead of
being answered with a page that says nothing of it. Digests count live rows only and stay as they are. Deleted records
keep their version in `record`, so that a record made again goes on from it. Word of an erasure is kept for ever: a
device that comes back after years may have the customer still.

A verdict goes after KEPT_FOR where its device has told that it keeps it (`sync_identity.settled_n`); until then whoever
sends the entry again, under its number or its uuid, gets the same verdict. Safe to run at any time, also twice at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.database import CentralDatabase
from sync.central_api.tables import REJECTED_KEY, SCOPE, SCOPE_ROW, SYNC_IDENTITY, SYNC_RESULT
from sync.central_api.transactions import write_transaction
from sync.protocol.wire import RowState

KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many tombstones and verdicts went."""

    tombstones: int
    verdicts: int


def _old_tombstones(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return SCOPE_ROW.c.gone_at <= before, SCOPE_ROW.c.state != RowState.PURGED.value


def _compact_scope(connection: Connection, scope: str, before: datetime) -> int:
    """How many tombstones of the scope went; its floor is the highest of their numbers."""
    # The scope's row first, as every writer of its rows: nothing else can turn into a tombstone meanwhile.
    connection.execute(sa.select(SCOPE.c.seq).where(SCOPE.c.scope == scope).with_for_update())
    old = SCOPE_ROW.c.scope == scope, *_old_tombstones(before)
    highest = connection.execute(sa.select(sa.func.max(SCOPE_ROW.c.seq)).where(*old)).scalar_one()
    if highest is None:
        return 0
    lower = SCOPE.c.scope == scope, SCOPE.c.floor_seq < highest
    connection.execute(sa.update(SCOPE).where(*lower).values(floor_seq=highest))
    return connection.execute(sa.delete(SCOPE_ROW).where(*old)).rowcount


def _forget_verdicts(connection: Connection, device_id: str, before: datetime) -> int:
    """How many verdicts of the device went, with what they had barred."""
    settled_n = sa.select(SYNC_IDENTITY.c.settled_n).where(SYNC_IDENTITY.c.device_id == device_id).scalar_subquery()
    old = SYNC_RESULT.c.device_id == device_id, SYNC_RESULT.c.n <= settled_n, SYNC_RESULT.c.decided_at <= before
    numbers = sa.select(SYNC_RESULT.c.n).where(*old)
    barred = REJECTED_KEY.c.device_id == device_id, REJECTED_KEY.c.n.in_(numbers)
    connection.execute(sa.delete(REJECTED_KEY).where(*barred))
    return connection.execute(sa.delete(SYNC_RESULT).where(*old)).rowcount


def _with_old_rows(database: CentralDatabase, before: datetime) -> tuple[list[str], list[str]]:
    """The scopes with old tombstones, and the devices with old verdicts they keep themselves."""
    tombstones = sa.select(SCOPE_ROW.c.scope).where(*_old_tombstones(before)).distinct()
    settled = (
        sa.select(SYNC_RESULT.c.device_id)
        .join(SYNC_IDENTITY, SYNC_IDENTITY.c.device_id == SYNC_RESULT.c.device_id)
        .where(SYNC_RESULT.c.n <= SYNC_IDENTITY.c.settled_n, SYNC_RESULT.c.decided_at <= before)
        .distinct()
    )
    with database.reading() as connection:
        return sorted(connection.execute(tombstones).scalars()), sorted(connection.execute(settled).scalars())


def compact(database: CentralDatabase, now: datetime) -> Compacted:
    """What went. One short transaction for each scope and each device. Raises DatabaseBusy."""
    before = now - KEPT_FOR
    scopes, device_ids = _with_old_rows(database, before)
    tombstones = verdicts = 0
    for scope in scopes:
        tombstones += write_transaction(database, partial(_compact_scope, scope=scope, before=before))
    for device_id in device_ids:
        verdicts += write_transaction(database, partial(_forget_verdicts, device_id=device_id, before=before))
    return Compacted(tombstones, verdicts)
