"""What the shop owes people, on Today and on the customer's screen: seen, made, changed, and done with."""

from dataclasses import replace
from datetime import timedelta

import flet as ft
import pytest

from tests.support.fake_customers import SITI
from tests.support.fake_serving import DUE, HELD, LATE, OWED, ServingShop, differing
from tests.support.fakes import START_AT
from tests.ui.conftest import OpenApp, pressed, run

AT = f"/customers/{SITI.id}"
RINA = "associate-rina"


@pytest.fixture
def shop() -> ServingShop:
    return ServingShop()


# --- Today


def test_today_shows_no_empty_boxes_where_nothing_is_owed(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop) as screen:
            assert not screen.has("follow-ups-today")
            assert not screen.has("appointments-today")
            assert "Janji" not in screen.words()

    run(journey())


def test_today_lists_what_is_due_above_the_people_served_last(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing()) as screen:
            late = screen.words_of("follow-up-late")
            assert "Bu Siti Rahmawati" in late
            assert "Terlambat, dijanjikan untuk kemarin" in late
            assert "Paling lambat hari ini" in screen.words_of("follow-up-due")
            assert "15.30" in screen.words_of("appointment-visit")
            shown = screen.words()
            assert shown.index("Kirim foto tunik") < shown.index("TERAKHIR DILAYANI")
            await screen.press("follow-up-late")
            assert screen.page.route == AT

    run(journey())


def test_a_promise_is_ticked_done_on_today_in_two_taps(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing()) as screen:
            await screen.press("follow-up-done-late")
            await pressed(screen, "follow-up-done-yes-late", times=2)
            assert shop.written == [("finish_follow_up", ("late", "done", "", RINA))]
            assert not screen.has("follow-up-late")
            assert screen.has("follow-up-due")

    run(journey())


def test_what_came_of_a_promise_can_be_said_and_survives_another_screen(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing()) as screen:
            await screen.press("follow-up-done-due")
            await screen.type("follow-up-outcome-due", "Suka yang biru")
            await screen.go("/settings")
            await screen.go("/")
            await screen.press("follow-up-done-due")
            assert screen.typed("follow-up-outcome-due") == "Suka yang biru"
            await screen.submit("follow-up-outcome-due")
            assert shop.written == [("finish_follow_up", ("due", "done", "Suka yang biru", RINA))]

    run(journey())


def test_an_appointment_of_today_is_kept_at_a_press(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing()) as screen:
            await screen.press("appointment-kept-visit")
            assert shop.written == [("close_appointment", ("visit", "kept", "booked", RINA))]
            assert not screen.has("appointment-kept-visit")
            assert "Datang" in screen.words_of("appointments-today")

    run(journey())


def test_a_long_day_shows_some_at_first_and_never_more_than_a_screen_may_draw(
    shop: ServingShop, open_app: OpenApp
) -> None:
    many = tuple(replace(LATE, id=f"late-{number}") for number in range(90))
    shop.customers[SITI.id] = replace(SITI, follow_ups=many)
    shop.tell_today()

    async def journey() -> None:
        async with open_app(shop) as screen:
            assert screen.has("follow-up-late-5")
            assert not screen.has("follow-up-late-6")
            await screen.press("follow-ups-today-more")
            assert screen.has("follow-up-late-39")
            assert not screen.has("follow-up-late-40")

    run(journey())


# --- Customer


def test_a_customer_who_is_owed_nothing_has_no_such_section(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert not screen.has("promises")

    run(journey())


def test_what_was_promised_says_what_is_late_and_what_is_only_asked_for(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("promises-more")
            assert "Terlambat" in screen.words_of("follow-up-late")
            assert "Selasa 15.30" in screen.words_of("appointment-next")
            assert "Toko Surabaya" in screen.words_of("appointment-next")
            assert not screen.has("appointment-kept-next")
            assert "Disimpan sampai 14.42" in screen.words_of("hold-held")
            asked = screen.words_of("hold-asked")
            assert "Diminta, belum pasti disimpan" in asked
            assert "Disimpan sampai" not in asked
            assert "Waktu simpan habis 07.42" in screen.words_of("hold-run-out")
            assert "sudah tidak ada" in screen.words_of("hold-refused")
            for closed in ("kept", "missed", "taken"):
                assert screen.has(f"past-{closed}")

    run(journey())


def test_english_says_the_same(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT, language="en") as screen:
            await screen.press("promises-more")
            assert "Overdue, promised for yesterday" in screen.words_of("follow-up-late")
            assert "Requested, not held yet" in screen.words_of("hold-asked")
            assert "Held until 14:42" in screen.words_of("hold-held")
            assert "By WhatsApp" in screen.words_of("past-talk")

    run(journey())


def test_a_promise_is_made_for_tomorrow_unless_another_day_is_pressed(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-follow-up")
            assert screen.typed("follow-up-day") == "23-11-2026"
            await screen.type("follow-up-subject", "Kirim foto gamis")
            await screen.press("follow-up-in_a_week")
            assert screen.typed("follow-up-day") == "29-11-2026"
            await pressed(screen, "follow-up-save", times=2)
            assert shop.written == [("create_follow_up", (SITI.id, "Kirim foto gamis", "2026-11-29", RINA, RINA))]
            assert not screen.has("follow-up-form")
            made = screen.words_of("follow-up-follow-up-0")
            assert "Kirim foto gamis" in made
            assert "Belum terkirim" in made

    run(journey())


def test_all_that_is_wrong_with_a_promise_is_told_at_once_and_nothing_is_lost(
    shop: ServingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-follow-up")
            await screen.type("follow-up-day", "21-11-2026")
            await screen.submit("follow-up-day")
            assert screen.problem("follow-up-subject") == "Tulis dulu soal apa."
            assert "sudah lewat" in screen.problem("follow-up-day")
            assert screen.typed("follow-up-day") == "21-11-2026"
            assert shop.written == []
            await screen.type("follow-up-subject", "Cari pasmina")
            await screen.press("follow-up-today")
            await screen.press("follow-up-save")
            assert shop.written == [("create_follow_up", (SITI.id, "Cari pasmina", "2026-11-22", RINA, RINA))]

    run(journey())


def test_a_promise_half_typed_is_there_again_after_another_screen(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-follow-up")
            await screen.type("follow-up-subject", "Kirim foto")
            shop.rows_changed()
            await screen.settle()
            await screen.go("/")
            await screen.go(AT)
            assert screen.typed("follow-up-subject") == "Kirim foto"
            await screen.press("follow-up-cancel")
            assert not screen.has("follow-up-form")
            await screen.press("add-follow-up")
            assert screen.typed("follow-up-subject") == ""

    run(journey())


def test_the_day_of_a_promise_is_changed_and_nothing_else_is_written(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("follow-up-change-due")
            assert screen.typed("follow-up-subject") == DUE.subject
            await screen.press("follow-up-tomorrow")
            await screen.press("follow-up-save")
            assert differing(shop.written) == {"due_on": ("2026-11-22", "2026-11-23")}
            assert not screen.has("follow-up-form")

    run(journey())


def test_a_promise_that_nobody_needs_is_called_off_and_can_be_taken_up_again(
    shop: ServingShop, open_app: OpenApp
) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("follow-up-done-due")
            await screen.press("follow-up-off-due")
            assert "dibatalkan" in screen.words_of("past-due")
            await screen.press("reopen-due")
            assert screen.has("follow-up-done-due")
            assert shop.written == [
                ("finish_follow_up", ("due", "cancelled", "", RINA)),
                ("reopen_follow_up", ("due", ("finish-2",), RINA)),
            ]

    run(journey())


def test_an_appointment_takes_a_time_as_people_write_it(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-appointment")
            await screen.type("appointment-minutes", "")
            await screen.press("appointment-save")
            assert screen.problem("appointment-subject") == "Tulis dulu soal apa."
            assert "15:30" in screen.problem("appointment-time")
            assert "1440" in screen.problem("appointment-minutes")
            assert screen.problem("appointment-day") == ""
            await screen.type("appointment-subject", "Coba kebaya")
            await screen.type("appointment-time", "9.30")
            await screen.type("appointment-minutes", "60")
            await screen.press("appointment-save")
            wrote = (SITI.id, "2026-11-23", "09:30", "60", "Coba kebaya", RINA, RINA)
            assert shop.written == [("book_appointment", wrote)]
            assert "Besok 09.30" in screen.words_of("appointment-appointment-0")

    run(journey())


def test_an_appointment_is_moved_by_what_differs_or_called_off(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            await screen.press("appointment-change-next")
            await screen.type("appointment-time", "16")
            await screen.press("appointment-save")
            assert differing(shop.written) == {"local_time": ("15:30", "16:00")}
            await screen.press("appointment-change-next")
            await screen.press("appointment-off")
            assert shop.written[-1] == ("close_appointment", ("next", "cancelled", "booked", RINA))
            assert "dibatalkan" in screen.words_of("past-next")

    run(journey())


def test_what_became_of_an_appointment_can_be_corrected(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            assert "Janji temu 15.30: tidak datang" in screen.words_of("past-missed")
            await screen.press("mend-missed")
            await screen.press("mend-kept-missed")
            assert shop.written == [("close_appointment", ("missed", "kept", "no_show", RINA))]

    run(journey())


def test_a_talk_is_kept_with_its_channel_and_who_began_it(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            await screen.press("add-talk")
            assert not screen.has("talk-out")
            await screen.press("talk-whatsapp")
            await screen.press("talk-out")
            await screen.type("talk-summary", "Kirim foto gamis")
            await screen.submit("talk-summary")
            wrote = (SITI.id, "whatsapp", "out", "Kirim foto gamis", RINA)
            assert shop.written == [("log_interaction", wrote)]
            said = screen.words_of("past-talk-0")
            assert "Lewat WhatsApp" in said
            assert "Belum terkirim" in said

    run(journey())


def test_a_hold_is_given_back_or_handed_over_only_after_one_more_press(shop: ServingShop, open_app: OpenApp) -> None:
    shop.owing()
    shop.customers[SITI.id] = replace(OWED, follow_ups=(), appointments=())

    async def journey() -> None:
        async with open_app(shop, AT) as screen:
            assert not screen.has("hold-collect-asked")
            await screen.press("hold-cancel-asked")
            await screen.press("hold-no-asked")
            assert shop.written == []
            await screen.press("hold-cancel-asked")
            await screen.press("hold-yes-asked")
            await screen.press("hold-collect-held")
            await screen.press("hold-yes-held")
            assert shop.written == [("cancel_hold", ("asked", RINA)), ("collect_hold", ("held", RINA))]
            assert "dibatalkan" in screen.words_of("past-asked")
            assert "sudah diambil" in screen.words_of("past-held")

    run(journey())


def test_a_hold_whose_end_passes_while_the_screen_is_open_is_held_no_longer(
    shop: ServingShop, open_app: OpenApp
) -> None:
    shop.customers[SITI.id] = replace(SITI, holds=(HELD,))

    async def journey() -> None:
        async with open_app(shop, AT, now=lambda: START_AT + timedelta(hours=4)) as screen:
            said = screen.words_of("hold-held")
            assert "Waktu simpan habis 14.42" in said
            assert "Disimpan sampai" not in said
            assert not screen.has("hold-collect-held")

    run(journey())


def test_everything_to_press_on_what_was_promised_has_a_name(shop: ServingShop, open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(shop.owing(), AT) as screen:
            for one in ("follow-up-change-due", "appointment-change-next"):
                assert screen.inside(one, ft.IconButton).tooltip

    run(journey())
