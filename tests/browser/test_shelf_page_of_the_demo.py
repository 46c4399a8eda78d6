"""The demo's shelf label, read by a phone: the page of the demo's own server, in a real browser."""

from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import expect

from clienteling.settings import assets_dir
from tests.support.browser import BrowserThread
from tests.support.demo_shop import DemoShop

pytestmark = pytest.mark.browser


def test_the_demos_label_leads_a_phone_to_its_page(chromium: BrowserThread, demo_shop: DemoShop) -> None:
    with Image.open(assets_dir() / "demo" / "shelf_label.png") as label:
        (read,) = zxingcpp.read_barcodes(label)
    url = demo_shop.layout.shelf_url
    assert urlsplit(read.text).path == urlsplit(url).path
    context = chromium.new_context(size=(360, 800), locale="id-ID", timezone="Asia/Jakarta")
    hosts: set[str] = set()
    said: list[str] = []

    async def look() -> None:
        page = await context.new_page()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.on("console", lambda message: said.append(message.text))
        await page.goto(url, wait_until="networkidle")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Kemeja Linen Lengan Panjang")
        await expect(page.get_by_text("di Bandung").first).to_be_visible()
        await expect(page.get_by_text("Benang Teduh").first).to_be_visible()
        assert await page.evaluate("[...document.images].filter(one => one.complete && !one.naturalWidth).length") == 0
        assert await page.evaluate("document.images[0].naturalWidth") > 0
        await page.get_by_role("button", name="Simpan untuk nanti").click()
        await expect(page.get_by_role("status")).to_have_text("Tersimpan.")

    try:
        chromium.run(look())
    finally:
        chromium.run(context.close())
    assert hosts == {urlsplit(url).netloc}
    assert said == []
