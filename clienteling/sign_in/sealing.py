"""A key sealed under a PIN and the device's secret: argon2id (RFC 9106), HKDF-SHA256 (RFC 5869), AES-256-GCM.

What is bound in: the associate, the data directory and the version, so that no sealed key serves in another's place.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION: Final = 1
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try costs: memory in KiB, passes over it, and lanes that work at a time."""

    memory_kib: int
    passes: int
    lanes: int


COST: Final = Cost(memory_kib=65_536, passes=3, lanes=4)
"""RFC 9106's second recommendation: 0.16 s a try on one desktop core, and 64 MiB."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose sealed key it is: an associate in one data directory."""

    associate_id: str
    folder_id: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """What may lie in a file. `box`: nonce and ciphertext."""

    salt: bytes
    box: bytes
    cost: Cost
    version: int = VERSION


def seal(
    key: bytes,
    pin: str,
    owner: Owner,
    *,
    device_secret: bytes,
    cost: Cost = COST,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> Sealed:
    """The key, sealed."""
    salt, nonce = random_bytes(SALT_BYTES), random_bytes(NONCE_BYTES)
    over = _sealing_key(pin, owner, salt, device_secret, cost)
    return Sealed(salt, nonce + AESGCM(over).encrypt(nonce, key, _bound(owner, VERSION)), cost)


def unseal(sealed: Sealed, pin: str, owner: Owner, *, device_secret: bytes) -> bytes | None:
    """The key; None where the PIN, the device's secret or the owner is another, or the box was changed."""
    over = _sealing_key(pin, owner, sealed.salt, device_secret, sealed.cost)
    nonce, box = sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:]
    try:
        return AESGCM(over).decrypt(nonce, box, _bound(owner, sealed.version))
    except (InvalidTag, ValueError):
        return None


class SecretBox:
    """What only this device opens: sealed with its secret alone (HKDF-SHA256, AES-256-GCM), without any PIN.

    `purpose`: another one makes another key of the same secret.
    """

    def __init__(self, device_secret: bytes, purpose: bytes) -> None:
        key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(device_secret)
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, bound: bytes) -> bytes:
        """Nonce and ciphertext; opens together with `bound` alone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, bound)

    def unseal(self, box: bytes, bound: bytes) -> bytes | None:
        """The content; None where the secret, the purpose or `bound` is another, or the box was changed."""
        try:
            return self._cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            return None


def _sealing_key(pin: str, owner: Owner, salt: bytes, device_secret: bytes, cost: Cost) -> bytes:
    stretched = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    ).derive(pin.encode())
    info = b"clienteling sealed key 1|" + owner.associate_id.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=device_secret, info=info).derive(stretched)


def _bound(owner: Owner, version: int) -> bytes:
    return f"clienteling sealed key|{version}|{owner.folder_id}|{owner.associate_id}".encode()
