"""Rids a PostgreSQL's table files of who was erased. SQLite needs none of it: it writes over what it deletes.

A row that is deleted or replaced stays in its table's file, its TOAST file and its indexes; VACUUM frees the place and
does not write over it, and ANALYZE keeps samples of the values in pg_statistic. So once somebody was erased the tables
that say something of people are written anew: VACUUM FULL makes new files of the rows that live, and the old ones go.
It has its table for itself meanwhile. So it waits no longer than a second for that, comes with the work of the day
after, table by table, and tries again in an hour where somebody held one.

Each erasure has a number, taken in its own transaction. A table that is written anew while a transaction from before an
erasure still reads keeps what that one may see, so such transactions are waited for first. Neither the write-ahead log
nor backups are covered: README, *Erasing a customer*.

Source: https://www.postgresql.org/docs/15/sql-vacuum.html; `copy_table_data` in src/backend/commands/cluster.c, which
takes over rows that are "recently dead"; `do_analyze_rel` in analyze.c, which keeps the samples of an empty table.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from sync.central_api.bulk import insert_missing
from sync.central_api.database import CentralDatabase
from sync.central_api.tables import (
    CUSTOMER_KEY,
    IMPORTED,
    METADATA,
    PRIVACY_REQUEST,
    QUARANTINED_ENTRY,
    RECORD,
    SETTING,
)
from sync.central_api.transactions import write_transaction
from sync.protocol.privacy import RequestKind

LOCK_WAIT_MS: Final = 1_000
"""So long a table is waited for, and so long whoever comes behind waits for nothing."""
LOCK_TRIES: Final = 3
READER_WAIT_S: Final = 0.5
READER_TRIES: Final = 20
TABLES: Final = tuple(str(table.name) for table in (QUARANTINED_ENTRY, CUSTOMER_KEY, IMPORTED, RECORD))
"""Those that say something of people; all others have ids, hashes and counts alone."""
STATISTICS: Final = "pg_catalog.pg_statistic"
_SETTING: Final = "erasures"
_WHY: Final = {"55P03": "locked", "40P01": "locked", "53100": "no_room", "57014": "stopped", "42501": "not_allowed"}
"""By SQLSTATE."""
WHYS: Final = frozenset({*_WHY.values(), "read"})
"""Why a table is not written anew: somebody holds it, the disk has no room, the database stopped it, this user may not,
or somebody may see still what was there before."""


@dataclass(frozen=True, slots=True)
class Erasures:
    """`n`: how many there were. `waiting_since`: when the first was that some table's file may still have, by the
    server's clock; None where there is none. `written`: by table, the erasures that its file is rid of.
    """

    n: int = 0
    waiting_since: datetime | None = None
    written: Mapping[str, int] = field(default_factory=dict)

    def has(self, table: str) -> bool:
        """Whether that table's file may still have somebody."""
        return self.written.get(table, -1) < self.n


@dataclass(frozen=True, slots=True)
class FilesWritten:
    """What was written anew now, and why the rest was not, by table (`WHYS`).

    `checkpointed`: the server has put it all on disk and let go of the log before it, as far as it is set to.
    """

    tables: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    checkpointed: bool = False


def number_erasure(connection: Connection, now: datetime) -> int:
    """The number of the erasure that this transaction is; the tables' files have to be written anew after it."""
    erasures = _read(connection, lock=True)
    _keep(connection, replace(erasures, n=erasures.n + 1, waiting_since=erasures.waiting_since or now))
    return erasures.n + 1


def read_erasures(database: CentralDatabase) -> Erasures:
    """How things stand."""
    with database.reading() as connection:
        return _read(connection)


def write_files_if_due(
    database: CentralDatabase, now: datetime, *, sleep: Callable[[float], None] = time.sleep
) -> FilesWritten | None:
    """What was done, None where nothing was to be: nobody was erased before today. Raises DatabaseBusy."""
    waiting_since = None if database.is_sqlite else read_erasures(database).waiting_since
    if waiting_since is None or waiting_since.date() >= now.astimezone(UTC).date():
        return None
    return write_files(database, now, sleep=sleep)


def write_files(
    database: CentralDatabase, now: datetime, *, sleep: Callable[[float], None] = time.sleep
) -> FilesWritten:
    """What was written anew, at once; nothing where nobody waits for it, or on SQLite. Raises DatabaseBusy.

    Blocks for as long as PostgreSQL takes; each table is unusable meanwhile, and no two are at once.
    """
    if database.is_sqlite or (erasures := read_erasures(database)).waiting_since is None:
        return FilesWritten()
    written: list[str] = []
    left: dict[str, str] = {}
    with database.outside_transactions() as connection:
        connection.execute(sa.text(f"SET lock_timeout = {LOCK_WAIT_MS}"))
        # Last what ANALYZE sampled, which the others' new samples replace.
        for table in (*TABLES, STATISTICS):
            if not read_erasures(database).has(table):
                continue
            why = _write_anew(connection, table, sleep)
            if why:
                left[table] = why
                continue
            written.append(table)
            write_transaction(database, partial(_mark, table=table, n=erasures.n))
        checkpointed = bool(written) and _checkpoint(connection)
    if not left:
        write_transaction(database, partial(_finish, n=erasures.n, now=now))
    return FilesWritten(tuple(written), left, checkpointed)


def _write_anew(connection: Connection, table: str, sleep: Callable[[float], None]) -> str:
    """ "" once the table's file is a new one that has its living rows alone, else why it is not."""
    if not _old_readers_ended(connection, sleep):
        return "read"
    how = "VACUUM (FULL)" if table == STATISTICS else "VACUUM (FULL, ANALYZE)"
    before = _file_of(connection, table)
    why = _run(connection, f"{how} {table}", sleep)
    if why:
        return why
    if _file_of(connection, table) == before:
        return "not_allowed"  # to whoever does not own it, PostgreSQL says so in a warning
    return "" if table == STATISTICS else _drop_samples_of_empty(connection, table, sleep)


def _run(connection: Connection, statement: str, sleep: Callable[[float], None]) -> str:
    """ "" once it has run, else why not. Raises DBAPIError for what nobody foresaw."""
    why = ""
    for attempt in range(LOCK_TRIES):
        if attempt:
            sleep(LOCK_WAIT_MS / 1000)
        try:
            connection.execute(sa.text(statement))
        except DBAPIError as error:
            why = _WHY.get(getattr(error.orig, "sqlstate", None) or "", "")
            if not why:
                raise
            if why != "locked":
                return why
        else:
            return ""
    return why


def _drop_samples_of_empty(connection: Connection, table: str, sleep: Callable[[float], None]) -> str:
    """ANALYZE leaves a table's samples as they are once it has no rows; giving a column its type again drops them."""
    if connection.execute(sa.select(sa.literal(1)).select_from(METADATA.tables[table]).limit(1)).first() is not None:
        return ""
    columns = connection.execute(
        sa.text(
            "SELECT quote_ident(pg_stats.attname), format_type(atttypid, atttypmod) FROM pg_stats"
            " JOIN pg_attribute ON attrelid = CAST(:table AS regclass) AND pg_attribute.attname = pg_stats.attname"
            " WHERE CAST(format('%I.%I', schemaname, tablename) AS regclass) = attrelid"
        ),
        {"table": table},
    ).all()
    if not columns:
        return ""
    again = ", ".join(f"ALTER COLUMN {name} TYPE {kind}" for name, kind in columns)
    return _run(connection, f"ALTER TABLE {table} {again}", sleep)


def _old_readers_ended(connection: Connection, sleep: Callable[[float], None]) -> bool:
    """Whether nobody can see any more what every transaction from now on sees as gone. Waits READER_TRIES times.

    Of other databases those count that write: VACUUM FULL has a snapshot of its own, which begins with the oldest.
    """
    now_at = connection.execute(sa.text("SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)")).scalar_one()
    for attempt in range(READER_TRIES):
        if attempt:
            sleep(READER_WAIT_S)
        if not connection.execute(_OLD_READERS, {"now_at": now_at}).scalar_one():
            return True
    return False


_OLD_READERS: Final = sa.text(
    """
    SELECT count(*) FROM (
        SELECT unnest(ARRAY[backend_xid, backend_xmin]) AS xid FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND coalesce(datname, current_database()) = current_database()
        UNION ALL SELECT backend_xid FROM pg_stat_activity WHERE pid <> pg_backend_pid()
        UNION ALL SELECT unnest(ARRAY[xmin, catalog_xmin]) FROM pg_replication_slots
        UNION ALL SELECT transaction FROM pg_prepared_xacts
    ) AS holding
    WHERE age(xid) > age(CAST(CAST(:now_at AS xid8) AS xid))
    """
)


def _file_of(connection: Connection, table: str) -> int:
    """The number of the table's file."""
    query = sa.text("SELECT pg_relation_filenode(CAST(:table AS regclass))")
    return int(connection.execute(query, {"table": table}).scalar_one())


def _checkpoint(connection: Connection) -> bool:
    """Whether everything is on disk. Only a superuser, or whoever has pg_checkpoint (PostgreSQL 15), may ask for it."""
    return _run(connection, "CHECKPOINT", lambda _seconds: None) == ""


def _read(connection: Connection, *, lock: bool = False) -> Erasures:
    this = sa.select(SETTING.c.value).where(SETTING.c.name == _SETTING)
    if lock:
        insert_missing(connection, SETTING, [{"name": _SETTING, "value": "{}"}])
    told: dict[str, Any] = orjson.loads(connection.execute(this.with_for_update() if lock else this).scalar() or "{}")
    waiting_since = told.get("waiting_since")
    return Erasures(
        told.get("n", 0), datetime.fromisoformat(waiting_since) if waiting_since else None, told.get("written", {})
    )


def _keep(connection: Connection, erasures: Erasures) -> None:
    waiting_since = erasures.waiting_since.isoformat() if erasures.waiting_since is not None else None
    value = orjson.dumps({"n": erasures.n, "waiting_since": waiting_since, "written": erasures.written}).decode()
    connection.execute(sa.update(SETTING).where(SETTING.c.name == _SETTING).values(value=value))


def _mark(connection: Connection, table: str, n: int) -> None:
    erasures = _read(connection, lock=True)
    _keep(connection, replace(erasures, written={**erasures.written, table: n}))


def _finish(connection: Connection, n: int, now: datetime) -> None:
    """Of every erasure up to that one it is kept that no table's file has the person any more."""
    erasures = _read(connection, lock=True)
    _keep(connection, replace(erasures, waiting_since=None if erasures.n == n else now))
    asked = sa.select(PRIVACY_REQUEST.c.id, PRIVACY_REQUEST.c.outcome).with_for_update()
    asked = asked.where(PRIVACY_REQUEST.c.kind == RequestKind.ERASURE.value).order_by(PRIVACY_REQUEST.c.id)
    for request_id, text in connection.execute(asked).all():
        told = orjson.loads(text or "{}")
        if "versions" in told and "files_clean_at" not in told and told.get("erasure", 0) <= n:
            outcome = orjson.dumps({**told, "files_clean_at": now.isoformat()}).decode()
            this = PRIVACY_REQUEST.c.id == request_id
            connection.execute(sa.update(PRIVACY_REQUEST).where(this).values(outcome=outcome))
