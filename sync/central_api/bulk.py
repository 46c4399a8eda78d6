"""Core statements in bulk, on SQLite and PostgreSQL: insert, upsert, delete by key, look up by many keys."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy import ARRAY, Connection, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

PORTION = 500
"""Most values looked up by one statement, and most records in one transaction of an import."""

T = TypeVar("T")
Row = dict[str, Any]


def portions(values: Iterable[T], size: int = PORTION) -> Iterator[list[T]]:
    """The values in lists of at most `size`, in order."""
    rest = iter(values)
    while portion := list(islice(rest, size)):
        yield portion


def among(connection: Connection, column: sa.ColumnElement[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """The condition that `column` is one of `values`: one parameter whatever their number, so one cached statement."""
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(values), ARRAY(column.type)))
    listed = sa.func.json_each(orjson.dumps(values).decode()).table_valued("value")
    return column.in_(sa.select(listed.c.value))


def _insert(connection: Connection) -> Any:
    return postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert


def _prepared(connection: Connection, table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows with every value in the form the driver takes. One value in many rows, such as now, is formed once."""
    dialect = connection.dialect
    processors = {name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in rows[0]}
    prepared = [dict(row) for row in rows]
    for name, processor in processors.items():
        if processor is None:
            continue
        formed: dict[int, Any] = {}
        for row in prepared:
            value = row[name]
            if id(value) not in formed:
                formed[id(value)] = processor(value)
            row[name] = formed[id(value)]
    return prepared


def _write_rows(connection: Connection, table: Table, statement: Any, rows: Sequence[Row]) -> None:
    """Runs an insert for every row, by the quickest way each driver has.

    PostgreSQL: one statement over one JSON text. SQLite: the driver's own executemany; Core's way builds a parameter
    set for each row, which took a third of an import.
    """
    names = list(rows[0])
    rows = _prepared(connection, table, rows)
    if connection.dialect.name == "postgresql":
        listed = sa.func.json_to_recordset(
            sa.cast(sa.literal(orjson.dumps(rows).decode(), sa.String()), postgresql.JSON())
        )
        columns = listed.table_valued(*(sa.column(name, table.c[name].type) for name in names))
        given = columns.render_derived(name="given", with_types=True)
        connection.execute(statement.from_select(names, sa.select(*(given.c[name] for name in names))))
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=names)
    in_order = itemgetter(*compiled.positiontup)
    connection.exec_driver_sql(str(compiled), [in_order(row) for row in rows])


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Writes new rows. All rows of a call name the same columns."""
    if rows:
        _write_rows(connection, table, _insert(connection)(table), rows)


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
