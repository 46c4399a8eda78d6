"""A small SQLite file of one table or two: each write is on disk when it is done, and what is removed is in no file.

For what has to be there before the encrypted store is open, and holds nothing that needs it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

_BUSY_TIMEOUT_S: Final = 5.0


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection, its rows by name; each statement is a transaction of its own."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=_BUSY_TIMEOUT_S)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@contextmanager
def writing(path: Path, make: Callable[[sqlite3.Connection], None]) -> Iterator[sqlite3.Connection]:
    """One transaction, on disk when the block is left without an error. `make` makes what is not there yet.

    No copy is kept of what was removed (`secure_delete`, and a journal that goes with each commit).
    """
    with opened(path) as connection:
        for pragma in ("journal_mode = DELETE", "synchronous = EXTRA", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN IMMEDIATE")
        try:
            make(connection)
            yield connection
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
