"""Search all stores on screen: offered for a whole key, honest about what came of it, and never in the way."""

from dataclasses import replace

import flet as ft
import pytest

from clienteling.domain.online_look_up import OnlineLookUp, OnlineStage
from clienteling.domain.views import LookupRow
from clienteling.ui.session import session_of
from tests.support.fake_services import ROWS, FakeShop
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run

PHONE = "081290001234"
AYU = replace(ROWS[0], customer_id="customer-ayu", name="Ayu Lestari", salutation="kak", phone=f"+62{PHONE[1:]}")


def is_disabled(screen: Screen) -> bool:
    return bool(screen.inside("search-everywhere", ft.OutlinedButton).disabled)


def tell(shop: FakeShop, stage: OnlineStage, **facts: object) -> None:
    shop.everywhere[PHONE].publish(OnlineLookUp(stage, **facts))  # type: ignore[arg-type]  # facts of each stage


def bring(shop: FakeShop, *rows: LookupRow) -> None:
    """The sync brings people who are found by what was typed."""
    shop.rows = (*shop.rows, *(replace(row, name=f"{row.name} {PHONE}") for row in rows))
    shop.rows_changed()


def test_all_stores_are_offered_for_a_whole_key_only(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            for typed, offered in (("sit", False), ("4471", False), (PHONE, True), ("a@b.id", True)):
                await screen.type("look-up", typed)
                assert screen.has("search-everywhere") is offered

    run(journey())


def test_who_is_found_is_opened_once_they_are_on_this_device(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", PHONE)
            await screen.press("search-everywhere")
            assert "Sedang mencari di semua toko" in screen.words_of("everywhere")
            assert is_disabled(screen)
            bring(shop, AYU)
            await screen.settle()
            assert screen.has("customer-customer-ayu")
            assert screen.route == "/", "nothing is opened before the server's word that this is all"
            tell(shop, OnlineStage.FOUND, customer_ids=("customer-ayu",))
            await screen.settle()
            assert screen.route == "/customers/customer-ayu"
            await screen.key("Escape")
            assert screen.route == "/"
            assert screen.inside("look-up", ft.TextField).value == PHONE, "back leads to the rows, and opens no one"

    run(journey())


def test_of_two_with_one_phone_a_person_chooses(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", PHONE)
            await screen.press("search-everywhere")
            bring(shop, AYU, replace(AYU, customer_id="customer-ibu"))
            tell(shop, OnlineStage.FOUND, customer_ids=("customer-ayu", "customer-ibu"))
            await screen.settle()
            assert screen.route == "/"
            assert screen.has("customer-customer-ayu")
            assert screen.has("customer-customer-ibu")
            assert "Ditemukan" in screen.words_of("everywhere")
            assert not screen.has("search-everywhere")

    run(journey())


def test_whoever_typed_on_is_not_led_away(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", PHONE)
            await screen.press("search-everywhere")
            await screen.type("look-up", "081290009999")
            bring(shop, AYU)
            tell(shop, OnlineStage.FOUND, customer_ids=("customer-ayu",))
            await screen.settle()
            assert screen.route == "/"
            assert screen.words_of("everywhere") == "Cari di semua toko", "another number says nothing here"

    run(journey())


OUTCOMES = [
    (OnlineLookUp(OnlineStage.NOBODY), "Tidak ada pelanggan di toko mana pun", "No customer of any store has this"),
    (OnlineLookUp(OnlineStage.NO_NETWORK), "perlu jaringan", "needs the network"),
    (OnlineLookUp(OnlineStage.LIMITED, wait_minutes=1), "Coba lagi dalam 1 menit.", "Try again in 1 minute."),
    (OnlineLookUp(OnlineStage.LIMITED, wait_minutes=3), "Coba lagi dalam 3 menit.", "Try again in 3 minutes."),
    (OnlineLookUp(OnlineStage.FAILED, code="sync.signed_out"), "tidak lagi terdaftar", "no longer enrolled"),
    (OnlineLookUp(OnlineStage.FAILED, code="no.such.key"), "Ada yang tidak berjalan", "Something went wrong"),
]


@pytest.mark.parametrize(("language", "position"), [("id", 0), ("en", 1)])
def test_what_came_of_it_is_said_and_it_can_be_tried_again(
    shop: FakeShop, open_app: OpenApp, language: str, position: int
) -> None:
    async def journey() -> None:
        async with open_app(shop, language=language) as screen:
            await screen.type("look-up", PHONE)
            for answer, *words in OUTCOMES:
                await screen.press("search-everywhere")
                assert is_disabled(screen)
                shop.everywhere[PHONE].publish(answer)
                await screen.settle()
                said = screen.words_of("everywhere").splitlines()
                assert words[position] in said[0]
                assert len(said) == 2, "a sentence and the button"
                assert not is_disabled(screen)

    run(journey())


def test_who_is_here_already_can_still_be_searched_in_all_stores(shop: FakeShop, open_app: OpenApp) -> None:
    bring(shop, AYU)

    async def journey() -> None:
        async with open_app(shop) as screen:
            await screen.type("look-up", PHONE)
            assert screen.has("customer-customer-ayu")
            assert screen.has("search-everywhere")

    run(journey())


def test_a_customer_is_pinned_while_any_screen_shows_them(shop: FakeShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, "/customers/customer-1") as first:
            assert shop.open_customers.ids() == ("customer-1",)
            async with open_app(shop, "/customers/customer-1") as second:
                await first.go("/customers/customer-2")
                assert set(shop.open_customers.ids()) == {"customer-1", "customer-2"}
                await second.go("/")
                assert shop.open_customers.ids() == ("customer-2",)
            await first.go("/customers/customer-2/turned")
            assert shop.open_customers.ids() == ("customer-2",)
            session_of(first.page).close()
            assert shop.open_customers.ids() == (), "a session that ends lets go, although Flet cleans nothing up"

    run(journey())
