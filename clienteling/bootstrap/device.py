"""A device with its store open: settings, keys, files and services joined. No engine, no network."""

import logging
import secrets as random_bytes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from clienteling.bootstrap.key_change import KeyChange
from clienteling.bootstrap.labels import label_setup
from clienteling.bootstrap.leases import LeaseFile
from clienteling.bootstrap.leaving_mark import is_leaving
from clienteling.bootstrap.passphrase import PASSPHRASES, finish_moving
from clienteling.domain.codes import ScannedCode
from clienteling.domain.errors import DeviceClosed, DeviceNotSetUp, LeaseEnded
from clienteling.domain.signals import Signal
from clienteling.domain.store_keys import KEY_BYTES
from clienteling.domain.sync_status import SyncStatus
from clienteling.engine_host import Counts
from clienteling.loopback import leaves_unencrypted
from clienteling.scanning.code_rules import CodeRules
from clienteling.secrets import (
    FOLDER_ID_FILE,
    STORE_KEY,
    KeyFile,
    KeyringUnusable,
    SecretStore,
    read_enrolment,
    store_keys,
    system_keyring,
)
from clienteling.settings import DeviceSettings
from clienteling.sign_in.slots import SLOTS_FILE, has_pins
from clienteling.store.ballast import Ballast
from clienteling.store.database import Plaintext, Schema, StoreKey, raw_key
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.recovery import Recovery, recover
from clienteling.store.replica import LocalStore
from clienteling.store.unpack import ASKING
from clienteling.use_cases.binding import bind_services
from clienteling.use_cases.needs_attention import needs_attention
from clienteling.use_cases.open_customer import cached_customers
from clienteling.use_cases.rights import Rights
from clienteling.use_cases.services import Services
from sync.protocol.errors import DeviceRevoked
from sync.protocol.ids import IdMaker
from sync.protocol.private_files import write_durably
from sync.protocol.roles import Role
from sync.protocol.times import Clock

_log = logging.getLogger(__name__)


def code_rules(settings: DeviceSettings) -> CodeRules:
    """What belongs to this retailer, for reading codes."""
    return CodeRules(own_hosts=frozenset(settings.own_hosts), loyalty_prefixes=tuple(settings.loyalty_prefixes))


def code_reader(settings: DeviceSettings, *, strict: bool) -> Callable[[str], ScannedCode]:
    """The function from a text to what it means; `strict` takes GS1 Digital Link URIs and nothing else."""
    from clienteling.scanning.read_code import read_code, read_digital_link

    return partial(read_digital_link if strict else read_code, rules=code_rules(settings))


def _folder_id(data_dir: Path) -> str:
    """The name under which this directory's secrets are kept; made at first use."""
    path = data_dir / FOLDER_ID_FILE
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Whole or not at all: half a name would be another directory's, whose key is nowhere.
        write_durably(path, random_bytes.token_hex(16).encode("ascii"))
        return path.read_text("ascii").strip()


def secret_store(settings: DeviceSettings) -> SecretStore:
    """The keyring, the file that a passphrase opens, or the key file of the settings. Raises KeyringUnusable."""
    if settings.key_file is not None:
        return KeyFile(settings.key_file)
    sealed = PASSPHRASES.secrets_of(settings)
    if sealed is not None:
        try:
            finish_moving(sealed, partial(_keyring_of, settings))
        except KeyringUnusable as error:
            _log.warning("keys that were moved are in the keyring still", extra={"code": error.code})
        return sealed
    return _keyring_of(settings)


def _keyring_of(settings: DeviceSettings) -> SecretStore:
    return system_keyring(_folder_id(settings.data_dir))


@dataclass(slots=True)
class Device:
    """A device with its store open: everything works without a network and without an engine.

    `store_key`: what its store is open with; 32 zeros where that is not encrypted.
    """

    settings: DeviceSettings
    secrets: SecretStore
    store_key: bytes = field(repr=False)
    store: LocalStore
    services: Services
    status_signal: Signal[SyncStatus]
    now: Clock

    @property
    def opens_with_pins(self) -> bool:
        """Whether its store is to open with PINs alone: there are some, and nothing else is asked for."""
        plain = self.settings.plain_store or self.settings.unattended
        signs = read_enrolment(self.secrets) is not None
        return not plain and signs and has_pins(self.settings.data_dir / SLOTS_FILE)

    def status(self) -> dict[str, Any]:
        """What `clienteling status` tells."""
        counts = count(self.store)
        return {
            "last_synced_at": self.store.synced_at(),
            "waiting": counts.waiting,
            "needs_attention": counts.needs_attention,
            "cached_customers": counts.cached_customers,
            "schema": Schema.STORE.number,
        }


def count(store: LocalStore) -> Counts:
    """What the status line says of the store."""
    return Counts(
        waiting=store.waiting(),
        needs_attention=len(needs_attention(store)),
        cached_customers=cached_customers(store),
    )


def _warnings(settings: DeviceSettings, secrets: SecretStore) -> tuple[str, ...]:
    plain = ("secrets.plain_store_warning",) if settings.plain_store else ()
    if leaves_unencrypted(settings.central_url):
        plain = (*plain, "sync.plain_http_warning")
    return (*plain, *((secrets.warning,) if secrets.warning else ()))


def is_closed(settings: DeviceSettings, secrets: SecretStore) -> bool:
    """Whether the store's key is under PINs alone. Raises KeyringUnusable."""
    return secrets.read(STORE_KEY) is None and has_pins(settings.data_dir / SLOTS_FILE)


def kept_key(settings: DeviceSettings, secrets: SecretStore, now: Clock) -> StoreKey:
    """The key of the store here, made where there is no store. A change of it that was cut short is finished.

    Raises DeviceClosed where only a PIN opens it, and what `KeyChange.settled` raises.
    """
    may_create = not DeviceFolder(settings.data_dir).outbox_path.exists()
    if settings.plain_store:
        return Plaintext.FOR_DEVELOPMENT
    if is_closed(settings, secrets):
        raise DeviceClosed
    return KeyChange(settings, secrets, now).settled(store_keys(secrets, may_create=may_create))


def open_store(
    settings: DeviceSettings, secrets: SecretStore, now: Clock, *, key: StoreKey | None = None
) -> LocalStore:
    """The store of this data directory, made where there is none. Close it. Raises what `LocalStore` raises.

    `key`: what a PIN opened; without it the keyring's. Raises DeviceClosed where only a PIN opens it.
    """
    key = key or kept_key(settings, secrets, now)
    ballast = Ballast(settings.data_dir)
    ballast.make_room()
    store = LocalStore(settings.data_dir, key, now=now, new_id=IdMaker(now), asking=ASKING, ballast=ballast)
    ballast.lay()
    return store


def has_store(settings: DeviceSettings) -> bool:
    """Whether a device has ever kept anything in this data directory. Makes nothing."""
    return settings.data_dir.is_dir() and DeviceFolder(settings.data_dir).outbox_path.exists()


def _rights(settings: DeviceSettings, secrets: SecretStore, store: LocalStore, now: Clock) -> Rights:
    """Rights by what the server has signed, and where that tells nothing by the list of associates."""
    leases = LeaseFile(settings.data_dir, secrets)

    def told_role(associate_id: str) -> str | None:
        try:
            heard_at = store.synced_at()
            lease = leases.lease_of(associate_id, now=now(), heard_at=heard_at, hours=settings.offline_hours)
        except LeaseEnded:
            return Role.ASSOCIATE
        return lease.role if lease is not None else None

    return Rights(store, told_role, lambda: has_pins(settings.data_dir / SLOTS_FILE))


@contextmanager
def open_device(
    settings: DeviceSettings,
    *,
    now: Clock,
    key: StoreKey | None = None,
    engine_wake: Callable[[], None] = lambda: None,
    may_create: bool = False,
    for_machine: bool = False,
) -> Iterator[Device]:
    """The device of this data directory; a new one only where `may_create`. `key`: as for `open_store`.

    `for_machine`: whoever looks after the machine asks, and is nobody of the list of associates.

    Raises DeviceNotSetUp (sync.device_revoked where it is to be emptied), DeviceClosed, KeyringUnusable, WrongKey,
    StoreDamaged, StoreTooNew.
    """
    if is_leaving(settings.data_dir):
        raise DeviceNotSetUp(DeviceRevoked.code)
    if not (may_create or has_store(settings)):
        raise DeviceNotSetUp
    secrets = secret_store(settings)
    key = key or kept_key(settings, secrets, now)
    store = open_store(settings, secrets, now, key=key)
    try:
        counts = count(store)
        status = SyncStatus(
            last_synced_at=store.synced_at(),
            waiting=counts.waiting,
            needs_attention=counts.needs_attention,
            cached_customers=counts.cached_customers,
        )
        signal: Signal[SyncStatus] = Signal(status)
        services = bind_services(
            store,
            status=signal,
            rules=code_rules(settings),
            region=settings.default_region,
            now=now,
            wake=engine_wake,
            warnings=_warnings(settings, secrets),
            labels=label_setup(settings),
            rights=Rights(store) if for_machine else _rights(settings, secrets, store, now),
        )
        yield Device(settings, secrets, raw_key(key) or bytes(KEY_BYTES), store, services, signal, now)
    finally:
        store.close()


def recover_store(settings: DeviceSettings, *, now: Clock, key: StoreKey | None = None) -> Recovery:
    """What was damaged and is kept under another name; the next sync brings the rows. `key`: as for `open_store`.

    Raises DeviceNotSetUp, DeviceClosed, KeyringUnusable, WrongKey, StoreInUse.
    """
    if not has_store(settings):
        raise DeviceNotSetUp
    key = key or kept_key(settings, secret_store(settings), now)
    return recover(settings.data_dir, key, now=now, new_id=IdMaker(now))
