"""The sync engine of a device: set up once, made here, or asked where another process runs it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from random import SystemRandom
from typing import Any

import httpx

from clienteling.bootstrap.credentials import credentials_of, open_api, server_address
from clienteling.bootstrap.device import Device, count, open_device, secret_store
from clienteling.bootstrap.leases import LeaseFile
from clienteling.bootstrap.leaving import begin_leaving, empty_if_revoked, leave
from clienteling.bootstrap.leaving_mark import is_leaving
from clienteling.bootstrap.recovery import keep_recovery
from clienteling.bootstrap.sealed_files import slots_beside
from clienteling.domain.errors import DeviceNotSetUp, StoreInUse, ValidationFailed
from clienteling.engine_host import EngineHost
from clienteling.engine_requests import ask_running_engine, result_of
from clienteling.pictures import PictureCache
from clienteling.secrets import TOKEN, SecretStore, read_enrolment
from clienteling.settings import DeviceSettings, remember
from clienteling.store.ballast import Ballast
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.folder_lock import FolderLock
from clienteling.switchable_api import SwitchableApi
from clienteling.use_cases.look_up_everywhere import is_whole_key
from clienteling.use_cases.open_product import product_pictures
from sync.engine.loop import SyncState
from sync.engine.run_once import SyncResult
from sync.protocol.errors import DeviceRevoked, Unreachable
from sync.protocol.times import Clock
from sync.protocol.wire import SCHEMA, LookUpReply, LookUpRequest

ASK_ENGINE_S = 60.0
ASK_EVERY_S = 0.1
PICTURES = "pictures"


def take_setup(settings: DeviceSettings, secrets: SecretStore, token_file: Path | None) -> None:
    """Keep what the command line gives once: the API's address, the token, and where the keys are.

    A token file that is gone is no matter once its token was taken; a device that enrolled needs none. Raises
    DeviceNotSetUp, and keeps nothing, where there is no token (error.no_token_in_file) or no address that can be used
    (`server_address`) yet.
    """
    Ballast(settings.data_dir).make_room()
    if settings.central_url:
        server_address(settings)
    token = _read_token(token_file) or secrets.read(TOKEN)
    if not token and token_file is not None:
        raise DeviceNotSetUp("error.no_token_in_file", file=str(token_file))
    if not settings.central_url or not (token or read_enrolment(secrets)):
        raise DeviceNotSetUp
    if token and token != secrets.read(TOKEN):
        secrets.keep(TOKEN, token)
    remember_setup(settings)


def remember_setup(settings: DeviceSettings) -> None:
    """Keep the API's address, and where the keys are, for every later start."""
    kept = {"central_url": settings.central_url}
    if settings.key_file is not None:
        kept["key_file"] = str(settings.key_file.absolute())
    remember(settings.data_dir, **kept)


def _read_token(token_file: Path | None) -> str:
    if token_file is None or not token_file.exists():
        return ""
    try:
        return token_file.read_text("utf-8").strip()
    except ValueError:
        return ""


def make_engine(device: Device, *, pinned: Callable[[], Sequence[str]] = tuple) -> EngineHost:
    """The engine of a device that knows its API. `pinned`: the customers on open screens. Raises DeviceNotSetUp."""
    credentials = credentials_of(device.secrets)
    if credentials is None:
        raise DeviceNotSetUp
    url = server_address(device.settings)
    pictures = PictureCache(device.settings.data_dir / PICTURES)

    async def fetch_pictures(result: SyncResult) -> None:
        missing = pictures.missing(product_pictures(device.store))
        if missing:
            async with httpx.AsyncClient(base_url=url, timeout=10.0, trust_env=False) as api:
                await pictures.fetch(missing, api)

    async def behind_sync(api: SwitchableApi) -> None:
        if device.opens_with_pins:
            slots = slots_beside(device.settings, device.secrets, now=device.now)
            await keep_recovery(api, device.secrets, slots, device.store_key)

    return EngineHost(
        device.store,
        lambda: open_api(url, credentials, now=device.now),
        data_dir=device.settings.data_dir,
        counts=lambda: count(device.store),
        initial=SyncState(last_synced_at=device.store.synced_at()),
        after_sync=fetch_pictures,
        status=device.status_signal,
        now=device.now,
        random=SystemRandom(),
        app_version=version("clienteling"),
        pinned=pinned,
        forget_due=device.store.forget_due,
        audit=device.store.audit,
        leases=LeaseFile(device.settings.data_dir, device.secrets) if not isinstance(credentials, str) else None,
        behind_sync=behind_sync,
    )


def sync_once(
    settings: DeviceSettings,
    *,
    now: Clock,
    ask_key: Callable[[], bytes | None] = lambda: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """One sync's result as JSON values, by the running engine where there is one.

    `ask_key`: gets the store's key where a PIN opens it and no engine runs; None for a store that opens by itself.
    Raises DeviceNotSetUp, DeviceClosed.

    A device that enrolled and was revoked is empty afterwards (`leaving`).
    Who holds the directory may be no engine but another such command: then its end is waited for.
    """
    if is_leaving(settings.data_dir):
        with DeviceFolder(settings.data_dir).engine_lock():
            empty_if_revoked(settings, now=now)
    if not settings.data_dir.is_dir() or not (settings.central_url and credentials_of(secret_store(settings))):
        raise DeviceNotSetUp
    server_address(settings)
    lock = DeviceFolder(settings.data_dir).engine_lock()
    until_s = clock() + ASK_ENGINE_S
    ours = _acquired(lock)

    def wait() -> bool:
        nonlocal ours
        sleep(ASK_EVERY_S)
        ours = _acquired(lock)
        return not ours and clock() < until_s

    try:
        if not ours:
            answer = ask_running_engine(settings.data_dir, wait=wait)
            if answer is not None:
                return answer
        if not ours:
            return {"ok": False, "code": "sync.engine_silent"}
        key = ask_key()
        with open_device(settings, now=now, key=key, may_create=True) as device:
            result = result_of(make_engine(device).sync_and_end())
        if result["code"] == DeviceRevoked.code and begin_leaving(settings):
            leave(settings, now=now, key=key)
        return result
    finally:
        lock.release()


def find_online(
    settings: DeviceSettings, text: str, *, now: Clock, ask_key: Callable[[], bytes | None] = lambda: None
) -> None:
    """Nothing; customers of any store with this key are in the local store afterwards, where there are any.

    `ask_key`: as for `sync_once`.
    Raises ValidationFailed where the text is no whole key, DeviceNotSetUp, and the errors of `sync.protocol.errors`:
    LookUpLimited, Unreachable.
    """
    if not is_whole_key(text):
        raise ValidationFailed("text", "find.not_whole")
    credentials = credentials_of(secret_store(settings))
    if credentials is None:
        raise DeviceNotSetUp
    address = server_address(settings)

    async def ask() -> LookUpReply:
        async with open_api(address, credentials, now=now) as api:
            return await api.look_up(LookUpRequest(schema_number=SCHEMA, text=text))

    if asyncio.run(ask()).customer_ids:
        result = sync_once(settings, now=now, ask_key=ask_key)
        if not result["ok"]:
            raise Unreachable(str(result["code"]))


def _acquired(lock: FolderLock) -> bool:
    try:
        lock.acquire()
    except StoreInUse:
        return False
    return True
