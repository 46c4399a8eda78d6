"""A device's secrets in one file that a passphrase opens, for a system that has no keyring.

The passphrase (argon2id, as for PINs) opens the file's own key, and that key all secrets at once: a secret that is kept
anew needs no passphrase.
"""

import base64
import json
import os
import secrets as random_bytes
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from clienteling.domain.errors import StoreInUse, ValidationFailed
from clienteling.secrets import KeyringUnusable
from clienteling.sign_in.sealing import COST, KEY_BYTES, Cost, Owner, Sealed, SecretBox, seal, unseal
from clienteling.store.folder_lock import FolderLock
from sync.protocol.private_files import write_durably

SEALED_FILE: Final = "secrets.sealed"
LEAST_LETTERS: Final = 12
_PURPOSE: Final = b"clienteling sealed secrets 1"
_WHOSE: Final = Owner("passphrase", "")


@dataclass(slots=True)
class SealedSecrets:
    """The secrets of a file that is open. Any thread, any number of processes. `warning`: None, nothing is amiss."""

    path: Path
    file_key: bytes = field(repr=False)
    warning: str | None = None

    def read(self, name: str) -> str | None:
        return self._all().get(name)

    def keep(self, name: str, secret: str) -> None:
        self._change(lambda kept: {**kept, name: secret})

    def forget(self, name: str) -> None:
        with suppress(KeyringUnusable):
            self.destroy(name)

    def destroy(self, name: str) -> None:
        self._change(lambda kept: {one: secret for one, secret in kept.items() if one != name})

    def change_passphrase(self, passphrase: str, *, cost: Cost = COST) -> None:
        """Nothing; the file opens with this one alone, and under another key of its own, so that a copy of the old file
        opens nothing that is kept later. Raises ValidationFailed(passphrase), KeyringUnusable.
        """
        refuse_passphrase(passphrase)
        new_key = random_bytes.token_bytes(KEY_BYTES)
        with _lock(self.path):
            content = _sealed(SecretBox(new_key, _PURPOSE), self._all())
            _write(self.path, _opening(new_key, passphrase, cost) | {"content": content})
            self.file_key = new_key

    def _all(self) -> dict[str, str]:
        content = self._box().unseal(_bytes_in(_told(self.path), "content"), _PURPOSE)
        if content is None:
            raise KeyringUnusable("secrets.sealed_unreadable")
        return dict(json.loads(content))

    def _change(self, change: Callable[[Mapping[str, str]], Mapping[str, str]]) -> None:
        with _lock(self.path):
            content = _sealed(self._box(), change(self._all()))
            _write(self.path, _told(self.path) | {"content": content})

    def _box(self) -> SecretBox:
        return SecretBox(self.file_key, _PURPOSE)


def refuse_passphrase(passphrase: str) -> None:
    """Raises ValidationFailed(passphrase) for one that is too short to withstand whoever has the file."""
    if len(passphrase.strip()) < LEAST_LETTERS:
        raise ValidationFailed("passphrase", "passphrase.too_short")


def make_sealed(path: Path, passphrase: str, secrets: Mapping[str, str], *, cost: Cost = COST) -> SealedSecrets:
    """A file with these secrets. Raises ValidationFailed(passphrase), KeyringUnusable where there is a file already."""
    refuse_passphrase(passphrase)
    file_key = random_bytes.token_bytes(KEY_BYTES)
    with _lock(path):
        if path.exists():
            raise KeyringUnusable("passphrase.exists")
        content = _sealed(SecretBox(file_key, _PURPOSE), secrets)
        _write(path, _opening(file_key, passphrase, cost) | {"content": content})
    return SealedSecrets(path, file_key)


def open_sealed(path: Path, passphrase: str) -> SealedSecrets:
    """The secrets. Raises KeyringUnusable (secrets.passphrase_wrong, secrets.sealed_unreadable)."""
    told = _told(path)
    try:
        cost = Cost(*(int(told["cost"][name]) for name in ("memory_kib", "passes", "lanes")))
        sealed = Sealed(_bytes_in(told, "salt"), _bytes_in(told, "key"), cost, int(told["version"]))
        file_key = unseal(sealed, passphrase, _WHOSE, device_secret=b"")
    except (KeyError, TypeError, ValueError, MemoryError) as error:
        raise KeyringUnusable("secrets.sealed_unreadable") from error
    if file_key is None:
        raise KeyringUnusable("secrets.passphrase_wrong")
    return SealedSecrets(path, file_key)


def _opening(file_key: bytes, passphrase: str, cost: Cost) -> dict[str, Any]:
    sealed = seal(file_key, passphrase, _WHOSE, device_secret=b"", cost=cost)
    told_cost = {"memory_kib": cost.memory_kib, "passes": cost.passes, "lanes": cost.lanes}
    return {"version": sealed.version, "cost": told_cost, "salt": _text(sealed.salt), "key": _text(sealed.box)}


def _sealed(box: SecretBox, secrets: Mapping[str, str]) -> str:
    return _text(box.seal(json.dumps(dict(secrets)).encode(), _PURPOSE))


def _told(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("ascii")))
    except (ValueError, TypeError, OSError) as error:
        raise KeyringUnusable("secrets.sealed_unreadable", kind=type(error).__name__) from error


def _bytes_in(told: Mapping[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(told[name], validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise KeyringUnusable("secrets.sealed_unreadable") from error


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _write(path: Path, told: Mapping[str, Any]) -> None:
    try:
        write_durably(path, json.dumps(told).encode("ascii"))
    except OSError as error:
        raise KeyringUnusable("secrets.sealed_unwritable", kind=os.strerror(error.errno or 0)) from error


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Raises KeyringUnusable where nothing can be written there, or another process does not let go."""
    lock = FolderLock(path.with_name("secrets.lock"), wait=True)
    try:
        lock.acquire()
    except (OSError, StoreInUse) as error:
        raise KeyringUnusable("secrets.sealed_unwritable", kind=type(error).__name__) from error
    try:
        yield
    finally:
        lock.release()
