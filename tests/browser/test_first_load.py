"""What a browser fetches of the app, from where, and what it remembers: the real page, client and server.

Bytes are counted where the server sends them, headers too, so that nothing a worker or a cache does is missed.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Final

import pytest
from playwright.async_api import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clienteling.ui.app import build_main
from tests.browser.conftest import ASSETS, served_app
from tests.support.browser import BrowserThread, FletPage
from tests.support.fake_services import FakeShop, start_clock
from tests.support.serving import serve

FIRST_MB: Final = 6.0
WARM_MB: Final = 1.0
MB: Final = 1_000_000
ABOUT_A_HEADER: Final = 4
"""Colon, blank and line end."""


class Counted:
    """An ASGI wrapper that counts what goes over the wire, by address; websocket messages under their own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.sent: dict[str, int] = {}

    @property
    def total_mb(self) -> float:
        return sum(self.sent.values()) / MB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            size = len(message.get("body", b"")) + len(message.get("bytes") or b"")
            size += sum(len(name) + len(value) + ABOUT_A_HEADER for name, value in message.get("headers", ()))
            with self._lock:
                self.sent[scope["path"]] = self.sent.get(scope["path"], 0) + size
            await send(message)

        await self._app(scope, receive, counting)


@contextmanager
def hub(shop: FakeShop, *, port: int = 0) -> Iterator[tuple[str, Counted]]:
    """A run of the store's hub over a fake shop: its address and what it has sent."""
    main = build_main(shop.services(), texts=ASSETS / "i18n", now=start_clock)
    counted = Counted(served_app(main))
    with serve(counted, port=port) as url:
        yield url, counted


class Visitor:
    """One browser profile: its tabs, every address they asked for, and what the console said."""

    def __init__(self, browser: BrowserThread, *, locale: str) -> None:
        self._browser = browser
        self.context = browser.new_context(size=(768, 1024), locale=locale, timezone="Asia/Jakarta")
        self.asked: list[str] = []
        self.console: list[str] = []

    def open(self, url: str) -> FletPage:
        """A new tab at this address, which has drawn the app."""
        tab = FletPage(self._browser, self.context)
        tab.console = self.console
        self._browser.run(self._watch(tab))
        tab.go(url)
        return tab

    async def _watch(self, tab: FletPage) -> None:
        def note(request: Request) -> None:
            self.asked.append(request.url)

        tab.page.on("request", note)

    def other_hosts(self, url: str) -> list[str]:
        """What was asked of anyone but `url` and the page itself."""
        return [one for one in self.asked if not one.startswith((url, f"blob:{url}", "data:"))]

    def complaints(self) -> list[str]:
        """What the console says of refused or failed things."""
        words = ("Content Security Policy", "Refused to", "violates", "error:")
        return [line for line in self.console if any(word in line for word in words)]


@pytest.fixture
def visitor(chromium: BrowserThread) -> Iterator[Callable[..., Visitor]]:
    """Makes fresh profiles: `visitor(locale="en-GB")`."""
    made: list[Visitor] = []

    def visit(locale: str = "id-ID") -> Visitor:
        made.append(Visitor(chromium, locale=locale))
        return made[-1]

    yield visit
    for one in made:
        chromium.run(one.context.close())


async def type_and_wait_for(tab: FletPage, text: str, fonts: tuple[str, ...]) -> None:
    """Nothing, once every font that the text needs has come."""
    async with AsyncExitStack() as stack:
        coming = [await stack.enter_async_context(tab.page.expect_response(re.compile(font))) for font in fonts]
        await tab.page.keyboard.type(text)  # the look-up has the focus
    for one in coming:
        assert (await one.value).ok


def choose_rina(tab: FletPage) -> None:
    """Nothing, once Today is there."""
    tab.identifier("associate-associate-rina").wait().click()
    tab.wait_text("Bu Siti Rahmawati")


def test_the_first_load_is_small_the_next_one_tiny_and_nobody_else_is_asked(visitor: Callable[..., Visitor]) -> None:
    with hub(FakeShop()) as (url, counted):
        someone = visitor()
        tab = someone.open(url)
        choose_rina(tab)
        first_mb = counted.total_mb
        assert first_mb <= FIRST_MB, counted.sent
        counted.sent.clear()
        someone.open(url).wait_text("Bu Siti Rahmawati")
        assert counted.total_mb <= WARM_MB, counted.sent
        assert someone.other_hosts(url) == []
        assert someone.complaints() == []


def test_writing_the_font_lacks_is_drawn_with_fonts_of_ours(visitor: Callable[..., Visitor]) -> None:
    with hub(FakeShop()) as (url, _):
        someone = visitor()
        tab = someone.open(url)
        choose_rina(tab)
        fonts = ("notosansarabic", "notosanshebrew", "notocoloremoji", "notosanssc")
        tab.run(type_and_wait_for(tab, "سيتي שרה 🙂 陳", fonts))
        assert someone.other_hosts(url) == []
        assert someone.complaints() == []


async def kept_here(tab: FletPage, words: str) -> None:
    """Nothing, once the browser keeps a choice with these words."""
    while words not in await tab.page.evaluate("JSON.stringify(localStorage)"):
        await tab.page.wait_for_timeout(50)


def test_what_was_chosen_stays_in_a_new_tab_and_after_the_hub_started_again(visitor: Callable[..., Visitor]) -> None:
    someone = visitor()
    with hub(FakeShop()) as (url, _):
        tab = someone.open(url)
        tab.wait_text("Siapa yang bertugas?")
        choose_rina(tab)
        tab.identifier("switch-language").click()
        tab.wait_text("Ready for pickup")
        tab.identifier("switch-theme").click()
        tab.run(kept_here(tab, "dark"))
        another = someone.open(url)
        another.wait_text("Ready for pickup")
        for one in (another, tab):
            one.run(one.page.close())
    with hub(FakeShop(), port=int(url.rsplit(":", 1)[1])) as (url, _):
        tab = someone.open(url)
        tab.wait_text("Ready for pickup")
        assert tab.run(tab.page.evaluate("document.documentElement.dataset.theme")) == "dark"
        kept = tab.run(tab.page.evaluate("JSON.stringify(localStorage)"))
        assert "associate-rina" in kept
        assert set(json.loads(kept)) == {"flutter.clienteling.choices"}
