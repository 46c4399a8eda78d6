"""What was promised, when customers come, and what was said, as screens get it: by the store's own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from clienteling.domain.views import CustomerView, FollowUpView, TodayView
from clienteling.store.queries_customer import customer_view
from clienteling.store.queries_today import today_view
from sync.protocol.ids import consent_id
from sync.protocol.kinds import Kind, RecordKey
from tests.store.asking.shop import BANDUNG, MAKASSAR, NOW, Shop, ago, make_id


def promise(shop: Shop, ref: str, customer_id: str, due_on: str, **fields: Any) -> str:
    fields = {"store_id": BANDUNG, "subject": ref, "at": ago(3), "author_name": "Rina", **fields}
    return shop.put(Kind.FOLLOW_UP, ref, customer_id=customer_id, due_on=due_on, **fields)


def finished(outcome: str, days: float = 1, **fields: Any) -> dict[str, Any]:
    """What a finish leaves in a follow-up."""
    finish = {"finish_id": make_id(outcome), "status": "done", "outcome": outcome, "at": ago(days), **fields}
    return {"status": "done", "done_at": ago(days), "done_by_name": "Rina", "finishes": [finish]}


def meeting(shop: Shop, ref: str, customer_id: str, day: str, at_time: str, **fields: Any) -> str:
    fields = {"store_id": BANDUNG, "time_zone": "Asia/Jakarta", "minutes": 45, "subject": ref, "at": ago(3), **fields}
    return shop.put(Kind.APPOINTMENT, ref, customer_id=customer_id, local_date=day, local_time=at_time, **fields)


def today(shop: Shop, now: datetime = NOW) -> TodayView:
    return today_view(shop.connection, now=now)


def view(shop: Shop, customer_id: str) -> CustomerView:
    found = customer_view(shop.connection, customer_id, now=NOW)
    assert found is not None
    return found


def subjects(views: tuple[FollowUpView, ...]) -> list[str]:
    return [one.subject for one in views]


def test_today_has_what_is_due_here_the_longest_due_in_front(shop: Shop) -> None:
    siti = shop.customer("Siti", salutation="Bu")
    promise(shop, "hari ini", siti, "2026-11-22")
    promise(shop, "kemarin", siti, "2026-11-21")
    promise(shop, "besok", siti, "2026-11-23")
    promise(shop, "di Makassar", siti, "2026-11-21", store_id=MAKASSAR)
    promise(shop, "sudah", siti, "2026-11-20", **finished("beres"))
    promise(shop, "milik yang belum datang", make_id("nobody"), "2026-11-20")
    late, due = today(shop).follow_ups
    assert (late.subject, late.overdue, due.subject, due.overdue) == ("kemarin", True, "hari ini", False)
    assert (due.customer_name, due.salutation, due.author, due.store, due.here) == (
        "Siti", "Bu", "Rina", "Toko Bandung", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("store_id", "now", "due"),
    [
        (BANDUNG, datetime(2026, 11, 21, 16, 59, tzinfo=UTC), False),  # 23:59 of the 21st in Bandung
        (BANDUNG, datetime(2026, 11, 21, 17, 0, tzinfo=UTC), True),
        (MAKASSAR, datetime(2026, 11, 21, 15, 59, tzinfo=UTC), False),  # an hour earlier there
        (MAKASSAR, datetime(2026, 11, 21, 16, 0, tzinfo=UTC), True),
    ],
)
def test_a_day_begins_at_midnight_on_the_stores_wall(shop: Shop, store_id: str, now: datetime, due: bool) -> None:
    shop.stand_in(store_id)
    siti = shop.customer("Siti")
    promise(shop, "hari ini", siti, "2026-11-22", store_id=store_id)
    meeting(shop, "hari ini", siti, "2026-11-22", "15:30", store_id=store_id)
    found = today(shop, now)
    assert (bool(found.follow_ups), bool(found.appointments)) == (due, due)
    assert not any(one.overdue for one in found.follow_ups)


def test_todays_appointments_stand_by_their_time_and_cancelled_ones_are_not_among_them(shop: Shop) -> None:
    siti = shop.customer("Siti")
    meeting(shop, "sore", siti, "2026-11-22", "15:30")
    meeting(shop, "pagi", siti, "2026-11-22", "09:00", status="kept")
    meeting(shop, "batal", siti, "2026-11-22", "10:00", status="cancelled")
    meeting(shop, "besok", siti, "2026-11-23", "08:00")
    meeting(shop, "di Makassar", siti, "2026-11-22", "08:00", store_id=MAKASSAR)
    found = today(shop).appointments
    assert [(one.subject, one.at_time, one.status) for one in found] == [
        ("pagi", time(9), "kept"),
        ("sore", time(15, 30), "booked"),
    ]


def test_an_appointment_keeps_the_clock_it_was_agreed_by(shop: Shop) -> None:
    siti = shop.customer("Siti")
    meeting(shop, "fitting", siti, "2026-11-25", "15:30", time_zone="Asia/Makassar", associate_name="Andi")
    (found,) = view(shop, siti).appointments
    assert (found.day, found.at_time, found.time_zone) == (date(2026, 11, 25), time(15, 30), "Asia/Makassar")
    assert found.starts_at == datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
    assert (found.minutes, found.associate, found.here) == (45, "Andi", True)


def test_a_customers_appointments_to_come_stand_first_the_next_in_front(shop: Shop) -> None:
    siti = shop.customer("Siti")
    for ref, day, status in (
        ("lama", "2026-11-02", "kept"),
        ("lewat", "2026-11-20", "booked"),
        ("nanti", "2026-12-02", "booked"),
        ("hari ini", "2026-11-22", "booked"),
        ("batal", "2026-12-01", "cancelled"),
    ):
        meeting(shop, ref, siti, day, "15:30", status=status)
    assert [one.subject for one in view(shop, siti).appointments] == ["hari ini", "nanti", "batal", "lewat", "lama"]


def test_a_customers_open_follow_ups_stand_first_whichever_store_they_are_of(shop: Shop) -> None:
    siti = shop.customer("Siti")
    promise(shop, "lama selesai", siti, "2026-10-01", **finished("a", 20))
    promise(shop, "baru selesai", siti, "2026-10-02", **finished("b", 2))
    for month in (5, 3, 4, 1, 2):
        promise(shop, f"bulan {month}", siti, f"2027-{month:02d}-01")
    promise(shop, "di Makassar", siti, "2026-11-20", store_id=MAKASSAR)
    found = view(shop, siti).follow_ups
    still_open = ["di Makassar", "bulan 1", "bulan 2", "bulan 3", "bulan 4", "bulan 5"]
    assert subjects(found) == [*still_open, "baru selesai", "lama selesai"]
    assert [(one.here, one.overdue) for one in found[:2]] == [(False, True), (True, False)]
    assert (found[6].outcomes, found[6].done_by, found[6].finish_ids) == (("b",), "Rina", (make_id("b"),))


def test_a_finish_that_was_taken_back_tells_no_outcome(shop: Shop) -> None:
    siti = shop.customer("Siti")
    fields = finished("salah orang", undone_by="x") | {"status": "open"}
    promise(shop, "janji", siti, "2026-11-20", **fields)
    (found,) = view(shop, siti).follow_ups
    assert (found.outcomes, found.finish_ids, found.overdue) == ((), (), True)


def test_a_follow_up_of_a_merged_customer_is_on_the_page_of_the_one_who_remains_and_names_them(shop: Shop) -> None:
    siti = shop.customer("Siti Rahma")
    old = shop.customer("S. Rahma", alias_of=siti)
    promise(shop, "janji lama", old, "2026-11-20")
    assert subjects(view(shop, siti).follow_ups) == ["janji lama"]
    (due,) = today(shop).follow_ups
    assert (due.customer_id, due.customer_name) == (siti, "Siti Rahma")


def test_what_was_said_is_told_newest_first_also_from_before_there_were_channels(shop: Shop) -> None:
    siti = shop.customer("Siti")
    about = {"customer_id": siti, "store_id": BANDUNG}
    shop.put(Kind.INTERACTION, "lama", **about, at=ago(5))
    said = {"channel": "whatsapp", "direction": "out", "summary": "Foto mukena", "associate_name": "Rina"}
    new = shop.put(Kind.INTERACTION, "baru", **about, at=ago(1), **said)
    shop.touch(Kind.INTERACTION, new)
    first, second = view(shop, siti).interactions
    assert (first.channel, first.summary, first.author, first.store, first.pending) == (
        "whatsapp", "Foto mukena", "Rina", "Toko Bandung", True,
    )  # fmt: skip
    assert (second.channel, second.pending) == ("", False)


def test_who_was_promised_something_here_was_here(shop: Shop) -> None:
    promise(shop, "janji", shop.customer("Siti"), "2026-12-01")
    meeting(shop, "fitting", shop.customer("Budi"), "2026-12-01", "15:30", at=ago(1))
    promise(shop, "janji di sana", shop.customer("Ani"), "2026-12-01", store_id=MAKASSAR)
    assert [one.name for one in today(shop).recent] == ["Budi", "Siti"]


def test_a_note_revised_by_two_people_at_once_shows_both_texts_and_names_both_heads(shop: Shop) -> None:
    siti = shop.customer("Siti")
    first = make_id("note")

    def revision(ref: str, text: str, days: float) -> dict[str, Any]:
        return {"revision_id": make_id(ref), "seen": [first], "text": text, "author_name": ref, "at": ago(days)}

    revisions = [
        {"revision_id": first, "seen": [], "text": "Suka biru", "author_name": "Rina", "at": ago(9)},
        revision("Dimas", "Suka biru tua", 2),
        revision("Ani", "Suka biru muda", 1),
    ]
    fields = {"text": "Suka biru muda", "author_name": "Rina", "written_at": ago(9), "revisions": revisions}
    shop.put(Kind.NOTE, "note", customer_id=siti, store_id=BANDUNG, **fields)
    (note,) = view(shop, siti).notes
    assert note.text == "Suka biru tua\n\nSuka biru muda"
    assert [(one.revision_id, one.author) for one in note.heads] == [
        (make_id("Dimas"), "Dimas"),
        (make_id("Ani"), "Ani"),
    ]
    assert (note.author, note.written_at) == ("Rina", NOW - timedelta(days=9))


def test_no_day_draws_more_than_a_hundred_rows(shop: Shop) -> None:
    siti = shop.customer("Siti")
    for number in range(101):
        promise(shop, f"janji {number}", siti, "2026-11-20")
        meeting(shop, f"fitting {number}", siti, "2026-11-22", "15:30")
    found = today(shop)
    assert (len(found.follow_ups), len(found.appointments)) == (100, 100)


def test_what_is_gone_or_has_lost_its_day_leaves_the_stores_day(shop: Shop) -> None:
    siti = shop.customer("Siti")
    for ref in ("hilang", "tanpa hari", "tetap"):
        promise(shop, ref, siti, "2026-11-20")
        meeting(shop, f"fitting {ref}", siti, "2026-11-22", "15:30")
    shop.remove(Kind.FOLLOW_UP, "hilang")
    shop.remove(Kind.APPOINTMENT, "fitting hilang")
    shop.write({RecordKey(Kind.FOLLOW_UP, make_id("tanpa hari")): {"id": make_id("tanpa hari")}})
    shop.write({RecordKey(Kind.APPOINTMENT, make_id("fitting tanpa hari")): {"id": make_id("fitting tanpa hari")}})
    for table, ref in (("follow_up", "tetap"), ("appointment", "fitting tetap")):
        assert shop.connection.exec_driver_sql(f"SELECT id FROM {table}").scalars().all() == [make_id(ref)]


def test_what_was_promised_says_by_which_ways_the_customer_does_not_want_to_be_contacted(shop: Shop) -> None:
    siti = shop.customer("Siti")
    merged = shop.customer("Sity", alias_of=siti)
    promise(shop, "kabari", merged, "2026-11-22")
    meeting(shop, "fitting", siti, "2026-11-22", "15:30")
    refused = {"event_id": make_id("no"), "granted": False, "at": ago(1)}
    for customer_id, channel in ((siti, "whatsapp"), (merged, "email")):
        about = {"customer_id": customer_id, "purpose": "service", "channel": channel}
        shop.put(Kind.CONSENT, "", id=consent_id(customer_id, "service", channel), **about, events=[refused])
    ((promised,), (met,)) = today(shop).follow_ups, today(shop).appointments
    assert promised.not_by == met.not_by == ("whatsapp", "email")


def test_nobody_who_asked_that_nothing_be_used_is_due_on_today_and_their_screen_says_so(shop: Shop) -> None:
    siti, budi = shop.customer("Siti", restricted=True), shop.customer("Budi")
    for name, customer_id in (("Siti", siti), ("Budi", budi)):
        promise(shop, f"kabari {name}", customer_id, "2026-11-22")
    visit = meeting(shop, "datang sendiri", siti, "2026-11-22", "15:30")
    assert subjects(today(shop).follow_ups) == ["kabari Budi"]
    (appointment,) = today(shop).appointments
    assert (appointment.id, appointment.not_by) == (visit, ("whatsapp", "phone", "sms", "email"))
    assert (view(shop, siti).restricted, view(shop, budi).restricted) == (True, False)
