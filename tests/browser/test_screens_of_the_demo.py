"""Every screen of the demo shop, drawn in a real browser: in both languages, light and dark, in three sizes.

An ordinary run draws each screen twice (tablet, light, Indonesian; desktop, dark, English) and asserts what must be on
it. With CLIENTELING_SCREENSHOTS=assets/screenshots all twelve are kept, with a contact sheet for each screen.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from tests.support.browser import FletPage
from tests.support.demo_shop import DemoShop
from tests.support.pictures import (
    GLANCE_EVERY_MS,
    LOCALES,
    MOST_LOOKS,
    SIZES,
    Scheme,
    contact_sheet,
    painted_picture,
    settled_picture,
)
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Screen:
    """A screen by its path, and words that must be on it, by language."""

    name: str
    path: str
    words: dict[str, tuple[str, ...]]


def screens(shop: DemoShop) -> list[Screen]:
    facts = shop.layout.facts
    return [
        Screen("today", "/", {"id": ("Sampaikan hari ini", "Siap diambil"), "en": ("Ready", "All saved")}),
        Screen("find", "/find?q=sit", {"id": ("Siti Rahmawati", "Sitti Khadijah"), "en": ("Siti Aminah",)}),
        Screen(
            "customer",
            f"/customers/{shop.customer_id}",
            {"id": ("Siti Rahmawati", "2.340"), "en": ("Siti Rahmawati", "2,340")},
        ),
        Screen(
            "product",
            f"/scan?code={facts.shelf_code}",
            {"id": ("Kemeja Linen Lengan Panjang", "ulasan"), "en": ("Kemeja Linen Lengan Panjang", "reviews")},
        ),
        Screen("scan", "/scan", {"id": ("Pindai",), "en": ("Scan",)}),
        Screen("attention", "/attention", {"id": ("Perlu perhatian",), "en": ("Needs attention",)}),
        Screen("labels", "/labels", {"id": ("Yang dicetak", "427 label"), "en": ("What to print", "427 labels")}),
        Screen(
            "figures",
            "/figures",
            {"id": ("Paling banyak dipindai", "Kemeja Oxford"), "en": ("Most scanned", "Kemeja Oxford")},
        ),
        Screen(
            "handover",
            f"/scan?code=SERAH-{shop.list_code}",
            {"id": (f"Daftar simpanan {shop.list_code}", "Kemeja"), "en": (f"Saved list {shop.list_code}", "Kemeja")},
        ),
        Screen("settings", "/settings", {"id": ("Ukuran huruf",), "en": ("Text size",)}),
        Screen("help", "/help", {"id": ("Coba dalam lima menit",), "en": ("Try it in five minutes",)}),
    ]


def screen_of(shop: DemoShop, name: str) -> Screen:
    return next(one for one in screens(shop) if one.name == name)


Tab = tuple[str, str]


@pytest.fixture(scope="module")
def tab_of(demo_shop: DemoShop, open_flet_for_module: OpenFlet) -> Callable[[Tab], FletPage]:
    """The tab of a language and size, opened once; screens follow one another in it."""
    opened: dict[Tab, FletPage] = {}

    def tab(shown: Tab) -> FletPage:
        if shown not in opened:
            language, size = shown
            opened[shown] = open_flet_for_module(demo_shop.url, locale=LOCALES[language], size=SIZES[size])
        return opened[shown]

    return tab


SHOP = ("today", "find", "customer", "product", "scan", "attention", "handover")
NAMES = (*SHOP, "labels", "figures", "settings", "help")


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_is_drawn_in_both_languages_themes_and_sizes(
    demo_shop: DemoShop, tab_of: Callable[[Tab], FletPage], tmp_path: Path, name: str
) -> None:
    kept = os.environ.get("CLIENTELING_SCREENSHOTS")
    folder = Path(kept) if kept else tmp_path
    screen = screen_of(demo_shop, name)
    wanted: list[tuple[str, str, Scheme]] = [("id", "tablet", "light"), ("en", "desktop", "dark")]
    if kept:
        schemes: tuple[Scheme, ...] = ("light", "dark")
        wanted = [(lang, size, scheme) for size, lang, scheme in product(SIZES, LOCALES, schemes)]
    pictures = []
    there: set[Tab] = set()
    for language, size, scheme in wanted:
        flet = tab_of((language, size))
        if (language, size) not in there:  # a code's address that one has come back to opens nothing
            flet.go_on(screen.path)
            there.add((language, size))
        for words in screen.words[language]:
            flet.wait_text(words)
        flet.run(flet.page.emulate_media(color_scheme=scheme))
        look = settled_picture if kept else painted_picture
        pictures.append(look(flet, folder / f"{name}-{size}-{scheme}-{language}.png", scheme))
    if kept:
        sheets = folder / "sheets"
        sheets.mkdir(exist_ok=True)
        contact_sheet(pictures, sheets / f"{name}.png")


OUTSIDE = """() => {
  const found = [];
  for (const one of document.querySelectorAll("flt-semantics")) {
    const words = (one.getAttribute("aria-label") || (one.children.length ? "" : one.textContent) || "").trim();
    const box = one.getBoundingClientRect();
    if (words && box.width > 0 && (box.left < -1 || box.right > innerWidth + 1)) found.push(words);
  }
  return found;
}"""
"""The words of what stands, in part at least, beyond the left or right edge of the window."""
LARGE_SCREENS = ("today", "customer", "settings")
LARGE_PERCENT = 200


async def wait_inside(flet: FletPage, screen: str) -> None:
    """Nothing, once all words stand inside the window: a screen that has just come may still move."""
    for _ in range(MOST_LOOKS):
        outside = await flet.page.evaluate(OUTSIDE)
        if not outside:
            return
        await flet.page.wait_for_timeout(GLANCE_EVERY_MS)
    raise AssertionError(f"on {screen} these stand outside the window: {outside}")


@pytest.mark.parametrize("size", list(SIZES) if os.environ.get("CLIENTELING_SCREENSHOTS") else ["tablet"])
def test_text_twice_as_large_stays_inside_the_window(demo_shop: DemoShop, open_flet: OpenFlet, size: str) -> None:
    kept = os.environ.get("CLIENTELING_SCREENSHOTS")
    pictures = []
    for language in LOCALES if kept else ("en",):
        flet = open_flet(demo_shop.url + "/settings", locale=LOCALES[language], size=SIZES[size])
        heading = screen_of(demo_shop, "settings").words[language][0]
        *_, usual = flet.wait_text(heading).box()
        flet.identifier(f"text-size-{LARGE_PERCENT}").click()
        for _ in range(MOST_LOOKS):
            flet.run(flet.page.wait_for_timeout(GLANCE_EVERY_MS))
            box = flet.run(flet.text(heading).locator.bounding_box())  # none while the screen takes its new shape
            if box is not None and box["height"] > usual * 1.5:
                break
        else:
            raise AssertionError("the text did not become larger")
        for screen in screens(demo_shop):
            if not kept and screen.name not in LARGE_SCREENS:
                continue
            flet.go_on(screen.path)
            for words in screen.words[language]:
                flet.wait_text(words)
            flet.run(wait_inside(flet, screen.name))
            if kept:
                picture = Path(kept) / f"large-{screen.name}-{size}-{language}.png"
                pictures.append(settled_picture(flet, picture, "light"))
    if kept:
        (Path(kept) / "sheets").mkdir(exist_ok=True)
        contact_sheet(pictures, Path(kept) / "sheets" / f"large-{size}.png")
