"""A disk without room: SQLite's `max_page_count` stands for it, beyond which a file fails to grow with the same error.

Source: https://sqlite.org/pragma.html#pragma_max_page_count
"""

from typing import Final

from clienteling.store.database import Database

_NO_LIMIT: Final = 1_073_741_823


def leave_pages(database: Database, spare: int | None) -> None:
    """The file may grow by that many pages; None: as it likes."""
    with database._writer.connect() as connection:
        used = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        most = _NO_LIMIT if spare is None else used + spare
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")
