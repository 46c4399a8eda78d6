"""What a device does once the server says that its access was taken away: it hands over, then destroys, then removes.

1. What it had not sent goes to the server's quarantine, in one try: people wrote it, and a manager decides about it.
2. Its secrets are destroyed; what is in the encrypted files is gone with the key.
3. Its files are removed.

Before each step it is written down that it is due (`leaving_mark`), so that a program that is killed goes on with it at
the next start; each step may be done again. Settings stay: there is nothing in them that belongs to anybody, and they
say where the keys were.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import httpx

from clienteling.bootstrap.credentials import Credentials, credentials_of, open_api, server_address
from clienteling.bootstrap.device import Device, has_store, open_store, secret_store
from clienteling.bootstrap.leaving_mark import MARK_FILE, Leaving, mark_leaving, read_leaving
from clienteling.domain.errors import DeviceNotSetUp
from clienteling.secrets import ALL_SECRETS, read_enrolment
from clienteling.settings import SETTINGS_FILE, DeviceSettings
from clienteling.store.replica import LocalStore
from sync.protocol.errors import DeviceRevoked
from sync.protocol.mutations import VOID
from sync.protocol.times import Clock
from sync.protocol.wire import EntryMessage, QuarantineRequest

AT_ONCE: Final = 100
HAND_OVER_S: Final = 120.0
"""A whole try may take so long: the device may be in the wrong hands."""
_STAYS: Final = frozenset({SETTINGS_FILE, MARK_FILE, "engine.lock", "setup.lock"})

log = logging.getLogger(__name__)


def leave(
    settings: DeviceSettings,
    *,
    now: Clock,
    key: bytes | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    before: Callable[[Leaving], None] = lambda step: None,
) -> bool:
    """Whether the device was revoked, and is empty now. Goes on where an earlier call ended.

    Call where the engine's lock is held and no store is open. `before` hears of each step that is about to be done.
    `key`: the store's, where it was open with a PIN; a device that is closed under PINs hands nothing over without it.
    Raises KeyringUnusable where the secrets cannot be destroyed, OSError where a file cannot be removed: it is gone on
    with at the next call.
    """
    folder = settings.data_dir
    due = read_leaving(folder)
    if due is None:
        return False
    if due is Leaving.HAND_OVER:
        before(due)
        _hand_over(settings, now, transport, key)
        due = Leaving.DESTROY_SECRETS
        mark_leaving(folder, due)
    if due is Leaving.DESTROY_SECRETS:
        before(due)
        secrets = secret_store(settings)
        for name in ALL_SECRETS:
            secrets.destroy(name)
        mark_leaving(folder, Leaving.REMOVE_FILES)
    before(Leaving.REMOVE_FILES)
    _remove_files(folder)
    (folder / MARK_FILE).unlink(missing_ok=True)
    log.warning("the device was revoked and is empty")
    return True


def begin_leaving(settings: DeviceSettings) -> bool:
    """Whether the device is to be emptied: it enrolled, so it can hand over first. From now on nobody opens it.

    One that has a token for good is only refused by the server, as ever. Raises KeyringUnusable.
    """
    if read_enrolment(secret_store(settings)) is None:
        return False
    if read_leaving(settings.data_dir) is None:
        mark_leaving(settings.data_dir, Leaving.HAND_OVER)
    return True


def empty_if_revoked(settings: DeviceSettings, *, now: Clock, key: bytes | None = None) -> None:
    """Nothing where the device was not revoked. Call where the engine's lock is held. `key`: as for `leave`.

    Raises DeviceNotSetUp (sync.device_revoked) once it is empty, and what `leave` raises.
    """
    if leave(settings, now=now, key=key):
        raise DeviceNotSetUp(DeviceRevoked.code)


def is_revoked(device: Device) -> bool:
    """Whether the server said so at the last sync of a device that enrolled."""
    problem = device.status_signal.value.problem
    return problem == DeviceRevoked.code and read_enrolment(device.secrets) is not None


def _hand_over(
    settings: DeviceSettings, now: Clock, transport: httpx.AsyncBaseTransport | None, key: bytes | None
) -> None:
    """One try to hand over what the server does not have. Whatever prevents it is logged, and ends it."""
    try:
        secrets = secret_store(settings)
        credentials = credentials_of(secrets)
        if credentials is None or not has_store(settings):
            return
        store = open_store(settings, secrets, now, key=key)
        try:
            asyncio.run(_send(store, server_address(settings), credentials, now=now, transport=transport))
        finally:
            store.close()
    except Exception:  # a damaged file or no network: whatever it is, no key may outlive the revocation for it
        log.exception("what was not sent could not be handed over")


async def _send(
    store: LocalStore, url: str, credentials: Credentials, *, now: Clock, transport: httpx.AsyncBaseTransport | None
) -> None:
    device_id = store.current().position().device_id
    after_n = 0
    async with asyncio.timeout(HAND_OVER_S), open_api(url, credentials, now=now, transport=transport) as api:
        while entries := store.pending(AT_ONCE, after_n=after_n):
            after_n = entries[-1].n
            written = _written(entries)
            if written:
                reply = await api.quarantine(QuarantineRequest(device_id=device_id, entries=written))
                log.warning("handed over to the quarantine", extra={"count": reply.kept})


def _written(entries: Sequence[EntryMessage]) -> list[EntryMessage]:
    """Those with text in them."""
    return [entry for entry in entries if entry.name != VOID]


def _remove_files(folder: Path) -> None:
    """Nothing is left but what stays. Raises OSError at the end where something could not be removed."""
    failed: OSError | None = None
    for path in folder.iterdir():
        if path.name in _STAYS:
            continue
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            failed = error
    if failed is not None:
        raise failed
