"""Rows of one order or product brought together wherever they stand in a file, in bounded memory.

The rows pass through a nameless temporary SQLite file that the operating system removes by itself, even where the
program is killed: eight MiB of it are in memory, whatever the size of the export. Of a thing that several files name,
the first file's rows count (`mapped_files`: the newest export).
"""

import errno
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby, islice
from operator import itemgetter

import orjson

from sync.connectors.csv_reading import Row
from sync.connectors.errors import CellRefused
from sync.connectors.mapped_orders import finish_order, finish_product
from sync.connectors.mapped_rows import MappedRow, RowPlan
from sync.connectors.mapping import FileKind
from sync.connectors.reading import MAX_GROUP_ROWS, in_portions, named_rows
from sync.protocol.importing import Refusal

_CACHE_KIB = 8_192
_MOST_LINES = 1 << 32

_Kept = tuple[str, int, int, bytes]
"""A row: what it is of, its place among all rows, its file's, and its cells as JSON."""

_MAKE = "CREATE TABLE kept (name TEXT, place INTEGER, file INTEGER, cells BLOB)"
_KEEP = "INSERT INTO kept VALUES (?, ?, ?, ?)"
_INDEX = "CREATE INDEX by_name ON kept (name, place)"
# SQLite takes a bare column of a grouped query from the row that holds the minimum.
_TOGETHER = (
    "WITH first AS (SELECT name, min(place) AS place, file FROM kept GROUP BY name) "
    "SELECT first.place, kept.place, kept.file, kept.cells FROM first "
    "JOIN kept ON kept.name = first.name AND kept.file = first.file ORDER BY first.place, kept.place"
)


@contextmanager
def _temporary() -> Iterator[sqlite3.Connection]:
    """A database that nobody else can open. Raises OSError where the disk is full."""
    try:
        with closing(sqlite3.connect("", isolation_level=None)) as connection:
            for pragma in (f"cache_size=-{_CACHE_KIB}", "temp_store=FILE", "journal_mode=OFF", "synchronous=OFF"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute(_MAKE)
            connection.execute("BEGIN")
            yield connection
    except sqlite3.Error as error:
        raise OSError(errno.ENOSPC, "temporary rows", "temporary file") from error


def brought_together(rows: Iterable[Row | Refusal], key: str) -> Iterator[list[Row] | Refusal]:
    """Each thing's rows, in the order of their first rows; before them what was no row or names nothing."""
    files: list[tuple[str, RowPlan]] = []
    with _temporary() as kept:
        for portion in in_portions(_packed(rows, key, files), _characters):
            yield from (one for one in portion if isinstance(one, Refusal))
            kept.executemany(_KEEP, [one for one in portion if not isinstance(one, Refusal)])
        kept.execute(_INDEX)
        for _, together in groupby(kept.execute(_TOGETHER), key=itemgetter(0)):
            made = (
                MappedRow(files[file][0], place - file * _MOST_LINES, orjson.loads(cells), files[file][1])
                for _, place, file, cells in together
            )
            group: list[Row] = list(islice(made, MAX_GROUP_ROWS))
            yield from (row.refusal("import.too_many_rows", key) for row in made)
            yield from _finished(group)


def _packed(rows: Iterable[Row | Refusal], key: str, files: list[tuple[str, RowPlan]]) -> Iterator[_Kept | Refusal]:
    """What is kept of each row; a file and its plan join `files` with the first row of theirs."""
    for named in named_rows(rows, key):
        if isinstance(named, Refusal):
            yield named
            continue
        name, row = named
        assert isinstance(row, MappedRow)
        if not files or files[-1][0] != row.file:
            files.append((row.file, row.plan))
        file = len(files) - 1
        yield name, file * _MOST_LINES + row.line, file, orjson.dumps(row.cells)


def _characters(packed: _Kept | Refusal) -> int:
    return 0 if isinstance(packed, Refusal) else len(packed[3])


def _finished(group: list[Row]) -> Iterator[list[Row] | Refusal]:
    """The rows completed by one another, or a refusal of each."""
    rows = [row for row in group if isinstance(row, MappedRow)]
    try:
        if rows[0].plan.entry.kind == FileKind.ORDERS:
            finish_order(rows)
        else:
            finish_product(rows)
    except CellRefused as refused:
        yield from (row.refusal(refused.reason, refused.column) for row in rows)
    else:
        yield group
