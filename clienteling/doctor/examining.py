"""Asks a device everything the doctor judges. Reads only: no file, key or folder is made, whatever is missing.

Every part is asked by itself, so that what goes wrong in one leaves the others known.
"""

import asyncio
import logging
import os
import platform
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from queue import Empty, SimpleQueue

import httpx

from clienteling.bootstrap.passphrase import PASSPHRASES, is_moving
from clienteling.doctor.facts import (
    UNREADABLE_SETTINGS,
    Answer,
    BrandFacts,
    DiskFacts,
    EncryptionFacts,
    Facts,
    FolderFacts,
    FolderState,
    KeyringFacts,
    KeyState,
    Known,
    Message,
    NotKnown,
    Reason,
    ServerFacts,
    ShelfFacts,
    SyncFacts,
    T,
    TabletsFacts,
    VersionFacts,
)
from clienteling.domain.store_keys import unpack_keys
from clienteling.sealed_secrets import SEALED_FILE
from clienteling.secrets import (
    ENROLMENT,
    FOLDER_ID_FILE,
    STORE_KEY,
    TOKEN,
    KeyFile,
    KeyringSecrets,
    KeyringUnusable,
    SecretStore,
    enrolment_of,
    system_keyring,
)
from clienteling.settings import DeviceSettings, SettingsUnusable, certificate_file, read_brand, read_settings
from clienteling.sign_in.slots import SLOTS_FILE, has_pins
from sync.protocol.times import Clock, utc_now
from sync.protocol.wire import SCHEMA

KEYRING_TIMEOUT_S = 20.0
SERVER_TIMEOUT_S = 15.0
PROBED_FOLDER_ID = "doctor"
FLET_PARTS = ("flet", "flet-web", "flet-desktop")

log = logging.getLogger(__name__)


def free_bytes_at(path: Path) -> int:
    """Free space at a folder, or at the nearest one above it that exists."""
    there = next(one for one in (path.absolute(), *path.absolute().parents) if one.is_dir())
    return shutil.disk_usage(there).free


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is asked outside the device's own files. `transport`: in place of the network."""

    now: Clock = utc_now
    keyring: Callable[[str], KeyringSecrets] = system_keyring
    keyring_timeout_s: float = KEYRING_TIMEOUT_S
    free_bytes: Callable[[Path], int] = free_bytes_at
    transport: httpx.AsyncBaseTransport | None = None
    server_timeout_s: float = SERVER_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class _Secrets:
    """What lies where the keys are kept. Never leaves this module."""

    facts: KeyringFacts
    store_key: str | None = None
    token: str | None = None
    enrolment: str | None = None


_NONE_REACHED = _Secrets(KeyringFacts(is_key_file=False, problem="secrets.keyring_locked"))


@dataclass(frozen=True, slots=True)
class _Device:
    """What cannot be known without settings."""

    keyring: Known[KeyringFacts] = UNREADABLE_SETTINGS
    encryption: Known[EncryptionFacts] = UNREADABLE_SETTINGS
    sync: Known[SyncFacts | None] = UNREADABLE_SETTINGS
    server: Known[ServerFacts] = UNREADABLE_SETTINGS
    brand: Known[BrandFacts] = UNREADABLE_SETTINGS
    shelf: Known[ShelfFacts | None] = UNREADABLE_SETTINGS
    tablets: Known[TabletsFacts | None] = UNREADABLE_SETTINGS


def examine(data_dir: Path, around: Surroundings) -> Facts:
    """All the facts about the device of a data directory. Uses the network; blocks for less than a minute."""
    settings = _settings(data_dir)
    device = _Device() if settings is None else _device(settings, around)
    return Facts(
        at=around.now(),
        folder=FolderFacts(_shown(data_dir), _folder_state(data_dir), settings is not None),
        keyring=device.keyring,
        encryption=device.encryption,
        disk=_known(lambda: DiskFacts(around.free_bytes(data_dir), sum(_sizes(data_dir)))),
        sync=device.sync,
        server=device.server,
        versions=_known(_versions),
        brand=device.brand,
        shelf=device.shelf,
        tablets=device.tablets,
    )


def _known(ask: Callable[[], T]) -> Known[T]:
    """What `ask` gives, or that it gave nothing: one broken part must not hide the findings about all others."""
    try:
        return ask()
    except Exception as error:
        log.exception("a check failed", extra={"code": "doctor.failed"})
        return NotKnown(Reason.FAILED, type(error).__name__)


def _settings(data_dir: Path) -> DeviceSettings | None:
    try:
        return read_settings(data_dir)
    except (SettingsUnusable, OSError, ValueError):
        return None


def _shown(path: Path) -> str:
    """The path with the user's own folder as `~`, so that a report sent to somebody else has no name in it."""
    try:
        return str(Path("~") / path.absolute().relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def _folder_state(data_dir: Path) -> FolderState:
    if not data_dir.exists():
        return FolderState.MISSING
    if not data_dir.is_dir():
        return FolderState.NO_FOLDER
    try:
        with tempfile.TemporaryFile(dir=data_dir):
            return FolderState.WRITABLE
    except OSError:
        return FolderState.READ_ONLY


def _sizes(data_dir: Path) -> Iterator[int]:
    """The sizes of the database files."""
    for path in data_dir.glob("*.db*") if data_dir.is_dir() else ():
        try:
            yield path.stat().st_size
        except OSError:
            continue


def _device(settings: DeviceSettings, around: Surroundings) -> _Device:
    secrets = _within(around.keyring_timeout_s, lambda: _secrets(settings, around))
    found = secrets if isinstance(secrets, _Secrets) else _NONE_REACHED
    encryption = _known(lambda: _encryption(settings, found))
    sync = _known(lambda: _sync(settings, found, encryption))
    return _Device(
        keyring=secrets.facts if isinstance(secrets, _Secrets) else secrets,
        encryption=encryption,
        sync=sync,
        server=_known(lambda: _server(settings, found, sync, around)),
        brand=_known(lambda: _brand(settings)),
        shelf=_known(lambda: _shelf(settings, around)),
        tablets=_known(lambda: _tablets(settings)),
    )


def _within(timeout_s: float, ask: Callable[[], T]) -> Known[T]:
    """As `_known`, in a thread that is left behind where it takes too long: a keyring may wait for a password."""
    answers: SimpleQueue[Known[T]] = SimpleQueue()
    threading.Thread(target=lambda: answers.put(_known(ask)), name="doctor-keyring", daemon=True).start()
    try:
        return answers.get(timeout=timeout_s)
    except Empty:
        return NotKnown(Reason.SILENT)


def _secrets(settings: DeviceSettings, around: Surroundings) -> _Secrets:
    if settings.key_file is not None:
        return _in_key_file(settings.key_file)
    try:
        sealed = PASSPHRASES.secrets_of(settings)
        if sealed is not None:
            left = "secrets.left_in_keyring" if is_moving(sealed) else None
            return _read_all(KeyringFacts(is_key_file=False, backend=SEALED_FILE, problem=left), sealed)
    except KeyringUnusable as error:
        return _Secrets(KeyringFacts(is_key_file=False, backend=SEALED_FILE, problem=error.code))
    try:
        backend = around.keyring(PROBED_FOLDER_ID).backend
    except KeyringUnusable as error:
        return _Secrets(KeyringFacts(is_key_file=False, problem=error.code))
    name = type(backend).__module__.rpartition(".")[2]
    try:
        folder_id = (settings.data_dir / FOLDER_ID_FILE).read_text("ascii").strip()
    except (OSError, ValueError):
        return _Secrets(KeyringFacts(is_key_file=False, backend=name))
    kept = KeyringSecrets(backend, folder_id)
    try:
        return _read_all(KeyringFacts(is_key_file=False, backend=name), kept)
    except KeyringUnusable as error:
        return _Secrets(KeyringFacts(is_key_file=False, backend=name, problem=error.code))


def _read_all(facts: KeyringFacts, kept: SecretStore) -> _Secrets:
    enrolment = kept.read(ENROLMENT)
    enrolment_of(enrolment)
    return _Secrets(facts, kept.read(STORE_KEY), kept.read(TOKEN), enrolment)


def _in_key_file(path: Path) -> _Secrets:
    kept = KeyFile(path)
    try:
        facts = KeyringFacts(is_key_file=True, others_may_read=_others_may_read(path))
        return _read_all(facts, kept)
    except (KeyringUnusable, OSError):
        return _Secrets(KeyringFacts(is_key_file=True, problem="secrets.key_file_unreadable"))


def _others_may_read(path: Path) -> bool:
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _key(settings: DeviceSettings, found: _Secrets) -> bytes | KeyState:
    """The store's key, or why there is none to try."""
    if found.facts.problem is not None:
        return KeyState.UNREACHABLE
    if found.store_key is None:
        return KeyState.CLOSED if has_pins(settings.data_dir / SLOTS_FILE) else KeyState.MISSING
    try:
        keys = unpack_keys(bytes.fromhex(found.store_key))
    except ValueError:
        return KeyState.WRONG
    from clienteling.doctor.device_files import fitting

    return fitting(settings.data_dir, keys)


def _encryption(settings: DeviceSettings, found: _Secrets) -> EncryptionFacts:
    from clienteling.doctor.device_files import look_at_files  # a machine without SQLCipher is told so, not refused
    from clienteling.store.database import Plaintext

    return look_at_files(
        settings.data_dir, Plaintext.FOR_DEVELOPMENT if settings.plain_store else _key(settings, found)
    )


def _sync(settings: DeviceSettings, found: _Secrets, encryption: Known[EncryptionFacts]) -> SyncFacts | None:
    """What the device's files say about sync, None where they cannot be read; why is the encryption's finding."""
    from clienteling.doctor.device_files import read_sync_facts
    from clienteling.store.database import Plaintext

    if isinstance(encryption, NotKnown) or not encryption.can_be_read:
        return None
    key = Plaintext.FOR_DEVELOPMENT if settings.plain_store else _key(settings, found)
    return None if isinstance(key, KeyState) else read_sync_facts(settings.data_dir, key)


def _server(
    settings: DeviceSettings, found: _Secrets, sync: Known[SyncFacts | None], around: Surroundings
) -> ServerFacts:
    from clienteling.bootstrap.credentials import ReadCredentials
    from clienteling.doctor.server import ask_server

    enrolment = enrolment_of(found.enrolment)
    is_known = found.facts.problem is not None or found.token or enrolment is not None
    if not settings.central_url or not is_known:
        return ServerFacts(Answer.NOT_SET_UP)
    device_id = sync.device_id if isinstance(sync, SyncFacts) else None
    asking = ask_server(
        settings.central_url,
        credentials=ReadCredentials(enrolment) if enrolment is not None else found.token,
        device_id=device_id,
        now=around.now,
        timeout_s=around.server_timeout_s,
        plain_http=settings.plain_http,
        transport=around.transport,
    )
    return asyncio.run(asking)


def _versions() -> VersionFacts:
    flet = sorted({version(part) for part in FLET_PARTS})
    return VersionFacts(version("clienteling"), platform.python_version(), SCHEMA, tuple(flet))


def _brand(settings: DeviceSettings) -> BrandFacts:
    brand, problems = read_brand(settings)
    return BrandFacts(brand.accent, problems)


def _shelf(settings: DeviceSettings, around: Surroundings) -> ShelfFacts | None:
    from clienteling.shelf_certificate import CertificateRefused, label_host, look_at_installed

    path = certificate_file(settings.data_dir)
    if not path.exists():
        return None
    try:
        host = label_host(settings)
    except CertificateRefused as problem:
        return ShelfFacts("", Message(problem.code))
    installed = look_at_installed(settings.data_dir, host=host, at=around.now())
    if installed is None:
        return None
    if isinstance(installed, CertificateRefused):
        return ShelfFacts(host, Message(installed.code, installed.fields))
    return ShelfFacts(host, installed.ends_at, _others_may_read(path))


def _tablets(settings: DeviceSettings) -> TabletsFacts | None:
    from clienteling.hub_certificate import CERTIFICATE_FILE, end_of, is_own_authoritys
    from clienteling.sign_in.slots import SLOTS_FILE, has_pins

    if not settings.hub_host or not (settings.data_dir / CERTIFICATE_FILE).exists():
        return None
    try:
        ends_at = end_of(settings.data_dir)
    except ValueError:
        return TabletsFacts(settings.hub_host, None)
    is_renewed = is_own_authoritys(settings.data_dir)
    return TabletsFacts(settings.hub_host, ends_at, is_renewed, has_pins(settings.data_dir / SLOTS_FILE))
