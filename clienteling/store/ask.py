"""Reading on the fast path: plain tuples, without what SQLAlchemy does for each statement and row (0.1 ms and more)."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError


def ask(connection: Connection, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All rows. Belongs to the connection's transaction; raises SQLAlchemy's DatabaseError like any statement."""
    if not connection.in_transaction():
        connection.begin()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
    except connection.dialect.loaded_dbapi.DatabaseError as exc:
        raise DatabaseError(statement, None, exc) from exc
    finally:
        cursor.close()


def ask_column(connection: Connection, statement: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
    """The first value of every row."""
    return [row[0] for row in ask(connection, statement, parameters)]


def json_list(values: Iterable[object]) -> str:
    """The values as a parameter for `json_each(?)`."""
    return orjson.dumps(list(values)).decode()
