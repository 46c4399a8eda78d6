"""Linking a masked order on the customer's screen: the form, what waits, and what was refused."""

from dataclasses import replace

import flet as ft
import pytest

from clienteling.domain.errors import NotFound
from clienteling.ui.session import session_of
from tests.support.fake_customers import SITI, SUHARTI, CustomerShop
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run
from tests.ui.test_every_screen import unnamed

AT = f"/customers/{SITI.id}"
NUMBER = "INV/20261003/MPL/4100000001"


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop()


def number_typed(screen: Screen) -> str:
    return str(screen.inside("claim-number", ft.TextField).value)


def number_problem(screen: Screen) -> str:
    return str(screen.inside("claim-number", ft.TextField).error or "")


def is_ticked(screen: Screen) -> bool:
    """Whether the customer's yes is set."""
    box = screen.identified("claim-agreed")
    assert isinstance(box, ft.Semantics)
    return bool(box.checked)


def test_a_claim_is_written_with_the_customers_yes_and_waits_for_the_network(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert not screen.has("claim-form")
            await screen.press("claim-open")
            await screen.type("claim-number", NUMBER)
            await screen.press("claim-agreed")
            await screen.press("claim-save")
            assert shop.written == [("claim_order", (SITI.id, NUMBER, True, "associate-rina"))]
            waiting = screen.words_of("claim-claim-0")
            assert f"Pesanan {NUMBER}" in waiting
            assert "baru saja" in waiting
            assert "Menunggu jaringan" in waiting
            assert not screen.has("claim-form")
            shop.claims.clear()
            shop.rows_changed()
            await screen.settle()
            assert not screen.has("claim-claim-0")
            await screen.press("claim-open")
            assert number_typed(screen) == ""
            assert not is_ticked(screen)

    run(journey())


def test_a_claim_wants_a_number_and_the_customers_yes_and_says_both(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT, language="en") as screen:
            await screen.press("claim-open")
            await screen.press("claim-save")
            assert number_problem(screen) == "Type the order's number."
            assert "Ask the customer first" in screen.words_of("claim-form")
            await screen.press("claim-agreed")
            assert "Ask the customer first" not in screen.words_of("claim-form")
            await screen.type("claim-number", NUMBER)
            await screen.press("claim-agreed")
            await screen.submit("claim-number")
            assert not is_ticked(screen)
            assert number_problem(screen) == ""
            assert "Ask the customer first" in screen.words_of("claim-form")
            assert shop.written == []
            assert number_typed(screen) == NUMBER

    run(journey())


def test_an_order_that_is_theirs_already_is_said_so_beside_the_field(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("claim-open")
            await screen.type("claim-number", "4711")
            await screen.press("claim-agreed")
            await screen.press("claim-save")
            assert number_problem(screen) == "Pesanan ini sudah ada di riwayat belanjanya."
            assert shop.written == []

    run(journey())


def test_what_no_field_can_mend_is_said_in_the_form(open_app: OpenApp) -> None:
    class FarShop(CustomerShop):
        def claim_order(self, customer_id: str, number: str, *, agreed: bool, author_id: str) -> None:
            raise NotFound("customer.not_here")

    async def journey() -> None:
        async with open_app(FarShop(), AT) as screen:
            await screen.press("claim-open")
            await screen.type("claim-number", NUMBER)
            await screen.press("claim-save")
            assert "tidak ada di perangkat ini" in screen.words_of("claim-form")
            assert number_typed(screen) == NUMBER

    run(journey())


def test_a_number_half_typed_survives_another_screen_and_goes_when_it_is_given_up(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("claim-open")
            await screen.type("claim-number", "INV/2026")
            await screen.press("claim-agreed")
            shop.rows_changed()
            await screen.settle()
            await screen.go("/")
            await screen.go(AT)
            assert number_typed(screen) == "INV/2026"
            assert not is_ticked(screen), "an agreement is asked for anew"
            assert screen.asked_of(screen.inside("claim-number", ft.TextField)) == [], "the keyboard came unasked"
            await screen.go(f"/customers/{SUHARTI.id}")
            assert not screen.has("claim-form")
            await screen.go(AT)
            await screen.press("claim-cancel")
            await screen.go("/")
            await screen.go(AT)
            assert not screen.has("claim-form")
            assert shop.written == []

    run(journey())


def test_a_customer_without_purchases_can_be_linked_to_one_and_the_turned_screen_offers_nothing(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, f"/customers/{SUHARTI.id}") as screen:
            assert screen.has("no-orders")
            await screen.press("claim-open")
            assert screen.asked_of(screen.inside("claim-number", ft.TextField)) == ["focus"]
            await screen.go(f"/customers/{SUHARTI.id}/turned")
            assert not screen.has("claim-open")

    run(journey())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("mutation.order_unknown", "Tidak ada pesanan terbuka dengan nomor ini"),
        ("mutation.order_taken", "Pesanan ini sudah menjadi milik pelanggan lain."),
    ],
)
def test_a_refused_claim_says_why_and_its_number_can_be_retyped(
    shop: CustomerShop, open_app: OpenApp, code: str, words: str
) -> None:
    refused = replace(
        shop.attention[0],
        customer_id=SITI.id,
        customer_name=SITI.name,
        action="order.claim",
        code=code,
        typed=NUMBER,
    )
    shop.attention = (refused,)

    async def journey() -> None:
        async with open_app(shop, "/attention") as screen:
            said = screen.words()
            assert "Hubungkan pesanan" in said
            assert f"Yang ditulis\n{NUMBER}" in said
            assert words in said
            await screen.press("retype-attention-1")
            assert screen.route == AT
            assert number_typed(screen) == NUMBER
            assert session_of(screen.page).kept[f"claim:{SITI.id}:associate-rina"] == NUMBER

    run(journey())


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_form_has_names_for_everything_and_nothing_cut_at_twice_the_size(
    shop: CustomerShop, open_app: OpenApp, language: str
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT, language=language) as screen:
            session_of(screen.page).preferences.text_percent = 200
            await screen.press("claim-open")
            assert not unnamed(screen)
            assert not [one.value for one in screen.of_type(ft.Text) if one.max_lines]

    run(journey())
