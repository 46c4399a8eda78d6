"""Runs one write transaction, again where the database asked for that, and says so where it is busy or away."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from sync.central_api.database import CentralDatabase
from sync.central_api.errors import DatabaseBusy, DatabaseFull

ATTEMPTS = 4
_AGAIN = frozenset({"40001", "40P01"})
"""SQLSTATE of a serialization failure and a deadlock: the same work may succeed now."""

_DISK_FULL = "53100"

T = TypeVar("T")


def is_worth_repeating(error: DBAPIError) -> bool:
    """True where PostgreSQL ended the transaction for the sake of another."""
    return getattr(error.orig, "sqlstate", None) in _AGAIN


def is_full(error: DBAPIError) -> bool:
    """True where the disk has no room left."""
    is_sqlites = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return is_sqlites or getattr(error.orig, "sqlstate", None) == _DISK_FULL


def write_transaction(database: CentralDatabase, work: Callable[[Connection], T]) -> T:
    """The result of `work`, committed. `work` may run up to ATTEMPTS times and must keep nothing between runs.

    Raises DatabaseBusy where no writer's turn came or the database is away, DatabaseFull where its disk is full;
    nothing is written then.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with database.writing() as connection:
                return work(connection)
        except OperationalError as error:
            if is_full(error):
                raise DatabaseFull(retry_after_s=60) from error
            if not is_worth_repeating(error) or attempt == ATTEMPTS:
                raise DatabaseBusy(retry_after_s=2) from error
        except PoolTimeoutError as error:
            raise DatabaseBusy(retry_after_s=2) from error
    raise DatabaseBusy(retry_after_s=2)
