"""A shared device in a real browser: digits by touch, a lock, and the next person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from clienteling.ui.app import build_main
from clienteling.use_cases.sign_in import Door, sign_in_services
from tests.browser.conftest import ASSETS, served_app
from tests.support.browser import BrowserThread, FletPage
from tests.support.fake_customers import SITI
from tests.support.fake_services import FakeShop, start_clock
from tests.support.fakes import FakeClock
from tests.support.pins import DEDI, OTHER, PIN, RINA, WRONG, pins_of_two
from tests.support.serving import serve

NOTE = "Catatan baru"


@pytest.fixture
def tab(chromium: BrowserThread, tmp_path: Path, clock: FakeClock) -> Iterator[FletPage]:
    services = sign_in_services(Door(pins_of_two(tmp_path, clock), clock, clock))
    shop = FakeShop(customers={SITI.id: SITI}, sign_in=services)
    main = build_main(shop.services(), texts=ASSETS / "i18n", now=start_clock)
    context = chromium.new_context(size=(768, 1024), locale="id-ID", timezone="Asia/Jakarta")
    opened = FletPage(chromium, context)
    with serve(served_app(main)) as url:
        opened.go(url)
        yield opened
        opened.close()
    chromium.run(context.close())


def tap(tab: FletPage, pin: str) -> None:
    for digit in pin:
        tab.identifier(f"pin-{digit}").wait().click()


def test_two_people_share_a_tablet_and_neither_sees_the_others_draft(tab: FletPage) -> None:
    tab.identifier(f"associate-{RINA.id}").wait().click()
    tap(tab, WRONG)
    tab.wait_text("PIN salah. Masih bisa dicoba 9 kali.")
    tap(tab, PIN)
    tab.identifier("look-up").wait()
    tab.go_on(f"/customers/{SITI.id}")
    tab.identifier("write-note").wait().click()
    tab.by_label(NOTE).focus()
    tab.type("Suka warna biru", key_delay_ms=20)
    tab.identifier("lock").wait().click()
    tab.identifier("pin-pad").wait()
    assert "Siti" not in tab.snapshot()
    tab.identifier("someone-else").click()
    tab.identifier(f"associate-{DEDI.id}").wait().click()
    tab.wait_text(f"PIN {DEDI.name}")
    tab.type(OTHER, key_delay_ms=20)
    tab.wait_text(f"Toko Bandung · {DEDI.name}")
    tab.identifier("look-up").wait()
    tab.go_on(f"/customers/{SITI.id}")
    tab.identifier("write-note").wait()
    assert "Suka warna biru" not in tab.snapshot()
    tab.identifier("lock").click()
    tab.identifier("someone-else").wait().click()
    tab.identifier(f"associate-{RINA.id}").wait().click()
    tap(tab, PIN)
    tab.identifier("look-up").wait()
    tab.go_on(f"/customers/{SITI.id}?tab=notes")
    tab.by_label(NOTE).focus()
    tab.run(expect(tab.by_label(NOTE).locator).to_have_value("Suka warna biru", timeout=20_000))


def test_another_tab_of_the_same_browser_asks_again(tab: FletPage, chromium: BrowserThread) -> None:
    tab.identifier(f"associate-{RINA.id}").wait().click()
    tap(tab, PIN)
    tab.identifier("look-up").wait()
    other = FletPage(chromium, tab.page.context)
    other.go(tab.url)
    other.wait_text(f"PIN {RINA.name}")
    assert not other.identifier("look-up").count()
