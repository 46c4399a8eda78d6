"""Customer, turned to the person: what they may read is there, and nothing else."""

from dataclasses import replace

import pytest

from clienteling.domain.access import Access
from clienteling.domain.errors import StoreDamaged
from clienteling.domain.views import CustomerView
from clienteling.ui.session import session_of
from clienteling.use_cases.services import Services
from tests.support.fake_customers import ASKED_ABOUT, SITI, CustomerShop
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}"


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop(customers={SITI.id: replace(ASKED_ABOUT, id=SITI.id)})


@pytest.mark.parametrize("size", [(768, 1024), (1440, 900)])
def test_turned_to_the_customer_the_screen_keeps_our_words_to_ourselves(
    shop: CustomerShop, open_app: OpenApp, size: tuple[int, int]
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT, size=size) as screen:
            await screen.press("turn-to-customer")
            assert screen.route == f"{AT}/turned"
            words = screen.words()
            assert "Bu Siti Rahmawati" in words
            assert "Celana Kulot Linen" in words
            assert "Setuju sejak 30 Jun" in words
            for hidden in (
                "Rp447.000",  # spend
                "Rp518.000",
                "alergi wol",  # a note
                "Rina",  # who works here, and who served
                "Dimas",
                "Khadijah",  # a possible duplicate
                "Dua orang mengubah",  # a conflict
                "tanpa tawaran",  # what we are told not to do
                "6281234564471",
            ):
                assert hidden not in words, hidden
            for button in ("wish-remove-item-1", "consent-withdraw-marketing-email", "nav-today", "look-up", "status"):
                assert not screen.has(button), button

    run(journey())


def test_a_wish_does_not_lead_the_customer_into_the_associates_screens(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            assert "Celana Kulot Linen" in screen.words_of("wish-item-1")
            with pytest.raises(AssertionError, match="cannot be pressed"):
                await screen.press("wish-item-1")

    run(journey())


def test_an_order_opened_by_the_customer_shows_no_price(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            await screen.press("order-order-4310")
            assert "Sandal Anyam 38" in screen.words()
            assert "Rp259.000" not in screen.words_of("orders")

    run(journey())


def test_the_customer_may_see_their_own_number_and_the_log_says_it_was_turned(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            await screen.press("phone")
            assert "+62 812-3456-4471" in screen.words_of("phone")
            (details,) = (details for access, *_, details in shop.looked if access == Access.REVEALED)
            assert details == {"field": "phone", "turned": 1}

    run(journey())


def test_the_way_back_leads_to_the_associates_screen(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            await screen.press("turn-back")
            assert screen.route == AT
            assert screen.has("turn-to-customer")

    run(journey())


def test_no_key_leads_the_customer_to_others(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            await screen.key("/")
            assert screen.route == f"{AT}/turned"
            await screen.press("turn-back")
            await screen.key("/")
            assert screen.route == "/find"

    run(journey())


def test_somebody_who_left_leaves_the_turned_screen_too(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            shop.customers.clear()
            shop.rows_changed()
            await screen.settle()
            assert "Siti" not in screen.words()
            assert screen.has("turned-absent")

    run(journey())


@pytest.mark.parametrize("failing", [False, True])
def test_where_nobody_can_be_shown_only_turning_back_is_offered(
    shop: CustomerShop, open_app: OpenApp, *, failing: bool
) -> None:
    class BrokenShop(CustomerShop):
        def services(self, *, demo: bool = True) -> Services:
            def fail(customer_id: str) -> CustomerView | None:
                raise StoreDamaged

            return replace(super().services(demo=demo), customer=fail)

    async def journey() -> None:
        async with open_app(BrokenShop() if failing else shop, "/customers/nobody?tab=notes") as screen:
            if not failing:
                session_of(screen.page).kept["note:nobody:associate-rina"] = "hanya untuk kami"
            await screen.go("/customers/nobody/turned")
            assert ("rusak" if failing else "tidak ada di perangkat ini") in screen.words_of("turned-absent")
            assert "hanya untuk kami" not in screen.words()
            for way in ("find-another", "back", "look-up"):
                assert not screen.has(way)
            await screen.press("turn-back")
            assert screen.route == "/customers/nobody?tab=notes"

    run(journey())
