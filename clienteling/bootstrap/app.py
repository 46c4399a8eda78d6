"""The app on screen: the device, its engine and the screens, served to this machine or in a window of their own."""

import logging
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from clienteling.bootstrap.closed_watch import ClosedWatch
from clienteling.bootstrap.credentials import credentials_of
from clienteling.bootstrap.demo_file import DemoFile, read_demo_file
from clienteling.bootstrap.device import has_store, is_closed, kept_key, secret_store
from clienteling.bootstrap.engine import PICTURES, take_setup
from clienteling.bootstrap.first_enrolment import FirstEnrolment
from clienteling.bootstrap.key_change import KeyChange
from clienteling.bootstrap.leaving import begin_leaving, empty_if_revoked, is_revoked
from clienteling.bootstrap.new_pin import NewPins
from clienteling.bootstrap.pins import close_under_pins
from clienteling.bootstrap.running import Running, running_device
from clienteling.bootstrap.sealed_files import names_file, slots_beside
from clienteling.bootstrap.vault import Vault
from clienteling.domain.errors import ClientelingError, DeviceClosed
from clienteling.domain.sync_status import SyncStatus
from clienteling.i18n import load_translators
from clienteling.logs import log_to
from clienteling.loopback import address, refuse_taken
from clienteling.secrets import SecretStore, read_enrolment
from clienteling.settings import DeviceSettings, assets_dir, brand_of, remember
from clienteling.stop_signals import Interrupted, interruptible
from clienteling.store.database import StoreKey, raw_key
from clienteling.store.device_folder import DeviceFolder
from clienteling.use_cases.front_door import FirstDoor, FrontDoor
from clienteling.use_cases.resolve_scan import warm_up
from clienteling.use_cases.services import Services
from sync.protocol.errors import DeviceRevoked
from sync.protocol.times import Clock, utc_now

if TYPE_CHECKING:
    from uvicorn import Server as UvicornServer

    from clienteling.hosting import Server
    from clienteling.shelf.app import ShelfApp

log = logging.getLogger(__name__)

_SOON: Final = {"retry-after": "60", "cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class ToldOfGuests:
    """Whom to tell: `answered` gets the address where phones are answered, `tablets` where tablets are, `unanswered`
    why one of them is not."""

    answered: Callable[[str], None]
    unanswered: Callable[[ClientelingError], None]
    tablets: Callable[[str], None] = lambda url: None


@dataclass(frozen=True, slots=True)
class Shown:
    """How the app is shown. The fields are those of `run_app`."""

    port: int
    web: bool
    open_browser: bool
    when_serving: Callable[[str], None]
    tell_of_guests: ToldOfGuests | None


def run_app(
    settings: DeviceSettings,
    *,
    token_file: Path | None,
    web: bool,
    port: int,
    open_browser: bool,
    demo_file: Path | None,
    unattended: bool = False,
    first_screen: bool = False,
    when_serving: Callable[[str], None] = lambda url: None,
    tell_of_guests: ToldOfGuests | None = None,
    now: Clock = utc_now,
) -> None:
    """Run the app until its window is closed or the process is told to stop; then all is closed in order.

    Where associates have PINs the store is open only while one of them is signed in (`vault`), unless it runs
    unattended, as a hub. Where the server says that this device was revoked, the app ends and the device is emptied
    (`leaving`).

    first_screen    where this device has not enrolled and no token is given, a screen asks for a code
    when_serving    is called with the address once it answers there
    tell_of_guests  None where phones of guests are never answered, whatever is installed

    Raises DeviceNotSetUp (sync.device_revoked once it is empty), DeviceClosed (device.closed_hub), StoreInUse,
    PortUnusable, and what `open_device` raises.
    """
    with suppress(Interrupted), interruptible(), DeviceFolder(settings.data_dir).engine_lock():
        empty_if_revoked(settings, now=now)
        secrets = secret_store(settings)
        is_first = first_screen and token_file is None and credentials_of(secrets) is None
        if not is_first:
            take_setup(settings, secrets, token_file)
        refuse_taken(port)
        log_to(settings.data_dir / "logs", "app")
        shown = Shown(port, web, open_browser, when_serving, tell_of_guests)
        if unattended and is_closed(settings, secrets):
            raise DeviceClosed("device.closed_hub")
        if unattended:
            remember(settings.data_dir, unattended="true")
        _change_key_if_due(settings, secrets, now)
        if is_first:
            revoked, key = _run_first(settings, shown, now), None
        elif not unattended and close_under_pins(settings, secrets, now=now):
            revoked, key = _run_closed(settings, secrets, shown, now)
        else:
            revoked, key = _run_open(settings, read_demo_file(demo_file), shown, now), None
        if revoked and begin_leaving(settings):
            empty_if_revoked(settings, now=now, key=key)


def _change_key_if_due(settings: DeviceSettings, secrets: SecretStore, now: Clock) -> None:
    """Of a store that opens by itself: it is closed now. One that opens with PINs has it done behind the last."""
    change = KeyChange(settings, secrets, now)
    if change.is_due() and has_store(settings) and not is_closed(settings, secrets):
        key = raw_key(kept_key(settings, secrets, now))
        if key is not None:
            change.change_if_due(key)


def _run_open(settings: DeviceSettings, demo: DemoFile | None, shown: Shown, now: Clock) -> bool:
    """Whether the device was revoked, once the app has ended. The store is open all the time."""
    serving = Serving(settings, shown, now=now)
    with serving.device(settings, demo=demo) as running:
        serving.serve(running.services, demo, current=lambda: running)
        return is_revoked(running.device)


def _run_first(settings: DeviceSettings, shown: Shown, now: Clock) -> bool:
    """Whether the device that enrolled meanwhile was revoked, once the app has ended."""
    serving = Serving(settings, shown, now=now)
    first = FirstEnrolment(settings, serving.device, now=now)
    try:
        serving.serve(first.door(brand_of(settings)), None, current=lambda: first.running)
        return serving.revoked
    finally:
        first.close()


def _run_closed(settings: DeviceSettings, secrets: SecretStore, shown: Shown, now: Clock) -> tuple[bool, bytes | None]:
    """Whether the device was revoked, and the key it was open with then. The store opens with a PIN."""
    serving = Serving(settings, shown, now=now)
    slots, names = slots_beside(settings, secrets, now=now), names_file(settings, secrets)
    new_pins = NewPins(settings, secrets, slots, now=now)
    key_change = KeyChange(settings, secrets, now)
    vault = Vault(lambda key: serving.device(settings, key=key), slots, names, new_pins, key_change)
    watch = ClosedWatch(settings, secrets, slots, lambda: vault.running is not None, serving.end_revoked, now)
    try:
        with watch.watching():
            serving.serve(vault.front_door(brand_of(settings)), None, current=lambda: vault.running)
        return serving.revoked, vault.take_key() if serving.revoked else None
    finally:
        vault.close()


class Serving:
    """The app served to this machine's browsers, and a browser or the program's own window opened on it.

    revoked  whether the server said, of a device that was open, that its access was taken away: serving ends then
    """

    def __init__(self, settings: DeviceSettings, shown: Shown, *, now: Clock) -> None:
        self._settings, self._shown, self._now = settings, shown, now
        self._server: Server | None = None
        self.revoked = False

    @contextmanager
    def device(
        self, settings: DeviceSettings, *, demo: DemoFile | None = None, key: StoreKey | None = None
    ) -> Iterator[Running]:
        """The device at work inside the block, where it is seen when it is revoked. `key`: what a PIN opened."""
        with running_device(settings, now=self._now, demo=demo, key=key) as running, self._watching(running):
            yield running

    @contextmanager
    def _watching(self, running: Running) -> Iterator[None]:
        signs = read_enrolment(running.device.secrets) is not None

        def look(status: SyncStatus) -> None:
            if signs and status.problem == DeviceRevoked.code:
                self.end_revoked()

        stop_watching = running.device.status_signal.subscribe(look)
        look(running.device.status_signal.value)
        try:
            yield
        finally:
            stop_watching()

    def serve(
        self, to_show: Services | FrontDoor | FirstDoor, demo: DemoFile | None, *, current: Callable[[], Running | None]
    ) -> None:
        """Blocks until the window is closed, or the program is told to stop. `current`: the device while it is open."""
        from clienteling import hosting  # Flet and the web server load only where something is shown
        from clienteling.ui.app import build_main

        settings, shown, url = self._settings, self._shown, address(self._shown.port)
        shelf = ShelfWhileOpen(current)
        main = build_main(
            to_show,
            texts=assets_dir() / "i18n",
            default_associate_id=demo.associate_id if demo else None,
            default_language=settings.language or None,
        )
        app = hosting.app_of(
            main,
            pictures=settings.data_dir / PICTURES,
            assets=assets_dir(),
            texts=load_translators(assets_dir() / "i18n"),
            label=demo.label if demo else None,
            synced=partial(_has_synced, current),
            elsewhere=hosting.Elsewhere(settings.stand_in, settings.stands_in_for),
        )

        def when_ready() -> None:
            shown.when_serving(url)
            threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
            if not shown.web and hosting.open_window(url, closed=self._stop):
                return
            if shown.open_browser:
                webbrowser.open(url)

        own_hosts = [host.lower() for host in settings.own_hosts]
        own = hosting.own_app(app, shelf=shelf, shelf_hosts=own_hosts, stands_in_for=settings.stands_in_for)
        guests = partial(_open_to_others, settings, shelf, app, shown.tell_of_guests, self._now)
        self._server = hosting.Server(own, port=shown.port, when_ready=when_ready, open_to_guests=guests)
        if self.revoked:
            self._stop()
        self._server.run()

    def end_revoked(self) -> None:
        """Serving ends: the server said that the device's access was taken away."""
        self.revoked = True
        self._stop()

    def _stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True


def _has_synced(current: Callable[[], Running | None]) -> bool:
    running = current()
    return running is not None and running.device.status_signal.value.last_synced_at is not None


class ShelfWhileOpen:
    """The customer's pages of the device that is open; 503 while none is."""

    def __init__(self, current: Callable[[], Running | None]) -> None:
        self._current = current
        self._made: tuple[Running, ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from clienteling.hosting import MadeOnce

        running = self._current()
        if running is None:
            self._made = None
            await PlainTextResponse("503", status_code=503, headers=_SOON)(scope, receive, send)
            return
        if self._made is None or self._made[0] is not running:
            self._made = running, MadeOnce(partial(_make_shelf, running))
        await self._made[1](scope, receive, send)


def _make_shelf(running: Running) -> "ShelfApp":
    from clienteling.bootstrap.shelf import hub_shelf  # templates and the readers of addresses load at first use

    device = running.device
    return hub_shelf(device, device.settings.data_dir / PICTURES, running.counting)


def _open_to_others(
    settings: DeviceSettings, shelf: ASGIApp, app: ASGIApp, tell: ToldOfGuests | None, now: Clock
) -> "Sequence[UvicornServer]":
    """The servers for guests' phones and the store's tablets. What goes wrong is told: this machine matters more."""
    if tell is None:
        return ()
    from clienteling.bootstrap.guests import guest_servers
    from clienteling.bootstrap.tablets import tablet_server

    servers: list[UvicornServer] = list(guest_servers(settings, shelf, tell=tell, now=now))
    texts = load_translators(assets_dir() / "i18n")
    try:
        tablets = tablet_server(settings, secret_store(settings), app, texts=texts, now=now)
    except ClientelingError as error:
        log.warning("tablets are not answered", extra={"code": error.code})
        tell.unanswered(error)
        return servers
    if tablets is not None:
        tell.tablets(f"https://{settings.hub_host}:{settings.hub_port}")
        servers.append(tablets)
    return servers
