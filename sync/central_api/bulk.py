"""Core statements that are the same on SQLite and PostgreSQL: upsert, deletes by key, `IN` in bounded portions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

PORTION = 500
"""Most values in one IN list: below every limit, and one cached statement for the common case."""

T = TypeVar("T")
Row = dict[str, Any]


def portions(values: Iterable[T], size: int = PORTION) -> Iterator[list[T]]:
    """The values in lists of at most `size`, in order."""
    rest = iter(values)
    while portion := list(islice(rest, size)):
        yield portion


def _insert(connection: Connection) -> Any:
    return postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert


def _write_rows(connection: Connection, table: Table, statement: Any, rows: Sequence[Row]) -> None:
    """Runs an insert for every row through the driver's own executemany.

    The Core's own way builds a parameter set for each row, which took a third of an import.
    """
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    processors = {
        name: processor
        for name in rows[0]
        if (processor := table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect))
    }
    for name, processor in processors.items():
        rows = [{**row, name: processor(row[name])} for row in rows]
    if compiled.positiontup is not None:
        parameters: Any = list(map(itemgetter(*compiled.positiontup), rows))
    else:
        parameters = list(rows)
    connection.exec_driver_sql(str(compiled), parameters)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Writes new rows. All rows of a call name the same columns."""
    if rows:
        _write_rows(connection, table, sa.insert(table), rows)


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Writes whole rows, replacing those whose primary key is there."""
    if not rows:
        return
    statement = _insert(connection)(table)
    key = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    if others:
        statement = statement.on_conflict_do_update(index_elements=key, set_=others)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    _write_rows(connection, table, statement, rows)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Writes rows whose primary key is not there yet; leaves the others as they are."""
    if rows:
        key = [column.name for column in table.primary_key]
        _write_rows(connection, table, _insert(connection)(table).on_conflict_do_nothing(index_elements=key), rows)


def delete_rows(connection: Connection, table: Table, keys: Sequence[Row]) -> None:
    """Deletes the rows that match each of `keys`, all of which name the same columns."""
    if not keys:
        return
    matches = [table.c[name] == sa.bindparam(f"key_{name}") for name in keys[0]]
    connection.execute(
        sa.delete(table).where(*matches), [{f"key_{name}": value for name, value in key.items()} for key in keys]
    )
