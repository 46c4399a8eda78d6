"""The names on the first screen of a closed device: its store, where they stand, opens only with a PIN.

Sealed with the device's secret, so that the file says nothing without the keyring.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from clienteling.domain.views import AssociateView
from clienteling.sign_in.sealing import SecretBox
from sync.protocol.private_files import write_durably

NAMES_FILE: Final = "sign-in.names"
_PURPOSE: Final = b"clienteling names 1"


class NamesFile:
    """The file of one data directory, bound to it. `device_secret`: from the keyring."""

    def __init__(self, path: Path, *, folder_id: str, device_secret: Callable[[], bytes]) -> None:
        self._path, self._folder_id, self._device_secret = path, folder_id, device_secret

    def keep(self, associates: Iterable[AssociateView]) -> None:
        """Nothing; these are the names from now on. Writes nothing where they were before. Raises OSError."""
        kept = tuple(associates)
        if kept == self.read():
            return
        text = json.dumps([[one.id, one.name, one.role] for one in kept]).encode()
        write_durably(self._path, self._box().seal(text, self._folder_id.encode()))

    def read(self) -> tuple[AssociateView, ...]:
        """The names; none where there is no file, or it is another directory's. Raises KeyringUnusable."""
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        text = self._box().unseal(sealed, self._folder_id.encode())
        try:
            return tuple(AssociateView(*row) for row in json.loads(text or b""))
        except (ValueError, TypeError):
            return ()

    def _box(self) -> SecretBox:
        return SecretBox(self._device_secret(), _PURPOSE)
