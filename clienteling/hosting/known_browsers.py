"""The browsers that may open a hub's app over the store's network: who has shown a one-time code, until forgotten.

A code is eight characters that are not taken for one another, holds ten minutes and is taken once. Of codes and tokens
the SHA-256 alone is kept, in a small SQLite file beside the store: what a tablet is called, and no name of a person.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

from clienteling.small_database import opened, writing
from sync.protocol.spoken_codes import ONE_TIME_CHARS, new_spoken_code, read_one_time_code
from sync.protocol.times import Clock, from_wire, to_wire

BROWSERS_FILE: Final = "browsers.db"
CODE_HOLDS_FOR: Final = timedelta(minutes=10)
SEEN_EVERY: Final = timedelta(minutes=10)
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS code (hash TEXT PRIMARY KEY, name TEXT NOT NULL, ends_at TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS browser (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " added_at TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT",
)


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser that may come in. `id`: eight characters, to name it by."""

    id: str
    name: str
    added_at: datetime
    seen_at: datetime


class KnownBrowsers:
    """The browsers of one hub. Any thread, any number of processes."""

    def __init__(self, folder: Path, *, now: Clock, random: Random | None = None) -> None:
        self._path, self._now = folder / BROWSERS_FILE, now
        self._random = random or SystemRandom()

    def new_code(self, name: str) -> str:
        """A code by which one browser may come in from now on, under that name. Raises OSError, sqlite3.Error."""
        code = new_spoken_code(ONE_TIME_CHARS, self._random)
        ends_at = to_wire(self._now() + CODE_HOLDS_FOR)
        with self._writing() as connection:
            connection.execute("DELETE FROM code WHERE ends_at <= ?", (to_wire(self._now()),))
            connection.execute("INSERT OR REPLACE INTO code VALUES (?, ?, ?)", (_hash(code), name.strip(), ends_at))
        return code

    def take_code(self, typed: str) -> str | None:
        """The token of a browser that has shown a code, 256 random bits; None where the code is none, used, or over."""
        code, now = read_one_time_code(typed), self._now()
        if code is None or not self._path.exists():
            return None
        token = secrets.token_urlsafe(32)
        with self._writing() as connection:
            row = connection.execute("SELECT name, ends_at FROM code WHERE hash = ?", (_hash(code),)).fetchone()
            connection.execute("DELETE FROM code WHERE hash = ?", (_hash(code),))
            # One that is to end later than any was made before the clock was set back.
            if row is None or not timedelta() < from_wire(row["ends_at"]) - now <= CODE_HOLDS_FOR:
                return None
            told = (secrets.token_hex(4), _hash(token), row["name"], to_wire(now), to_wire(now))
            connection.execute("INSERT INTO browser VALUES (?, ?, ?, ?, ?)", told)
        return token

    def knows(self, token: str) -> bool:
        """Whether a browser with that token may come in."""
        if not token or not self._path.exists():
            return False
        with opened(self._path) as connection:
            row = connection.execute("SELECT seen_at FROM browser WHERE hash = ?", (_hash(token),)).fetchone()
        if row is None:
            return False
        if abs(self._now() - from_wire(row["seen_at"])) >= SEEN_EVERY:
            with self._writing() as connection:
                seen = (to_wire(self._now()), _hash(token))
                connection.execute("UPDATE browser SET seen_at = ? WHERE hash = ?", seen)
        return True

    def all(self) -> tuple[KnownBrowser, ...]:
        """Every browser that may come in, by name."""
        if not self._path.exists():
            return ()
        with opened(self._path) as connection:
            rows = connection.execute("SELECT id, name, added_at, seen_at FROM browser ORDER BY name, id").fetchall()
        return tuple(
            KnownBrowser(row["id"], row["name"], from_wire(row["added_at"]), from_wire(row["seen_at"])) for row in rows
        )

    def forget(self, browser_id: str) -> bool:
        """Whether there was such a browser; it comes in no more, and is sent out where it is in."""
        if not self._path.exists():
            return False
        with self._writing() as connection:
            return connection.execute("DELETE FROM browser WHERE id = ?", (browser_id,)).rowcount > 0

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with writing(self._path, _make_tables) as connection:
            yield connection
        self._path.chmod(0o600)


def _make_tables(connection: sqlite3.Connection) -> None:
    for table in _TABLES:
        connection.execute(table)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
