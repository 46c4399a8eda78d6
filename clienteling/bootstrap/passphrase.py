"""The passphrase of a device without a keyring: typed once for each process, or read from a file that it is told of."""

import getpass
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from clienteling import command_line_text
from clienteling.sealed_secrets import SEALED_FILE, SealedSecrets, make_sealed, open_sealed, refuse_passphrase
from clienteling.secrets import ALL_SECRETS, KeyringUnusable, SecretStore
from clienteling.settings import DeviceSettings
from clienteling.store.device_folder import DeviceFolder

_MOVING: Final = "moving"
"""In the file, beside the secrets: the names of those that may lie where they were before as well."""


def ask_on_terminal() -> str:
    """The passphrase, typed unseen. Raises KeyringUnusable where there is no terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise KeyringUnusable("secrets.passphrase_needed")
    return getpass.getpass(f"{command_line_text.translator().text('passphrase.typed')} ")


class Passphrases:
    """The sealed files that this process has opened. `ask` has somebody type the passphrase, or raises."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask = ask
        self._opened: dict[Path, SealedSecrets] = {}
        self._lock = threading.Lock()

    def secrets_of(self, settings: DeviceSettings) -> SealedSecrets | None:
        """The secrets of this data directory; None where no passphrase was ever set there.

        Raises KeyringUnusable: secrets.passphrase_needed, secrets.passphrase_wrong, secrets.sealed_unreadable.
        """
        path = _sealed_file(settings)
        with self._lock:
            if not path.exists():
                self._opened.pop(path, None)
                return None
            if path not in self._opened:
                self._opened[path] = open_sealed(path, self._passphrase(settings))
            return self._opened[path]

    def _passphrase(self, settings: DeviceSettings) -> str:
        if settings.passphrase_file is not None:
            try:
                return settings.passphrase_file.read_text("utf-8").split("\n", 1)[0].rstrip("\r")
            except (OSError, ValueError) as error:
                raise KeyringUnusable("secrets.no_passphrase_file", kind=type(error).__name__) from error
        return self._ask()


def set_passphrase(settings: DeviceSettings, before: SecretStore | None, passphrase: str) -> SealedSecrets:
    """The device's secrets, which lie in a file that this passphrase opens, and nowhere else.

    before  where they lay; None where there was nothing that could keep them

    Raises ValidationFailed(passphrase), KeyringUnusable (passphrase.keys_elsewhere where there is a store, and nothing
    that has its keys), StoreInUse where the app runs, which has read them and keeps new ones where they lay.
    """
    refuse_passphrase(passphrase)
    folder, path = DeviceFolder(settings.data_dir), _sealed_file(settings)
    if isinstance(before, SealedSecrets):
        with folder.engine_lock():
            before.change_passphrase(passphrase)
        return before
    if before is None and folder.outbox_path.exists():
        raise KeyringUnusable("passphrase.keys_elsewhere")
    with folder.engine_lock():
        found = {name: before.read(name) for name in ALL_SECRETS} if before is not None else {}
        kept = {name: secret for name, secret in found.items() if secret}
        make_sealed(path, passphrase, {**kept, _MOVING: json.dumps(sorted(kept))} if kept else {})
        sealed = open_sealed(path, passphrase)
        if before is not None:
            finish_moving(sealed, lambda: before)
        return sealed


def is_moving(sealed: SealedSecrets) -> bool:
    """Whether something that went into the file may lie where it was before as well."""
    return sealed.read(_MOVING) is not None


def finish_moving(sealed: SealedSecrets, elsewhere: Callable[[], SecretStore]) -> None:
    """What went into the file lies nowhere else any more, also where whoever moved it was cut short.

    elsewhere  where it lay; asked for only where there is something left to do

    Raises KeyringUnusable where that does not answer: the next try goes on.
    """
    moved = sealed.read(_MOVING)
    if moved is None:
        return
    before = elsewhere()
    for name in json.loads(moved):
        before.destroy(name)
    sealed.destroy(_MOVING)


def _sealed_file(settings: DeviceSettings) -> Path:
    return (settings.data_dir / SEALED_FILE).absolute()


PASSPHRASES = Passphrases(ask_on_terminal)
"""Of this process."""
