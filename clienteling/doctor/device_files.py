"""Looks into a device's encrypted files with its key, whatever state they are in. Read-only: nothing is migrated."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from clienteling.doctor.facts import EncryptionFacts, FileFacts, FileState, KeyState, SyncFacts
from clienteling.domain.store_keys import StoreKeys
from clienteling.store.database import Plaintext, Schema, StoreKey, cipher_version, inspecting, raw_key
from clienteling.store.device_folder import POINTER_FILE, DeviceFolder
from clienteling.store.errors import StoreBusy, StoreDamaged, WrongKey, translated
from clienteling.store.outbox import read_identity
from clienteling.store.tables import ATTENTION, ENTRY, META
from sync.protocol.mutations import VOID


def look_at_files(data_dir: Path, key: StoreKey | KeyState) -> EncryptionFacts:
    """Whether the key opens the files here and every page of them can be read. Reads all of them.

    key  a state where there is no key to try
    """
    version, newest = cipher_version(), Schema.STORE.number
    if isinstance(key, KeyState):
        has_files = data_dir.is_dir() and DeviceFolder(data_dir).outbox_path.exists()
        return EncryptionFacts(KeyState.FITS if key is KeyState.MISSING and not has_files else key, version, newest)
    state = KeyState.PLAIN if isinstance(key, Plaintext) else KeyState.FITS
    if not data_dir.is_dir():
        return EncryptionFacts(state, version, newest)
    folder = DeviceFolder(data_dir)
    try:
        folder.check_key(raw_key(key))
    except WrongKey:
        return EncryptionFacts(KeyState.WRONG, version, newest)
    return EncryptionFacts(state, version, newest, tuple(_looked_at(folder, key)))


def fitting(data_dir: Path, keys: StoreKeys) -> bytes:
    """Of two keys, where a change of the key was cut short, the one that the files have."""
    if keys.before is not None and data_dir.is_dir():
        with suppress(WrongKey):
            DeviceFolder(data_dir).check_key(keys.before)
            return keys.before
    return keys.key


def _looked_at(folder: DeviceFolder, key: StoreKey) -> Iterator[FileFacts]:
    if folder.outbox_path.exists():
        yield look_at_file(folder.outbox_path, key, Schema.OUTBOX)
    try:
        store_path = folder.current_store()
    except StoreDamaged:
        yield FileFacts(POINTER_FILE, FileState.DAMAGED, Schema.STORE.number)
        return
    if store_path is not None:
        yield look_at_file(store_path, key, Schema.STORE)


def look_at_file(path: Path, key: StoreKey, schema: Schema) -> FileFacts:
    """One file's state, by reading every page of it; SQLCipher checks each page that it reads."""
    try:
        with inspecting(path, key) as connection:
            found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            if found > schema.number:
                return FileFacts(path.name, FileState.TOO_NEW, schema.number, found)
            is_sound = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() == "ok"
    except DatabaseError as error:
        return FileFacts(path.name, _state(translated(error, file=path.name)), schema.number)
    return FileFacts(path.name, FileState.SOUND if is_sound else FileState.DAMAGED, schema.number, found)


def _state(error: Exception) -> FileState:
    if isinstance(error, StoreDamaged):
        return FileState.DAMAGED
    return FileState.BUSY if isinstance(error, StoreBusy) else FileState.UNOPENED


def read_sync_facts(data_dir: Path, key: StoreKey) -> SyncFacts | None:
    """What sound files of this program's schema say about sync; None where nothing was kept yet."""
    if not data_dir.is_dir():
        return None
    folder = DeviceFolder(data_dir)
    store_path = folder.current_store()
    if store_path is None or not folder.outbox_path.exists():
        return None
    with inspecting(store_path, key) as connection:
        synced_at, acked_n = connection.execute(select(META.c.synced_at, META.c.acked_n)).one()
    with inspecting(folder.outbox_path, key) as connection:
        waiting = select(func.count()).select_from(ENTRY).where(ENTRY.c.n > acked_n, ENTRY.c.name != VOID)
        return SyncFacts(
            device_id=read_identity(connection).device_id,
            last_synced_at=synced_at,
            waiting=connection.execute(waiting).scalar_one(),
            needs_attention=connection.execute(select(func.count()).select_from(ATTENTION)).scalar_one(),
        )
