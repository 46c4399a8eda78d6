"""The device's data directory: which files there are, which store is the current one, and who holds what.

    outbox.db              identity and entries; never replaced
    store-<generation>.db  rows; a new generation is filled beside the current one, then the pointer moves
    current-store          the pointer: the current generation's number
    key-check              tells a wrong key from a damaged file (HMAC of a fixed text)
    ballast                room that gives way where the disk is full (`ballast`)
    engine.lock            held by the one engine of this directory
    setup.lock             held while files are made or migrated
    *.damaged-<utc>        set aside; deleted only where a customer is erased
    *.new-key              a copy under another key, which may be about to take the file's place (`key_change`)

Both locks are of `folder_lock`.
"""

import hmac
import re
from datetime import datetime
from pathlib import Path
from typing import Final

from clienteling.domain.store_keys import key_check
from clienteling.store.errors import StoreDamaged, WrongKey
from clienteling.store.folder_lock import FolderLock
from sync.protocol.private_files import write_durably

OUTBOX_FILE: Final = "outbox.db"
POINTER_FILE: Final = "current-store"
_STORE_NAME: Final = re.compile(r"^store-(\d{1,12})\.db$")
_PLAINTEXT_CHECK: Final = "plaintext"


class DeviceFolder:
    """Names and small files of one data directory. Makes the directory where it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.outbox_path = path / OUTBOX_FILE
        self._pointer_path = path / POINTER_FILE
        self._check_path = path / "key-check"

    def store_path(self, generation: int) -> Path:
        return self.path / f"store-{generation}.db"

    def generations(self) -> list[int]:
        """Generations that have a file, lowest first."""
        matches = (_STORE_NAME.match(entry.name) for entry in self.path.iterdir())
        return sorted(int(match[1]) for match in matches if match)

    def current_generation(self) -> int | None:
        """What the pointer names, or None before the first store. Raises StoreDamaged where it is not a number."""
        try:
            text = self._pointer_path.read_bytes()
        except FileNotFoundError:
            return None
        if not text.strip().isdigit():
            raise StoreDamaged(file=self._pointer_path.name)
        return int(text)

    def current_store(self) -> Path | None:
        """The current store's file, where there is one. Raises StoreDamaged as `current_generation` does."""
        generation = self.current_generation()
        path = None if generation is None else self.store_path(generation)
        return path if path is not None and path.exists() else None

    def point_to(self, generation: int) -> None:
        """Move the pointer; after a power cut it names the old generation or the new one."""
        write_durably(self._pointer_path, f"{generation}\n".encode())

    def remove_store(self, generation: int) -> bool:
        """Whether that generation's files are gone; Windows keeps a file that another process still reads."""
        for suffix in ("-wal", "-shm", ""):
            try:
                Path(f"{self.store_path(generation)}{suffix}").unlink(missing_ok=True)
            except OSError:
                return False
        return True

    def set_aside(self, path: Path, *, at: datetime) -> Path:
        """The name under which a damaged file is kept, with its write-ahead log."""
        kept = path.with_name(f"{path.name}.damaged-{at:%Y%m%dT%H%M%S%fZ}")
        path.rename(kept)
        log = Path(f"{path}-wal")
        if log.exists():
            log.rename(f"{kept}-wal")
        Path(f"{path}-shm").unlink(missing_ok=True)
        return kept

    def forget_set_aside(self) -> int:
        """How many files set aside are gone: they may hold somebody who was erased."""
        kept = self._set_aside()
        for path in kept:
            path.unlink(missing_ok=True)
        return len(kept)

    def has_set_aside(self) -> bool:
        """Whether a damaged file is kept here."""
        return bool(self._set_aside())

    def _set_aside(self) -> list[Path]:
        return [path for path in self.path.iterdir() if ".damaged-" in path.name]

    def check_key(self, key: bytes | None) -> None:
        """Raises WrongKey where the files here were made with another key (None: not encrypted)."""
        try:
            kept = self._check_path.read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return
        if not hmac.compare_digest(kept.encode(), _check_value(key).encode()):
            raise WrongKey(file=self._check_path.name)

    def keep_key_check(self, key: bytes | None) -> None:
        """Have `check_key` know this key from now on. Call only once a file has opened with it."""
        if not self._check_path.exists():
            self.replace_key_check(key)

    def replace_key_check(self, key: bytes | None) -> None:
        """Have `check_key` know this key, and no other, from now on."""
        write_durably(self._check_path, _check_value(key).encode())

    def engine_lock(self) -> FolderLock:
        """Held by the one sync engine of this directory; taking it raises StoreInUse where another process has it."""
        return FolderLock(self.path / "engine.lock", wait=False)

    def setup_lock(self) -> FolderLock:
        """Held while files are made, migrated or set aside; taking it waits for the other process."""
        return FolderLock(self.path / "setup.lock", wait=True)


def _check_value(key: bytes | None) -> str:
    return _PLAINTEXT_CHECK if key is None else key_check(key).hex()
