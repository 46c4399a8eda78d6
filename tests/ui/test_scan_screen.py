"""Scan on screen: what every kind of code leads to, however it comes in, and what is never opened."""

from dataclasses import replace

import flet as ft
import pytest

from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.online_look_up import OnlineLookUp, OnlineStage
from clienteling.use_cases.answers import ScanAnswer
from tests.support.fake_products import CARD, FOREIGN_LABEL, GTIN, LABEL, damaged_shop, product_shop
from tests.support.fake_services import ROWS
from tests.support.flet_harness import PAGE_ID, Screen
from tests.ui.conftest import OpenApp, run

AT_M = "/products/kemeja?variant=variant-putih-m"


async def scan(screen: Screen, code: str) -> None:
    await screen.type("scan-field", code)
    await screen.submit("scan-field")


def links(screen: Screen) -> list[object]:
    actions = [getattr(one, "action", None) for one in screen.controls()]
    return [one for one in actions if isinstance(one, ft.OpenUrl)]


@pytest.mark.parametrize("code", [LABEL, GTIN])
def test_a_label_typed_into_the_field_opens_its_product_with_the_variant(open_app: OpenApp, code: str) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await scan(screen, code)
            assert screen.route == AT_M
            assert screen.words_of("stock-here").startswith("2 di toko ini")

    run(journey())


def test_the_button_reads_what_enter_would(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await screen.type("scan-field", GTIN, settle=False)
            await screen.press("scan-read")
            assert screen.route == AT_M

    run(journey())


def test_a_scanner_without_a_focused_field_opens_the_product(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            for key in [*GTIN, "Enter"]:
                await screen.key(key)
            assert screen.route == AT_M

    run(journey())


def test_the_separator_that_a_scanner_types_as_control_and_a_bracket_reaches_the_code(open_app: OpenApp) -> None:
    shop = product_shop()
    shop.scans["01" + GTIN + "10A\x1d21B"] = shop.scans[GTIN]

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            for key in [*"01", *GTIN, *"10", "A", "^]", *"21", "B", "Enter"]:
                ctrl = key == "^]"
                pressed = {"key": key[-1] if ctrl else key, "shift": key.isupper(), "ctrl": ctrl}
                await screen.session.dispatch_event(PAGE_ID, "keyboard_event", {**pressed, "alt": False, "meta": False})
            await screen.settle()
            assert screen.route == AT_M

    run(journey())


def test_with_the_focus_in_the_field_its_text_counts_and_not_the_keys(open_app: OpenApp) -> None:
    shop = product_shop()
    asked: list[str] = []
    known = shop.resolve_scan

    def counted(code: str) -> object:
        asked.append(code)
        return known(code)

    shop.resolve_scan = counted  # type: ignore[method-assign,assignment]  # the shop is a fake

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            box = screen.inside("scan-field", ft.TextField)
            await screen.fire(box, "focus")
            for key in [*"SKU?0210", "Enter"]:  # as the keys of another layout read
                await screen.key(key)
            await scan(screen, "SKU-0210")
            assert asked == ["SKU-0210"]

    run(journey())


def test_the_same_code_from_keys_and_field_counts_once_even_without_focus_events(open_app: OpenApp) -> None:
    shop = product_shop()
    asked: list[str] = []
    known = shop.resolve_scan

    def counted(code: str) -> object:
        asked.append(code)
        return known(code)

    shop.resolve_scan = counted  # type: ignore[method-assign,assignment]  # the shop is a fake

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            for key in [*"8990000010210", "Enter"]:
                await screen.key(key)
            await scan(screen, "8990000010210")
            assert asked == ["8990000010210"]

    run(journey())


def test_the_field_is_empty_and_has_the_focus_for_the_next_code(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await scan(screen, "8990000010210")
            box = screen.inside("scan-field", ft.TextField)
            assert box.value == ""
            assert screen.asked_of(box) == ["focus"]

    run(journey())


def test_a_customers_card_opens_the_customer(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await scan(screen, CARD)
            assert screen.route == "/customers/customer-0"

    run(journey())


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("8990000010210", "Kodenya benar, tetapi barangnya tidak ada di perangkat ini."),
        ("8990000010204", "Angka pemeriksanya tidak cocok; mungkin salah ketik atau salah baca."),
        ("BT-9999-0000", "Kartunya terbaca, tetapi pelanggannya tidak ada di perangkat ini."),
        ("K7M2QX", "Ini kode serah, tetapi daftarnya belum ada di perangkat ini. Periksa, atau tunggu sinkron."),
        ("K7M2QX9A", "Kode ini mendaftarkan perangkat baru. Perangkat di tangan Anda sudah terdaftar."),
        ("https://jahat.example/x", "Kode ini menuju alamat lain. Alamatnya tidak dibuka."),
        ("entah apa", "Kode ini tidak dikenal."),
    ],
)
def test_what_leads_nowhere_is_shown_as_text_with_the_reason(open_app: OpenApp, code: str, sentence: str) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan", demo=False) as screen:
            await scan(screen, code)
            assert screen.route == "/scan"
            assert screen.words_of("scan-answer").splitlines()[:2] == [sentence, f"Terbaca: {code}"]
            assert not links(screen)

    run(journey())


def test_a_wifi_code_shows_no_password_and_stays_out_of_the_address(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan?code=8990000010210") as screen:
            await scan(screen, "WIFI:S:kafe;P:rahasia;;")
            assert "Ini kode jaringan Wi-Fi, bukan barang." in screen.words_of("scan-answer")
            assert "rahasia" not in screen.words()
            assert screen.route == "/scan"

    run(journey())


def test_an_unknown_code_offers_a_search_that_begins_with_it(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await scan(screen, "kulot")
            assert screen.inside("product-search", ft.TextField).value == "kulot"
            await screen.press("product-polos")
            assert screen.route == "/products/polos"

    run(journey())


def test_words_that_products_have_are_said_to_be_searched(open_app: OpenApp) -> None:
    shop = product_shop()
    read = ScannedCode("kemeja", ScanKind.HANDOVER, value="KEMEJA")
    shop.scans["kemeja"] = ScanAnswer(read, is_product_name=True)

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await scan(screen, "kemeja")
            assert screen.words_of("scan-answer").splitlines() == ["Dicari sebagai nama barang.", "Terbaca: kemeja"]
            assert screen.inside("product-search", ft.TextField).value == "kemeja"

    run(journey())


def test_the_search_for_one_code_does_not_stay_below_the_next(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await scan(screen, "kulot")
            await screen.type("product-search", "kulot hitam")
            await scan(screen, "8990000010204")
            assert screen.inside("product-search", ft.TextField).value == "8990000010204"
            await scan(screen, "gamis")
            assert screen.inside("product-search", ft.TextField).value == "gamis"

    run(journey())


def test_the_search_for_one_code_of_a_picture_does_not_stay_below_another(open_app: OpenApp) -> None:
    shop = product_shop()
    shop.pictures = ("kulot", "gamis")

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await choose_picture(screen, b"picture")
            await screen.press("picture-code-0")
            await screen.type("product-search", "kulot hitam")
            await screen.press("picture-code-1")
            assert screen.inside("product-search", ft.TextField).value == "gamis"

    run(journey())


def test_a_store_that_cannot_be_asked_says_so(open_app: OpenApp) -> None:
    shop = damaged_shop()

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await scan(screen, GTIN)
            assert "Data di perangkat ini rusak" in screen.words_of("scan-problem")

    run(journey())


def test_a_search_that_finds_nothing_says_what_can_be_tried(open_app: OpenApp) -> None:
    shop = product_shop()
    shop.briefs = ()

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await scan(screen, "kulot")
            assert "Coba nama atau kategorinya." in screen.words_of("no-products")

    run(journey())


def test_a_foreign_link_is_not_searched_for(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await scan(screen, "https://jahat.example/x")
            assert not screen.has("product-search")

    run(journey())


def test_a_card_that_is_not_here_leads_to_the_look_up(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await scan(screen, "BT-9999-0000")
            await screen.press("find-customer")
            assert screen.route == "/find?q=BT-9999-0000"

    run(journey())


def test_a_card_that_is_not_here_is_looked_for_in_all_stores_from_where_it_was_scanned(open_app: OpenApp) -> None:
    shop = product_shop()

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await scan(screen, "BT-9999-0000")
            await screen.press("search-everywhere")
            (asked,) = shop.everywhere
            shop.rows = (replace(ROWS[0], customer_id="customer-ayu", name=f"Ayu {asked}"),)
            shop.rows_changed()
            shop.everywhere[asked].publish(OnlineLookUp(OnlineStage.FOUND, customer_ids=("customer-ayu",)))
            await screen.settle()
            assert screen.route == "/customers/customer-ayu"

    run(journey())


def test_our_product_on_a_label_of_another_address_is_shown_with_a_notice(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan", demo=False) as screen:
            await scan(screen, FOREIGN_LABEL)
            assert screen.route == "/scan"
            assert "Alamatnya tidak dibuka" in screen.words_of("foreign-host")
            assert "Putih · M · Rp299.000 · 2 di sini" in screen.words_of("scan-answer")
            assert not links(screen)
            await screen.press("open-product")
            assert screen.route == AT_M

    run(journey())


def test_a_code_in_the_address_is_followed_at_once_and_left_out_of_the_way_back(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/") as screen:
            await screen.go(f"/scan?code={GTIN}")
            assert screen.route == AT_M
            await screen.key("Escape")
            assert screen.route == "/"

    run(journey())


def test_the_browsers_back_from_the_product_is_not_sent_forward_again(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), f"/scan?code={GTIN}") as screen:
            assert screen.route == AT_M
            await screen.go(f"/scan?code={GTIN}")
            assert screen.route == f"/scan?code={GTIN}"
            assert "Kemeja Linen Lengan Panjang" in screen.words_of("scan-answer")

    run(journey())


def test_an_unknown_code_in_the_address_is_answered_there(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan?code=8990000010210") as screen:
            assert "barangnya tidak ada di perangkat ini" in screen.words_of("scan-answer")
            await scan(screen, "8990000010204")
            assert screen.route == "/scan"
            assert "Angka pemeriksanya" in screen.words_of("scan-answer")

    run(journey())


async def choose_picture(screen: Screen, picture: bytes | None) -> None:
    button = screen.inside("scan-picture", ft.OutlinedButton)
    assert isinstance(button.action, ft.PickFiles)
    picker = button.action.file_picker
    files = [] if picture is None else [{"id": 1, "name": "label.png", "size": len(picture), "bytes": picture}]
    await screen.fire(picker, "result", {"files": files})


def test_a_picture_with_one_code_opens_what_it_leads_to(open_app: OpenApp) -> None:
    shop = product_shop()
    shop.pictures = (LABEL,)

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await choose_picture(screen, b"picture")
            assert screen.route == AT_M

    run(journey())


def test_a_picture_with_several_codes_asks_which(open_app: OpenApp) -> None:
    shop = product_shop()
    shop.pictures = ("https://jahat.example/x", LABEL)

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await choose_picture(screen, b"picture")
            assert screen.route == "/scan"
            assert "Ada 2 kode di gambar ini. Pilih satu." in screen.words_of("picture-codes")
            assert screen.words_of("picture-code-0").startswith("Kemeja Linen Lengan Panjang · Putih · M")
            await screen.press("picture-code-1")
            assert "Alamatnya tidak dibuka." in screen.words_of("scan-answer")
            await screen.press("picture-code-0")
            await screen.press("open-product")
            assert screen.route == AT_M

    run(journey())


def test_a_picture_without_a_code_says_so(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await choose_picture(screen, b"picture")
            assert "Tidak ada kode di gambar ini." in screen.words_of("picture-problem")

    run(journey())


def test_a_file_that_is_no_picture_says_so(open_app: OpenApp) -> None:
    shop = product_shop()

    def refused(picture: bytes) -> tuple[str, ...]:
        raise ValidationFailed("picture", "scan.not_a_picture")

    shop.decode_picture = refused  # type: ignore[method-assign]  # the shop is a fake

    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await choose_picture(screen, b"text")
            assert "Berkas ini bukan gambar yang dapat dibaca." in screen.words_of("picture-problem")

    run(journey())


def test_a_choice_that_was_given_up_changes_nothing(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            await choose_picture(screen, None)
            assert not screen.has("picture-problem")
            assert not screen.has("scan-answer")

    run(journey())


def test_the_last_scans_are_listed_newest_first_without_names_of_people(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), "/scan") as screen:
            assert "Belum ada yang dipindai" in screen.words_of("past-scans")
            await scan(screen, GTIN)
            await screen.go("/scan")
            await scan(screen, CARD)
            await screen.go("/scan")
            assert screen.words_of("past-scan-0").startswith("Kartu pelanggan")
            assert screen.words_of("past-scan-1").startswith("Kemeja Linen Lengan Panjang, Putih · M")
            assert "Siti" not in screen.words_of("past-scans")
            await screen.press("past-scan-1")
            assert screen.route == AT_M

    run(journey())
