"""The tabs of the tests: one browser in a worker, whose tabs are lent to one test after another.

To load the client in a new process costs three times as much as to load it again, so a tab is emptied after a test
(what it kept, its cookies, its session) and given to the next that wants the same window and language.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import pytest
from playwright.async_api import Error

from build_scripts.chromium import MISSING, NamedChromiumMissing, find_chromium
from tests.support.browser import PERMISSIONS, TABLET, BrowserThread, FletPage


class OpenFlet(Protocol):
    """Opens an address in a tab that remembers nothing; it is taken back after the test."""

    def __call__(
        self, url: str, *, size: tuple[int, int] = TABLET, locale: str = "id-ID", timezone: str = "Asia/Jakarta"
    ) -> FletPage: ...


EMPTIED_WITHIN_S: Final = 20

_Kind = tuple[str, str]
"""Locale and time zone, which a tab keeps for life."""


class Tabs:
    """The tabs of a browser, lent to one test after another."""

    def __init__(self, browser: BrowserThread, *, emptied_within_s: float = EMPTIED_WITHIN_S) -> None:
        self._browser = browser
        self._emptied_within_s = emptied_within_s
        self._free: dict[_Kind, list[FletPage]] = {}

    def lend(self, kind: _Kind, size: tuple[int, int]) -> FletPage:
        """A tab of this size at no address."""
        free = self._free.get(kind)
        if free:
            tab = free.pop()
            tab.resize(size)
            return tab
        locale, timezone = kind
        return FletPage(self._browser, self._browser.new_context(size=size, locale=locale, timezone=timezone))

    def take_back(self, kind: _Kind, tab: FletPage) -> None:
        """Nothing; empties the tab for the next test. One that does not answer ends, and with it all others, since they
        share its process."""
        try:
            self._browser.run(asyncio.wait_for(_empty(tab), self._emptied_within_s))
        except (Error, TimeoutError):
            self._free.clear()
            self._browser.start_again()
        else:
            self._free.setdefault(kind, []).append(tab)

    def close(self) -> None:
        """Nothing; closes the tabs that are not lent."""
        for free in self._free.values():
            for tab in free:
                tab.close()


async def _empty(tab: FletPage) -> None:
    for opened in tab.context.pages:
        if opened is not tab.page:
            await opened.close()
    await tab.page.evaluate("localStorage.clear(); sessionStorage.clear()")
    await tab.page.goto("about:blank")
    await tab.page.emulate_media(color_scheme="light")
    await tab.context.clear_cookies()
    await tab.context.clear_permissions()
    await tab.context.grant_permissions(PERMISSIONS)
    tab.console.clear()


@pytest.fixture(scope="session")
def camera_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a test puts the film that the browser's camera shows."""
    return tmp_path_factory.mktemp("camera") / "film.mjpeg"


@pytest.fixture(scope="session")
def chromium_program() -> Path:
    """Where Chromium is; a test fails without one."""
    try:
        program = find_chromium()
    except NamedChromiumMissing as reason:
        pytest.fail(str(reason), pytrace=False)
    if program is None:
        pytest.fail(MISSING, pytrace=False)
    return program


@pytest.fixture(scope="session")
def chromium(chromium_program: Path, camera_film: Path) -> Iterator[BrowserThread]:
    """This worker's browser; it has a camera and asks before it shows it."""
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={camera_film}")
    browser = BrowserThread(chromium_program, more_flags=camera)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def tabs(chromium: BrowserThread) -> Iterator[Tabs]:
    """This worker's tabs."""
    made = Tabs(chromium)
    yield made
    made.close()


@contextmanager
def opener(tabs: Tabs) -> Iterator[OpenFlet]:
    """Opens tabs inside the block, which are taken back at its end."""
    lent: list[tuple[_Kind, FletPage]] = []

    def open_page(
        url: str, *, size: tuple[int, int] = TABLET, locale: str = "id-ID", timezone: str = "Asia/Jakarta"
    ) -> FletPage:
        kind = (locale, timezone)
        flet = tabs.lend(kind, size)
        lent.append((kind, flet))
        flet.go(url)
        return flet

    yield open_page
    for kind, flet in lent:
        tabs.take_back(kind, flet)


@pytest.fixture
def open_flet(tabs: Tabs) -> Iterator[OpenFlet]:
    """Opens tabs: `flet = open_flet(url)`."""
    with opener(tabs) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def open_flet_for_module(tabs: Tabs) -> Iterator[OpenFlet]:
    """Opens tabs that stay for all tests of a module."""
    with opener(tabs) as open_page:
        yield open_page
