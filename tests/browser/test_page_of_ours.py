"""What the page around the app does by itself: the cover while the hub is gone, and pictures that are too large."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Route, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from clienteling.scanning.image_decode import MAX_PICTURE_BYTES
from clienteling.ui.app import build_main
from clienteling.use_cases.resolve_scan import decode_picture
from sync.protocol.times import utc_now
from tests.browser.conftest import ASSETS, served_app
from tests.browser.conftest import Hub as OwnHub
from tests.support.browser import TABLET, Element, FletPage
from tests.support.demo_shop import DemoShop
from tests.support.fake_customers import SITI, CustomerShop
from tests.support.fake_products import product_shop
from tests.support.serving import serve
from tests.support.tabs import OpenFlet, Tabs

GOING_AWAY: Final = 1001
LOST_WITHIN_S: Final = 2.0
MEASURED_LATE_S: Final = 0.5
"""What asking the browser may take on a busy machine."""
GIVEN_UP_BY_ITSELF_S: Final = 30
"""So long does a page stay covered whose app has begun, and that never learns of its screen."""
LEAST_PAINTED_BYTES: Final = 15_000
"""The client's own waiting page, and an empty one, make smaller pictures."""
UNCOVERED: Final = """() => new Promise((seen) => {
    const look = () => document.getElementById("cover").hidden ? seen() : requestAnimationFrame(look);
    look();
})"""
SHOWN_BELOW: Final = """() => {
    const at = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    return at.closest('#cover') === null;
}"""


def wait_covered(flet: FletPage) -> None:
    """Nothing, once the hub's absence is said."""
    flet.run(expect(flet.page.locator("#cover[data-why=lost]")).to_be_visible(timeout=20_000))


async def wait_held(flet: FletPage, words: str) -> None:
    """Nothing, once the page holds a draft that ends so: a busy machine takes its time over the keys."""
    while words not in await flet.page.evaluate("window.clientelingPage.held"):
        await flet.page.wait_for_timeout(50)


class Hub:
    """The first store's hub of the demo, as a process to kill."""

    def __init__(self, shop: DemoShop) -> None:
        self._processes = shop.processes
        self._place = shop.layout.device

    def kill(self) -> None:
        """End it as a power cut does."""
        process = self._processes.running.pop(self._place.name)
        process.kill()
        process.wait(30)

    def start(self) -> None:
        """Start it again on the same data, and wait until it answers."""
        self._processes.start(self._place)
        self._processes.wait_until_answers(self._place)


class Cuttable:
    """An ASGI app whose open websockets can be closed from outside, as by a network that is gone for a moment."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: list[tuple[asyncio.AbstractEventLoop, Send]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            self._open.append((asyncio.get_running_loop(), send))
        await self._app(scope, receive, send)

    def cut(self) -> None:
        """Nothing; the app behind lives on and keeps its sessions."""

        async def close(send: Send) -> None:
            await send({"type": "websocket.close", "code": GOING_AWAY})

        for loop, send in self._open:
            asyncio.run_coroutine_threadsafe(close(send), loop).result(10)
        self._open.clear()


@pytest.fixture
def hub(demo_shop: DemoShop) -> Iterator[Hub]:
    """A hub that runs again after the test, whatever happened to it."""
    hub = Hub(demo_shop)
    yield hub
    if demo_shop.layout.device.name not in demo_shop.processes.running:
        hub.start()


def test_a_dead_hub_covers_the_customer_and_its_return_brings_back_what_was_typed(
    open_flet: OpenFlet, demo_shop: DemoShop, hub: Hub
) -> None:
    flet = open_flet(f"{demo_shop.url}/customers/{demo_shop.customer_id}?tab=notes")
    flet.identifier("note-text").wait()
    box = flet.page.locator('[flt-semantics-identifier="note-text"] textarea')
    flet.run(box.click())
    flet.type("suka linen warna tanah", key_delay_ms=20)
    flet.run(expect(box).to_have_value("suka linen warna tanah"))
    flet.run(wait_held(flet, "tanah"))
    flet.run(flet.page.evaluate("window.notLoadedAgain = true"))
    address = flet.url
    hub.kill()
    killed_at = time.monotonic()
    wait_covered(flet)
    assert time.monotonic() - killed_at < LOST_WITHIN_S + MEASURED_LATE_S
    assert flet.run(flet.page.evaluate(SHOWN_BELOW)) is False
    cover = flet.page.locator("#cover")
    flet.run(expect(cover).to_contain_text("Komputer toko tidak terhubung"))
    hub.start()
    flet.wait_uncovered()
    assert flet.url == address
    assert flet.run(flet.page.evaluate("window.notLoadedAgain")) is True
    flet.run(box.click())  # the canvas shows it at once; the page's own field follows with the focus
    flet.run(expect(box).to_have_value("suka linen warna tanah", timeout=20_000))
    kept = flet.run(flet.page.evaluate("JSON.stringify([localStorage, sessionStorage])"))
    assert "linen" not in kept


def test_the_cover_speaks_the_language_that_was_chosen(open_flet: OpenFlet) -> None:
    main = build_main(product_shop().services(), texts=ASSETS / "i18n", default_associate_id="associate-rina")
    with serve(served_app(main)) as address:
        flet = open_flet(address)
        flet.identifier("switch-language").click()
        flet.wait_text("Ready for pickup")
    wait_covered(flet)
    flet.run(expect(flet.page.locator("#cover")).to_contain_text("No connection to the store's computer"))
    with serve(served_app(main), port=int(address.rsplit(":", 1)[1])):
        flet.wait_uncovered()
        flet.wait_text("Ready for pickup")


def test_a_connection_lost_for_a_moment_comes_back_to_the_same_screen_with_what_was_typed(open_flet: OpenFlet) -> None:
    main = build_main(CustomerShop().services(), texts=ASSETS / "i18n", default_associate_id="associate-rina")
    hub = Cuttable(served_app(main))
    with serve(hub) as address:
        flet = open_flet(f"{address}/customers/{SITI.id}?tab=notes")
        note = flet.identifier("note-text").wait().locator.locator("textarea")
        Element(flet, note).focus()
        flet.type("suka linen", key_delay_ms=20)
        flet.run(wait_held(flet, "linen"))
        flet.run(flet.page.evaluate("window.notLoadedAgain = true"))
        for _ in range(2):
            hub.cut()
            wait_covered(flet)
            flet.wait_uncovered()
        assert flet.run(flet.page.evaluate("window.notLoadedAgain")) is True
        flet.run(note.click())  # as above
        flet.run(expect(note).to_have_value("suka linen", timeout=20_000))
        flet.identifier("note-save").click()
        flet.wait_text("Catatan (2)")


async def choose(flet: FletPage, picture: Path) -> None:
    async with flet.page.expect_file_chooser() as choosing:
        await flet.page.locator('[flt-semantics-identifier="scan-picture"]').get_by_role("button").click()
    await (await choosing.value).set_files(picture)


async def first_seen(flet: FletPage) -> int:
    """The bytes of a picture of what a person first sees of a page that was just asked for."""
    await flet.page.locator("#cover").wait_for(state="attached")
    async with asyncio.timeout(GIVEN_UP_BY_ITSELF_S - 2):
        await flet.page.evaluate(UNCOVERED)
    return len(await flet.page.screenshot())


def test_what_is_first_seen_is_a_screen_and_not_the_clients_own_waiting(hub_of_ours: OwnHub, tabs: Tabs) -> None:
    kind = ("id-ID", "Asia/Jakarta")
    flet = tabs.lend(kind, TABLET)
    flet.run(flet.page.goto(hub_of_ours.show(product_shop().services()), wait_until="commit"))
    assert flet.run(first_seen(flet)) > LEAST_PAINTED_BYTES
    flet.run(flet.page.reload(wait_until="commit"))
    assert flet.run(first_seen(flet)) > LEAST_PAINTED_BYTES
    tabs.take_back(kind, flet)


def test_a_start_that_takes_long_stays_covered_and_says_so(hub_of_ours: OwnHub, tabs: Tabs) -> None:
    kind = ("id-ID", "Europe/London")  # a tab of its own: its clock is not the others'
    flet = tabs.lend(kind, TABLET)
    arrived = asyncio.Event()

    async def on_its_way(route: Route) -> None:
        await arrived.wait()
        await route.abort()

    async def look() -> None:
        await flet.page.clock.install()
        await flet.page.route("**/main.dart.*", on_its_way)
        await flet.page.goto(hub_of_ours.show(product_shop().services()), wait_until="commit")
        cover = flet.page.locator("#cover")
        await cover.wait_for(state="visible")
        await flet.page.clock.fast_forward(120_000)
        await expect(cover.locator(".more")).to_have_text("Masih memuat. Jaringan atau perangkat ini sedang lambat.")
        await expect(cover).to_be_visible()
        arrived.set()
        await flet.page.unroute_all(behavior="wait")

    flet.run(look())
    flet.close()


def test_the_look_up_of_the_first_screen_has_the_focus_and_is_typed_in_without_a_press(
    hub_of_ours: OwnHub, open_flet: OpenFlet
) -> None:
    flet = open_flet(hub_of_ours.show(CustomerShop().services()))
    flet.run(expect(flet.page.locator("input")).to_be_focused())
    flet.type("sit", key_delay_ms=20)
    flet.wait_text("Siti Aminah")


async def wait_silent(flet: FletPage) -> None:
    """Nothing, once the page has been told for a moment that no hub is there."""
    lost = flet.page.locator("#cover[data-why=lost]")
    await flet.page.route("**/healthz", lambda route: route.abort())
    await expect(lost).to_be_attached(timeout=20_000)
    await flet.page.unroute_all(behavior="wait")


@pytest.mark.parametrize("when", ["before its first screen", "once it is there"])
def test_a_hub_that_is_silent_for_a_moment_takes_the_focus_from_nobody(
    hub_of_ours: OwnHub, tabs: Tabs, when: str
) -> None:
    kind = ("id-ID", "Asia/Jakarta")
    flet = tabs.lend(kind, TABLET)
    url = hub_of_ours.show(CustomerShop().services())
    field = flet.page.locator("input")

    async def begin_in_silence() -> None:
        await asyncio.gather(wait_silent(flet), flet.page.goto(url))

    if when == "before its first screen":
        flet.run(begin_in_silence())
        flet.enable_semantics()
    else:
        flet.go(url)
        flet.run(expect(field).to_be_focused())
        flet.run(wait_silent(flet))
    flet.wait_uncovered()
    flet.run(expect(field).to_be_focused())
    flet.type("sit", key_delay_ms=20)
    flet.wait_text("Siti Aminah")
    tabs.take_back(kind, flet)


MOVED: Final = """() => {
    const field = document.activeElement;
    field.parentElement.append(field);
    return document.activeElement === document.body;
}"""
"""As Flutter moves what it builds anew around: the browser takes the focus from it."""


TAKEN: Final = """() => {
    document.activeElement.blur();
    return new Promise((later) => setTimeout(() => setTimeout(later)));
}"""
"""As the app does where it means it, and what the page does behind that."""


def test_a_field_that_is_moved_before_anybody_touched_the_page_keeps_the_focus(
    hub_of_ours: OwnHub, open_flet: OpenFlet
) -> None:
    flet = open_flet(hub_of_ours.show(CustomerShop().services()))
    field = flet.page.locator("input")
    flet.run(expect(field).to_be_focused())
    assert flet.run(flet.page.evaluate(MOVED)) is True
    flet.run(expect(field).to_be_focused())
    flet.run(flet.page.evaluate(TAKEN))
    flet.run(expect(field).not_to_be_focused())


def test_a_picture_too_large_is_refused_in_a_sentence_and_the_session_lives(
    hub_of_ours: OwnHub, open_flet: OpenFlet, tmp_path: Path
) -> None:
    shop = product_shop()
    shop.decode_picture = decode_picture  # type: ignore[method-assign]  # the shop is a fake
    flet = open_flet(hub_of_ours.show(shop.services(), now=utc_now) + "/scan")
    picture = tmp_path / "large.png"
    with picture.open("wb") as file:
        file.truncate(MAX_PICTURE_BYTES + 1)
    flet.identifier("scan-picture").wait()
    flet.run(choose(flet, picture))
    flet.run(expect(flet.page.locator("#notice")).to_have_text(re.compile("terlalu besar")))
    flet.run(choose(flet, ASSETS / "demo" / "shelf_label.png"))
    flet.identifier("past-scans").wait()
    flet.wait_text("Kode")
    flet.wait_uncovered()
    assert not [line for line in flet.console if "Content Security Policy" in line]
