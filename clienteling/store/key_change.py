"""The store's files under another key: copied beside, the copies put under the new key, then each put in its place.

Copying takes seconds, may fail at any moment, and leaves nothing that counts. Once every copy is whole and on disk,
whoever holds the key is given both keys; from there on there is nothing to be done but renaming files, and
`finish_key_change` goes on with that where a program was killed.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from clienteling.domain.store_keys import StoreKeys
from clienteling.store.database import is_sound, rekey, stop_write_ahead_log
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.errors import DiskFull, FilesSetAside, StoreBusy, StoreDamaged, StoreInUse, WrongKey
from sync.protocol.private_files import folder_to_disk, private

_COPY_SUFFIX: Final = ".new-key"
_ROOM_LEFT_BYTES: Final = 64 * 1024 * 1024


def free_bytes(folder: Path) -> int:
    """How much the disk of this folder still takes."""
    return shutil.disk_usage(folder).free


def change_key(
    path: Path,
    keys: StoreKeys,
    *,
    both_kept: Callable[[], None],
    done: Callable[[], None],
    free: Callable[[Path], int] = free_bytes,
) -> None:
    """Every file of the store in this directory is under `keys.key` when this returns, and none under `keys.before`.

    both_kept  has whoever holds the key keep both, on disk; called once the copies are whole
    done       has them keep the new one alone

    Call while no engine runs but the caller's own. Where this fails before `both_kept`, nothing has changed. Raises
    StoreInUse where another process has a file open, DiskFull, StoreDamaged, WrongKey, and FilesSetAside where damaged
    files are kept that nothing but the key of before can read.
    """
    assert keys.before is not None
    folder = DeviceFolder(path)
    folder.check_key(keys.before)
    with folder.setup_lock():
        if folder.has_set_aside():
            raise FilesSetAside
        files = _files(folder)
        give_up_copies(folder)
        try:
            _copy(files, keys, room=free(path))
        except BaseException:
            _forget_copies(folder)
            raise
        both_kept()
        _put_in_place(folder, keys)
        done()


def finish_key_change(path: Path, keys: StoreKeys, *, done: Callable[[bytes], None]) -> bytes:
    """The key that every file has now, which `done` has whoever holds the key keep alone.

    It is the new one, unless the copies were given up: the one before then, and the change is still to be made. Raises
    StoreInUse, WrongKey.
    """
    assert keys.before is not None
    folder = DeviceFolder(path)
    with folder.setup_lock():
        key = keys.key
        if _is_certain(folder, keys):
            _put_in_place(folder, keys)
        else:
            folder.check_key(keys.before)
            _forget_copies(folder)
            key = keys.before
        done(key)
    return key


def _is_certain(folder: DeviceFolder, keys: StoreKeys) -> bool:
    """Whether the copies of this very change are there, or in their places: nobody has given them up meanwhile."""
    assert keys.before is not None
    copies = _copies(folder)
    if not copies:
        return not is_sound(folder.outbox_path, keys.before)
    return not _copy_of(folder.outbox_path).exists() or all(is_sound(copy, keys.key) for copy in copies)


def give_up_copies(folder: DeviceFolder) -> None:
    """No copy can take its file's place any longer: somebody who knows one key alone is about to write to the files.

    Call while the setup lock is held. Raises WrongKey where files have been put in place already; it is gone on with
    `finish_key_change` then.
    """
    copies = _copies(folder)
    if copies and not _copy_of(folder.outbox_path).exists():  # it is the first that is made, and put in place
        raise WrongKey(file=copies[0].name)
    _forget_copies(folder)


def _files(folder: DeviceFolder) -> list[Path]:
    current = folder.current_store()
    for generation in folder.generations():
        if current is not None and folder.store_path(generation) != current:
            folder.remove_store(generation)  # half filled: the next sync fills one anew
    return [file for file in (folder.outbox_path, current) if file is not None and file.exists()]


def _copy(files: list[Path], keys: StoreKeys, *, room: int) -> None:
    assert keys.before is not None
    try:
        for file in files:
            stop_write_ahead_log(file, keys.before)
    except StoreBusy as error:
        raise StoreInUse(file=error.fields.get("file", "")) from error
    if room < sum(file.stat().st_size for file in files) + _ROOM_LEFT_BYTES:
        raise DiskFull(file=files[0].name)
    for file in files:
        copy = _copy_of(file)
        try:
            with open(file, "rb") as source, open(copy, "wb", opener=private) as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
        except OSError as error:
            raise DiskFull(file=file.name) from error
        rekey(copy, keys.before, keys.key)
        if not is_sound(copy, keys.key):
            raise StoreDamaged(file=file.name)
        with open(copy, "rb+") as whole:
            os.fsync(whole.fileno())
    folder_to_disk(files[0].parent)


def _put_in_place(folder: DeviceFolder, keys: StoreKeys) -> None:
    copies = _copies(folder)
    if not copies:  # all are in place, or another process came first
        _expect_either(folder, keys)
    try:
        for copy in copies:
            os.replace(copy, copy.with_name(copy.name.removesuffix(_COPY_SUFFIX)))
    except OSError as error:
        raise StoreInUse(file=copies[0].name) from error
    folder_to_disk(folder.path)
    folder.replace_key_check(keys.key)


def _expect_either(folder: DeviceFolder, keys: StoreKeys) -> None:
    try:
        folder.check_key(keys.key)
    except WrongKey:
        folder.check_key(keys.before)


def _copies(folder: DeviceFolder) -> list[Path]:
    return sorted(folder.path.glob(f"*{_COPY_SUFFIX}"))


def _forget_copies(folder: DeviceFolder) -> None:
    for pattern in (f"*{_COPY_SUFFIX}", f"*{_COPY_SUFFIX}-*"):
        for copy in folder.path.glob(pattern):
            copy.unlink(missing_ok=True)


def _copy_of(file: Path) -> Path:
    return file.with_name(file.name + _COPY_SUFFIX)
