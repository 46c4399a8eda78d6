"""What was refused or merged of promises, meetings, talks and notes is told with its words and what it is about."""

from collections.abc import Callable

import pytest

from clienteling.domain.views import AttentionItem
from clienteling.use_cases.services import Services
from sync.protocol.kinds import Kind
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import RINA, SITI, Counter, make_id

AT = "2026-11-01T00:00:00Z"
DEDI, PROMISE, MEETING, NOTE, TALK = (make_id(name) for name in ("Dedi", "promise", "meeting", "note", "talk"))


@pytest.fixture
def services(counter: Counter) -> Services:
    """Of a device with a promise, a meeting and a note."""
    counter.put(Kind.ASSOCIATE, "Dedi", name="Dedi", location_ids=[STORE_ID])
    about = {"customer_id": SITI, "store_id": STORE_ID}
    counter.put(Kind.FOLLOW_UP, "promise", **about, subject="Kabari gamis", due_on="2026-11-25", at=AT)
    when = {"local_date": "2026-11-25", "local_time": "15:30", "time_zone": "Asia/Jakarta", "minutes": 45, "at": AT}
    counter.put(Kind.APPOINTMENT, "meeting", **about, **when, subject="Fitting")
    counter.put(Kind.NOTE, "note", **about, text="Suka biru", written_at=AT)
    counter.sync()
    return counter.services


def refused(counter: Counter) -> AttentionItem:
    """What the list says once the server has refused what was written last."""
    counter.server.refuse.add(counter.device.store.pending(9)[-1].uuid)
    counter.sync()
    (item,) = counter.services.attention()
    return item


@pytest.mark.parametrize(
    ("write", "action", "typed", "about", "subject"),
    [
        (
            lambda s: s.create_follow_up(SITI, "Kabari ukuran", "2026-11-30", author_id=RINA, assignee_id=DEDI),
            "follow_up.create", "Kabari ukuran, 30-11-2026, Dedi", "", "",
        ),
        (
            lambda s: s.edit_follow_up(PROMISE, {"due_on": ("2026-11-25", "2026-11-28")}, author_id=RINA),
            "follow_up.edit", "28-11-2026", "", "Kabari gamis",
        ),
        (
            lambda s: s.edit_follow_up(PROMISE, {"assignee_id": ("", DEDI)}, author_id=RINA),
            "follow_up.edit", "Dedi", "", "Kabari gamis",
        ),
        (
            lambda s: s.finish_follow_up(PROMISE, author_id=RINA, outcome="Sudah dikabari"),
            "follow_up.finish", "Sudah dikabari", "follow_up.status_done", "Kabari gamis",
        ),
        (
            lambda s: s.reopen_follow_up(PROMISE, (TALK,), author_id=RINA),
            "follow_up.reopen", "", "", "Kabari gamis",
        ),
        (
            lambda s: s.book_appointment(
                SITI, local_date="2026-11-30", local_time="10:00", minutes="30", subject="Ambil gaun", author_id=RINA
            ),
            "appointment.book", "Ambil gaun, 30-11-2026, 10:00", "", "",
        ),
        (
            lambda s: s.edit_appointment(
                MEETING, {"local_time": ("15:30", "16:00"), "minutes": ("45", "60")}, author_id=RINA
            ),
            "appointment.edit", "16:00, 60", "", "Fitting",
        ),
        (
            lambda s: s.close_appointment(MEETING, "no_show", seen="booked", author_id=RINA),
            "appointment.close", "", "appointment.status_no_show", "Fitting",
        ),
        (
            lambda s: s.log_interaction(SITI, channel="phone", direction="out", author_id=RINA, summary="Menelepon"),
            "interaction.log", "Menelepon", "interaction.channel_phone", "",
        ),
        (
            lambda s: s.revise_note(NOTE, "Suka hijau", seen=(NOTE,), author_id=RINA),
            "note.revise", "Suka hijau", "", "",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)  # fmt: skip
def test_a_refused_write_is_told_with_its_words(
    counter: Counter, services: Services, write: Callable[[Services], object], action: str, typed: str, about: str,
    subject: str,
) -> None:  # fmt: skip
    write(services)
    item = refused(counter)
    assert (item.action, item.typed, item.about, item.subject) == (action, typed, about, subject)
    assert (item.customer_id, item.customer_name) == (SITI, "Siti")


def test_a_day_two_people_changed_is_listed_with_both_and_whose_promise_it_is(
    counter: Counter, services: Services
) -> None:
    services.edit_follow_up(PROMISE, {"assignee_id": ("", DEDI)}, author_id=RINA)
    about = {"customer_id": SITI, "store_id": STORE_ID, "subject": "Kabari gamis", "due_on": "2026-11-25", "at": AT}
    counter.put(Kind.FOLLOW_UP, "promise", **about, assignee_id=RINA, assignee_name="Rina")
    counter.sync()
    (item,) = services.attention()
    (lost,) = item.lost
    assert (item.action, item.code, item.subject) == ("follow_up.edit", "mutation.merged", "Kabari gamis")
    assert (lost.field, lost.record_kind, lost.record_id) == ("assignee_id", "follow_up", PROMISE)
    assert (lost.kept, lost.kept_name, lost.other, lost.other_name) == (DEDI, "Dedi", RINA, "Rina")


@pytest.mark.parametrize(
    ("kind", "record_id", "field", "action", "subject"),
    [
        (Kind.FOLLOW_UP, PROMISE, "due_on", "follow_up.edit", "Kabari gamis"),
        (Kind.APPOINTMENT, MEETING, "status", "appointment.edit", "Fitting"),
        (Kind.NOTE, NOTE, "text", "note.revise", ""),
        (Kind.CUSTOMER, SITI, "city", "contact.edit", ""),
    ],
)
def test_a_conflict_that_came_from_elsewhere_says_what_was_changed(
    counter: Counter, services: Services, kind: Kind, record_id: str, field: str, action: str, subject: str
) -> None:
    about = {"customer_id": SITI, "record_kind": kind, "record_id": record_id, "field": field}
    counter.put(Kind.CONFLICT, "conflict", **about, kept="a", other="b")
    counter.sync()
    (item,) = services.attention()
    assert (item.action, item.subject, item.lost[0].record_kind) == (action, subject, kind)
