"""Asking for a piece to be held, from the product: what is said before and after, and where it cannot be."""

from datetime import timedelta

import pytest

from clienteling.domain.views import HoldStatus
from tests.support.fake_customers import SITI
from tests.support.fake_products import product_shop
from tests.support.fake_serving import ServingShop
from tests.support.fakes import START_AT
from tests.ui.conftest import OpenApp, run

AT_M = "/products/kemeja?variant=variant-putih-m"


def holding_shop() -> ServingShop:
    """A shop with the shirt, and with Siti."""
    shop = ServingShop()
    shop.products.update(product_shop().products)
    return shop


def test_one_is_held_for_the_customer_opened_last_and_said_to_be_no_more_than_requested(open_app: OpenApp) -> None:
    shop = holding_shop()

    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            shop.pretend_offline(True)
            await screen.go(AT_M)
            await screen.press("hold-one")
            assert "Tanpa jaringan ini tetap permintaan" in screen.words_of("hold-one-whose")
            await screen.press("hold-one-last")
            wrote = (SITI.id, "kemeja", "variant-putih-m", 1, "associate-rina")
            assert shop.written == [("request_hold", wrote)]
            asked = screen.words_of("hold-one-asked")
            assert "Diminta, belum pasti disimpan" in asked
            assert "Disimpan sampai" not in asked
            await screen.press("hold-one-open")
            assert screen.page.route == f"/customers/{SITI.id}"
            assert "Diminta" in screen.words_of("hold-hold-0")

    run(journey())


@pytest.mark.parametrize(
    ("status", "said"), [(HoldStatus.CONFIRMED, "Disimpan sampai 14.42"), (HoldStatus.REFUSED, "Tidak disimpan")]
)
def test_the_answer_to_a_hold_appears_where_it_was_asked_for(open_app: OpenApp, status: HoldStatus, said: str) -> None:
    shop = holding_shop()

    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            await screen.go(AT_M)
            await screen.press("hold-one")
            await screen.press("hold-one-last")
            shop.answer_hold("hold-0", status, until=START_AT + timedelta(hours=4))
            await screen.settle()
            assert said in screen.words_of("hold-one-asked")
            assert "jangan dijanjikan" not in screen.words_of("hold-one-asked")

    run(journey())


def test_what_is_asked_for_already_is_not_asked_for_twice(open_app: OpenApp) -> None:
    shop = holding_shop()

    async def journey() -> None:
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            await screen.go(AT_M)
            for _ in range(2):
                await screen.press("hold-one")
                await screen.press("hold-one-last")
                if screen.has("hold-one-asked"):
                    await screen.press("hold-one-close")
            assert "sudah diminta" in screen.words_of("hold-one-whose")
            assert len(shop.written) == 1

    run(journey())


@pytest.mark.parametrize("at", ["/products/kemeja?variant=variant-putih-l", "/products/polos"])
def test_what_is_not_here_cannot_be_held(open_app: OpenApp, at: str) -> None:
    async def journey() -> None:
        async with open_app(product_shop(), at) as screen:
            assert screen.has("add-wish")
            assert not screen.has("hold-one")

    run(journey())
