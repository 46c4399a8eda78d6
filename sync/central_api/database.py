"""Opens the central database, SQLite or PostgreSQL by its URL, and brings it to this program's schema.

SQLite: one writer connection that begins IMMEDIATE, at most three readers, WAL (design: Conventions). PostgreSQL: one
pool; reads that must be one snapshot are REPEATABLE READ READ ONLY, and a commit waits for the disk. Parameters are
kept out of error messages, and so customers out of logs.
"""

import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from sync.central_api.errors import DatabaseNewer
from sync.central_api.tables import SETTING
from sync.protocol.ids import uuid7
from sync.protocol.times import utc_now

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 15_000
SQLITE_READERS = 3
_MIGRATION_LOCK = 7_201_001


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def _normal_url(database_url: str) -> URL:
    """The URL with psycopg named as the driver, which people leave out."""
    url = make_url(database_url)
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    return url


def _sqlite_engine(url: URL, *, writer: bool) -> Engine:
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_size=1 if writer else SQLITE_READERS,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    cache_kib = 16_384 if writer else 8_192
    # What is deleted or replaced is written over in the file: who is erased later has left nothing behind.
    safe = "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"
    pragmas = (*safe, "temp_store=MEMORY", f"cache_size=-{cache_kib}")

    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _postgresql_engine(url: URL) -> Engine:
    engine = sa.create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True)

    def prepare(connection: Any, _record: object) -> None:
        """A commit that was answered is on disk, also where the server's own setting would save that time."""
        with connection.cursor() as cursor:
            cursor.execute(_COMMITS_ARE_KEPT)
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine


_COMMITS_ARE_KEPT = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)


class CentralDatabase:
    """The central database. Opening it migrates nothing: call `migrate` first."""

    def __init__(self, database_url: str) -> None:
        self.url = _normal_url(database_url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(self.url, writer=True)
            self._reader = _sqlite_engine(self.url, writer=False)
        else:
            self._writer = _postgresql_engine(self.url)
            self._reader = self._writer
        self._times_closed = 0
        for engine in {self._writer, self._reader}:
            event.listen(engine, "connect", self._opened)
            event.listen(engine, "checkin", self._come_back)

    def _opened(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["times_closed"] = self._times_closed

    def _come_back(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        """A thread may still be at work when its program closes the database, and its pool is gone then."""
        if record.info.get("times_closed") != self._times_closed:
            record.invalidate()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction, committed at the end of the block, rolled back by any exception."""
        with self._writer.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read snapshot: everything asked in the block is of the same moment."""
        with self._reader.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def outside_transactions(self) -> Iterator[Connection]:
        """A connection of its own to PostgreSQL, whose statements are each a transaction of their own."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
        with engine.connect() as connection:
            yield connection

    def clear_log(self) -> bool:
        """Whether what was deleted is not in SQLite's write-ahead log any more. A reader may prevent it."""
        if not self.is_sqlite:
            return True
        with self._writer.connect() as connection:
            cursor = connection.connection.cursor()
            row = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.close()
            return row is not None and row[0] == 0

    def close(self) -> None:
        """Closes every connection, one in use as soon as it comes back. What is asked afterwards opens new ones."""
        self._times_closed += 1
        self._writer.dispose()
        self._reader.dispose()

    def __enter__(self) -> "CentralDatabase":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def _alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@cache
def _revisions() -> tuple[str, ...]:
    """This program's, the newest first. Each is a file that has to be run to be known."""
    return tuple(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _revision_of(connection: Connection) -> str | None:
    """None where the database is empty. Raises DatabaseNewer."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in _revisions():
        raise DatabaseNewer(revision=revision)
    return revision


def is_current(database_url: str) -> bool | None:
    """Whether the database is at this program's schema, None where there is none yet; changes nothing.

    Raises DatabaseNewer.
    """
    url = _normal_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).is_file():
        return None
    with CentralDatabase(database_url) as database, database.reading() as connection:
        revision = _revision_of(connection)
        return revision == _revisions()[0] if revision is not None else None


def _make_settings(connection: Connection) -> None:
    """Gives a database what it lacks: its epoch, its cursor signing key, what keys of snapshots and refresh tokens are
    made from, the key that signs leases, that of the hashes by which erased customers are not imported again, and the
    count of erasures."""
    names = set(connection.execute(sa.select(SETTING.c.name)).scalars())
    wanted = {
        "epoch": uuid7(utc_now()), "cursor_key": secrets.token_hex(32), "snapshot_key": secrets.token_hex(32),
        "token_key": secrets.token_hex(32), "lease_key": secrets.token_hex(32),
        "suppression_key": secrets.token_hex(32), "import_run": "0",
        # Of a database from before, nobody knows what its files still have (`table_files`).
        "erasures": json.dumps({"waiting_since": utc_now().isoformat()} if names else {}),
    }  # fmt: skip
    rows = [{"name": name, "value": value} for name, value in wanted.items() if name not in names]
    if rows:
        connection.execute(sa.insert(SETTING), rows)


def _make_private_file(path: Path) -> None:
    """Make the file, empty and for this user alone, where there is none: it will hold people's addresses."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def migrate(database_url: str) -> None:
    """Brings the database to this program's schema; makes the SQLite file and its folder where there is none.

    All of it is one transaction. Raises DatabaseNewer, and changes nothing, where a newer program made the database.
    """
    url = _normal_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        _make_private_file(Path(url.database))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with CentralDatabase(database_url) as database, database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        if _revision_of(connection) != _revisions()[0]:
            command.upgrade(_alembic_config(connection), "head")
        _make_settings(connection)
