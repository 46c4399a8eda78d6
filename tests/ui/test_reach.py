"""Where somebody would be contacted it is said by which ways they want it, and where not: at once, and in words."""

from dataclasses import replace
from datetime import UTC

import pytest

from clienteling.domain.views import ConsentView, CustomerView
from clienteling.i18n import Formats, load_translators
from clienteling.settings import assets_dir
from clienteling.ui.components.reach import reach_words
from tests.support.fake_customers import SITI, CustomerShop
from tests.support.fake_services import CARDS, FakeShop
from tests.support.fake_serving import DUE, VISIT, ServingShop
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}"


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop()


def consenting(**answers: bool) -> CustomerView:
    """Bu Siti, who answered nothing but this; `marketing_sms=True`."""
    keys = ((name, *name.split("_")) for name in answers)
    said = tuple(ConsentView(purpose, channel, answers[name], None, name) for name, purpose, channel in keys)
    return replace(SITI, consents=said, do_not=tuple(one for one in said if not one.granted))


def test_an_offer_on_today_says_by_which_ways_the_customer_agreed(shop: FakeShop, open_app: OpenApp) -> None:
    pickup, wish, _ = CARDS
    cards = (replace(pickup, not_by=("phone",)), replace(wish, by=("whatsapp", "email")))
    shop.today = replace(shop.today, cards=cards, left_out=3)

    async def journey() -> None:
        async with open_app(shop) as screen:
            assert "Jangan lewat telepon" in screen.words_of("card-0")
            assert "Setuju dikabari lewat WhatsApp dan surel" in screen.words_of("card-1")
            assert "3 pelanggan lain tidak ditampilkan: belum setuju" in screen.words_of("left-out")
        shop.today = replace(shop.today, left_out=0)
        async with open_app(shop) as screen:
            assert not screen.has("left-out")

    run(journey())


def test_a_day_whose_only_offers_are_for_nobody_who_agreed_says_so(shop: FakeShop, open_app: OpenApp) -> None:
    shop.today = replace(shop.today, cards=(), left_out=1)

    async def journey() -> None:
        async with open_app(shop, language="en") as screen:
            assert screen.has("no-cards")
            assert "1 more customer is not shown" in screen.words_of("left-out")

    run(journey())


@pytest.mark.parametrize("route", ["/", AT])
def test_a_promise_and_an_appointment_say_by_which_ways_not(open_app: OpenApp, route: str) -> None:
    shop = ServingShop().owing()
    promise, visit = replace(DUE, not_by=("phone", "sms")), replace(VISIT, not_by=("phone",))
    shop.today = replace(shop.today, follow_ups=(promise,), appointments=(visit,))
    shop.customers[SITI.id] = replace(shop.customers[SITI.id], follow_ups=(promise,), appointments=(visit,))

    async def journey() -> None:
        async with open_app(shop, route) as screen:
            assert "Jangan lewat telepon dan SMS" in screen.words_of("follow-up-due")
            assert "Jangan lewat telepon" in screen.words_of("appointment-visit")

    run(journey())


@pytest.mark.parametrize("opens", ["phone", "add-follow-up", "add-appointment", "add-talk"])
def test_whoever_is_about_to_contact_a_customer_is_told_what_for_and_how(
    shop: CustomerShop, open_app: OpenApp, opens: str
) -> None:
    shop.customers[SITI.id] = consenting(marketing_email=True, marketing_whatsapp=False, service_sms=False)

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert not screen.has("ways-to-reach")
            await screen.press(opens)
            orders, offers = screen.words_of("ways-to-reach").splitlines()
            assert orders == "Pesanan dan janji: boleh lewat WhatsApp, telepon, dan surel. Jangan lewat SMS."
            assert offers == "Tawaran: boleh lewat surel. Jangan lewat WhatsApp. Belum ditanya: SMS dan telepon."

    run(journey())


def test_of_somebody_never_asked_it_says_that_no_offer_may_be_told(shop: CustomerShop, open_app: OpenApp) -> None:
    shop.customers[SITI.id] = consenting()

    async def journey() -> None:
        async with open_app(shop, AT, language="en") as screen:
            await screen.press("phone")
            _, offers = screen.words_of("ways-to-reach").splitlines()
            assert offers.startswith("Offers: no permission to contact. Never asked: e-mail, WhatsApp")

    run(journey())


def test_a_withdrawal_on_this_screen_is_obeyed_on_it_at_once(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("phone")
            assert "Tawaran: boleh lewat surel." in screen.words_of("ways-to-reach")
            await screen.press("tab-consents")
            await screen.press("consent-withdraw-marketing-email")
            words = screen.words_of("ways-to-reach")
            assert "Tawaran: belum ada izin untuk menghubungi. Jangan lewat surel" in words
            assert "surel" in screen.words_of("do-not")

    run(journey())


def test_the_customer_does_not_read_how_we_may_reach_them(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            await screen.press("phone")
            assert not screen.has("ways-to-reach")

    run(journey())


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"marketing_phone": False}, "telepon"),
        ({"marketing_phone": False, "service_phone": True}, "tanpa tawaran lewat telepon"),
        ({"service_phone": False}, "telepon"),
        ({"service_whatsapp": False}, "tanpa kabar pesanan lewat WhatsApp"),
        ({"marketing_any": False}, "telepon; tanpa tawaran lewat saluran apa pun"),
        ({"profiling_any": False, "survey_sms": False}, "tanpa saran dari riwayat belanja; tanpa pertanyaan kepuasan"),
    ],
)
def test_what_not_to_do_is_told_by_purpose(
    shop: CustomerShop, open_app: OpenApp, answers: dict[str, bool], words: str
) -> None:
    shop.customers[SITI.id] = consenting(**answers)

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert screen.words_of("do-not").splitlines()[-1] == words

    run(journey())


@pytest.mark.parametrize("purpose", ["service", "marketing"])
def test_who_asked_that_nothing_be_used_is_reached_by_no_way(purpose: str) -> None:
    view = replace(consenting(marketing_whatsapp=True, service_phone=True), restricted=True)
    formats = Formats(load_translators(assets_dir() / "i18n")["id"], UTC)
    assert reach_words(view, purpose, formats).endswith(": tidak sama sekali: datanya dibatasi.")
