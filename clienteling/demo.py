"""The demo: a central profile API with the demo retailer and two stores' devices, each a process with its own files.

Everything runs on this machine's loopback address and stops together. The exports in `assets/demo` are dated for one
day; all their dates are moved by whole days to today, so that "yesterday" is yesterday whenever it is opened.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from clienteling.domain.errors import ClientelingError, StoreInUse
from clienteling.loopback import address, free_ports
from clienteling.settings import remember
from clienteling.stop_signals import Interrupted, heed_no_more, interruptible
from clienteling.store.folder_lock import FolderLock
from sync.protocol.private_files import private
from sync.protocol.times import Clock, utc_now

TIME_ZONE = "Asia/Jakarta"
FILLED_FILE = "filled.json"
MARK_FILE = "demo-folder"
RESET_FILE = "reset-asked"
BRAND_LOGO = "logo.png"
BRAND_ACCENT = "#155E75"
"""The demo retailer's: the blue of indigo thread."""
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 8.0
LOOK_EVERY_S = 0.1


class DemoFailed(ClientelingError):
    """Codes: demo.process_ended, demo.too_slow (`log`: the file that says more), demo.no_exports, demo.not_a_demo,
    demo.running."""

    code = "demo.process_ended"


@dataclass(frozen=True, slots=True)
class DemoFacts:
    """What `demo.toml` says: the day its dates are for, and what a newcomer is shown. Stores and associates by code."""

    generated_for: date
    store_code: str
    other_store_code: str
    associate: str
    other_associate: str
    shelf_code: str
    label_picture: str
    product_handle: str
    customer_ref: str
    label_host: str
    loyalty_prefix: str
    brand: str


def read_facts(folder: Path) -> DemoFacts:
    """The demo's facts. Raises DemoFailed where the exports are not there."""
    try:
        facts = tomllib.loads((folder / "demo.toml").read_text("utf-8"))
    except FileNotFoundError as error:
        raise DemoFailed("demo.no_exports") from error
    first = facts["first_minute"]
    return DemoFacts(
        generated_for=facts["generated_for"],
        store_code=first["store"],
        other_store_code=first["second_store"],
        associate=first["associate"],
        other_associate=first["second_associate"],
        shelf_code=first["scan_link"],
        label_picture=first["scan_picture"],
        product_handle=first["scan_handle"],
        customer_ref=first["pickup_customer_id"],
        label_host=urlsplit(first["scan_link"]).hostname or "",
        loyalty_prefix=facts["loyalty_prefix"],
        brand=facts["retailer"],
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A process of the demo: its folder, its port and the words to start it."""

    name: str
    folder: Path
    port: int
    arguments: tuple[str, ...]

    @property
    def url(self) -> str:
        return address(self.port)


@dataclass(slots=True)
class Processes:
    """Child processes that start together and stop together."""

    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, place: Place) -> None:
        """Start `clienteling` with the place's arguments; its output goes to a log file."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{place.name}.out").open("wb") as output:
            self.running[place.name] = subprocess.Popen(
                [sys.executable, "-m", "clienteling", *place.arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=os.name != "nt",
            )

    def wait_until_answers(self, place: Place, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Return when the place answers its health check and, where it syncs, has synced. Raises DemoFailed."""
        until = clock() + START_TIMEOUT_S
        while clock() < until:
            if self.running[place.name].poll() is not None:
                raise DemoFailed(log=str(self.logs / f"{place.name}.out"))
            try:
                with urllib.request.urlopen(f"{place.url}/healthz", timeout=2) as answer:
                    if json.load(answer).get("synced", True):
                        return
            except (urllib.error.URLError, OSError, ValueError):
                pass
            time.sleep(LOOK_EVERY_S)
        raise DemoFailed("demo.too_slow", log=str(self.logs / f"{place.name}.out"))

    def ended(self, *, besides: str = "") -> str | None:
        """The name of a process, `besides` aside, that ended by itself, or None."""
        gone = (name for name, process in self.running.items() if process.poll() is not None)
        return next((name for name in gone if name != besides), None)

    def stop(self) -> None:
        """Ask every process to end, wait, and end what does not."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + STOP_TIMEOUT_S
        for process in self.running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of the demo lies and answers."""

    folder: Path
    facts: DemoFacts
    central: Place
    device: Place
    other_device: Place

    @property
    def central_folder(self) -> Path:
        return self.folder / "central"


def lay_out(folder: Path, exports: Path, *, ports: tuple[int, int, int]) -> Layout:
    """Folders, ports and command lines of the three processes."""
    facts = read_facts(exports)
    port, other_port, central_port = free_ports(ports)
    central = Place(
        "central",
        folder / "central",
        central_port,
        ("central", "run", "--data-dir", str(folder / "central"), "--port", str(central_port)),
    )

    def device(code: str, port: int) -> Place:
        place = folder / f"store-{code.lower()}"
        words = ("app", "--web", "--no-browser", "--data-dir", str(place), "--port", str(port))
        secrets = ("--key-file", str(place / "demo-key.json"), "--token-file", str(place / "token.txt"))
        return Place(
            place.name, place, port, (*words, *secrets, "--central", central.url, "--demo", str(place / "demo.json"))
        )

    return Layout(folder, facts, central, device(facts.store_code, port), device(facts.other_store_code, other_port))


@dataclass(frozen=True, slots=True)
class Filled:
    """What the server knows that the demo's hints need, kept in a file for the next start. `day` as ISO text."""

    day: str
    store_names: dict[str, str]
    associate_ids: dict[str, str]
    product_names: dict[str, str]
    customer_id: str


def read_filled(folder: Path) -> Filled | None:
    """What an earlier start left, or None."""
    try:
        return Filled(**json.loads((folder / FILLED_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def prepare(layout: Layout, exports: Path, *, now: Clock) -> None:
    """Bring the demo's files to today; loads the server's parts only where that is not done yet."""
    today = now().astimezone(ZoneInfo(TIME_ZONE)).date()
    filled = read_filled(layout.folder)
    if filled is None or filled.day != today.isoformat():
        from clienteling.demo_shop import fill

        filled = fill(layout, exports, today=today, now=now)
        _keep_private(layout.folder / FILLED_FILE, asdict(filled))
    write_hints(layout, exports, filled)


def write_hints(layout: Layout, exports: Path, filled: Filled) -> None:
    """Leave each device what the demo shows on its first screen, and its settings."""
    facts = layout.facts
    pairs = (
        (layout.device, facts.associate, facts.other_store_code, layout.other_device),
        (layout.other_device, facts.other_associate, facts.store_code, layout.device),
    )
    for place, associate, other_code, other in pairs:
        hints = {
            "associate_id": filled.associate_ids[associate],
            "shelf_code": facts.shelf_code,
            "product_name": filled.product_names[facts.product_handle],
            "label": str(exports / facts.label_picture),
            "other_store_name": filled.store_names.get(other_code, other_code),
            "other_store_url": f"{other.url}/customers/{filled.customer_id}",
        }
        place.folder.mkdir(parents=True, exist_ok=True)
        _keep_private(place.folder / "demo.json", hints)
        remember(
            place.folder,
            brand_name=facts.brand,
            brand_logo=str(exports / BRAND_LOGO),
            brand_accent=BRAND_ACCENT,
            own_hosts=[facts.label_host],
            loyalty_prefixes=[facts.loyalty_prefix],
        )


def _keep_private(path: Path, facts: dict[str, Any]) -> None:
    with open(path, "w", encoding="utf-8", opener=private) as file:
        json.dump(facts, file)


def throw_away(folder: Path) -> None:
    """Throw away what a demo makes in its folder, and nothing else; nothing at all where no demo was.

    Raises StoreInUse where one of its devices is running.
    """
    if not (folder / MARK_FILE).exists():
        return
    from clienteling.store.device_folder import DeviceFolder  # loads what a start without a reset does not need

    devices = [path for path in folder.glob("store-*") if path.is_dir()]
    with ExitStack() as locks:
        for path in devices:
            locks.enter_context(DeviceFolder(path).engine_lock())
    for made in (folder / "central", folder / "logs", *devices):
        shutil.rmtree(made, ignore_errors=True)
    for made in (folder / FILLED_FILE, folder / RESET_FILE):
        made.unlink(missing_ok=True)


def mark(folder: Path) -> None:
    """Make the folder and mark it as a demo's. Raises DemoFailed where it holds other things: a reset deletes."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MARK_FILE).exists() and any(folder.iterdir()):
        raise DemoFailed("demo.not_a_demo", folder=str(folder))
    (folder / MARK_FILE).touch()


@contextmanager
def only_demo_here(folder: Path) -> Iterator[None]:
    """Holds a demo's folder, marked before, so that no other demo starts in it or resets it. Raises DemoFailed."""
    lock = FolderLock(folder / MARK_FILE, wait=False)
    try:
        lock.acquire()
    except StoreInUse as error:
        raise DemoFailed("demo.running") from error
    try:
        yield
    finally:
        lock.release()


def ask_for_reset(demo_file: Path) -> None:
    """Have the running demo start from the retailer's exports again; for the app, which is one of its processes.

    demo_file  what the demo left for this device (`--demo`)

    Returns at once. Within a second the demo ends all its processes, this one too, and starts them anew where they
    were; what was written in the demo is gone.
    """
    (demo_file.parent.parent / RESET_FILE).touch()


def run_until_interrupted(layout: Layout, *, when_ready: Callable[[], None], closed: threading.Event) -> bool:
    """Start the three processes, call `when_ready` when all answer; stop them on Ctrl-C, a polite kill or `closed`.

    Returns whether a reset was asked for, which stops them too. Raises DemoFailed where one does not answer, or a
    device ends by itself later.
    """
    with interruptible():
        return _run_all(layout, when_ready=when_ready, closed=closed)


def _run_all(layout: Layout, *, when_ready: Callable[[], None], closed: threading.Event) -> bool:
    processes = Processes(layout.folder / "logs")
    places = (layout.central, layout.device, layout.other_device)
    reset_file = layout.folder / RESET_FILE
    try:
        for place in places:
            processes.start(place)
        for place in places:
            processes.wait_until_answers(place)
        when_ready()
        while not closed.wait(LOOK_EVERY_S * 5):
            if reset_file.exists():
                return True
            # Devices go on without their server, and somebody may have ended it to see just that.
            gone = processes.ended(besides=layout.central.name)
            if gone is not None:
                raise DemoFailed(log=str(layout.folder / "logs" / f"{gone}.out"))
        return False
    except Interrupted:
        return False
    finally:
        heed_no_more()
        processes.stop()


class Say(Protocol):
    """Prints a message by its key."""

    def __call__(self, key: str, **values: object) -> None: ...


def run_demo(
    folder: Path,
    exports: Path,
    *,
    reset: bool,
    desktop: bool,
    open_browser: bool,
    port: int,
    say: Say,
    now: Clock = utc_now,
) -> None:
    """Stand up the demo shop in `folder` and keep it until Ctrl-C. Raises DemoFailed, and StoreInUse before a reset."""
    mark(folder)
    with only_demo_here(folder):
        if reset:
            throw_away(folder)
        (folder / RESET_FILE).unlink(missing_ok=True)
        layout = lay_out(folder, exports, ports=(port, port + 1, port + 2))
        show = _Showing(layout, desktop=desktop, open_browser=open_browser, say=say)
        say("demo.preparing")
        prepare(layout, exports, now=now)
        while run_until_interrupted(layout, when_ready=show.ready, closed=show.closed):
            say("demo.resetting")
            throw_away(folder)
            prepare(layout, exports, now=now)
    say("demo.stopped")


class _Showing:
    """What a person sees of the demo once it is ready: lines on the terminal and, the first time, a browser or window.

    `closed` is set when the window is; a browser that is open already finds the demo again by itself.
    """

    def __init__(self, layout: Layout, *, desktop: bool, open_browser: bool, say: Say) -> None:
        self.closed = threading.Event()
        self._layout = layout
        self._desktop = desktop
        self._open_browser = open_browser
        self._say = say
        self._is_open = False

    def ready(self) -> None:
        """Say where the demo is, and show it."""
        url, other = self._layout.device.url, self._layout.other_device.url
        self._say("demo.ready", url=url, other_url=other, central_url=self._layout.central.url)
        self._say("demo.how_to_stop")
        if not self._is_open:
            self._open(url)
        self._is_open = True

    def _open(self, url: str) -> None:
        if self._desktop and _window_opened(url, self.closed.set):
            return
        if self._desktop:
            self._say("demo.desktop_falls_back")
        if self._desktop or self._open_browser:
            webbrowser.open(url)


def _window_opened(url: str, closed: Callable[[], None]) -> bool:
    from clienteling.hosting import open_window  # loads Flet, which a browser does not need here

    return open_window(url, closed=closed)
