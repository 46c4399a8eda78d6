"""The app on screen: the device, its engine and the screens, served to this machine or in a window of their own."""

import json
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clienteling.bootstrap.counting import ScanCounting
from clienteling.bootstrap.device import Device, open_device, secret_store
from clienteling.bootstrap.engine import PICTURES, make_engine, take_setup
from clienteling.bootstrap.leaving import begin_leaving, empty_if_revoked, is_revoked
from clienteling.bootstrap.pins import door_of
from clienteling.domain.errors import ClientelingError
from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.i18n import load_translators
from clienteling.logs import log_to
from clienteling.loopback import address, refuse_taken
from clienteling.secrets import read_enrolment
from clienteling.settings import DeviceSettings, assets_dir, brand_of
from clienteling.stop_signals import Interrupted, interruptible
from clienteling.store.database import Schema
from clienteling.store.device_folder import DeviceFolder
from clienteling.use_cases.look_up_everywhere import OpenCustomers, look_up_everywhere
from clienteling.use_cases.resolve_scan import warm_up
from clienteling.use_cases.services import DemoHints, DeviceFacts
from clienteling.use_cases.sign_in import sign_in_services
from clienteling.use_cases.tell_counts import count_scan
from sync.protocol.errors import DeviceRevoked
from sync.protocol.times import Clock, utc_now

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from clienteling.hosting.guests import GuestServer
    from clienteling.shelf.app import ShelfApp


@dataclass(frozen=True, slots=True)
class DemoFile:
    """What the demo left for this device."""

    associate_id: str
    label: Path
    hints: DemoHints


@dataclass(frozen=True, slots=True)
class ToldOfGuests:
    """Whom to tell: `answered` gets the address where phones are answered, `unanswered` why they are not."""

    answered: Callable[[str], None]
    unanswered: Callable[[ClientelingError], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """How the app is shown. The fields are those of `run_app`."""

    port: int
    web: bool
    open_browser: bool
    when_serving: Callable[[str], None]
    tell_of_guests: ToldOfGuests | None


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
    tell_of_guests: ToldOfGuests | None = None,
    now: Clock = utc_now,
) -> None:
    """Run the app until its window is closed or the process is told to stop; then all is closed in order.

    Where the server says that this device was revoked, it ends as well and the device is emptied (`leaving`).

    when_serving    is called with the address once it answers there
    tell_of_guests  None where phones of guests are never answered, whatever is installed

    Raises DeviceNotSetUp (sync.device_revoked once it is empty), StoreInUse, PortUnusable, and what `open_device`
    raises.
    """
    wake: list[Callable[[], None]] = []
    with suppress(Interrupted), interruptible(), DeviceFolder(settings.data_dir).engine_lock():
        empty_if_revoked(settings, now=now)
        take_setup(settings, secret_store(settings), token_file)
        refuse_taken(port)
        from clienteling import hosting  # Flet and the web server load only where something is shown
        from clienteling.ui.app import build_main

        log_to(settings.data_dir / "logs", "app")
        wake_engine = partial(_wake_first, wake)
        with open_device(settings, now=now, engine_wake=wake_engine, may_create=True) as device:
            open_customers = OpenCustomers()
            engine = make_engine(device, pinned=open_customers.ids)
            wake.append(engine.wake)
            counting = ScanCounting(device.store, now=now)
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
                look_up_everywhere=partial(look_up_everywhere, ask=engine.look_up),
                pin_customer=open_customers.pin,
                count_scan=partial(count_scan, counting.counter),
                sign_in=sign_in_services(door_of(device), idle_s=settings.idle_lock_s),
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
                with counting.telling(is_online=partial(_is_online, device)):
                    _serve(device, counting, main, demo, Shown(port, web, open_browser, when_serving, tell_of_guests))
            finally:
                stop_listening()
                engine.stop()
            revoked = is_revoked(device)
        if revoked and begin_leaving(settings):
            empty_if_revoked(settings, now=now)


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


def _is_online(device: Device) -> bool:
    return device.status_signal.value.connection is Connection.ONLINE


def _serve(
    device: Device, counting: ScanCounting, main: Callable[[Any], None], demo: DemoFile | None, shown: Shown
) -> None:
    """Serve the app to this machine's browsers, and open a browser or the program's own window on it."""
    from clienteling import hosting

    url = address(shown.port)
    shelf = hosting.MadeOnce(partial(_make_shelf, device, counting))
    app = hosting.web_app(
        main,
        pictures=device.settings.data_dir / PICTURES,
        assets=assets_dir(),
        texts=load_translators(assets_dir() / "i18n"),
        label=demo.label if demo else None,
        synced=lambda: device.status_signal.value.last_synced_at is not None,
        shelf=shelf,
        shelf_hosts=[host.lower() for host in device.settings.own_hosts],
    )

    def when_ready() -> None:
        shown.when_serving(url)
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        if not shown.web and hosting.open_window(url, closed=stop):
            return
        if shown.open_browser:
            webbrowser.open(url)

    def stop() -> None:
        server.should_exit = True

    guests = partial(_open_to_guests, device, shelf, shown.tell_of_guests)
    server = hosting.Server(app, port=shown.port, when_ready=when_ready, open_to_guests=guests)
    signs = read_enrolment(device.secrets) is not None

    def end_if_revoked(status: SyncStatus) -> None:
        if signs and status.problem == DeviceRevoked.code:
            stop()

    stop_watching = device.status_signal.subscribe(end_if_revoked)
    end_if_revoked(device.status_signal.value)
    try:
        server.run()
    finally:
        stop_watching()


def _make_shelf(device: Device, counting: ScanCounting) -> "ShelfApp":
    from clienteling.bootstrap.shelf import hub_shelf  # templates and the readers of addresses load at first use

    return hub_shelf(device, device.settings.data_dir / PICTURES, counting)


def _open_to_guests(device: Device, shelf: "ASGIApp", tell: ToldOfGuests | None) -> "Sequence[GuestServer]":
    if tell is None:
        return ()
    from clienteling.bootstrap.guests import guest_servers

    return guest_servers(device.settings, shelf, tell=tell, now=device.now)
