"""The turned screen shows a link for the customer's own phone, how long it is good, and by itself that answers came."""

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import flet as ft
import pytest
import zxingcpp
from PIL import Image

from clienteling.domain.asked import Asked, AskedStage
from tests.support.fake_customers import SITI, CustomerShop
from tests.support.fake_phone import ADDRESS, FakePhone, from_phone
from tests.support.fakes import START_AT
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}"
ASKING = f"{AT}/turned?part=consents"


@pytest.fixture
def phone() -> FakePhone:
    return FakePhone()


@pytest.fixture
def shop(phone: FakePhone) -> CustomerShop:
    return CustomerShop(phone=phone)


def symbol(screen: Screen) -> str:
    """What a phone's camera reads."""
    picture = screen.inside("phone-symbol", ft.Image)
    assert isinstance(picture.src, bytes)
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.src)))
    return found.text


def test_the_link_is_shown_large_with_where_it_leads_and_how_long_it_is_good(
    shop: CustomerShop, phone: FakePhone, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, ASKING, demo=False) as screen:
            await screen.press("consents-phone")
            assert symbol(screen) == f"{ADDRESS}1".upper()
            assert (screen.inside("phone-symbol", ft.Image).width or 0) >= 320
            words = screen.words()
            for said in ("Pindai dengan kamera ponsel Anda", "Berlaku 10 menit lagi", "toko.example", "Tanpa aplikasi"):
                assert said in words
            assert not screen.has("phone-open-here")
            assert not screen.has("ask-yes-marketing-email")
            ((customer_id, questions, author_id),) = phone.asked
            assert (customer_id, author_id) == (SITI.id, "associate-rina")
            assert ("marketing", "email", "event-email") in questions
            await screen.press("phone-here")
            assert screen.has("ask-yes-marketing-email")

    run(journey())


def test_the_tablet_says_by_itself_that_answers_came_by_this_link(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            await screen.press("consents-phone")
            shop.ledgers[SITI.id] = (from_phone("another-link", "survey", "whatsapp", granted=True),)
            shop.rows_changed()
            await screen.settle()
            assert screen.has("phone-symbol")
            came = [from_phone("link-1", "marketing", channel, granted=False) for channel in ("email", "sms")]
            shop.ledgers[SITI.id] = (*came, *shop.ledgers[SITI.id])
            shop.rows_changed()
            await screen.settle()
            assert "2 jawaban dari ponsel Anda sudah masuk" in screen.words_of("phone-answered")
            assert not screen.has("phone-symbol")
            await screen.press("phone-here")
            await screen.press("turn-back")
            await screen.press("tab-consents")
            assert "Di ponsel sendiri" in screen.words_of("consent-ledger")

    run(journey())


def test_a_link_that_is_over_says_so_and_another_is_a_press_away(
    shop: CustomerShop, phone: FakePhone, open_app: OpenApp
) -> None:
    at = [START_AT]

    def now() -> datetime:
        return at[0]

    async def journey() -> None:
        async with open_app(shop, ASKING, now=now) as screen:
            await screen.press("consents-phone")
            at[0] += timedelta(minutes=10)
            shop.rows_changed()
            await screen.settle()
            assert "sudah berakhir" in screen.words_of("phone-over")
            at[0] -= timedelta(minutes=5)
            await screen.press("phone-again")
            assert symbol(screen) == f"{ADDRESS}2".upper()
            assert len(phone.asked) == 2

    run(journey())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Asked(AskedStage.NO_NETWORK), "Ini perlu jaringan"),
        (Asked(AskedStage.FAILED, code="consent_link.no_address"), "belum punya alamat"),
        (Asked(AskedStage.FAILED, code="acting.no_key"), "Masuklah dengan PIN"),
    ],
)
def test_where_no_link_can_be_made_it_says_why_and_signing_stays(
    shop: CustomerShop, phone: FakePhone, open_app: OpenApp, answer: Asked[None], said: str
) -> None:
    phone.answer = answer  # type: ignore[assignment]  # it has no value

    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            await screen.press("consents-phone")
            assert said in screen.words_of("phone-problem")
            await screen.press("phone-here")
            await screen.press("ask-no-marketing-email")
            await screen.press("consents-next")
            await screen.press("consents-confirm")
            assert [name for name, _ in shop.written] == ["confirm_consents"]

    run(journey())


def test_a_device_that_cannot_ask_the_server_does_not_offer_it(open_app: OpenApp) -> None:
    async def journey() -> None:
        for route in (ASKING, f"{AT}/turned"):
            async with open_app(CustomerShop(), route) as screen:
                assert screen.has("ask-consents")
                assert not screen.has("consents-phone")

    run(journey())


def test_the_words_follow_the_customers_language_and_the_link_stays(
    shop: CustomerShop, phone: FakePhone, open_app: OpenApp
) -> None:
    shop.customers[SITI.id] = replace(SITI, language="en")

    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            await screen.press("consents-phone")
            assert "Scan this with your phone's camera" in screen.words()
            await screen.press("ask-in-id")
            assert "Pindai dengan kamera ponsel Anda" in screen.words()
            assert symbol(screen) == f"{ADDRESS}1".upper()
            assert len(phone.asked) == 1

    run(journey())


def test_on_the_customers_own_page_it_is_offered_too_and_the_demo_opens_the_page_beside(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            await screen.press("consents-phone")
            assert symbol(screen) == f"{ADDRESS}1".upper()
            assert screen.has("phone-open-here")

    run(journey())
