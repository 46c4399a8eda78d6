"""What the shop owes people, on Today and on the customer's screen: seen, made, changed, and done with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import flet as ft
import pytest

from clienteling.domain.views import AssociateView
from clienteling.ui.session import session_of
from tests.support.fake_customers import SITI
from tests.support.fake_serving import DUE, HELD, LATE, OWED, ServingShop
from tests.support.fakes import START_AT
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, pressed, run

AT = f"/customers/{SITI.id}"
RINA = "associate-rina"
DEDI = "associate-dedi"


def chosen_in(screen: Screen, identifier: str) -> list[str]:
    """What is chosen among the buttons of one part."""
    found = (one for one in screen.of_type(ft.Semantics) if one.selected and str(one.identifier).startswith(identifier))
    return [str(one.identifier) for one in found]


@pytest.fixture
def shop() -> ServingShop:
    return ServingShop()


def differing(written: Sequence[tuple[str, tuple[object, ...]]]) -> dict[str, tuple[str, str]]:
    """What the one edit that was written changes."""
    ((action, values),) = written
    assert action in ("edit_follow_up", "edit_appointment")
    edits = values[1]
    assert isinstance(edits, dict)
    return {name: pair for name, pair in edits.items() if pair[0] != pair[1]}


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
