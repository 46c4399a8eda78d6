"""A saved list on screen: what is on it and where, whose it becomes once they agree, and that a code is used once."""

from dataclasses import replace
from datetime import timedelta

import flet as ft
import pytest

from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.views import HandoverView, SavedGood
from clienteling.use_cases.answers import ScanAnswer
from tests.support.fake_products import BARE, SHIRT, product_shop
from tests.support.fake_services import FakeShop
from tests.support.fakes import START_AT
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run

WHITE_M = next(one for one in SHIRT.variants if one.options == (("Warna", "Putih"), ("Ukuran", "M")))
LIST = HandoverView(
    id="list",
    code="K7M2QX",
    goods=(
        SavedGood(SHIRT.id, WHITE_M.id, SHIRT.name, "", WHITE_M),
        SavedGood(BARE.id, None, BARE.name, "", None),
    ),
    made_at=START_AT - timedelta(minutes=4),
    expires_at=START_AT + timedelta(hours=6),
    attached_at=None,
    attached_by="",
)
AT = "/handovers/list"
BOTH = ((SHIRT.id, WHITE_M.id), (BARE.id, None))


def shop_with(view: HandoverView = LIST) -> FakeShop:
    shop = product_shop()
    shop.handovers["list"] = view
    code = ScannedCode(input="K7M2QX", kind=ScanKind.HANDOVER, value="K7M2QX")
    shop.scans["K7M2QX"] = ScanAnswer(code, handover_id="list")
    return shop


async def choose_siti(screen: Screen) -> None:
    await screen.press("give")
    await screen.type("look-up", "siti")
    await screen.press("customer-customer-0")


def test_a_code_scanned_or_typed_opens_the_list_with_prices_and_what_is_here(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop_with(), "/scan") as screen:
            await screen.type("scan-field", "K7M2QX")
            await screen.submit("scan-field")
            assert screen.route == AT
            words = screen.words_of("handover").splitlines()
            assert words[:2] == ["Daftar simpanan K7M2QX", "2 barang, disimpan 10.38"]
            assert "Putih · M · Rp299.000" in words
            assert any("di toko ini" in line for line in words)
            await screen.press(f"open-good-{SHIRT.id}")
            assert screen.route == f"/products/{SHIRT.id}?variant={WHITE_M.id}"

    run(journey())


@pytest.mark.parametrize(("language", "question"), [("id", "Boleh kami simpan"), ("en", "May we keep")])
def test_the_customer_is_asked_before_anything_is_kept(open_app: OpenApp, language: str, question: str) -> None:
    async def journey() -> None:
        shop = shop_with()
        async with open_app(shop, AT, language=language) as screen:
            await choose_siti(screen)
            assert question in screen.words_of("give-ask")
            assert shop.written == []
            await screen.press("give-agreed")
            assert shop.written == [("attach_handover", ("list", "customer-0", BOTH, language, "associate-rina"))]
            assert "2" in screen.words_of("give-kept")
            await screen.press("give-open")
            assert screen.route == "/customers/customer-0"

    run(journey())


def test_who_declines_has_nothing_kept(open_app: OpenApp) -> None:
    async def journey() -> None:
        shop = shop_with()
        async with open_app(shop, AT) as screen:
            await choose_siti(screen)
            await screen.press("give-declined")
            assert screen.has("give")
            assert shop.written == []

    run(journey())


def test_what_is_unticked_is_not_kept_and_with_nothing_ticked_there_is_nothing_to_give(open_app: OpenApp) -> None:
    async def journey() -> None:
        shop = shop_with()
        async with open_app(shop, AT) as screen:
            await screen.press(f"good-{WHITE_M.id}")
            await choose_siti(screen)
            await screen.press("give-agreed")
            assert shop.written[0][1][2] == ((BARE.id, None),)
        async with open_app(shop_with(), AT) as screen:
            await screen.press(f"good-{WHITE_M.id}")
            await screen.press(f"good-{BARE.id}")
            assert screen.inside("give", ft.FilledButton).disabled

    run(journey())


def test_a_list_that_was_taken_over_or_is_of_yesterday_says_so_and_is_given_to_nobody(open_app: OpenApp) -> None:
    async def journey() -> None:
        used = replace(LIST, attached_at=START_AT - timedelta(minutes=1), attached_by="Dedi")
        for view, said in (
            (used, "Sudah diambil alih oleh Dedi, 10.41. Satu kode dipakai sekali."),
            (replace(LIST, expires_at=START_AT), "Kode ini hanya berlaku pada hari dibuat."),
        ):
            async with open_app(shop_with(view), AT) as screen:
                assert said in screen.words_of("handover-over")
                assert not screen.has("give")
                assert SHIRT.name in screen.words_of("handover")

    run(journey())


def test_goods_that_are_no_longer_sold_are_counted(open_app: OpenApp) -> None:
    async def journey() -> None:
        gone = replace(LIST, goods=(*LIST.goods, SavedGood("gone", None, "", "", None)))
        async with open_app(shop_with(gone), AT) as screen:
            assert "1 barang sudah tidak ada di katalog." in screen.words_of("handover")

    run(journey())


def test_an_address_of_no_list_says_what_to_do(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop_with(), "/handovers/none") as screen:
            assert "belum ada di perangkat ini" in screen.words_of("handover-absent")
            await screen.press("type-again")
            assert screen.route == "/scan"

    run(journey())
