"""The names on the first screen of a closed device: its store, where they stand, opens only with a PIN.

Sealed with the device's secret (HKDF-SHA256, AES-256-GCM), so that the file says nothing without the keyring.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clienteling.domain.views import AssociateView
from clienteling.sign_in.sealing import KEY_BYTES, NONCE_BYTES
from sync.protocol.private_files import write_durably

NAMES_FILE: Final = "sign-in.names"
_INFO: Final = b"clienteling names 1"


class NamesFile:
    """The file of one data directory, bound to it. `device_secret`: from the keyring."""

    def __init__(self, path: Path, *, folder_id: str, device_secret: Callable[[], bytes]) -> None:
        self._path, self._folder_id, self._device_secret = path, folder_id, device_secret

    def keep(self, associates: Iterable[AssociateView]) -> None:
        """Nothing; these are the names from now on. Writes nothing where they were before. Raises OSError."""
        kept = tuple(associates)
        if kept == self.read():
            return
        nonce = os.urandom(NONCE_BYTES)
        text = json.dumps([[one.id, one.name, one.role] for one in kept]).encode()
        write_durably(self._path, nonce + self._cipher().encrypt(nonce, text, self._folder_id.encode()))

    def read(self) -> tuple[AssociateView, ...]:
        """The names; none where there is no file, or it is another directory's. Raises KeyringUnusable."""
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        try:
            text = self._cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._folder_id.encode())
            return tuple(AssociateView(*row) for row in json.loads(text))
        except (InvalidTag, ValueError, TypeError):
            return ()

    def _cipher(self) -> AESGCM:
        return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_INFO).derive(self._device_secret()))
