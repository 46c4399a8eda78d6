"""A tablet whose hub is gone goes on at the stand-in, and is told there when the hub is back."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import expect
from starlette.types import ASGIApp, Receive, Scope, Send

from clienteling.hosting import Elsewhere, app_of, tablets_app
from clienteling.hosting.guard import ALIVE, BrowserGuard
from clienteling.hosting.known_browsers import KnownBrowsers
from clienteling.loopback import LOOPBACK, free_ports
from clienteling.ui.app import build_main
from sync.protocol.times import utc_now
from tests.browser.conftest import ASSETS, TEXTS
from tests.support.browser import TABLET, FletPage
from tests.support.fake_customers import CustomerShop
from tests.support.serving import serve
from tests.support.tabs import Tabs

OFFERED_AFTER_S: Final = 20
KIND: Final = ("id-ID", "Asia/Makassar")
"""A tab of its own: its clock is not the others'."""


class Machine:
    """A hub or its stand-in at an address of its own, that can be switched off and on. No TLS: it is loopback."""

    def __init__(self, port: int, folder: Path, until: ExitStack) -> None:
        self.url, self._port, self._folder, self._until = f"http://{LOOPBACK}:{port}", port, folder, until
        self._running: ExitStack | None = None

    def on(self, elsewhere: Elsewhere) -> None:
        main = build_main(CustomerShop().services(), texts=ASSETS / "i18n", default_associate_id="associate-rina")
        pictures = ASSETS / "demo" / "pictures"
        app = app_of(main, pictures=pictures, assets=ASSETS, texts=TEXTS, label=None, synced=_yes, elsewhere=elsewhere)
        inside = tablets_app(app, host=LOOPBACK, stands_in_for=elsewhere.stands_in_for)
        browsers = KnownBrowsers(self._folder, now=utc_now)
        guard = BrowserGuard(inside, browsers, texts=TEXTS, monotonic=lambda: 0.0, stand_in=elsewhere.stand_in)
        self._running = self._until.enter_context(ExitStack())
        self._running.enter_context(serve(_let_in(inside, guard), port=self._port))

    def off(self) -> None:
        assert self._running is not None
        self._running.close()


def _yes() -> bool:
    return True


def _let_in(inside: ASGIApp, guard: ASGIApp) -> ASGIApp:
    """What a browser meets that has shown its code: without TLS it would keep no cookie."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (guard if scope.get("path") == ALIVE else inside)(scope, receive, send)

    return app


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """A hub and its stand-in, both on."""
    with ExitStack() as until:
        hub, there = (Machine(port, tmp_path, until) for port in free_ports([0, 0]))
        hub.on(Elsewhere(stand_in=there.url))
        there.on(Elsewhere(stands_in_for=hub.url))
        yield hub, there


def passes(flet: FletPage, seconds: int) -> None:
    flet.run(flet.page.clock.fast_forward(seconds * 1000))


@contextmanager
def own_time(tabs: Tabs, url: str) -> Iterator[FletPage]:
    """The app in a tab whose time the test lets pass."""
    flet = tabs.lend(KIND, TABLET)
    flet.run(flet.page.clock.install())
    flet.run(flet.page.goto(url))
    flet.wait_uncovered()
    try:
        yield flet
    finally:
        flet.close()


def test_a_hub_that_stays_away_offers_its_stand_in_which_leads_back_once_it_answers(
    tabs: Tabs, machines: tuple[Machine, Machine]
) -> None:
    hub, there = machines
    with own_time(tabs, hub.url) as flet:
        go = flet.page.locator("#cover .go")
        hub.off()
        flet.run(expect(flet.page.locator("#cover[data-why=lost]")).to_be_visible(timeout=20_000))
        assert not flet.run(go.is_visible())
        passes(flet, OFFERED_AFTER_S)
        flet.run(expect(go).to_have_text("Lanjut di komputer pengganti"))
        flet.run(go.click())
        flet.run(flet.page.wait_for_url(f"{there.url}/**"))
        flet.wait_uncovered()
        back = flet.page.locator("#back")
        for _ in range(3):
            passes(flet, 16)
        flet.run(expect(back).to_be_hidden())
        hub.on(Elsewhere(stand_in=there.url))
        _until_told(flet, back.is_visible)
        flet.run(expect(back).to_contain_text("Komputer toko sudah terhubung lagi."))
        flet.run(back.locator(".stay").click())
        flet.run(expect(back).to_be_hidden())
        passes(flet, 300)
        _until_told(flet, back.is_visible)
        flet.run(back.locator(".go").click())
        flet.run(flet.page.wait_for_url(f"{hub.url}/**"))
        flet.wait_uncovered()


def _until_told(flet: FletPage, told: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    for _ in range(20):
        passes(flet, 16)
        flet.run(flet.page.wait_for_timeout(100))
        if flet.run(told()):
            return
    raise AssertionError("the page was not told that the hub is back")


def test_a_hub_that_comes_back_in_time_offers_nothing_and_one_without_a_stand_in_never_does(
    tabs: Tabs, machines: tuple[Machine, Machine]
) -> None:
    hub, there = machines
    lost, go = "#cover[data-why=lost]", "#cover .go"
    with own_time(tabs, hub.url) as flet:
        for elsewhere in (Elsewhere(stand_in=there.url), Elsewhere()):
            hub.off()
            flet.run(expect(flet.page.locator(lost)).to_be_visible(timeout=20_000))
            passes(flet, OFFERED_AFTER_S - 5)
            flet.run(expect(flet.page.locator(go)).to_be_hidden())
            hub.on(elsewhere)
            flet.wait_uncovered()
            flet.run(flet.page.reload())
            flet.wait_uncovered()
        hub.off()
        flet.run(expect(flet.page.locator(lost)).to_be_visible(timeout=20_000))
        passes(flet, 3 * OFFERED_AFTER_S)
        flet.run(expect(flet.page.locator(go)).to_be_hidden())


def test_a_stand_in_that_is_gone_itself_leads_back_to_the_hub(tabs: Tabs, machines: tuple[Machine, Machine]) -> None:
    hub, there = machines
    with own_time(tabs, there.url) as flet:
        there.off()
        flet.run(expect(flet.page.locator("#cover[data-why=lost]")).to_be_visible(timeout=20_000))
        passes(flet, OFFERED_AFTER_S)
        go = flet.page.locator("#cover .go")
        flet.run(expect(go).to_have_text("Kembali ke komputer toko"))
        flet.run(go.click())
        flet.run(flet.page.wait_for_url(f"{hub.url}/**"))
        flet.wait_uncovered()


def test_who_was_typing_is_told_that_it_does_not_come_along(tabs: Tabs, machines: tuple[Machine, Machine]) -> None:
    hub, _ = machines
    with own_time(tabs, hub.url) as flet:
        flet.run(flet.page.evaluate("window.clientelingPage.held = 'suka linen'"))
        hub.off()
        flet.run(expect(flet.page.locator("#cover[data-why=lost]")).to_be_visible(timeout=20_000))
        passes(flet, OFFERED_AFTER_S)
        flet.run(
            expect(flet.page.locator("#cover .gives-up")).to_have_text("Yang sedang diketik di sini tidak ikut pindah.")
        )
