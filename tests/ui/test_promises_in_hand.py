"""Whose a promise or an appointment is, and a change of one that is not saved yet: both are there again."""

from dataclasses import replace
from datetime import timedelta

import flet as ft
import pytest

from clienteling.domain.views import AssociateView
from clienteling.ui.session import session_of
from tests.support.fake_customers import SITI
from tests.support.fake_serving import DUE, LATE, ServingShop, differing
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run

AT = f"/customers/{SITI.id}"
RINA = "associate-rina"
DEDI = "associate-dedi"


@pytest.fixture
def shop() -> ServingShop:
    return ServingShop()


def chosen_in(screen: Screen, identifier: str) -> list[str]:
    """What is chosen among the buttons of one part."""
    found = (one for one in screen.of_type(ft.Semantics) if one.selected and str(one.identifier).startswith(identifier))
    return [str(one.identifier) for one in found]


def test_a_change_half_typed_is_there_again_and_is_compared_with_what_it_had_shown(
    shop: ServingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("follow-up-change-due")
            await screen.type("follow-up-subject", "Kirim foto tunik hijau")
            await screen.go("/")
            assert not screen.has("follow-up-form")
            view = shop.customers[SITI.id]
            moved = replace(DUE, subject="Kirim foto blus", due_on=DUE.due_on + timedelta(days=3))
            shop.customers[SITI.id] = replace(view, follow_ups=(LATE, moved))
            shop.rows_changed()
            await screen.go(AT)
            assert screen.typed("follow-up-subject") == "Kirim foto tunik hijau"
            assert screen.typed("follow-up-day") == "25-11-2026"
            assert "focus" not in screen.asked_of(screen.inside("follow-up-subject", ft.TextField))
            await screen.press("follow-up-save")
            assert differing(shop.written) == {"subject": (DUE.subject, "Kirim foto tunik hijau")}
            await screen.go("/")
            await screen.go(AT)
            assert not screen.has("follow-up-form")

    run(journey())


def test_an_appointment_half_moved_is_there_again_until_it_is_given_up(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("appointment-change-next")
            await screen.type("appointment-time", "16")
            await screen.type("appointment-minutes", "")
            await screen.go("/")
            assert not screen.has("appointment-form")
            await screen.go(AT)
            assert (screen.typed("appointment-time"), screen.typed("appointment-minutes")) == ("16", "")
            await screen.press("appointment-cancel")
            await screen.go("/")
            await screen.go(AT)
            assert not screen.has("appointment-form")
            assert shop.written == []

    run(journey())


def test_what_is_typed_back_to_what_it_was_is_no_draft(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("appointment-change-visit")
            await screen.type("appointment-time", "16")
            await screen.type("appointment-time", "15:30")
            await screen.go("/")
            await screen.go(AT)
            assert not screen.has("appointment-form")

    run(journey())


def test_a_draft_of_one_associate_is_not_shown_to_another(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("follow-up-change-due")
            await screen.type("follow-up-subject", "Kirim foto tunik hijau")
            session_of(screen.page).preferences.associate_id = "associate-dedi"
            await screen.settle()
            assert screen.typed("follow-up-subject") == DUE.subject

    run(journey())


def test_a_promise_is_whoevers_who_makes_it_unless_a_colleague_is_pressed(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-follow-up")
            assert chosen_in(screen, "follow-up-by") == [f"follow-up-by-{RINA}"]
            shown = screen.words_of("follow-up-by")
            assert shown.index("Dedi Kurniawan") < shown.index("Rina") < shown.index("Siapa saja yang bertugas")
            await screen.press(f"follow-up-by-{DEDI}")
            assert chosen_in(screen, "follow-up-by") == [f"follow-up-by-{DEDI}"]
            await screen.type("follow-up-subject", "Kirim foto gamis")
            await screen.press("follow-up-save")
            assert shop.written == [("create_follow_up", (SITI.id, "Kirim foto gamis", "2026-11-23", RINA, DEDI))]
            assert "Dedi Kurniawan" in screen.words_of("follow-up-follow-up-0")

    run(journey())


def test_an_appointment_can_be_whoevers_who_is_on_duty_and_then_names_nobody(
    shop: ServingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-appointment")
            await screen.type("appointment-subject", "Coba kebaya")
            await screen.type("appointment-time", "9")
            await screen.press("appointment-by-anyone")
            await screen.press("appointment-save")
            assert shop.written[0][1][-2:] == (RINA, "")
            said = screen.words_of("appointment-appointment-0")
            assert "dicatat Rina" in said
            assert "dengan" not in said

    run(journey())


def test_a_promise_is_handed_to_a_colleague_and_that_is_kept_as_a_draft_too(
    shop: ServingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("follow-up-change-late")
            await screen.press(f"follow-up-by-{DEDI}")
            await screen.go("/")
            await screen.go(AT)
            assert chosen_in(screen, "follow-up-by") == [f"follow-up-by-{DEDI}"]
            await screen.press("follow-up-save")
            assert differing(shop.written) == {"assignee_id": (RINA, DEDI)}

    run(journey())


def test_a_colleague_who_left_is_still_named_where_the_promise_is_theirs(shop: ServingShop, open_app: OpenApp) -> None:
    shop.customers[SITI.id] = replace(SITI, follow_ups=(replace(DUE, assignee_id="associate-yoga", assignee="Yoga"),))

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("follow-up-change-due")
            assert chosen_in(screen, "follow-up-by") == ["follow-up-by-associate-yoga"]
            assert "Yoga" in screen.words_of("follow-up-by")

    run(journey())


def test_of_many_colleagues_some_are_shown_and_the_chosen_one_is_among_them(
    shop: ServingShop, open_app: OpenApp
) -> None:
    others = tuple(AssociateView(f"associate-{number}", f"Ani {number}", "associate") for number in range(10))
    shop.associates = (*others, *shop.associates)

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-follow-up")
            assert chosen_in(screen, "follow-up-by") == [f"follow-up-by-{RINA}"]
            assert screen.has("follow-up-by-associate-4")
            assert not screen.has("follow-up-by-associate-5")
            assert "6 orang lagi" in screen.words_of("follow-up-by")
            await screen.press("follow-up-by-more")
            assert all(screen.has(f"follow-up-by-associate-{number}") for number in range(10))
            assert not screen.has("follow-up-by-more")

    run(journey())
