"""A customer at the shelf and an associate, in real browsers over real processes: nobody says anything twice.

The phone opens a label's page, changes the language, reads what one-star reviews say, saves two products and shows the
code. The associate takes the list over, asks, and the wishlist has it, here and at the server. The second time the
server is down when the associate takes over.
"""

import re

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import BrowserThread, FletPage
from tests.support.demo_shop import DemoShop
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

SCAN = "Kode label, GTIN, SKU, kartu, atau nama barang"
LOOK_UP = "Cari nama, telepon, surel, kartu"


async def save_two(page: Page, url: str) -> str:
    """The code on the phone, of the label's product and one that is like it."""
    await page.goto(url)
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("button", name="Save for later")).to_be_visible()
    await page.get_by_role("link", name="Indonesia").click()
    await page.locator("#reviews a[href*='stars=1']").first.click()
    assert "stars=1" in page.url
    await page.get_by_role("button", name="Simpan untuk nanti").click()
    await page.get_by_role("link", name="Kemeja").first.click()
    other = page.locator("a.name[href*='/01/']").first
    await other.click()
    await page.get_by_role("button", name="Simpan untuk nanti").click()
    await expect(page.locator(".goods > li")).to_have_count(2)
    await page.get_by_role("button", name="Tunjukkan ke pramuniaga").click()
    code = await page.locator(".code").inner_text()
    assert re.fullmatch("[2-9A-HJKMNP-Z]{6}", code)
    return code


def code_of_two(chromium: BrowserThread, url: str) -> str:
    context = chromium.new_context(size=(360, 800), locale="id-ID", timezone="Asia/Jakarta")

    async def journey() -> str:
        return await save_two(await context.new_page(), url)

    try:
        return chromium.run(journey())
    finally:
        chromium.run(context.close())


def take_over(flet: FletPage, shop: DemoShop, code: str) -> None:
    flet.go(f"{shop.url}/scan")
    flet.by_label(SCAN).fill(code)
    flet.press("Enter")
    flet.wait_text(f"Daftar simpanan {code}")
    flet.identifier("give").wait().click()
    flet.by_label(LOOK_UP).fill("rahmawati")
    flet.identifier(f"customer-{shop.customer_id}").click()
    flet.wait_text("Boleh kami simpan")
    flet.identifier("give-agreed").click()
    flet.identifier("give-kept").wait()


def test_what_a_phone_saved_is_on_the_wishlist_and_nobody_said_it_twice(
    demo_shop: DemoShop, chromium: BrowserThread, open_flet: OpenFlet
) -> None:
    shop = demo_shop
    url = shop.layout.shelf_url
    first, second = code_of_two(chromium, url), code_of_two(chromium, url)
    assert first != second
    flet = open_flet(shop.url, locale="id-ID")
    take_over(flet, shop, first)
    flet.identifier("give-open").click()
    flet.identifier("customer-name").wait()
    flet.wait_text("Semua tersimpan", timeout_s=40)

    shop.stop_server()
    try:
        flet.wait_text("Tanpa jaringan sejak", timeout_s=40)
        flet.go(f"{shop.url}/scan")
        flet.by_label(SCAN).fill(second)
        flet.press("Enter")
        flet.wait_text(f"Daftar simpanan {second}")
        flet.go(f"{shop.url}/scan")
        flet.by_label(SCAN).fill(first)
        flet.press("Enter")
        flet.wait_text("Satu kode dipakai sekali")
    finally:
        shop.start_server()
    flet.wait_text("Semua tersimpan", timeout_s=40)
