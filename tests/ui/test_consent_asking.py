"""The customer answers on the turned screen: nothing ticked before, each answer for itself, a no as easy as a yes."""

from dataclasses import replace
from typing import cast

import flet as ft
import pytest

from clienteling.domain.views import ConsentAnswer
from tests.support.fake_customers import SITI, CustomerShop
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}"
ASKING = f"{AT}/turned?part=consents"


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop()


async def draw(screen: Screen, *points: tuple[float, float], way: str = "vertical") -> None:
    """One stroke with a finger."""

    def at(x: float, y: float) -> dict[str, object]:
        return {"l": {"x": x, "y": y}, "g": {"x": x, "y": y}, "k": "touch"}

    (first, *others) = points
    ground = screen.inside("signature", ft.GestureDetector)
    await screen.fire(ground, "vertical_drag_down", at(*first))
    for point in others:
        await screen.fire(ground, f"{way}_drag_update", at(*point))
    await screen.fire(ground, f"{way}_drag_end", {**at(*points[-1]), "v": {"x": 0, "y": 0}})


def chosen(screen: Screen) -> set[str]:
    return {
        str(one.identifier)
        for one in screen.of_type(ft.Semantics)
        if one.selected and str(one.identifier).startswith("ask-")
    }


def disabled(screen: Screen, identifier: str) -> bool:
    return bool(screen.inside(identifier, ft.FilledButton).disabled)


def test_nothing_is_answered_before_the_customer_answers(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("tab-consents")
            await screen.press("ask-customer")
            assert screen.route == ASKING
            assert chosen(screen) == set()
            assert disabled(screen, "consents-next")
            words = screen.words()
            assert "Bolehkah kami mengabari Anda tentang promo dan barang baru lewat surel?" in words
            assert "Menjawab tidak boleh saja" in words
            for hidden in ("Rina", "alergi wol", "tanpa tawaran", "Kemeja"):
                assert hidden not in words
            await screen.press("turn-back")
            assert screen.route == f"{AT}?tab=consents"

    run(journey())


def test_each_question_is_answered_for_itself_and_signed_together(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            await screen.press("ask-yes-service-whatsapp")
            await screen.press("ask-no-marketing-email")
            assert chosen(screen) == {"ask-yes-service-whatsapp", "ask-no-marketing-email"}
            assert "2 jawaban akan disimpan" in screen.words()
            await screen.press("consents-next")
            assert disabled(screen, "consents-sign")
            await draw(screen, (20, 100), (60, 40), (100, 120))
            await draw(screen, (200, 80), (300, 80), way="horizontal")
            await screen.press("consents-sign")
            answers = (
                ConsentAnswer("service", "whatsapp", True, None),
                ConsentAnswer("marketing", "email", False, "event-email"),
            )
            drawing = "M20 100 60 40 100 120M200 80 300 80"
            assert shop.written == [("confirm_consents", (SITI.id, answers, drawing, "associate-rina", "id"))]
            assert "2 jawaban tersimpan" in screen.words_of("consents-saved")
            assert "Setuju sejak 22 Nov" in screen.words_of("ask-service-whatsapp")
            assert "Belum terkirim" in screen.words_of("ask-marketing-email")
            assert chosen(screen) == set()

    run(journey())


@pytest.mark.parametrize("answer", ["ask-yes-marketing-sms", "ask-no-marketing-email"])
def test_taking_back_costs_as_many_presses_as_giving(shop: CustomerShop, open_app: OpenApp, answer: str) -> None:
    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            await screen.press(answer)
            await screen.press("consents-next")
            await screen.press("consents-confirm")
            ((name, values),) = shop.written
            assert (name, values[2]) == ("confirm_consents", "")
            assert screen.has("consents-saved")

    run(journey())


def test_an_answer_is_taken_away_by_pressing_it_again_and_changed_by_pressing_the_other(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            await screen.press("ask-yes-marketing-sms")
            await screen.press("ask-no-marketing-sms")
            assert chosen(screen) == {"ask-no-marketing-sms"}
            await screen.press("ask-no-marketing-sms")
            assert chosen(screen) == set()
            assert disabled(screen, "consents-next")

    run(journey())


def test_a_slip_is_no_signature_and_a_cleared_one_neither(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            await screen.press("ask-yes-marketing-sms")
            await screen.press("consents-next")
            await draw(screen, (20, 20), (24, 22))
            assert disabled(screen, "consents-sign")
            await draw(screen, (20, 20), (90, 90))
            assert not disabled(screen, "consents-sign")
            await screen.press("signature-clear")
            assert disabled(screen, "consents-sign")
            assert not screen.has("signature-clear")

    run(journey())


def test_it_is_asked_in_the_customers_language_whatever_the_associate_reads(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    shop.customers[SITI.id] = replace(SITI, language="en")

    async def journey() -> None:
        async with open_app(shop, ASKING, language="id") as screen:
            assert "May we tell you about offers and new things by e-mail?" in screen.words()
            await screen.press("ask-in-id")
            assert "Bolehkah kami mengabari Anda" in screen.words()
            await screen.press("ask-yes-marketing-sms")
            await screen.press("ask-in-en")
            await screen.press("consents-next")
            await screen.press("consents-confirm")
            assert shop.written[0][1][-1] == "en"

    run(journey())


def test_an_answer_names_what_the_customer_saw_though_news_came_before_they_confirmed(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            await screen.press("ask-yes-marketing-email")
            newer = tuple(replace(one, granted=False, event_id="withdrawn-elsewhere") for one in SITI.consents)
            shop.customers[SITI.id] = replace(SITI, consents=newer)
            shop.rows_changed()
            await screen.settle()
            await screen.press("consents-next")
            await screen.press("consents-confirm")
            assert shop.written[0][1][1] == (ConsentAnswer("marketing", "email", True, "event-email"),)

    run(journey())


def test_an_associate_says_whether_it_was_spoken_or_on_paper(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}?tab=consents") as screen:
            await screen.press("consent-by-paper")
            await screen.press("consent-give-marketing-sms")
            assert shop.written[0][1][-1] == "paper"

    run(journey())


def test_on_the_customers_own_page_the_answers_are_confirmed_below_the_questions(
    shop: CustomerShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, f"{AT}/turned") as screen:
            await screen.press("ask-no-marketing-email")
            await screen.press("consents-confirm")
            assert [name for name, _ in shop.written] == ["confirm_consents"]
            assert screen.has("consents-saved")

    run(journey())


def test_after_saving_more_can_be_answered(shop: CustomerShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, ASKING) as screen:
            for answer in ("ask-no-marketing-email", "ask-yes-marketing-email"):
                await screen.press(answer)
                assert not screen.has("confirm-answers")
                await screen.press("consents-next")
                await screen.press("consents-confirm")
            given = [cast(tuple[ConsentAnswer, ...], values[1])[0].granted for _, values in shop.written]
            assert given == [False, True]

    run(journey())
