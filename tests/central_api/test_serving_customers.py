"""Follow-ups, appointments, talks and revised notes at the server, on SQLite and PostgreSQL."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from sync.central_api.tables import IMPORTED, RECORD
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.notes import heads_of
from tests.central_api.retailer import (
    BANDUNG,
    MAKASSAR,
    NOW,
    SITI,
    Central,
    Device,
    assert_digests_agree,
    customer,
    record,
    the_id,
)

PROMISE, MEETING, TALK = (rule_id(name) for name in ("promise", "meeting", "talk"))
NOTE = the_id(Kind.NOTE, "n1")
APPLIED, MERGED = ("applied", None), ("merged", "mutation.merged")


def promise(device: Device, customer_id: str = SITI, **args: Any) -> dict[str, Any]:
    whole = {
        "follow_up_id": PROMISE, "customer_id": customer_id, "store_id": device.store_id, "subject": "Kabari gamis",
        "due_on": "2026-11-25", "at": NOW, **args,
    }  # fmt: skip
    return device.entry("follow_up.create", whole)


def on_promise(device: Device, what: str, customer_id: str = SITI, **args: Any) -> dict[str, Any]:
    return device.entry(f"follow_up.{what}", {"follow_up_id": PROMISE, "customer_id": customer_id, **args})


def finish(device: Device, outcome: str, customer_id: str = SITI) -> dict[str, Any]:
    args = {"finish_id": rule_id("finish", outcome), "status": "done", "outcome": outcome, "at": NOW}
    return on_promise(device, "finish", customer_id, **args)


def meeting(device: Device, **args: Any) -> dict[str, Any]:
    whole = {
        "appointment_id": MEETING, "customer_id": SITI, "store_id": device.store_id, "local_date": "2026-11-25",
        "local_time": "15:30", "time_zone": "Asia/Makassar", "minutes": 45, "subject": "Fitting", "at": NOW, **args,
    }  # fmt: skip
    return device.entry("appointment.book", whole)


def talk(device: Device) -> dict[str, Any]:
    whole = {"interaction_id": TALK, "customer_id": SITI, "store_id": device.store_id, "channel": "phone", "at": NOW}
    return device.entry("interaction.log", {**whole, "direction": "out", "summary": "Menelepon soal gamis"})


def revise(device: Device, text: str, note_id: str = NOTE) -> dict[str, Any]:
    args = {
        "note_id": note_id, "customer_id": SITI, "revision_id": rule_id("revision", text), "seen": [note_id],
        "text": text, "store_id": device.store_id, "at": NOW,
    }  # fmt: skip
    return device.entry("note.revise", args)


def held(device: Device, kind: Kind, record_id: str) -> Body:
    """The record as the device has it after a pull."""
    device.pull()
    assert_digests_agree(device)
    return device.live(kind)[record_id]


@pytest.mark.parametrize(
    ("write", "kind", "record_id"),
    [(promise, Kind.FOLLOW_UP, PROMISE), (meeting, Kind.APPOINTMENT, MEETING), (talk, Kind.INTERACTION, TALK)],
    ids=["follow-up", "appointment", "talk"],
)
def test_a_store_that_serves_a_customer_gets_them_and_both_stores_get_the_sign(
    central: Central, write: Callable[[Device], dict[str, Any]], kind: Kind, record_id: str
) -> None:
    bandung, makassar = central.device("BDG"), central.device("MKS")
    makassar.pull()
    assert SITI not in makassar.live(Kind.CUSTOMER)
    assert makassar.push(write(makassar)) == [APPLIED]
    body = held(makassar, kind, record_id)
    assert (body["store_id"], SITI in makassar.live(Kind.CUSTOMER)) == (MAKASSAR, True)
    assert held(bandung, kind, record_id) == body


def test_what_two_stores_do_to_one_follow_up_is_in_both_and_the_day_that_lost_is_a_conflict(central: Central) -> None:
    bandung, makassar = central.device("BDG"), central.device("MKS")
    assert bandung.push(promise(bandung)) == [APPLIED]
    assert makassar.push(talk(makassar)) == [APPLIED]
    assert bandung.push(
        on_promise(bandung, "edit", fields={"due_on": ["2026-11-25", "2026-11-26"]}), finish(bandung, "dari Bandung")
    ) == [APPLIED, APPLIED]
    assert makassar.push(
        on_promise(makassar, "edit", fields={"due_on": ["2026-11-25", "2026-11-28"]}), finish(makassar, "dari Makassar")
    ) == [MERGED, APPLIED]
    for device in (bandung, makassar):
        body = held(device, Kind.FOLLOW_UP, PROMISE)
        assert (body["status"], body["due_on"]) == ("done", "2026-11-28")
        assert [one["outcome"] for one in body["finishes"]] == ["dari Bandung", "dari Makassar"]
        (conflict,) = device.live(Kind.CONFLICT).values()
        assert (conflict["record_id"], conflict["kept"], conflict["other"]) == (PROMISE, "2026-11-28", "2026-11-26")


def test_a_reopening_that_saw_the_finish_opens_and_one_that_did_not_is_refused(central: Central) -> None:
    bandung, makassar = central.device("BDG"), central.device("MKS")
    bandung.push(promise(bandung), finish(bandung, "satu"))
    seen = [rule_id("finish", "satu")]
    assert makassar.push(on_promise(makassar, "reopen", finish_ids=seen)) == [APPLIED]
    assert held(bandung, Kind.FOLLOW_UP, PROMISE)["status"] == "open"
    assert bandung.push(finish(bandung, "dua")) == [APPLIED]
    assert makassar.push(on_promise(makassar, "reopen", finish_ids=seen)) == [("rejected", "mutation.finished_since")]
    assert held(bandung, Kind.FOLLOW_UP, PROMISE)["status"] == "done"


def test_of_two_closings_of_an_appointment_the_later_stands_and_the_other_is_a_conflict(central: Central) -> None:
    bandung, makassar = central.device("BDG"), central.device("MKS")
    bandung.push(meeting(bandung))
    verdicts = [
        one.push(one.entry("appointment.close", {"appointment_id": MEETING, "customer_id": SITI, "status": status}))
        for one, status in ((bandung, "no_show"), (makassar, "kept"))
    ]
    assert verdicts == [[APPLIED], [MERGED]]
    assert held(bandung, Kind.APPOINTMENT, MEETING)["status"] == "kept"
    (conflict,) = bandung.live(Kind.CONFLICT).values()
    assert (conflict["field"], conflict["other"]) == ("status", "no_show")


def test_what_follows_a_refused_follow_up_says_what_it_depends_on(central: Central) -> None:
    device = central.device()
    verdicts = device.push(promise(device, due_on="besok"), finish(device, "satu"))
    assert verdicts == [("rejected", "mutation.invalid_args"), ("rejected", "mutation.missing")]
    verdicts = device.push(promise(device, store_id=MAKASSAR), finish(device, "dua"))
    assert verdicts == [("rejected", "mutation.wrong_store"), ("rejected", "mutation.depends_on")]


def test_a_follow_up_of_a_merged_customer_is_finished_under_either_id_and_keeps_its_own(central: Central) -> None:
    old = the_id(Kind.CUSTOMER, "old")
    central.take(customer("old", "Siti R.", home_store_id=BANDUNG))
    device = central.device()
    device.push(promise(device, old))
    central.take(customer("old", "Siti R.", home_store_id=BANDUNG, alias_of=SITI))
    assert device.push(finish(device, "lama", old), finish(device, "baru", SITI)) == [APPLIED, APPLIED]
    body = held(device, Kind.FOLLOW_UP, PROMISE)
    assert (body["customer_id"], len(body["finishes"])) == (old, 2)


def test_a_note_for_one_store_only_is_revised_there_alone_and_stays_there(central: Central) -> None:
    bandung, makassar = central.device("BDG"), central.device("MKS")
    entry = bandung.note(SITI, "Hanya di sini", store_only=True)
    note_id = entry["args"]["note_id"]
    assert bandung.push(entry, revise(bandung, "Tetap di sini", note_id)) == [APPLIED, APPLIED]
    assert makassar.push(revise(makassar, "Dari luar", note_id)) == [("rejected", "mutation.wrong_store")]
    assert held(bandung, Kind.NOTE, note_id)["text"] == "Tetap di sini"
    makassar.push(talk(makassar))
    makassar.pull()
    assert makassar.live(Kind.NOTE) == {}


def imported_note(central: Central, text: str) -> None:
    central.take(record(Kind.NOTE, "n1", customer_id=SITI, text=text, written_at=NOW))


def test_an_import_takes_back_no_words_that_people_wrote_and_its_own_new_ones_become_a_conflict(
    central: Central,
) -> None:
    imported_note(central, "Dari platform")
    bandung, makassar = central.device("BDG"), central.device("MKS")
    assert bandung.push(revise(bandung, "dari Bandung")) == [APPLIED]
    assert makassar.push(revise(makassar, "dari Makassar")) == [APPLIED]
    imported_note(central, "Dari platform, lagi")
    note = held(bandung, Kind.NOTE, NOTE)
    assert [head["text"] for head in heads_of(note)] == ["dari Bandung", "dari Makassar"]
    assert note["text"] == "dari Makassar"
    (conflict,) = bandung.live(Kind.CONFLICT).values()
    assert (conflict["field"], conflict["other"]) == ("text", "Dari platform, lagi")


def test_the_first_import_after_an_upgrade_empties_no_note_that_was_revised(central: Central) -> None:
    imported_note(central, "Dari platform")
    with central.database.writing() as connection:  # as a program that knew no revisions left it
        for table in (IMPORTED, RECORD):
            mine = sa.and_(table.c.kind == Kind.NOTE, table.c.id == NOTE)
            body = orjson.loads(connection.execute(sa.select(table.c.body).where(mine)).scalar_one())
            del body["revisions"], body["written_by"]
            connection.execute(sa.update(table).where(mine).values(body=orjson.dumps(body).decode()))
        connection.execute(sa.update(IMPORTED).where(IMPORTED.c.id == NOTE).values(body_hash="earlier"))
    device = central.device()
    assert device.push(revise(device, "dari Bandung")) == [APPLIED]
    imported_note(central, "Dari platform")
    note = held(device, Kind.NOTE, NOTE)
    assert (note["text"], len(note["revisions"])) == ("dari Bandung", 2)
    assert device.live(Kind.CONFLICT) == {}
