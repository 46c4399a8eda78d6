"""A product opened by its label counts once, however it was read; what was searched for does not, nor who did it."""

from dataclasses import replace

import pytest

from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.views import VariantView
from clienteling.ui.components.variants import stock_at_this_store
from clienteling.use_cases.answers import ScanAnswer
from tests.support.fake_products import FOREIGN_LABEL, GTIN, LABEL, SHIRT, product_shop
from tests.support.fake_services import STORE, FakeShop
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run
from tests.ui.test_scan_screen import choose_picture, scan

ONCE = [(STORE.id, GTIN, False)]
SKU = "KEME-PUT-M"


@pytest.fixture
def shop() -> FakeShop:
    shop = product_shop()
    shop.scans[SKU] = ScanAnswer(ScannedCode(SKU, ScanKind.PRODUCT, value=SKU), SHIRT.id, "variant-putih-m")
    return shop


async def typed_by_a_scanner(screen: Screen, code: str) -> None:
    for key in [*code, "Enter"]:
        await screen.key(key)


def with_stock(shop: FakeShop, available: int | None) -> None:
    """Have so many of the shirt here; None: its stock has not come."""

    def told(variant: VariantView) -> VariantView:
        line = stock_at_this_store(variant)
        assert line is not None
        here = () if available is None else (replace(line, on_hand=available, available=available),)
        return replace(variant, stock=(*here, *(one for one in variant.stock if not one.here)))

    shop.products[SHIRT.id] = replace(SHIRT, variants=tuple(told(one) for one in SHIRT.variants))


def test_a_label_read_by_a_scanner_counts_once_and_again_when_it_is_scanned_again(
    shop: FakeShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            await typed_by_a_scanner(screen, GTIN)
            assert shop.counted == ONCE
            await screen.go("/scan")
            await scan(screen, LABEL)
            assert shop.counted == ONCE * 2

    run(journey())


@pytest.mark.parametrize(("available", "sold_out"), [(0, True), (1, False), (None, False)])
def test_it_is_sold_out_where_the_stock_here_says_so_and_not_where_nothing_is_known(
    shop: FakeShop, open_app: OpenApp, available: int | None, sold_out: bool
) -> None:
    with_stock(shop, available)

    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            await typed_by_a_scanner(screen, GTIN)
            assert shop.counted == [(STORE.id, GTIN, sold_out)]

    run(journey())


def test_a_label_in_a_picture_or_in_an_address_counts_once(shop: FakeShop, open_app: OpenApp) -> None:
    shop.pictures = (LABEL,)

    async def journey() -> None:
        async with open_app(shop, f"/scan?code={GTIN}") as screen:
            assert shop.counted == ONCE
            await screen.go("/scan")
            await choose_picture(screen, b"picture")
            assert shop.counted == ONCE * 2

    run(journey())


def test_a_label_of_another_address_counts_when_its_product_is_opened(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await scan(screen, FOREIGN_LABEL)
            assert shop.counted == []
            await screen.press("open-product")
            assert shop.counted == ONCE

    run(journey())


@pytest.mark.parametrize("words", [SKU, "kemeja", "8990000010210", "BT-1000-4471"])
def test_what_is_no_label_does_not_count(shop: FakeShop, open_app: OpenApp, words: str) -> None:
    async def journey() -> None:
        async with open_app(shop, "/scan") as screen:
            await scan(screen, words)
            assert shop.counted == []

    run(journey())


def test_before_the_store_is_known_nothing_counts(shop: FakeShop, open_app: OpenApp) -> None:
    shop.store = None

    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            await typed_by_a_scanner(screen, GTIN)
            assert screen.route.startswith("/products/")
            assert shop.counted == []

    run(journey())
