"""Rows of snapshots into a store that is being filled, in bulk (design: The feed, Snapshot; New store file).

Nothing is looked up before: the store had no row of the scope. Records are taken apart as they come, in the order of
their names; keys and full text are made at the last page.
"""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection

from clienteling.store.apply_remote import Refetch, read_versions
from clienteling.store.asking_side import UNPACKED_AT_ONCE, UnpackRecords
from clienteling.store.mend_rows import keep_digest
from clienteling.store.tables import META, SCOPE_DIGEST
from sync.protocol.collector import collector_paused
from sync.protocol.digest import Digest, digest_of
from sync.protocol.errors import SnapshotRefused
from sync.protocol.kinds import RecordKey
from sync.protocol.snapshots import SnapshotRow
from sync.protocol.wire import SnapshotsReply

_PUT = (
    "INSERT INTO record (kind, id, version, body) VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) "
    "DO UPDATE SET version = excluded.version, body = excluded.body WHERE excluded.version > record.version"
)
"""A record may have come with another scope, as it was when that scope's snapshot was made."""
_JOIN_SCOPE = (
    "INSERT INTO row_scope (scope, kind, id, version, stale) VALUES (?, ?, ?, ?, 0) ON CONFLICT (kind, id, scope) "
    "DO UPDATE SET version = excluded.version"
)
_LAST_ROW = "SELECT coalesce(max(row_id), 0) FROM record"
_NEW_JOIN_SCOPE = (
    "INSERT INTO row_scope (scope, kind, id, version, stale) "
    "SELECT ?, kind, id, version, 0 FROM record WHERE row_id > ?"
)
"""Where all of a chunk is new: half of what it costs row by row."""


def load_rows(store: Connection, scope: str, rows: Sequence[SnapshotRow], unpack: UnpackRecords) -> None:
    """The rows are here, taken apart, and counted in the scope's digest. In the caller's transaction.

    Raises SnapshotRefused where a body is no JSON.
    """
    if not rows:
        return
    last_row = store.exec_driver_sql(_LAST_ROW).scalar_one()
    store.exec_driver_sql(_PUT, list(rows))
    if store.exec_driver_sql(_LAST_ROW).scalar_one() == last_row + len(rows):
        store.exec_driver_sql(_NEW_JOIN_SCOPE, (scope, last_row))
        _unpack(store, rows, unpack)
    else:
        store.exec_driver_sql(_JOIN_SCOPE, [(scope, row.kind, row.id, row.version) for row in rows])
        there = read_versions(store, [RecordKey(row.kind, row.id) for row in rows])
        _unpack(store, [row for row in rows if there[RecordKey(row.kind, row.id)] == row.version], unpack)
    added = digest_of((row.kind, row.id, row.version) for row in rows)
    keep_digest(store, scope, _read_digest(store, scope).joined(added), Refetch.NONE)


def _unpack(store: Connection, rows: Sequence[SnapshotRow], unpack: UnpackRecords) -> None:
    with collector_paused():
        for first in range(0, len(rows), UNPACKED_AT_ONCE):
            try:
                changes = [
                    (RecordKey(row.kind, row.id), orjson.loads(row.body))
                    for row in rows[first : first + UNPACKED_AT_ONCE]
                ]
            except orjson.JSONDecodeError:
                raise SnapshotRefused(kind="no_json") from None
            unpack(store, changes)


def _read_digest(store: Connection, scope: str) -> Digest:
    kept = store.execute(SCOPE_DIGEST.select().where(SCOPE_DIGEST.c.scope == scope)).one_or_none()
    return Digest() if kept is None else Digest(int(kept.total), kept.live_count)


def stand_after(store: Connection, offered: SnapshotsReply) -> None:
    """The next pull goes on where these end. In the caller's transaction. Raises SnapshotRefused."""
    for manifest in offered.snapshots:
        if _read_digest(store, manifest.scope) != Digest(int(manifest.digest.total), manifest.digest.count):
            raise SnapshotRefused(kind="digest")
    epochs = {manifest.epoch for manifest in offered.snapshots}
    if len(epochs) != 1:
        raise SnapshotRefused(kind="epochs")
    store.execute(META.update().values(cursor=offered.cursor, epoch=epochs.pop()))
