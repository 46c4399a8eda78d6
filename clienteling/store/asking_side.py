"""The seam between rows and the tables for asking: who fills them, and when they are made again.

Everything that changes rows calls `unpack_records` in its own transaction. Tables for asking hold nothing of their own,
so they need no migrations: their definition has a fingerprint, and a store with another one has them dropped, made and
filled again from its records, full text last. What search needs is made once where many records come to a store that
had none: at the last page of the first pull, which writes a page of a tree once and not with every pull page.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from clienteling.store.ask import ask, ask_column
from clienteling.store.tables import ASKING_REGISTRY, META, STORE_REGISTRY
from sync.protocol.collector import collector_paused
from sync.protocol.kinds import Body, RecordKey

UnpackRecords = Callable[[Connection, Sequence[tuple[RecordKey, Body | None]]], None]
UNPACKED_AT_ONCE = 250
"""Records whose bodies are in memory at once, taken apart."""


def _nothing(*anything: object) -> None:
    pass


def _always(connection: Connection) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class AskingSide:
    """What the store needs of the read side. `revision` goes up when bodies are unpacked differently.

    Search is what is costly to keep up row by row: while it is suspended rows are unpacked without it.
    """

    unpack_records: UnpackRecords
    rebuild_search: Callable[[Connection], None]
    revision: int = 1
    metadata: MetaData = ASKING_REGISTRY.metadata
    suspend_search: Callable[[Connection], None] = _nothing
    keeps_search: Callable[[Connection], bool] = _always


NO_ASKING = AskingSide(_nothing, _nothing, 0, MetaData())
"""A store of rows alone, for tests of the rows."""


def fingerprint(asking: AskingSide) -> str:
    """Changes with the definition of any table for asking, and with the revision."""
    dialect = sqlite.dialect()
    parts = [str(asking.revision)]
    for table in asking.metadata.sorted_tables:
        parts.append(str(CreateTable(table).compile(dialect=dialect)))
        parts += sorted(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def refresh_asking(connection: Connection, asking: AskingSide) -> bool:
    """Whether the tables for asking had to be made again. In the caller's transaction; `meta` has its row."""
    wanted = fingerprint(asking)
    meta = connection.execute(META.select()).one()
    if meta.asking_fingerprint == wanted:
        return False
    if meta.filled:
        make_asking(connection, asking)
    else:
        _make_empty(connection, asking)
    connection.execute(META.update().values(asking_fingerprint=wanted))
    return True


def make_asking(connection: Connection, asking: AskingSide) -> None:
    """Make the tables for asking from the records, in the caller's transaction, whatever they held."""
    _make_empty(connection, asking)
    kind = ""
    with collector_paused():
        while kind := ask_column(connection, _NEXT_KIND, (kind,))[0] or "":
            last_id = ""
            while rows := ask(connection, _NEXT_BODIES, (kind, last_id, UNPACKED_AT_ONCE)):
                asking.unpack_records(connection, [(RecordKey(kind, name), orjson.loads(body)) for name, body in rows])
                last_id = rows[-1][0]
    asking.rebuild_search(connection)


_NEXT_KIND = "SELECT min(kind) FROM record WHERE kind > ?"
_NEXT_BODIES = "SELECT id, body FROM record WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"


def _make_empty(connection: Connection, asking: AskingSide) -> None:
    _drop_foreign_tables(connection)
    asking.metadata.create_all(connection)


def _drop_foreign_tables(connection: Connection) -> None:
    """Drop every table that is not the store's own; full-text tables first, they take their shadow tables along."""
    own = {*STORE_REGISTRY.metadata.tables, "alembic_version"}
    listed = text(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE :pattern AND name NOT LIKE 'sqlite%'"
    )
    quote = connection.dialect.identifier_preparer.quote
    for pattern in ("CREATE VIRTUAL%", "%"):
        for (name,) in connection.execute(listed, {"pattern": pattern}).all():
            if name not in own:
                connection.exec_driver_sql(f"DROP TABLE {quote(name)}")
