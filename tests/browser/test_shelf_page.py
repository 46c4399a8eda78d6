"""The customer's page in a real browser: the rules of WCAG 2.2 AA in both languages and themes, narrow and with large
text, what a visitor does there, and how soon it is seen on a slow phone.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final, TypeVar

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.support.browser import BrowserThread
from tests.support.serving import serve
from tests.support.shelf_hub import PICTURE, SHIRT, ShelfHub
from tests.support.shelf_shop import NOW, SHIRT_L, SHIRT_M, TROUSERS, priced, promotion, review, variant

pytestmark = pytest.mark.browser

T = TypeVar("T")

AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW: Final = (320, 640)
PHONE: Final = (360, 800)
SLOW_4G: Final = {"offline": False, "latency": 400, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
"""1.6 Mbit/s down and 400 ms there and back."""
SEEN_WITHIN_MS: Final = 2_000
WATCH: Final = """
  window.seen = 0; window.shifted = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => window.seen = one.startTime))
    .observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(one => window.shifted += one.value))
    .observe({type: "layout-shift", buffered: true});
"""


class Visitor:
    """One phone's browser at the shelf. `hosts`: what it asked, `said`: what its console has."""

    def __init__(self, chromium: BrowserThread, url: str, *, size: tuple[int, int], locale: str) -> None:
        self._chromium = chromium
        self.url = url
        self.hosts: set[str] = set()
        self.said: list[str] = []
        self.context: BrowserContext = chromium.new_context(size=size, locale=locale, timezone="Asia/Jakarta")
        self.page: Page = chromium.run(self._open())

    async def _open(self) -> Page:
        page = await self.context.new_page()
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.on("console", lambda message: self.said.append(message.text))
        return page

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._chromium.run(work)

    def go(self, path: str) -> None:
        self.run(self.page.goto(self.url + path, wait_until="networkidle"))

    def in_theme(self, theme: Any) -> None:
        self.run(self.page.emulate_media(color_scheme=theme))

    def violations(self) -> list[tuple[str, list[str]]]:
        """What axe finds, each with the elements."""
        self.run(self.page.evaluate(AXE))
        found = self.run(
            self.page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
        )
        return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]

    def overflow_px(self) -> int:
        """How much wider the page is than its window."""
        wider: int = self.run(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))
        return wider

    def close(self) -> None:
        self.run(self.context.close())


@pytest.fixture(scope="module")
def shelf_url(open_hub: ShelfHub) -> Iterator[str]:
    """The small retailer with everything a page can show."""
    chart = {"columns": ["Ukuran", "Lebar dada (cm)", "Panjang (cm)"], "rows": [["M", "98", "68"], ["L", "104", "70"]]}
    variants = [variant("linen m", SHIRT_M, "M"), variant("linen l", SHIRT_L, "L", 2)]
    shirt = priced(
        "kemeja linen",
        *variants,
        price=349_000_00,
        pictures=[{"url": f"pictures/{PICTURE}"}, {"url": "pictures/kemeja-linen-bmd.webp"}],
        description="Linen yang lembut, sejuk dari pagi sampai petang.",
        size_chart=chart,
        video_url="https://video.example.com/kemeja",
        returns_days=14,
        delivery_options=["pickup", "same_day"],
        goes_with=[],
    )
    more = [review(f"more {n}", "kemeja linen", n % 5 + 1, text="Adem dan pas. " * (n * 9), verified=n % 2 == 0)
            for n in range(30)]  # fmt: skip
    ends = NOW + timedelta(days=14)
    open_hub.say(*shirt, *more, promotion("linen ringan", starts=NOW, ends=ends, name_en="Linen light"))
    with serve(open_hub.app) as url:
        yield url


@pytest.fixture
def visit(chromium: BrowserThread, shelf_url: str) -> Iterator[Any]:
    opened: list[Visitor] = []

    def open_browser(size: tuple[int, int] = PHONE, locale: str = "id-ID") -> Visitor:
        opened.append(Visitor(chromium, shelf_url, size=size, locale=locale))
        return opened[-1]

    yield open_browser
    for visitor in opened:
        visitor.close()


PAGES: Final = (
    SHIRT,
    f"{SHIRT}?order=critical",
    f"/SXXX/01/{SHIRT_M}",
    f"/shelf/compare?store=SBDG&gtin={SHIRT_M}&gtin={TROUSERS}&gtin={SHIRT_L}",
    "/shelf/saved",
    "/01/1",
    "/SBDG/01/09506000134376",
)


@pytest.mark.parametrize(
    ("locale", "theme", "size"),
    [
        ("id-ID", "light", PHONE),
        ("id-ID", "dark", NARROW),
        ("en-US", "light", NARROW),
        ("en-US", "dark", (1200, 900)),
    ],
)
def test_every_page_keeps_the_rules_of_wcag(visit: Any, locale: str, theme: str, size: tuple[int, int]) -> None:
    visitor = visit(size, locale)
    visitor.in_theme(theme)
    for path in PAGES:
        visitor.go(path)
        assert visitor.violations() == [], path
        assert visitor.overflow_px() == 0, path
    assert [one for one in visitor.said if "40" not in one] == []


def test_text_of_twice_the_size_stays_inside_the_window(visit: Any) -> None:
    visitor = visit()
    for path in PAGES:
        visitor.go(path)
        visitor.run(visitor.page.evaluate("document.documentElement.style.fontSize = '200%'"))
        assert visitor.overflow_px() == 0, path


def test_every_link_and_button_is_large_enough_for_a_thumb(visit: Any) -> None:
    visitor = visit()
    visitor.go(SHIRT)
    small = visitor.run(
        visitor.page.evaluate(
            """() => [...document.querySelectorAll('a, button, summary')]
              .filter(one => !one.matches('.skip') && one.getBoundingClientRect().height < 43.5)
              .filter(one => !one.matches('.goods .name'))
              .map(one => one.outerHTML.slice(0, 90))"""
        )
    )
    assert small == []


def test_a_visitor_opens_a_page_switches_the_language_and_reads_what_one_star_said(visit: Any) -> None:
    visitor = visit()
    page = visitor.page
    visitor.go(SHIRT)

    async def read() -> None:
        await expect(page.get_by_role("heading", level=1)).to_have_text("Kemeja Linen")
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_role("button", name="Save for later")).to_be_visible()
        await page.get_by_role("link", name="1 star", exact=True).click()
        await expect(page.get_by_text("Kancingnya lepas setelah dua kali cuci")).to_be_visible()
        assert page.url.endswith("?order=newest&stars=1&lang=en#reviews")
        await page.get_by_role("link", name="L Sold out").click()
        await expect(page.get_by_text("Sold out").first).to_be_visible()

    visitor.run(read())
    assert visitor.hosts == {page.url.split("/")[2]}
    assert visitor.said == []
    assert visitor.run(visitor.context.cookies()) == []
    assert visitor.run(page.evaluate("localStorage.length + sessionStorage.length")) == 0


def test_a_visitor_saves_two_compares_them_and_removes_one(visit: Any) -> None:
    visitor = visit()
    page = visitor.page

    async def save_and_compare() -> None:
        for gtin in (SHIRT_M, TROUSERS):
            await page.goto(f"{visitor.url}/SBDG/01/{gtin}")
            await page.get_by_role("button", name="Simpan untuk nanti").click()
            await expect(page.get_by_role("status")).to_have_text("Tersimpan.")
        await page.get_by_label("Bandingkan Celana Chino").check()
        await page.get_by_label("Bandingkan Kemeja Linen").check()
        await page.get_by_role("button", name="Bandingkan yang dicentang").click()
        await expect(page.get_by_role("columnheader")).to_have_count(2)
        await page.get_by_role("link", name="Tersimpan").click()
        await page.get_by_role("button", name="Hapus Celana Chino").click()
        await expect(page.get_by_role("link", name="Kemeja Linen")).to_be_visible()
        await expect(page.get_by_role("link", name="Celana Chino")).to_have_count(0)

    visitor.run(save_and_compare())
    (cookie,) = visitor.run(visitor.context.cookies())
    assert (cookie["name"], cookie["value"], cookie["httpOnly"]) == ("saved", SHIRT_M, True)
    assert visitor.violations() == []


def test_the_keyboard_reaches_the_content_first_and_shows_where_it_is(visit: Any) -> None:
    visitor = visit()
    page = visitor.page
    visitor.go(SHIRT)

    async def walk() -> None:
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Langsung ke barangnya")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="dari 5")).to_be_focused()

    visitor.run(walk())
    outline = visitor.run(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert outline == "solid"


def test_the_page_is_seen_soon_on_a_slow_phone_and_nothing_jumps(visit: Any) -> None:
    visitor = visit()
    page = visitor.page

    async def open_slowly() -> tuple[float, float]:
        await page.add_init_script(WATCH)
        session = await visitor.context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", SLOW_4G)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        await page.goto(visitor.url + SHIRT, wait_until="networkidle")
        await asyncio.wait_for(page.wait_for_function("window.seen > 0"), 10)
        return await page.evaluate("window.seen"), await page.evaluate("window.shifted")

    seen_ms, shifted = visitor.run(open_slowly())
    assert shifted == 0
    assert 0 < seen_ms <= SEEN_WITHIN_MS
