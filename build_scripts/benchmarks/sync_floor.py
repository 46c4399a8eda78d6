"""The floor of a pull: the same rows from a plain local file into the same encrypted tables."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from build_scripts.benchmarks.kept_store import KEY
from build_scripts.benchmarks.whole_tables import all_rows_of, insert_into
from clienteling.store.asking_side import refresh_asking
from clienteling.store.database import Database, Schema, inspecting
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.tables import ASKING_REGISTRY, META, STORE_REGISTRY
from clienteling.store.unpack import ASKING

_CHUNK: Final = 1_000


def measure_floor(filled: Path, into: Path) -> float:
    """Seconds to put the rows of a filled device into the same tables of a new file, from a plain one on this disk.

    As durable and as encrypted, 1,000 rows a transaction; full text is left out.
    """
    plain, target = into / "rows.db", into / "target.db"
    into.mkdir()
    names = _copy_plainly(filled, plain)
    database = Database(target, KEY, Schema.STORE)
    try:
        with database.writing() as connection:
            connection.execute(META.insert(), _EMPTY_META)
            refresh_asking(connection, ASKING)
            connection.execute(META.delete())
        started = time.perf_counter()
        with closing(sqlite3.connect(plain)) as source:
            for name in names:
                rows = source.execute(all_rows_of(name))
                insert = insert_into(name, len(rows.description))
                while chunk := rows.fetchmany(_CHUNK):
                    with database.writing() as connection:
                        connection.exec_driver_sql(insert, chunk)
        return time.perf_counter() - started
    finally:
        database.close()


_EMPTY_META: Final = {
    "id": 1, "device_id": "", "applied_n": 0, "acked_n": 0, "grants": [], "filled": True, "asking_fingerprint": "",
}  # fmt: skip


def _copy_plainly(filled: Path, plain: Path) -> Sequence[str]:
    """The tables that hold rows; their rows are in the plain file."""
    folder = DeviceFolder(filled)
    file = folder.store_path(folder.current_generation() or 1)
    names = [*STORE_REGISTRY.metadata.tables, *ASKING_REGISTRY.metadata.tables]
    with inspecting(file, KEY) as source, closing(sqlite3.connect(plain)) as target:
        for name in names:
            rows = source.exec_driver_sql(all_rows_of(name))
            columns = list(rows.keys())
            target.execute('CREATE TABLE "{}" ({})'.format(name, ", ".join(f'"{column}"' for column in columns)))
            insert = insert_into(name, len(columns))
            while chunk := rows.fetchmany(_CHUNK):
                target.executemany(insert, [tuple(row) for row in chunk])
        target.commit()
    return names
