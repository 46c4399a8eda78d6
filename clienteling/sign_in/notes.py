"""Numbers about a device that have to be known while its store is closed: whole numbers under names, nothing else."""

import sqlite3
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

_TABLE: Final = "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID"
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class Note(StrEnum):
    """What is noted. Times are microseconds since 1970."""

    KEY_CHANGE_DUE = "key change due since"
    UNSENT = "changes not sent when the store was closed"


def make_table(connection: sqlite3.Connection) -> None:
    connection.execute(_TABLE)


def keep(connection: sqlite3.Connection, note: Note, value: int) -> None:
    connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (note, value))


def keep_first(connection: sqlite3.Connection, note: Note, at: datetime) -> None:
    """Nothing; this time is kept, where no earlier call's is."""
    connection.execute("INSERT OR IGNORE INTO note VALUES (?, ?)", (note, microseconds(at)))


def forget(connection: sqlite3.Connection, note: Note) -> None:
    connection.execute("DELETE FROM note WHERE name = ?", (note,))


def number_of(connection: sqlite3.Connection, note: Note) -> int | None:
    row = connection.execute("SELECT value FROM note WHERE name = ?", (note,)).fetchone()
    return row["value"] if row is not None else None


def time_of(connection: sqlite3.Connection, note: Note) -> datetime | None:
    kept = number_of(connection, note)
    return _EPOCH + timedelta(microseconds=kept) if kept is not None else None


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
