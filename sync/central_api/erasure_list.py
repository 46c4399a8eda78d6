"""The list of erasures beside the database: ids alone, so that a backup from before is told whom to erase again.

One JSON line for each erasure, on disk before its rows go. It is to be backed up by itself, more often than the
database, and never set back with it.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from sync.central_api.database import CentralDatabase
from sync.central_api.erasure import Erased, erase_people, finish_erasing
from sync.central_api.privacy_requests import is_known
from sync.central_api.transactions import write_transaction
from sync.protocol.ids import is_uuid
from sync.protocol.times import to_wire

ERASURE_LIST: Final = "erasures.jsonl"
"""Its name in the server's folder."""


def add_to_list(path: Path, people: Iterable[str], *, now: datetime) -> None:
    """Nothing; the list names them, on disk, when this returns. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = orjson.dumps({"at": to_wire(now), "customer_ids": sorted(people)}) + b"\n"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, line)
        os.fsync(file)
    finally:
        os.close(file)


def read_list(path: Path) -> list[str]:
    """Everybody who was ever erased, by id; a line that was cut off is passed over, for its rows did not go."""
    found: set[str] = set()
    if path.is_file():
        for line in path.read_bytes().splitlines():
            try:
                found.update(one for one in orjson.loads(line)["customer_ids"] if is_uuid(one))
            except (ValueError, KeyError, TypeError):
                continue
    return sorted(found)


def erase_listed(database: CentralDatabase, path: Path, *, snapshots_folder: Path | None, now: datetime) -> int:
    """How many of the listed this database still had: it was restored from a backup of before. Raises DatabaseBusy."""
    gone = (_erase_if_here(database, one, snapshots_folder, now) for one in read_list(path))
    return sum(one is not None for one in gone)


def _erase_if_here(database: CentralDatabase, customer_id: str, folder: Path | None, now: datetime) -> Erased | None:
    with database.reading() as connection:
        if not is_known(connection, customer_id):
            return None
    gone = write_transaction(database, lambda connection: erase_people(connection, (customer_id,), now))
    return finish_erasing(database, gone, now=now, snapshots_folder=folder)
