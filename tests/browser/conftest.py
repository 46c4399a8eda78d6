"""One hub in this process for the browser tests that bring a shop of their own: the real page, client and server."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import flet as ft
import pytest
from starlette.types import ASGIApp

from clienteling.domain.signals import Signal
from clienteling.hosting import app_of, own_app
from clienteling.i18n import load_translators
from clienteling.ui.app import build_main
from clienteling.ui.session import Clock
from clienteling.use_cases.services import Services
from tests.support.browser import TABLET, FletPage
from tests.support.fake_services import start_clock
from tests.support.serving import serve
from tests.support.tabs import OpenFlet

ASSETS: Final = Path(__file__).parents[2] / "assets"
TEXTS: Final = load_translators(ASSETS / "i18n")
ELSEWHERE: Final = "/nowhere"
THERE: Final = "not-found"
LEFT_WITHIN_S: Final = 10.0


class Hub:
    """A hub whose shop is exchanged between tests: its address stays, and so do what browsers keep of the client and
    the sessions that are open."""

    def __init__(self) -> None:
        self.url = ""
        self.latest: ft.Page | None = None
        """Flet's side of the session that was opened last."""
        self._now: Clock = start_clock
        self._services: Services | None = None
        self._status: Signal[Any] = Signal(None)
        self._changed: Signal[int] = Signal(0)
        self._unfollow: list[Callable[[], None]] = []

    def show(self, services: Services, *, now: Clock = start_clock) -> str:
        """The address, which from now on shows an app over these services."""
        for unsubscribe in self._unfollow:
            unsubscribe()
        self._services, self._now = services, now
        self._unfollow = [
            services.status.subscribe(self._status.publish),
            services.changed.subscribe(lambda _: self._changed.publish(self._changed.value + 1)),
        ]
        self._status.publish(services.status.value)
        self._changed.publish(self._changed.value + 1)
        return self.url

    def main(self, page: ft.Page) -> None:
        """What Flet calls for each session."""
        self.latest = page
        assert self._services is not None, "no test said what this hub shows"
        asked: dict[str, Any] = {
            field.name: self._asked(field.name)
            for field in fields(self._services)
            if callable(getattr(self._services, field.name))
        }
        follows = replace(self._services, status=self._status, changed=self._changed, **asked)
        build_main(follows, texts=ASSETS / "i18n", default_associate_id="associate-rina", now=self._now)(page)

    def _asked(self, name: str) -> Callable[..., object]:
        def ask(*args: object, **kwargs: object) -> object:
            return getattr(self._services, name)(*args, **kwargs)

        return ask


def served_app(main: Callable[[ft.Page], None]) -> ASGIApp:
    """A run of the store's hub over the app that `main` makes for a session."""
    return own_app(
        app_of(
            main,
            pictures=ASSETS / "demo" / "pictures",
            assets=ASSETS,
            texts=TEXTS,
            label=ASSETS / "demo" / "shelf_label.png",
            synced=lambda: True,
        )
    )


@pytest.fixture(scope="session")
def hub_of_ours() -> Iterator[Hub]:
    """This worker's hub."""
    hub = Hub()
    with serve(served_app(hub.main)) as url:
        hub.url = url
        yield hub


async def heard_of_width(tab: FletPage, page: ft.Page | None, width: int) -> None:
    """Nothing, once the app has heard how wide its window is: it lays its screen out anew then."""
    async with asyncio.timeout(LEFT_WITHIN_S):
        while page is not None and page.width != width:
            await tab.page.wait_for_timeout(20)


@pytest.fixture(scope="module")
def visit(open_flet_for_module: OpenFlet, hub_of_ours: Hub) -> OpenFlet:
    """Goes to an address of `hub_of_ours` in the one tab of a language that a module's tests share, as a shop's tablet
    stays open all day; the client is not loaded again. What a test before it had on the screen is gone."""
    opened: dict[str, tuple[FletPage, ft.Page | None]] = {}

    def remember(locale: str, tab: FletPage) -> FletPage:
        opened[locale] = (tab, hub_of_ours.latest)
        return tab

    def go_there(
        url: str, *, size: tuple[int, int] = TABLET, locale: str = "id-ID", timezone: str = "Asia/Jakarta"
    ) -> FletPage:
        if locale not in opened:
            return remember(locale, open_flet_for_module(url, size=size, locale=locale, timezone=timezone))
        tab, page = opened[locale]
        tab.resize(size)
        tab.go_on(ELSEWHERE)
        try:
            tab.identifier(THERE).wait(timeout_s=LEFT_WITHIN_S)
            tab.run(heard_of_width(tab, page, size[0]))
        except (AssertionError, TimeoutError):  # the test before left it in no state to go on
            tab.go(url)
            return remember(locale, tab)
        address = urlsplit(url)
        tab.go_on((address.path or "/") + (f"?{address.query}" if address.query else ""))
        return tab

    return go_there
