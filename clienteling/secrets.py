"""Where a device keeps its secrets: the key of its local store, what PINs are sealed with, what its server knows it by.

They live in the operating system's keyring. A keyring counts only if its backend is on the allow-list and gives back
what was put in (null, plaintext and fail backends count as none). Without one there is a file that a passphrase opens
(`sealed_secrets`), and for the demo and development a key file, with a warning that stays on screen.
"""

import json
import secrets as random_bytes
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from clienteling.domain.errors import ClientelingError
from clienteling.domain.store_keys import KEY_BYTES, StoreKeys, unpack_keys
from sync.protocol.private_files import write_durably

SERVICE = "clienteling"
STORE_KEY = "store-key"
TOKEN = "device-token"
"""Of a device that was added at the server, and signs nothing."""
ENROLMENT = "enrolment"
"""Of a device that enrolled: registration, key and refresh token, in one, so that they are never of two enrolments."""
ENROLMENT_BEGUN = "enrolment-begun"
"""The key of an enrolment whose answer has not come: whoever tries again is the same device."""
DEVICE_SECRET = "device-secret"
"""Half of what opens a PIN's sealed key; the PIN is the other."""
RECOVERY_KEPT = "recovery-kept"
"""The registration for which the server keeps the store's key, sealed (`bootstrap.recovery`). No secret itself."""
HUB_AUTHORITY = "hub-authority"
"""The key of the local authority that vouches for a hub to its store's tablets (`hub_certificate`)."""
SERVER_KEY = "server-key"
"""The public half of the key by which the server signs leases."""
ALL_SECRETS = (
    SERVER_KEY,
    ENROLMENT,
    ENROLMENT_BEGUN,
    TOKEN,
    DEVICE_SECRET,
    STORE_KEY,
    RECOVERY_KEPT,
    HUB_AUTHORITY,
)
FOLDER_ID_FILE = "device-id"
"""In a data directory: the name under which its secrets are kept in a keyring."""

REAL_BACKENDS = frozenset(
    {
        "keyring.backends.macOS",
        "keyring.backends.Windows",
        "keyring.backends.SecretService",
        "keyring.backends.kwallet",
        "keyring.backends.libsecret",
    }
)
"""Modules whose backends keep a secret with the operating system."""


class KeyringUnusable(ClientelingError):
    """No keyring of the operating system answers. Codes: secrets.no_keyring, secrets.keyring_locked."""

    code = "secrets.no_keyring"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an enrolled device is known by. `key`: its private Ed25519 key."""

    registration_id: str
    key: bytes = field(repr=False)
    refresh_token: str = field(repr=False)


class SecretStore(Protocol):
    """Named secrets of one device. `warning`: a message key to show all the time, or None."""

    warning: str | None

    def read(self, name: str) -> str | None: ...

    def keep(self, name: str, secret: str) -> None: ...

    def forget(self, name: str) -> None: ...

    def destroy(self, name: str) -> None:
        """Nothing; the secret is gone. Raises KeyringUnusable where that is not certain."""
        ...


def _candidates(backend: KeyringBackend) -> Iterable[KeyringBackend]:
    return getattr(backend, "backends", None) or [backend]


@dataclass(slots=True)
class KeyringSecrets:
    """Secrets in the keyring, under names that hold the device's folder id, so that two devices do not meet."""

    backend: KeyringBackend
    folder_id: str
    warning: str | None = None

    def _account(self, name: str) -> str:
        return f"{self.folder_id}/{name}"

    def read(self, name: str) -> str | None:
        try:
            return self.backend.get_password(SERVICE, self._account(name))
        except KeyringError as error:
            raise KeyringUnusable("secrets.keyring_locked", kind=type(error).__name__) from error

    def keep(self, name: str, secret: str) -> None:
        try:
            self.backend.set_password(SERVICE, self._account(name), secret)
        except KeyringError as error:
            raise KeyringUnusable("secrets.keyring_locked", kind=type(error).__name__) from error
        if self.read(name) != secret:
            raise KeyringUnusable("secrets.keyring_loses", backend=type(self.backend).__module__)

    def forget(self, name: str) -> None:
        try:
            self.backend.delete_password(SERVICE, self._account(name))
        except KeyringError:
            return

    def destroy(self, name: str) -> None:
        self.forget(name)
        if self.read(name) is not None:
            raise KeyringUnusable("secrets.keyring_locked")


def system_keyring(folder_id: str, *, allowed: frozenset[str] = REAL_BACKENDS) -> KeyringSecrets:
    """The operating system's keyring after a round trip with a random value. Raises KeyringUnusable."""
    for backend in _candidates(keyring.get_keyring()):
        if type(backend).__module__ not in allowed or backend.priority < 1:
            continue
        store = KeyringSecrets(backend, folder_id)
        probe = random_bytes.token_hex(16)
        store.keep("probe", probe)
        store.forget("probe")
        return store
    raise KeyringUnusable(backend=type(keyring.get_keyring()).__module__)


@dataclass(slots=True)
class KeyFile:
    """Secrets in a file only this user may read, for demo and development: whoever has the file has the key."""

    path: Path
    warning: str | None = "secrets.key_file_warning"

    def _all(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return {}
        except (ValueError, OSError) as error:
            raise KeyringUnusable("secrets.key_file_unreadable", kind=type(error).__name__) from error

    def _write(self, secrets: dict[str, str]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(self.path, json.dumps(secrets).encode())

    def read(self, name: str) -> str | None:
        return self._all().get(name)

    def keep(self, name: str, secret: str) -> None:
        self._write({**self._all(), name: secret})

    def forget(self, name: str) -> None:
        self._write({kept: secret for kept, secret in self._all().items() if kept != name})

    def destroy(self, name: str) -> None:
        self.forget(name)


def store_keys(secrets: SecretStore, *, may_create: bool) -> StoreKeys:
    """The local store's key. Made at first use where `may_create`, that is where no store exists yet.

    Raises KeyringUnusable: secrets.key_missing where a store exists and its key is gone, secrets.key_unreadable.
    """
    try:
        return unpack_keys(_kept_or_made(secrets, STORE_KEY, missing=None if may_create else "secrets.key_missing"))
    except ValueError as error:
        raise KeyringUnusable("secrets.key_unreadable") from error


def keep_store_keys(secrets: SecretStore, keys: StoreKeys) -> None:
    """Nothing; they are kept in place of any before. Raises KeyringUnusable."""
    secrets.keep(STORE_KEY, keys.packed().hex())


def device_secret(secrets: SecretStore, *, may_create: bool) -> bytes:
    """32 bytes that never leave the keyring. Made at first use where `may_create`, that is where no PIN exists.

    Raises KeyringUnusable("secrets.secret_missing") where PINs exist that another secret would never open.
    """
    return _kept_or_made(secrets, DEVICE_SECRET, missing=None if may_create else "secrets.secret_missing")


def _kept_or_made(secrets: SecretStore, name: str, *, missing: str | None) -> bytes:
    """The KEY_BYTES bytes kept under this name, made where there are none. `missing`: what to raise instead of that."""
    kept = secrets.read(name)
    if kept is not None:
        return bytes.fromhex(kept)
    if missing is not None:
        raise KeyringUnusable(missing)
    made = random_bytes.token_bytes(KEY_BYTES)
    secrets.keep(name, made.hex())
    return made


def read_enrolment(secrets: SecretStore) -> Enrolment | None:
    """What the device is known by, None before it enrolled. Raises KeyringUnusable."""
    return enrolment_of(secrets.read(ENROLMENT))


def enrolment_of(kept: str | None) -> Enrolment | None:
    """What was kept, None where nothing was. Raises KeyringUnusable (secrets.enrolment_unreadable)."""
    if kept is None:
        return None
    try:
        told = json.loads(kept)
        return Enrolment(told["registration"], bytes.fromhex(told["key"]), told["refresh"])
    except (ValueError, KeyError, TypeError) as error:
        raise KeyringUnusable("secrets.enrolment_unreadable", kind=type(error).__name__) from error


def keep_enrolment(secrets: SecretStore, enrolment: Enrolment) -> None:
    """Nothing; it is kept in place of any before. Raises KeyringUnusable."""
    told = {
        "registration": enrolment.registration_id,
        "key": enrolment.key.hex(),
        "refresh": enrolment.refresh_token,
    }
    secrets.keep(ENROLMENT, json.dumps(told))


def begun_key(secrets: SecretStore) -> bytes:
    """The private key of the enrolment that is under way, made where there is none. Raises KeyringUnusable."""
    kept = secrets.read(ENROLMENT_BEGUN)
    if kept is None:
        kept = random_bytes.token_hex(KEY_BYTES)
        secrets.keep(ENROLMENT_BEGUN, kept)
    return bytes.fromhex(kept)
