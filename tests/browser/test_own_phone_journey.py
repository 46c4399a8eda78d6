"""The customer answers on a phone of their own, without scripts: off the tablet's screen, and onto it again by itself.

Over the demo as people get it: its server, its page, a real tablet and a real phone.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import BrowserContext, Page

from clienteling import demo
from clienteling.demo.layout import DEMO_PIN
from tests.browser.test_shelf_page import AXE, RULES
from tests.support.browser import TABLET, BrowserThread, FletPage
from tests.support.demo_shop import DemoShop
from tests.support.pictures import LOCALES
from tests.support.tabs import OpenFlet
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

T = TypeVar("T")

RINA: Final = "Rina Marlina"
PHONE: Final = (390, 844)
KEPT: Final = os.environ.get("CLIENTELING_SCREENSHOTS")


@dataclass(frozen=True)
class OwnPhone:
    """A customer's phone at the address that its camera read. `hosts`: whom it asked."""

    chromium: BrowserThread
    context: BrowserContext
    page: Page
    hosts: set[str]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.chromium.run(work)

    def words(self) -> str:
        return str(self.run(self.page.locator("body").inner_text()))

    def answer(self, name: str, value: str) -> None:
        self.run(self.page.locator(f'input[name="{name}"][value="{value}"]').check())

    def picture(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.run(self.page.screenshot(path=folder / f"{name}.png", full_page=True))


@pytest.fixture
def phones(chromium: BrowserThread) -> Iterator[Any]:
    opened: list[OwnPhone] = []

    def scan(url: str, *, language: str = "id", runs_scripts: bool = False) -> OwnPhone:
        context = chromium.new_context(
            size=PHONE, locale=LOCALES[language], timezone="Asia/Jakarta", runs_scripts=runs_scripts
        )
        hosts: set[str] = set()

        async def read() -> Page:
            page = await context.new_page()
            page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
            await page.goto(url)
            return page

        opened.append(OwnPhone(chromium, context, chromium.run(read()), hosts))
        return opened[-1]

    yield scan
    for one in opened:
        chromium.run(one.context.close())


def scanned(flet: FletPage, folder: Path) -> str:
    """What a phone's camera reads off the tablet's screen, once it stands there."""
    flet.identifier("phone-symbol").wait()
    found: list[str] = []

    def is_read() -> bool:
        picture = Image.open(flet.screenshot(folder / "tablet.png"))
        found[:] = [one.text for one in zxingcpp.read_barcodes(picture)]
        return bool(found)

    wait_until(is_read, what="a symbol that can be read")
    return found[0]


def come_in(flet: FletPage, ids: dict[str, str], path: str) -> None:
    """Rina signs in by her PIN, and goes there."""
    flet.identifier("pin-pad").wait()
    flet.type(DEMO_PIN, key_delay_ms=30)
    flet.identifier("lock").wait()
    flet.go_on(path)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_customer_scans_answers_without_scripts_and_the_tablet_says_so_by_itself(
    prepared_shop: DemoShop, open_flet: OpenFlet, phones: Any, tmp_path: Path, language: str
) -> None:
    folder = Path(KEPT) if KEPT else tmp_path
    filled = demo.read_filled(prepared_shop.layout.folder)
    assert filled is not None
    customer = f"/customers/{prepared_shop.customer_id}"
    flet = open_flet(prepared_shop.url, locale=LOCALES[language], size=TABLET)
    come_in(flet, filled.associate_ids, f"{customer}/turned?part=consents")
    flet.identifier("ask-consents").wait()
    if language == "en":  # the customer's own is Indonesian
        flet.identifier("ask-in-en").click()
    flet.identifier("consents-phone").wait()
    if KEPT:
        flet.screenshot(folder / f"own-phone-offered-{language}.png")
    flet.identifier("consents-phone").click()
    url = scanned(flet, tmp_path)
    assert url == url.upper()
    if KEPT:
        for scheme in ("light", "dark"):
            flet.run(flet.page.emulate_media(color_scheme=scheme))
            flet.run(asyncio.sleep(1))
            flet.screenshot(folder / f"own-phone-tablet-{scheme}-{language}.png")

    reader = phones(url, language=language, runs_scripts=True)
    reader.run(reader.page.evaluate(AXE))
    rules = {"runOnly": {"type": "tag", "values": RULES}}
    broken = reader.run(reader.page.evaluate("rules => axe.run(document, rules)", rules))["violations"]
    assert [one["id"] for one in broken] == []

    phone = phones(url, language=language)
    assert phone.run(phone.page.locator("input:checked").count()) == 0
    for name in (filled.customer_id, "Siti", "+62"):
        assert name not in phone.run(phone.page.content())
    phone.answer("marketing-email", "no")
    phone.answer("service-whatsapp", "yes")
    phone.picture(folder, f"own-phone-asked-{language}")
    phone.run(phone.page.locator("button").click())
    kept = {"id": "Jawaban Anda tersimpan", "en": "Your answers are kept"}[language]
    assert kept in phone.words()
    phone.picture(folder, f"own-phone-kept-{language}")
    phone.run(phone.page.reload())
    assert kept in phone.words()
    assert phone.hosts == {urlsplit(url).netloc}
    assert phone.run(phone.context.cookies()) == []

    came = {"id": "2 jawaban dari ponsel Anda sudah masuk", "en": "2 answers came from your phone"}[language]
    flet.wait_text(came)
    if KEPT:
        flet.screenshot(folder / f"own-phone-came-{language}.png")
    flet.identifier("phone-here").click()
    flet.identifier("turn-back").wait().click()
    flet.identifier("tab-consents").wait().click()
    method = {"id": "Di ponsel sendiri", "en": "On their own phone"}[language]
    flet.wait_text(method)
    later = phones(url, language=language)
    assert {"id": "sudah dijawab", "en": "answered already"}[language] in later.words()
    later.picture(folder, f"own-phone-used-{language}")
