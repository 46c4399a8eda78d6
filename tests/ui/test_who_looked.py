"""Who looked at whom is kept before it is shown, once for each time and each associate."""

from dataclasses import replace

import pytest

from clienteling.domain.access import Access
from clienteling.domain.errors import StoreDamaged
from clienteling.domain.online_look_up import OnlineLookUp, OnlineStage
from clienteling.ui.session import session_of
from tests.support.fake_customers import ASKED_ABOUT, SITI, CustomerShop
from tests.support.fake_services import ASSOCIATES
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}"
RINA, DEDI = (one.id for one in ASSOCIATES)


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop(customers={SITI.id: replace(ASKED_ABOUT, id=SITI.id)})


def opened(shop: CustomerShop) -> list[tuple[str | None, str | None]]:
    return [(author, customer) for access, author, customer, _ in shop.looked if access == Access.OPENED]


def test_a_customer_opened_is_kept_once_however_often_rows_change(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert "Bu Siti Rahmawati" in screen.words()
            for _ in range(3):
                shop.rows_changed()
                await screen.settle()
            assert opened(shop) == [(RINA, SITI.id)]
            await screen.go("/")
            await screen.go(AT)
            assert opened(shop) == 2 * [(RINA, SITI.id)]

    run(journey())


def test_another_associate_at_the_same_screen_is_kept_as_well(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            session_of(screen.page).preferences.associate_id = DEDI
            await screen.settle()
            assert opened(shop) == [(RINA, SITI.id), (DEDI, SITI.id)]

    run(journey())


def test_a_customer_turned_to_them_is_kept_as_turned(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned"):
            assert [details for access, _, _, details in shop.looked if access == Access.OPENED] == [{"turned": 1}]

    run(journey())


def test_somebody_who_is_not_here_was_not_looked_at(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/customers/nobody"):
            assert opened(shop) == []

    run(journey())


def test_what_cannot_be_kept_is_not_shown(shop: CustomerShop, open_app: OpenApp) -> None:
    shop.unnotable = StoreDamaged("error.disk_full")

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert "Siti Rahmawati" not in screen.words()

    run(journey())


def test_a_search_is_kept_once_with_how_many_it_found(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            for text in ("s", "si", "sit", "siti", "siti", "bud", "bu", "bud"):
                await screen.type("look-up", text)
            searched = [details for access, _, _, details in shop.looked if access == Access.LOOKED_UP]
            assert searched == [
                {"found": 5, "more": 0, "online": 0},
                {"found": 1, "more": 0, "online": 0},
                {"found": 1, "more": 0, "online": 0},
            ]
            assert "sit" not in repr(shop.looked)

    run(journey())


def test_a_search_in_all_stores_is_kept_with_how_many_it_found(shop: CustomerShop, open_app: OpenApp) -> None:
    phone = "0812 9000 1234"

    async def journey() -> None:
        async with open_app(shop, "/") as screen:
            await screen.type("look-up", phone)
            await screen.press("search-everywhere")
            shop.everywhere[phone].publish(OnlineLookUp(OnlineStage.NOBODY))
            await screen.settle()
            online = [details for _, _, _, details in shop.looked if details.get("online")]
            assert online == [{"found": 0, "online": 1}]

    run(journey())
