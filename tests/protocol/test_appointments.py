"""appointment.* and interaction.log: when a customer is expected, whether they came, and that somebody spoke."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.bodies.serving import AppointmentBody, InteractionBody
from sync.protocol.ids import conflict_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import Entry, creates
from sync.protocol.wire import VerdictStatus
from tests.protocol.worlds import (
    ANI,
    AT,
    BUDI,
    CUSTOMER,
    OTHER_CUSTOMER,
    PRODUCT,
    STORE,
    TwoTablets,
    World,
    code_of,
    entry,
    numbered,
    play,
    world,
)

APPOINTMENT, INTERACTION = numbered(0x300), numbered(0x400)
KEY = RecordKey(Kind.APPOINTMENT, APPOINTMENT)
ABOUT = {"appointment_id": APPOINTMENT, "customer_id": CUSTOMER}
APPLIED, MERGED = VerdictStatus.APPLIED, VerdictStatus.MERGED
WHOLE = {
    **ABOUT, "store_id": STORE, "local_date": "2026-11-25", "local_time": "15:30", "time_zone": "Asia/Jakarta",
    "minutes": 45, "subject": "Fitting kebaya", "at": AT,
}  # fmt: skip


def book(**args: Any) -> Entry:
    return entry("appointment.book", {**WHOLE, **args}, actor=PRODUCT)


def edit_all(fields: dict[str, list[Any]], device: str = BUDI) -> Entry:
    return entry("appointment.edit", {**ABOUT, "fields": fields}, n=2, device=device)


def edit(device: str = BUDI, **fields: list[Any]) -> Entry:
    return edit_all(fields, device)


def close(status: str, seen: str = "booked", *, n: int = 2, device: str = BUDI) -> Entry:
    return entry("appointment.close", {**ABOUT, "seen": seen, "status": status}, n=n, device=device)


def booked() -> World:
    records = world()
    assert play(records, book(), book()) == [APPLIED, APPLIED]
    return records


def test_an_appointment_is_booked_once_in_the_stores_own_time() -> None:
    body = booked()[KEY]
    assert (body["local_date"], body["local_time"], body["time_zone"], body["minutes"], body["status"]) == (
        "2026-11-25", "15:30", "Asia/Jakarta", 45, "booked",
    )  # fmt: skip
    assert AppointmentBody.model_validate(body).to_body() == body
    assert creates(book()) == KEY


def test_booking_it_a_second_time_takes_back_nothing_that_was_done_since() -> None:
    records = booked()
    play(records, close("kept"), book())
    assert records[KEY]["status"] == "kept"


def test_day_and_length_change_field_by_field_and_what_lost_is_a_conflict() -> None:
    records = booked()
    late = edit(device=ANI, minutes=[45, 30], local_time=["15:30", "16:00"])
    assert play(records, edit(minutes=[45, 60]), late) == [APPLIED, MERGED]
    assert (records[KEY]["minutes"], records[KEY]["local_time"]) == (30, "16:00")
    conflict = records[RecordKey(Kind.CONFLICT, conflict_id(late.uuid, "minutes"))]
    assert (conflict["kept"], conflict["other"]) == (30, 60)


def test_the_name_of_who_will_serve_is_no_conflict_of_its_own() -> None:
    records = booked()
    late = edit(device=ANI, associate_id=[None, ANI], associate_name=["", "Ani"])
    play(records, edit(associate_id=[None, BUDI], associate_name=["", "Budi"]), late)
    conflicts = [body["field"] for key, body in records.items() if key.kind == Kind.CONFLICT]
    assert (conflicts, records[KEY]["associate_name"]) == (["associate_id"], "Ani")


def test_an_edit_by_somebody_who_did_not_know_does_not_bring_back_what_is_closed() -> None:
    records = booked()
    assert play(records, close("no_show"), edit(device=ANI, local_date=["2026-11-25", "2026-11-26"])) == [
        APPLIED, APPLIED,
    ]  # fmt: skip
    assert (records[KEY]["status"], records[KEY]["local_date"]) == ("no_show", "2026-11-26")


def test_of_two_closings_the_later_stands_and_people_see_the_other() -> None:
    records = booked()
    late = close("kept", device=ANI)
    assert play(records, close("no_show"), late) == [APPLIED, MERGED]
    assert records[KEY]["status"] == "kept"
    conflict = records[RecordKey(Kind.CONFLICT, conflict_id(late.uuid, "status"))]
    assert (conflict["kept"], conflict["other"]) == ("kept", "no_show")


def test_one_closed_by_mistake_is_closed_again_without_a_conflict() -> None:
    records = booked()
    assert play(records, close("no_show"), close("kept", "no_show", device=ANI)) == [APPLIED, APPLIED]
    assert records[KEY]["status"] == "kept"


@pytest.mark.parametrize(
    "args",
    [
        {"local_date": "2026-2-3"},
        {"local_date": "2026-13-01"},
        {"local_time": "25:00"},
        {"local_time": "15:30:10"},
        {"local_time": "3pm"},
        {"time_zone": "Asia/Jakarta; --"},
        {"time_zone": ""},
        {"minutes": 0},
        {"minutes": 1_441},
        {"minutes": "45"},
        {"minutes": True},
        {"subject": ""},
    ],
)
def test_a_time_that_is_none_is_refused_when_booked_and_when_edited(args: dict[str, Any]) -> None:
    assert code_of(world(), book(**args)) == "mutation.invalid_args"
    (field, wrong), *_ = args.items()
    assert code_of(booked(), edit_all({field: [WHOLE[field], wrong]})) == "mutation.invalid_args"


@pytest.mark.parametrize("one", [edit(minutes=[45, 30]), close("kept")], ids=["edit", "close"])
def test_what_is_done_to_an_appointment_that_is_not_there_or_anothers_is_refused(one: Entry) -> None:
    assert code_of(world(), one) == "mutation.missing"
    assert code_of({KEY: booked()[KEY]}, one) == "mutation.missing"
    records = booked()
    records[KEY] = {**records[KEY], "customer_id": OTHER_CUSTOMER}
    assert code_of(records, one) == "mutation.wrong_customer"


def test_no_edit_writes_a_status_and_no_closing_books() -> None:
    assert code_of(booked(), edit(status=["booked", "kept"])) == "mutation.unknown_field"
    assert code_of(booked(), close("booked", "kept")) == "mutation.invalid_args"


ACTIONS = st.sampled_from(["kept", "cancelled", "no_show", "move", "sync", "sync"])


@given(st.lists(st.tuples(ACTIONS, st.integers(0, 1)), max_size=16))
def test_whatever_arrives_when_both_sides_agree_and_what_was_closed_stays_so(steps: list[tuple[str, int]]) -> None:
    shops = TwoTablets(booked())
    closed = False
    for number, (what, which) in enumerate(steps):
        shown = shops.screen(which)[KEY]
        if what == "sync":
            shops.sync(which)
            assert not closed or shops.server[KEY]["status"] != "booked"
            closed = shops.server[KEY]["status"] != "booked"
        elif what == "move":
            fields = {"local_time": [shown["local_time"], f"{number:02d}:00"]}
            shops.write(which, "appointment.edit", {**ABOUT, "fields": fields})
        else:
            shops.write(which, "appointment.close", {**ABOUT, "seen": shown["status"], "status": what})
    records = shops.agree()
    closings = [one.args["status"] for one in shops.accepted if one.name == "appointment.close"]
    assert records[KEY]["status"] == (closings[-1] if closings else "booked")
    assert shops.refused == []


def spoke(**args: Any) -> Entry:
    whole = {
        "interaction_id": INTERACTION, "customer_id": CUSTOMER, "store_id": STORE, "channel": "whatsapp",
        "direction": "out", "summary": "Mengirim foto mukena", "author_name": "Rina", "at": AT, **args,
    }  # fmt: skip
    return entry("interaction.log", whole, actor=PRODUCT)


def test_that_somebody_spoke_is_kept_once_with_how_and_what_about() -> None:
    records = world()
    assert play(records, spoke(), spoke()) == [APPLIED, APPLIED]
    body = records[RecordKey(Kind.INTERACTION, INTERACTION)]
    assert (body["channel"], body["direction"], body["summary"], body["associate_id"], body["associate_name"]) == (
        "whatsapp", "out", "Mengirim foto mukena", PRODUCT, "Rina",
    )  # fmt: skip
    play(records, spoke(summary="Anything else under the same id"))
    assert records[RecordKey(Kind.INTERACTION, INTERACTION)] == body
    assert code_of(world(), spoke(customer_id=OTHER_CUSTOMER)) == "mutation.missing"
    assert code_of(world(), spoke(channel="fax")) == "mutation.invalid_args"
    assert creates(spoke()) == RecordKey(Kind.INTERACTION, INTERACTION)


def test_an_interaction_from_before_there_were_channels_is_read_as_it_is() -> None:
    stored = {"id": INTERACTION, "customer_id": CUSTOMER, "store_id": STORE, "associate_id": "", "at": AT}
    assert InteractionBody.model_validate(stored).channel == ""
