"""What to do about a damaged file, once a person (or the command line) says so: set it aside, keep what can be read.

A damaged store is only rows: an empty one takes its place, knows what the server has acknowledged, shows pending
entries as far as they can be shown, and is filled by the next sync. A damaged outbox holds what people did: every
pending entry that can still be read moves to a new outbox under a new device id, its uuid kept, so that the server
counts none twice. The damaged files stay in the directory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DatabaseError

from clienteling.store.database import Database, Schema, StoreKey, inspecting, is_sound, raw_key, refuse_newer
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.errors import StoreDamaged
from clienteling.store.key_change import give_up_copies
from clienteling.store.outbox import Outbox
from clienteling.store.tables import ENTRY, IDENTITY, META
from sync.protocol.mutations import VOID
from sync.protocol.times import Clock

_FIRST_PAGE = text("SELECT count(*) FROM sqlite_master")
_SEARCHED_NUMBERS = 100_000


@dataclass(frozen=True, slots=True)
class Recovery:
    """Where damaged files are kept now, None for one that is sound; `salvaged` entries moved to a new outbox."""

    store_kept_at: Path | None
    outbox_kept_at: Path | None
    salvaged: int


def recover(path: Path, key: StoreKey, *, now: Clock, new_id: Callable[[], str]) -> Recovery:
    """Set aside what is damaged, so that a `LocalStore` opens here again. Sound files are left alone.

    Call while no other process uses the directory. Raises WrongKey, StoreTooNew for a sound file of a newer
    program, and StoreInUse where an engine runs; nothing is changed then.
    """
    folder = DeviceFolder(path)
    with folder.engine_lock(), folder.setup_lock():
        folder.check_key(raw_key(key))
        give_up_copies(folder)
        store_path = _current_store(folder)
        store_sound = store_path is None or _is_ours_and_sound(store_path, key, Schema.STORE)
        outbox_sound = not folder.outbox_path.exists() or _is_ours_and_sound(folder.outbox_path, key, Schema.OUTBOX)
        salvaged: list[dict[str, Any]] = []
        outbox_kept_at = None
        if not outbox_sound:
            acked_n = _acked_n(store_path, key) if store_path is not None and store_sound else None
            salvaged = _readable_pending(folder.outbox_path, key, acked_n)
            outbox_kept_at = folder.set_aside(folder.outbox_path, at=now())
            _begin_new_outbox(folder, key, new_id(), salvaged)
        store_kept_at = None
        if store_path is not None and not store_sound:
            store_kept_at = folder.set_aside(store_path, at=now())
    return Recovery(store_kept_at, outbox_kept_at, len(salvaged))


def _is_ours_and_sound(path: Path, key: StoreKey, schema: Schema) -> bool:
    """Whether every page can be read. Raises StoreTooNew."""
    if not is_sound(path, key):
        return False
    refuse_newer(path, key, schema)
    return True


def _current_store(folder: DeviceFolder) -> Path | None:
    """The current store's file where there is one; a pointer that names nothing is mended."""
    try:
        return folder.current_store()
    except StoreDamaged:
        generations = folder.generations()
        if not generations:
            return None
        folder.point_to(generations[-1])
        return folder.current_store()


def _acked_n(store_path: Path, key: StoreKey) -> int | None:
    with inspecting(store_path, key) as connection:
        found: int | None = connection.execute(select(META.c.acked_n)).scalar_one_or_none()
        return found


def _readable_pending(path: Path, key: StoreKey, acked_n: int | None) -> list[dict[str, Any]]:
    """Entries with text that the server has not acknowledged, in order, as far as their pages can be read."""
    try:
        with inspecting(path, key) as connection:
            connection.execute(_FIRST_PAGE)  # where its first page is gone, no other can be asked for
            rows = list(_readable(connection, (acked_n or 0) + 1))
    except DatabaseError:
        return []
    pending = [row for row in rows if row["name"] != VOID and (acked_n is not None or row["acknowledged_at"] is None)]
    return [{**row, "verdict": None, "code": None, "acknowledged_at": None} for row in pending]


def _readable(connection: Connection, first_n: int) -> Iterator[dict[str, Any]]:
    for n in range(first_n, _end(connection, first_n)):
        try:
            row = connection.execute(ENTRY.select().where(ENTRY.c.n == n)).one_or_none()
        except DatabaseError:
            continue
        if row is not None:
            yield row._asdict()


def _end(connection: Connection, first_n: int) -> int:
    """The number after the last one to look for."""
    for known in (select(IDENTITY.c.next_n), select(ENTRY.c.n + 1).order_by(ENTRY.c.n.desc()).limit(1)):
        try:
            found: int | None = connection.execute(known).scalar_one_or_none()
        except DatabaseError:
            continue
        if found is not None:
            return found
    return first_n + _SEARCHED_NUMBERS


def _begin_new_outbox(folder: DeviceFolder, key: StoreKey, device_id: str, entries: list[dict[str, Any]]) -> None:
    database = Database(folder.outbox_path, key, Schema.OUTBOX)
    try:
        outbox = Outbox(database)
        outbox.ensure_identity(device_id)
        outbox.salvage(entries)
    finally:
        database.close()
