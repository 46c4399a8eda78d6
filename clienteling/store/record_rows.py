"""Records read once, changed in memory, written back in bulk, with the tables for asking in the same transaction.

The statements that run once a row go to the driver as they are: building their parameters through SQLAlchemy cost as
much as SQLite itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, text

from clienteling.store.asking_side import UnpackRecords
from sync.protocol.kinds import Body, RecordKey

_LOAD = text(
    "SELECT record.kind, record.id, record.version, record.body FROM json_each(:keys) AS wanted "
    "JOIN record ON record.kind = wanted.value ->> 0 AND record.id = wanted.value ->> 1"
)
_PUT = (
    "INSERT INTO record (kind, id, version, body) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, body = excluded.body"
)
_DELETE = "DELETE FROM record WHERE kind = ? AND id = ?"


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is kept: `version` 0 where only this device knows it."""

    version: int
    text: str


def keys_json(keys: Iterable[RecordKey]) -> str:
    """Keys as the parameter of a statement that joins `json_each`."""
    return orjson.dumps([[key.kind, key.id] for key in keys]).decode()


def body_text(body: Body) -> str:
    return orjson.dumps(body).decode()


def load_records(connection: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, Stored]:
    """Those of the records that exist."""
    rows = connection.execute(_LOAD, {"keys": keys_json(keys)})
    return {RecordKey(kind, record_id): Stored(version, body) for kind, record_id, version, body in rows}


def write_records(
    connection: Connection, changes: Sequence[tuple[RecordKey, int, Body | None]], unpack: UnpackRecords
) -> None:
    """Put (key, version, body) into the rows and the tables for asking; body None deletes."""
    if not changes:
        return
    gone = [tuple(key) for key, _, body in changes if body is None]
    if gone:
        connection.exec_driver_sql(_DELETE, gone)
    kept = [(*key, version, body_text(body)) for key, version, body in changes if body is not None]
    if kept:
        connection.exec_driver_sql(_PUT, kept)
    unpack(connection, [(key, body) for key, _, body in changes])


class WorkingSet:
    """Records under change. What ends as it began is not written."""

    def __init__(self, connection: Connection, unpack: UnpackRecords) -> None:
        self._connection = connection
        self._unpack = unpack
        self.before: dict[RecordKey, Stored | None] = {}
        self._versions: dict[RecordKey, int] = {}
        self._now: dict[RecordKey, Body | None] = {}

    def load(self, keys: Iterable[RecordKey]) -> None:
        missing = [key for key in dict.fromkeys(keys) if key not in self.before]
        if not missing:
            return
        found = load_records(self._connection, missing)
        for key in missing:
            stored = found.get(key)
            self.before[key] = stored
            self._versions[key] = stored.version if stored else 0
            self._now[key] = orjson.loads(stored.text) if stored else None

    def existing(self, keys: Iterable[RecordKey]) -> dict[RecordKey, Body]:
        """Those of the loaded records that exist now."""
        pairs = ((key, self._now[key]) for key in keys)
        return {key: body for key, body in pairs if body is not None}

    def put(self, key: RecordKey, body: Body | None, *, version: int | None = None) -> None:
        """Change a loaded record; without `version` it keeps the server's."""
        self._now[key] = body
        if version is not None:
            self._versions[key] = version

    def flush(self) -> int:
        """How many records changed on disk."""
        changes = [(key, self._versions[key], body) for key, body in self._now.items() if self._differs(key, body)]
        write_records(self._connection, changes, self._unpack)
        return len(changes)

    def _differs(self, key: RecordKey, body: Body | None) -> bool:
        before = self.before[key]
        if before is None or body is None:
            return (before is None) != (body is None)
        return before.version != self._versions[key] or orjson.loads(before.text) != body
