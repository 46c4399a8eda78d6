"""Stands the demo up and keeps it until a person stops it or asks for a reset."""

import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from clienteling.demo.filling import prepare
from clienteling.demo.folder import RESET_FILE, mark, only_demo_here, throw_away
from clienteling.demo.layout import DEMO_PIN, DemoFailed, Layout, lay_out
from clienteling.demo.processes import LOOK_EVERY_S, Processes
from clienteling.stop_signals import Interrupted, heed_no_more, interruptible
from sync.protocol.times import Clock, utc_now


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
        self._say("demo.shelf_page", url=self._layout.shelf_url)
        self._say("demo.pin_is", pin=DEMO_PIN)
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
