"""Scan in a real browser: a code typed, a scanner's keys with and without a focused field, a picture, an address."""

from io import BytesIO

import pytest
import qrcode
from playwright.async_api import expect

from clienteling.use_cases.resolve_scan import decode_picture
from sync.protocol.times import utc_now
from tests.browser.conftest import Hub
from tests.support.browser import FletPage
from tests.support.fake_customers import SITI
from tests.support.fake_products import EAN_13, GTIN, LABEL, product_shop
from tests.support.fake_services import FakeShop
from tests.support.tabs import OpenFlet

FIELD = "Kode label, GTIN, SKU, kartu, atau nama barang"
LOOK_UP = "Cari nama, telepon, surel, kartu"
NOTE = "Catatan baru"
FORTY = "Kemeja putih M, kancing kedua diganti 12"
OPENED = r"/products/kemeja\?variant=variant-putih-m$"
SCANNER_GAP_MS = 5
KEYS_AT_ONCE = """code => {
    const at = document.activeElement ?? document.body;
    const tell = (kind, key, code, ctrlKey) =>
        at.dispatchEvent(new KeyboardEvent(kind, {key, code, ctrlKey, bubbles: true, cancelable: true}));
    const press = (key, code, ctrlKey) => ["keydown", "keyup"].forEach((kind) => tell(kind, key, code, ctrlKey));
    for (const key of [...code, "Enter"]) {
        if (key !== "\\x1d") {
            press(key, key === "Enter" ? "Enter" : `Digit${key}`, false);
            continue;
        }
        tell("keydown", "Control", "ControlLeft", true);
        press("]", "BracketRight", true);
        tell("keyup", "Control", "ControlLeft", false);
    }
}"""
"""Keys of a scanner, whatever else this machine is doing: pressing them one by one is too slow on a busy one."""


@pytest.fixture(scope="module")
def shop() -> FakeShop:
    return product_shop()


@pytest.fixture
def address(hub_of_ours: Hub, shop: FakeShop) -> str:
    """The app over a fake shop that decodes pictures for real, with the real clock.

    Without the demo's hints: their picture is not here, and the semantics must not change late under a focused field.
    """
    shop.decode_picture = decode_picture  # type: ignore[method-assign]  # the shop is a fake
    return hub_of_ours.show(shop.services(demo=False), now=utc_now)


def label_picture(text: str) -> bytes:
    """A PNG with a QR code."""
    made = BytesIO()
    qrcode.make(text).save(made)
    return made.getvalue()


async def choose(flet: FletPage, picture: bytes) -> None:
    async with flet.page.expect_file_chooser() as choosing:
        await flet.page.locator('[flt-semantics-identifier="scan-picture"]').get_by_role("button").click()
    chooser = await choosing.value
    await chooser.set_files({"name": "label.png", "mimeType": "image/png", "buffer": picture})


def wait_focus(flet: FletPage) -> None:
    """Nothing, once the field has the focus, which nobody gave it."""
    flet.run(expect(flet.by_label(FIELD).locator).to_be_focused(timeout=20_000))


def wait_value(flet: FletPage, label: str, value: str) -> None:
    """Nothing, once a field holds this."""
    flet.run(expect(flet.by_label(label).locator).to_have_value(value, timeout=20_000))


def test_a_code_typed_with_enter_opens_the_product_and_back_returns(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/scan")
    flet.by_label(FIELD).fill(LABEL)
    flet.by_label(FIELD).press("Enter")
    flet.wait_url(OPENED)
    flet.wait_text("2 di toko ini")
    flet.back()
    flet.wait_url(r"/scan$")
    flet.identifier("past-scan-0").wait()


def test_a_scanner_in_the_field_reads_one_code_after_another(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/scan")
    flet.by_label(FIELD).focus()
    flet.type("8990000010210", key_delay_ms=SCANNER_GAP_MS)
    flet.press("Enter")
    flet.wait_text("barangnya tidak ada di perangkat ini")
    wait_focus(flet)
    flet.type("8990000010204", key_delay_ms=SCANNER_GAP_MS)
    flet.press("Enter")
    flet.wait_text("Angka pemeriksanya tidak cocok")


@pytest.mark.parametrize("key_delay_ms", [0, SCANNER_GAP_MS])
def test_the_scan_field_keeps_every_key(visit: OpenFlet, address: str, key_delay_ms: int) -> None:
    flet = visit(f"{address}/scan")
    flet.by_label(FIELD).focus()
    flet.type(FORTY, key_delay_ms=key_delay_ms)
    wait_value(flet, FIELD, FORTY)
    flet.press("Enter")
    flet.wait_text(f"Terbaca: {FORTY}")


@pytest.mark.parametrize("key_delay_ms", [0, SCANNER_GAP_MS])
def test_a_note_keeps_every_key(visit: OpenFlet, address: str, shop: FakeShop, key_delay_ms: int) -> None:
    flet = visit(f"{address}/customers/{SITI.id}")
    flet.identifier("write-note").click()
    flet.by_label(NOTE).focus()
    flet.type(FORTY, key_delay_ms=key_delay_ms)
    wait_value(flet, NOTE, FORTY)
    flet.identifier("note-save").click()
    wait_value(flet, NOTE, "")
    assert shop.written[-1][1][1] == FORTY


def test_a_scanner_on_today_with_no_field_focused_opens_what_it_reads(visit: OpenFlet, address: str) -> None:
    flet = visit(address)
    flet.by_label(LOOK_UP).focus()
    left, top, _, height = flet.wait_text("Sampaikan hari ini").box()
    flet.run(flet.page.mouse.click(left + 4, top + height / 2))
    flet.run(expect(flet.by_label(LOOK_UP).locator).not_to_be_focused(timeout=20_000))
    flet.run(flet.page.evaluate(KEYS_AT_ONCE, GTIN))
    flet.wait_url(OPENED)
    flet.back()
    flet.wait_url(r"/$")


def test_a_scanner_presses_no_button_that_has_the_focus(visit: OpenFlet, address: str, shop: FakeShop) -> None:
    flet = visit(f"{address}/customers/{SITI.id}")
    turn = flet.identifier("turn-to-customer").locator.get_by_role("button")
    flet.run(turn.focus())
    flet.run(expect(turn).to_be_focused())
    flet.run(flet.page.evaluate(KEYS_AT_ONCE, "8990000010210"))
    flet.wait_text("barangnya tidak ada di perangkat ini")
    flet.back()
    flet.wait_url(rf"/customers/{SITI.id}$")


def test_a_scanner_with_the_focus_in_the_look_up_opens_what_it_reads_once(visit: OpenFlet, address: str) -> None:
    flet = visit(address)  # not the code of the test before: the same within a second is the same scan
    flet.by_label(LOOK_UP).focus()
    flet.type(EAN_13, key_delay_ms=SCANNER_GAP_MS)
    flet.press("Enter")
    flet.wait_url(OPENED)
    flet.back()
    flet.wait_url(r"/$")


def test_a_scanner_that_types_without_a_focused_field_is_heard(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/products/polos")
    flet.wait_text("Syal Tanpa Keterangan")
    flet.run(flet.page.evaluate(KEYS_AT_ONCE, GTIN))
    flet.wait_url(OPENED)


def test_the_separator_of_a_gs1_barcode_is_heard_as_scanners_type_it(
    visit: OpenFlet, address: str, shop: FakeShop
) -> None:
    batch_and_serial = f"01{GTIN}1042\x1d217"
    shop.scans[batch_and_serial] = shop.scans[GTIN]
    flet = visit(f"{address}/products/polos")
    flet.wait_text("Syal Tanpa Keterangan")
    flet.run(flet.page.evaluate(KEYS_AT_ONCE, batch_and_serial))
    flet.wait_url(OPENED)


def test_a_picture_of_a_label_opens_its_product(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/scan")
    flet.identifier("scan-picture").wait()
    flet.run(choose(flet, label_picture(LABEL)))
    flet.wait_url(OPENED)


def test_a_picture_of_a_foreign_link_is_shown_and_opens_nothing(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/scan")
    flet.identifier("scan-picture").wait()
    flet.run(choose(flet, label_picture("https://jahat.example/x")))
    flet.wait_text("Kode ini menuju alamat lain. Alamatnya tidak dibuka.")
    flet.wait_text("Terbaca: https://jahat.example/x")
    assert len(flet.context.pages) == 1
    assert flet.url.startswith(address)


def test_a_file_that_is_no_picture_says_so(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/scan")
    flet.identifier("scan-picture").wait()
    flet.run(choose(flet, b"not a picture"))
    flet.wait_text("Berkas ini bukan gambar yang dapat dibaca.")


def test_a_code_in_the_address_opens_its_product_and_back_is_no_trap(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/scan?code={GTIN}")
    flet.wait_url(OPENED)
    flet.back()
    flet.wait_url(rf"/scan\?code={GTIN}$")
    flet.wait_text("Buka barang")


def test_an_unknown_code_in_the_address_is_answered_again_after_a_reload(visit: OpenFlet, address: str) -> None:
    flet = visit(f"{address}/scan?code=8990000010210")
    flet.wait_text("barangnya tidak ada di perangkat ini")
    flet.reload()
    flet.wait_text("barangnya tidak ada di perangkat ini")
