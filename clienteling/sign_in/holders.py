"""Who holds the store's key: each has a receiving key, to which it is sealed without their being there.

So the store can be put under another key while nobody types a PIN: the new one is sealed to all who are to have it. The
private half of an associate's receiving key lies under their PIN; of the one for recovery it lies at the server.

Sealed twice: to the receiving key (HPKE, RFC 9180: X25519, HKDF-SHA256, AES-256-GCM), and with the device's secret,
without which nobody can have a store opened with a key of their own choice.
"""

import sqlite3
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from clienteling.domain.store_keys import StoreKeys, key_check, unpack_keys
from clienteling.sign_in.sealing import SecretBox

_SUITE: Final = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_PURPOSE: Final = b"clienteling store key 1"
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS holder (
    receiving_key BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    box BLOB NOT NULL,
    key_check BLOB NOT NULL
) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Holders:
    """The table of holders in a transaction of its file. `folder_id`: what the device's directory is known by."""

    connection: sqlite3.Connection
    secret_box: SecretBox
    folder_id: str

    def give(self, name: str, receiving_key: bytes, keys: StoreKeys) -> None:
        """That holder has these keys, and no others."""
        row = (receiving_key, name, self._sealed(name, receiving_key, keys), key_check(keys.key))
        self.connection.execute("INSERT OR REPLACE INTO holder VALUES (?, ?, ?, ?)", row)

    def give_all(self, keys: StoreKeys) -> None:
        """Every holder has these keys, and no others."""
        for row in self.connection.execute("SELECT receiving_key, name FROM holder").fetchall():
            self.give(row["name"], row["receiving_key"], keys)

    def take(self, private_key: bytes) -> StoreKeys | None:
        """What was sealed to that receiving key; None where nothing is, or it was changed."""
        own = X25519PrivateKey.from_private_bytes(private_key)
        public = own.public_key().public_bytes_raw()
        row = self.connection.execute("SELECT name, box FROM holder WHERE receiving_key = ?", (public,)).fetchone()
        bound = self._bound(row["name"]) if row is not None else b""
        inner = self.secret_box.unseal(row["box"], bound) if row is not None else None
        if inner is None:
            return None
        try:
            return unpack_keys(_SUITE.decrypt(inner, own, info=bound))
        except (InvalidTag, ValueError):
            return None

    def _sealed(self, name: str, receiving_key: bytes, keys: StoreKeys) -> bytes:
        bound = self._bound(name)
        inner = _SUITE.encrypt(keys.packed(), X25519PublicKey.from_public_bytes(receiving_key), info=bound)
        return self.secret_box.seal(inner, bound)

    def _bound(self, name: str) -> bytes:
        return f"clienteling store key|1|{self.folder_id}|{name}".encode()


def secret_box(device_secret: bytes) -> SecretBox:
    """What the keys are sealed with beside the receiving keys."""
    return SecretBox(device_secret, _PURPOSE)


def new_receiving_key() -> tuple[bytes, bytes]:
    """A private key and its public half, 32 bytes each."""
    key = X25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def forget_holders(connection: sqlite3.Connection, name: str, *, but: bytes | None = None) -> None:
    """No receiving key of that name holds the store's key but this one."""
    connection.execute("DELETE FROM holder WHERE name = ? AND receiving_key IS NOT ?", (name, but))


def public_half(private_key: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def make_table(connection: sqlite3.Connection) -> None:
    connection.execute(_TABLE)
