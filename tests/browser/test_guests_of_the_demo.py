"""The demo's label, read by a phone on the store's guest Wi-Fi while the internet is gone: the hub's page in a real
browser, over TLS at the label's own address, and the associate's app on that hub."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import zxingcpp
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from playwright.async_api import Page, expect

from clienteling.demo.layout import KEY_FILE, Place
from clienteling.loopback import LOOPBACK, free_ports
from clienteling.settings import assets_dir
from clienteling.shelf_certificate import remove
from tests.support.browser import BrowserThread
from tests.support.certificates import HOST, Issued, authority, issue
from tests.support.command_line import run
from tests.support.demo_shop import DemoShop
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

CERTIFICATE: Final = issue(issuer=authority())
PHONE: Final = (360, 800)


@dataclass(frozen=True, slots=True)
class Hub:
    """The Bandung store's hub. `port`, `http_port`: where guests are answered."""

    place: Place
    port: int
    http_port: int


@pytest.fixture
def hub(demo_shop: DemoShop, tmp_path: Path) -> Iterator[Hub]:
    """The demo's Bandung device as a hub with a certificate, with the central API stopped; as before afterwards."""
    with demo_shop.without(demo_shop.layout.central, demo_shop.layout.device):
        yield from _hub(demo_shop, tmp_path)


def _hub(shop: DemoShop, files: Path) -> Iterator[Hub]:
    device = shop.layout.device
    port, http_port = free_ports([0, 0])
    chain, key = CERTIFICATE.files(files)
    installed = run("hub", "shelf-certificate", "--data-dir", device.folder, "--certificate", chain, "--key", key)
    assert installed.status == 0, installed.errors
    words = ("--data-dir", device.folder, "--key-file", device.folder / KEY_FILE, "--port", device.port)
    guests = ("--shelf-bind", LOOPBACK, "--shelf-port", port, "--shelf-http-port", http_port)
    place = Place("hub", device.folder, device.port, ("hub", "run", *map(str, (*words, *guests))))
    shop.processes.start(place)
    try:
        shop.processes.wait_until_answers(place)
        yield Hub(place, port, http_port)
    finally:
        shop.end(place)
        remove(device.folder)


def spki(issued: Issued) -> str:
    """What Chromium knows a key by."""
    told = issued.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(told).digest()).decode()


@contextmanager
def phone_on_the_wifi(program: Path, hub: Hub) -> Iterator[BrowserThread]:
    """A browser to which the Wi-Fi's DNS names one host, and which trusts the certificate of this test."""
    rules = (
        f"MAP {HOST}:443 {LOOPBACK}:{hub.port}",
        f"MAP {HOST}:80 {LOOPBACK}:{hub.http_port}",
        "MAP * ~NOTFOUND",
        f"EXCLUDE {LOOPBACK}",
    )
    flags = (
        f"--host-resolver-rules={', '.join(rules)}",
        f"--ignore-certificate-errors-spki-list={spki(CERTIFICATE)}",
    )
    browser = BrowserThread(program, more_flags=flags)
    try:
        yield browser
    finally:
        browser.close()


def label_address() -> str:
    """What stands on the demo's label."""
    with Image.open(assets_dir() / "demo" / "shelf_label.png") as label:
        (read,) = zxingcpp.read_barcodes(label)
    return read.text


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Simpan untuk nanti").first.click()
    await expect(page.get_by_role("status")).to_have_text("Tersimpan.")


async def visit(page: Page, address: str) -> str:
    """The code that a visitor shows who opens the label's address, saves two products and asks for it."""
    opened = await page.goto(address, wait_until="networkidle")
    assert opened is not None
    assert (opened.status, page.url) == (200, f"https://{HOST}/SBDG/01/08990000010203")
    assert opened.headers["strict-transport-security"] == "max-age=31536000"
    await expect(page.get_by_role("heading", level=1)).to_have_text("Kemeja Linen Lengan Panjang")
    await expect(page.get_by_text("di Bandung").first).to_be_visible()
    assert await page.evaluate("document.images[0].naturalWidth") > 0
    assert await page.evaluate("isSecureContext")
    await save(page)
    await page.goto(f"http://{HOST}/SBDG/01/08990000010975")  # led on to TLS, or by HSTS not even asked without
    assert page.url.startswith("https://")
    await save(page)
    cookies = await page.context.cookies()
    assert {one["name"]: (one["secure"], one["httpOnly"]) for one in cookies} == {"saved": (True, True)}
    await page.get_by_role("button", name="Tunjukkan ke pramuniaga").click()
    return (await page.locator("p.code").inner_text()).strip()


def test_a_label_opens_without_the_internet_and_what_is_saved_reaches_the_associate(
    hub: Hub, chromium_program: Path, open_flet: OpenFlet
) -> None:
    hosts: set[str] = set()
    with phone_on_the_wifi(chromium_program, hub) as browser:
        context = browser.new_context(size=PHONE, locale="id-ID", timezone="Asia/Jakarta")

        async def look() -> str:
            page = await context.new_page()
            page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
            return await visit(page, label_address())

        code = browser.run(look())
    assert hosts == {HOST}
    flet = open_flet(f"{hub.place.url}/scan?code={code}")
    flet.button("Rina Marlina, Pramuniaga").click()
    for name in ("Kemeja Linen Lengan Panjang", "Kemeja Oxford Reguler"):
        flet.wait_text(name)
    flet.wait_url(r"/handovers/")
