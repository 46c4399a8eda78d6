"""Joins the parts: the only module that knows concrete classes of store, engine, client, screens and server.

`open_device` gives a device whose services work offline; `run_app` adds the engine and screens. The server side is
joined in `central_host`, so that a device need not load it.
"""

import json
import secrets as random_bytes
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import SystemRandom
from typing import Any
from urllib.parse import urlsplit

import httpx

from clienteling.domain.codes import ScannedCode
from clienteling.domain.errors import DeviceNotSetUp, StoreInUse
from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import SyncStatus
from clienteling.engine_host import Counts, EngineHost, ask_running_engine, result_of
from clienteling.i18n import load_translators
from clienteling.logs import log_to
from clienteling.loopback import address, refuse_taken
from clienteling.pictures import PictureCache
from clienteling.scanning.code_rules import CodeRules
from clienteling.secrets import KeyFile, SecretStore, store_key, system_keyring
from clienteling.settings import DeviceSettings, assets_dir, brand_of, remember
from clienteling.stop_signals import Interrupted, interruptible
from clienteling.store.database import Plaintext, Schema
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.folder_lock import FolderLock
from clienteling.store.recovery import Recovery, recover
from clienteling.store.replica import LocalStore
from clienteling.store.unpack import ASKING
from clienteling.use_cases.binding import bind_services
from clienteling.use_cases.needs_attention import needs_attention
from clienteling.use_cases.open_customer import cached_customers
from clienteling.use_cases.open_product import product_pictures
from clienteling.use_cases.resolve_scan import warm_up
from clienteling.use_cases.services import DemoHints, DeviceFacts, Services
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.loop import SyncState
from sync.engine.run_once import SyncResult
from sync.protocol.ids import IdMaker
from sync.protocol.times import Clock, utc_now

TOKEN = "device-token"
FOLDER_ID_FILE = "device-id"
PICTURES = "pictures"
ASK_ENGINE_S = 60.0
ASK_EVERY_S = 0.1


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
        path.write_text(random_bytes.token_hex(16), "ascii")
        return path.read_text("ascii").strip()


def secret_store(settings: DeviceSettings) -> SecretStore:
    """The keyring, or the key file that the settings name. Raises KeyringUnusable."""
    if settings.key_file is not None:
        return KeyFile(settings.key_file)
    return system_keyring(_folder_id(settings.data_dir))


@dataclass(slots=True)
class Device:
    """A device with its store open: everything works without a network and without an engine."""

    settings: DeviceSettings
    secrets: SecretStore
    store: LocalStore
    services: Services
    status_signal: Signal[SyncStatus]
    now: Clock

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
    return (*plain, *((secrets.warning,) if secrets.warning else ()))


def _open_store(settings: DeviceSettings, secrets: SecretStore, now: Clock) -> LocalStore:
    folder = DeviceFolder(settings.data_dir)
    key = (
        Plaintext.FOR_DEVELOPMENT
        if settings.plain_store
        else store_key(secrets, may_create=not folder.outbox_path.exists())
    )
    return LocalStore(settings.data_dir, key, now=now, new_id=IdMaker(now), asking=ASKING)


def has_store(settings: DeviceSettings) -> bool:
    """Whether a device has ever kept anything in this data directory. Makes nothing."""
    return settings.data_dir.is_dir() and DeviceFolder(settings.data_dir).outbox_path.exists()


@contextmanager
def open_device(
    settings: DeviceSettings,
    *,
    now: Clock,
    engine_wake: Callable[[], None] = lambda: None,
    may_create: bool = False,
) -> Iterator[Device]:
    """The device of this data directory; a new one only where `may_create`.

    Raises DeviceNotSetUp, KeyringUnusable, WrongKey, StoreDamaged, StoreTooNew.
    """
    if not (may_create or has_store(settings)):
        raise DeviceNotSetUp
    secrets = secret_store(settings)
    store = _open_store(settings, secrets, now)
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
        )
        yield Device(settings, secrets, store, services, signal, now)
    finally:
        store.close()


# The engine


def take_setup(settings: DeviceSettings, secrets: SecretStore, token_file: Path | None) -> None:
    """Keep what the command line gives once: the API's address, the token, and where the keys are.

    A token file that is gone is no matter once its token was taken. Raises DeviceNotSetUp, and keeps nothing, where
    there is no token or address yet.
    """
    token = _read_token(token_file) or secrets.read(TOKEN)
    if not token or not settings.central_url:
        raise DeviceNotSetUp
    if token != secrets.read(TOKEN):
        secrets.keep(TOKEN, token)
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


def make_engine(device: Device) -> EngineHost:
    """The engine of a device that knows its API. Raises DeviceNotSetUp."""
    token = device.secrets.read(TOKEN)
    if not token or not device.settings.central_url:
        raise DeviceNotSetUp
    url = device.settings.central_url
    pictures = PictureCache(device.settings.data_dir / PICTURES)

    async def fetch_pictures(result: SyncResult) -> None:
        missing = pictures.missing(product_pictures(device.store))
        if missing:
            async with httpx.AsyncClient(base_url=url, timeout=10.0, trust_env=False) as api:
                await pictures.fetch(missing, api)

    return EngineHost(
        device.store,
        lambda: HttpxCentralApi(url, token),
        data_dir=device.settings.data_dir,
        counts=lambda: count(device.store),
        initial=SyncState(last_synced_at=device.store.synced_at()),
        after_sync=fetch_pictures,
        status=device.status_signal,
        now=device.now,
        random=SystemRandom(),
        app_version=version("clienteling"),
    )


def recover_store(settings: DeviceSettings, *, now: Clock) -> Recovery:
    """What was damaged and is kept under another name; the next sync brings the rows. Raises WrongKey, StoreInUse."""
    if not has_store(settings):
        raise DeviceNotSetUp
    key = Plaintext.FOR_DEVELOPMENT if settings.plain_store else store_key(secret_store(settings), may_create=False)
    return recover(settings.data_dir, key, now=now, new_id=IdMaker(now))


def sync_once(
    settings: DeviceSettings,
    *,
    now: Clock,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """One sync's result as JSON values, by the running engine where there is one. Raises DeviceNotSetUp.

    Who holds the directory may be no engine but another such command: then its end is waited for.
    """
    if not settings.data_dir.is_dir() or not (settings.central_url and secret_store(settings).read(TOKEN)):
        raise DeviceNotSetUp
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
        with open_device(settings, now=now, may_create=True) as device:
            return result_of(make_engine(device).sync_and_end())
    finally:
        lock.release()


def _acquired(lock: FolderLock) -> bool:
    try:
        lock.acquire()
    except StoreInUse:
        return False
    return True


# The app


@dataclass(frozen=True, slots=True)
class DemoFile:
    """What the demo left for this device."""

    associate_id: str
    label: Path
    hints: DemoHints


def read_demo_file(path: Path | None) -> DemoFile | None:
    """The demo's hints, or None outside the demo."""
    if path is None:
        return None
    told = json.loads(path.read_text("utf-8"))
    hints = DemoHints(
        shelf_code=told["shelf_code"],
        product_name=told["product_name"],
        label_picture="/label.png",
        other_store_name=told["other_store_name"],
        other_store_url=told["other_store_url"],
    )
    return DemoFile(told["associate_id"], Path(told["label"]), hints)


def run_app(
    settings: DeviceSettings,
    *,
    token_file: Path | None,
    web: bool,
    port: int,
    open_browser: bool,
    demo_file: Path | None,
    when_serving: Callable[[str], None] = lambda url: None,
    now: Clock = utc_now,
) -> None:
    """Run the app until its window is closed or the process is told to stop; then all is closed in order.

    when_serving  is called with the address once it answers there

    Raises DeviceNotSetUp, StoreInUse, PortUnusable, and what `open_device` raises.
    """
    wake: list[Callable[[], None]] = []
    with suppress(Interrupted), interruptible(), DeviceFolder(settings.data_dir).engine_lock():
        take_setup(settings, secret_store(settings), token_file)
        refuse_taken(port)
        from clienteling import hosting  # Flet and the web server load only where something is shown
        from clienteling.ui.app import build_main

        log_to(settings.data_dir / "logs", "app")
        wake_engine = partial(_wake_first, wake)
        with open_device(settings, now=now, engine_wake=wake_engine, may_create=True) as device:
            engine = make_engine(device)
            wake.append(engine.wake)
            demo = read_demo_file(demo_file)
            services = replace(
                device.services,
                sync_now=engine.wake,
                pretend_offline=engine.pretend_offline if demo else None,
                demo=demo.hints if demo else None,
                reset_demo=_demo_reset(demo_file),
                device=partial(device_facts, settings),
                brand=brand_of(settings),
                picture_address=hosting.picture_address,
            )
            main = build_main(
                services,
                texts=assets_dir() / "i18n",
                default_associate_id=demo.associate_id if demo else None,
                default_language=settings.language or None,
            )
            stop_listening = device.store.changed.subscribe(lambda _: engine.refresh())
            engine.start()
            try:
                serving = partial(when_serving, address(port))
                _serve(device, main, demo, port=port, web=web, open_browser=open_browser, when_serving=serving)
            finally:
                stop_listening()
                engine.stop()


def _demo_reset(demo_file: Path | None) -> Callable[[], None] | None:
    """What starts the demo anew, or None outside the demo."""
    if demo_file is None:
        return None
    from clienteling.demo import ask_for_reset  # the demo's parts load in the demo alone

    return partial(ask_for_reset, demo_file)


def device_facts(settings: DeviceSettings) -> DeviceFacts:
    """What Settings tells of this device; looks at the sizes of its files."""
    address = urlsplit(settings.central_url)
    host = address.hostname or ""
    server = f"{address.scheme}://{host}" + (f":{address.port}" if address.port else "") if host else ""
    return DeviceFacts(
        server=server,
        folder=str(settings.data_dir.absolute()),
        size_bytes=sum(_size(path) for path in settings.data_dir.rglob("*")),
        encrypted=not settings.plain_store,
        program=version("clienteling"),
        schema=Schema.STORE.number,
    )


def _size(path: Path) -> int:
    """The file's bytes; 0 for a folder, and for a file that has gone meanwhile."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _wake_first(wake: list[Callable[[], None]]) -> None:
    """Wake the engine, once there is one."""
    if wake:
        wake[0]()


def _serve(
    device: Device,
    main: Callable[[Any], None],
    demo: DemoFile | None,
    *,
    port: int,
    web: bool,
    open_browser: bool,
    when_serving: Callable[[], None],
) -> None:
    """Serve the app to this machine's browsers, and open a browser or the program's own window on it."""
    from clienteling import hosting

    app = hosting.web_app(
        main,
        pictures=device.settings.data_dir / PICTURES,
        assets=assets_dir(),
        texts=load_translators(assets_dir() / "i18n"),
        label=demo.label if demo else None,
        synced=lambda: device.status_signal.value.last_synced_at is not None,
    )

    def when_ready() -> None:
        when_serving()
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        if not web and hosting.open_window(address(port), closed=stop):
            return
        if open_browser:
            webbrowser.open(address(port))

    def stop() -> None:
        server.should_exit = True

    server = hosting.Server(app, port=port, when_ready=when_ready)
    server.run()
