"""What an associate promises, books, logs and rewrites is visible at once, and refused with a reason for each field."""

from collections.abc import Callable
from datetime import date, time

import pytest

from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.domain.views import AppointmentView, CustomerView, FollowUpView, NoteView
from clienteling.use_cases.services import Services
from sync.protocol.kinds import Kind
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import RINA, SITI, Counter, make_id

DEDI = make_id("Dedi")


@pytest.fixture
def services(counter: Counter) -> Services:
    """Of a device where two people work."""
    counter.put(Kind.ASSOCIATE, "Dedi", name="Dedi", location_ids=[STORE_ID])
    counter.sync()
    return counter.services


def view(services: Services) -> CustomerView:
    found = services.customer(SITI)
    assert found is not None
    return found


def follow_up(services: Services) -> FollowUpView:
    (found,) = view(services).follow_ups
    return found


def appointment(services: Services) -> AppointmentView:
    (found,) = view(services).appointments
    return found


def note(services: Services) -> NoteView:
    (found,) = view(services).notes
    return found


def promise(services: Services, due_on: str = "2026-11-22", assignee_id: str = DEDI) -> str:
    return services.create_follow_up(SITI, "  Kabari   gamis ", due_on, author_id=RINA, assignee_id=assignee_id)


def book(services: Services) -> str:
    when = {"local_date": "2026-11-22", "local_time": "15:30", "minutes": "45"}
    return services.book_appointment(SITI, **when, subject="Fitting", author_id=RINA, associate_id=DEDI)


def refusals(act: Callable[[], object]) -> dict[str, str]:
    """{field: code} of everything that was wrong."""
    with pytest.raises(ValidationFailed) as caught:
        act()
    return {one.field: one.code for one in (caught.value, *caught.value.also)}


def test_a_promise_is_on_the_customers_page_and_in_today_at_once_and_marked_until_it_is_sent(
    counter: Counter, services: Services
) -> None:
    follow_up_id = promise(services)
    found = follow_up(services)
    assert (found.id, found.subject, found.due_on, found.status) == (
        follow_up_id, "Kabari gamis", date(2026, 11, 22), "open",
    )  # fmt: skip
    assert (found.assignee, found.author, found.store, found.pending) == ("Dedi", "Rina", "Toko Bandung", True)
    assert services.today().follow_ups == (found,)
    counter.sync()
    assert [one.pending for one in services.today().follow_ups] == [False]


def test_a_promise_is_changed_kept_and_taken_up_again(counter: Counter, services: Services) -> None:
    follow_up_id = promise(services)
    changes = {"due_on": ("2026-11-22", "2026-11-30"), "assignee_id": (DEDI, ""), "subject": ("Kabari gamis",) * 2}
    services.edit_follow_up(follow_up_id, changes, author_id=RINA)
    assert (follow_up(services).due_on, follow_up(services).assignee_id, follow_up(services).assignee) == (
        date(2026, 11, 30), None, "",
    )  # fmt: skip
    services.finish_follow_up(follow_up_id, author_id=RINA, outcome=" Sudah dikabari ")
    done = follow_up(services)
    assert (done.status, done.outcomes, done.done_by) == ("done", ("Sudah dikabari",), "Rina")
    assert services.today().follow_ups == ()
    services.reopen_follow_up(follow_up_id, done.finish_ids, author_id=RINA)
    assert (follow_up(services).status, follow_up(services).outcomes) == ("open", ())
    services.finish_follow_up(follow_up_id, author_id=RINA, status="cancelled")
    counter.sync()
    assert (follow_up(services).status, follow_up(services).pending) == ("cancelled", False)
    assert services.attention() == ()


def test_an_edit_that_changes_nothing_writes_nothing(counter: Counter, services: Services) -> None:
    follow_up_id, appointment_id = promise(services), book(services)
    written = counter.device.store.waiting()
    services.edit_follow_up(follow_up_id, {"subject": ("Kabari gamis", " Kabari gamis ")}, author_id=RINA)
    services.edit_follow_up(follow_up_id, {"due_on": ("2026-01-01", "2026-01-01")}, author_id=RINA)
    services.edit_appointment(appointment_id, {"minutes": ("45", "045")}, author_id=RINA)
    services.close_appointment(appointment_id, "kept", seen="kept", author_id=RINA)
    assert counter.device.store.waiting() == written


def test_an_appointment_is_booked_by_the_clock_of_the_store_moved_and_closed(
    counter: Counter, services: Services
) -> None:
    appointment_id = book(services)
    found = appointment(services)
    assert (found.id, found.day, found.at_time, found.time_zone, found.minutes) == (
        appointment_id, date(2026, 11, 22), time(15, 30), "Asia/Jakarta", 45,
    )  # fmt: skip
    assert (found.subject, found.associate, found.status, found.pending) == ("Fitting", "Dedi", "booked", True)
    assert services.today().appointments == (found,)
    changes = {"local_time": ("15:30", "16:00"), "minutes": ("45", "60"), "associate_id": (DEDI, RINA)}
    services.edit_appointment(appointment_id, changes, author_id=RINA)
    services.close_appointment(appointment_id, "no_show", seen="booked", author_id=RINA)
    services.close_appointment(appointment_id, "kept", seen="no_show", author_id=RINA)
    counter.sync()
    found = appointment(services)
    assert (found.at_time, found.minutes, found.associate, found.status) == (time(16), 60, "Rina", "kept")
    assert (found.pending, services.attention(), view(services).conflicts) == (False, (), ())


def test_that_somebody_spoke_is_kept(counter: Counter, services: Services) -> None:
    made = services.log_interaction(SITI, channel="phone", direction="out", author_id=RINA, summary=" Tidak diangkat ")
    (found,) = view(services).interactions
    assert (found.id, found.channel, found.direction, found.summary, found.author) == (
        made, "phone", "out", "Tidak diangkat", "Rina",
    )  # fmt: skip
    assert found.at == counter.device.clock()


def test_a_note_is_put_in_other_words_and_the_first_writer_stays_its_author(
    counter: Counter, services: Services
) -> None:
    note_id = services.write_note(SITI, "Suka biru", author_id=RINA)
    first = note(services)
    revision = services.revise_note(note_id, " Suka biru tua ", seen=(first.heads[0].revision_id,), author_id=DEDI)
    revised = note(services)
    assert (revised.text, revised.author, [one.revision_id for one in revised.heads]) == (
        "Suka biru tua", "Rina", [revision],
    )  # fmt: skip
    assert revised.heads[0].author == "Dedi"
    services.revise_note(note_id, "Suka hijau", seen=(note_id,), author_id=RINA)
    assert note(services).text == "Suka biru tua\n\nSuka hijau"
    counter.sync()
    heads = tuple(one.revision_id for one in note(services).heads)
    assert (len(heads), note(services).pending) == (2, False)
    services.revise_note(note_id, "Suka biru tua dan hijau", seen=heads, author_id=RINA)
    assert [one.text for one in note(services).heads] == ["Suka biru tua dan hijau"]


def test_everything_wrong_with_a_form_is_told_at_once_and_nothing_is_written(
    counter: Counter, services: Services
) -> None:
    assert refusals(
        lambda: services.create_follow_up(SITI, " ", "2026-11-21", author_id=RINA, assignee_id=make_id("nobody"))
    ) == {
        "subject": "serving.subject_empty",
        "due_on": "serving.day_past",
        "assignee_id": "serving.associate_unknown",
    }
    when = {"local_date": "besok", "local_time": "sore", "minutes": "0"}
    assert refusals(lambda: services.book_appointment(SITI, **when, subject="x" * 501, author_id=RINA)) == {
        "local_date": "serving.day_invalid",
        "local_time": "serving.time_invalid",
        "minutes": "serving.minutes_invalid",
        "subject": "text.too_long",
    }
    assert counter.device.store.waiting() == 0


@pytest.mark.parametrize("minutes", ["", "-5", "1441", "1e3", "\u0663\u0660", "4.5"])
def test_a_length_is_a_number_of_minutes_to_a_day(services: Services, minutes: str) -> None:
    changes = {"minutes": ("45", minutes)}
    assert refusals(lambda: services.edit_appointment(book(services), changes, author_id=RINA)) == {
        "minutes": "serving.minutes_invalid"
    }


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda s: s.edit_follow_up(promise(s), {"status": ("done", "open")}, author_id=RINA), "serving.field_unknown"),
        (lambda s: s.edit_follow_up(promise(s), {"due_on": ("", "20261130x")}, author_id=RINA), "serving.day_invalid"),
        (lambda s: s.finish_follow_up(promise(s), author_id=RINA, status="open"), "serving.choice_unknown"),
        (lambda s: s.finish_follow_up(promise(s), author_id=RINA, outcome="x" * 4_001), "text.too_long"),
        (lambda s: s.finish_follow_up(promise(s), author_id=""), "author.missing"),
        (lambda s: s.reopen_follow_up(promise(s), (), author_id=RINA), "serving.not_finished"),
        (lambda s: s.reopen_follow_up(promise(s), (RINA,), author_id=""), "author.missing"),
        (lambda s: s.close_appointment(book(s), "booked", seen="kept", author_id=RINA), "serving.choice_unknown"),
        (lambda s: s.close_appointment(book(s), "kept", seen="open", author_id=RINA), "serving.choice_unknown"),
        (lambda s: s.log_interaction(SITI, channel="fax", direction="in", author_id=RINA), "serving.choice_unknown"),
        (lambda s: s.log_interaction(SITI, channel="phone", direction="", author_id=RINA), "serving.choice_unknown"),
        (lambda s: s.revise_note(SITI, " ", seen=(SITI,), author_id=RINA), "note.empty"),
        (lambda s: s.revise_note(SITI, "x", seen=(), author_id=RINA), "note.nothing_seen"),
        (lambda s: promise(s, "2026-11-22\x00"), "serving.day_invalid"),
    ],
)
def test_what_is_no_choice_or_lacks_its_words_is_refused_with_a_reason(
    services: Services, act: Callable[[Services], object], code: str
) -> None:
    assert list(refusals(lambda: act(services)).values()) == [code]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda s: s.create_follow_up(DEDI, "x", "2026-11-22", author_id=RINA), "customer.not_here"),
        (lambda s: s.edit_follow_up(SITI, {}, author_id=RINA), "follow_up.not_here"),
        (lambda s: s.finish_follow_up(SITI, author_id=RINA), "follow_up.not_here"),
        (lambda s: s.reopen_follow_up(SITI, (RINA,), author_id=RINA), "follow_up.not_here"),
        (lambda s: s.edit_appointment(SITI, {}, author_id=RINA), "appointment.not_here"),
        (lambda s: s.close_appointment(SITI, "kept", seen="booked", author_id=RINA), "appointment.not_here"),
        (lambda s: s.log_interaction(DEDI, channel="phone", direction="in", author_id=RINA), "customer.not_here"),
        (lambda s: s.revise_note(SITI, "x", seen=(SITI,), author_id=RINA), "note.not_here"),
    ],
)
def test_what_is_not_on_this_device_is_refused(
    services: Services, act: Callable[[Services], object], code: str
) -> None:
    with pytest.raises(NotFound) as caught:
        act(services)
    assert caught.value.code == code


def test_a_follow_up_of_a_merged_customer_is_finished_at_once_from_the_page_of_the_one_who_remains(
    counter: Counter, services: Services
) -> None:
    old = counter.customer("S. Rahma", alias_of=SITI)
    counter.put(
        Kind.FOLLOW_UP, "old", customer_id=old, store_id=STORE_ID, subject="Lama", due_on="2026-11-20",
        at="2026-11-01T00:00:00Z",
    )  # fmt: skip
    counter.sync()
    services.finish_follow_up(follow_up(services).id, author_id=RINA)
    assert follow_up(services).status == "done"
