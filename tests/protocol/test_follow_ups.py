"""follow_up.*: done beats open in whatever order it arrives, unless somebody who knew opened it again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.bodies.serving import FollowUpBody
from sync.protocol.ids import conflict_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import Entry, creates
from sync.protocol.mutations.follow_ups import MAX_FINISHES, finishes_in_effect
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

FOLLOW_UP = numbered(0x200)
KEY = RecordKey(Kind.FOLLOW_UP, FOLLOW_UP)
ABOUT = {"follow_up_id": FOLLOW_UP, "customer_id": CUSTOMER}
APPLIED, MERGED, REJECTED = VerdictStatus.APPLIED, VerdictStatus.MERGED, VerdictStatus.REJECTED


def create(**args: Any) -> Entry:
    whole = {**ABOUT, "store_id": STORE, "subject": "Kabari soal gamis", "due_on": "2026-11-25", "at": AT, **args}
    return entry("follow_up.create", whole, actor=PRODUCT)


def edit(field: str, seen: str | None, new: str | None, *, n: int = 2, device: str = BUDI) -> Entry:
    return entry("follow_up.edit", {**ABOUT, "fields": {field: [seen, new]}}, n=n, device=device)


def finish(digit: int, outcome: str = "", *, n: int = 2, device: str = BUDI, **args: Any) -> Entry:
    whole = {**ABOUT, "finish_id": numbered(digit), "status": "done", "outcome": outcome, "at": AT, **args}
    return entry("follow_up.finish", whole, n=n, device=device, actor=PRODUCT)


def reopen(*finishes: int, n: int = 3, device: str = BUDI) -> Entry:
    args = {**ABOUT, "finish_ids": [numbered(one) for one in finishes]}
    return entry("follow_up.reopen", args, n=n, device=device)


def open_follow_up() -> World:
    records = world()
    assert play(records, create(), create()) == [APPLIED, APPLIED]
    return records


def test_a_follow_up_is_made_once_with_who_promised_it_and_for_which_day() -> None:
    body = open_follow_up()[KEY]
    assert (body["subject"], body["due_on"], body["status"], body["author_id"]) == (
        "Kabari soal gamis", "2026-11-25", "open", PRODUCT,
    )  # fmt: skip
    assert FollowUpBody.model_validate(body).to_body() == body
    assert creates(create()) == KEY


def test_making_it_a_second_time_takes_back_nothing_that_was_done_since() -> None:
    records = open_follow_up()
    play(records, finish(0xF1), create())
    assert records[KEY]["status"] == "done"


def test_two_people_who_change_the_day_leave_a_conflict_and_two_fields_leave_none() -> None:
    records = open_follow_up()
    late = edit("due_on", "2026-11-25", "2026-11-28", device=ANI)
    verdicts = play(
        records,
        edit("due_on", "2026-11-25", "2026-11-26"),
        edit("subject", "Kabari soal gamis", "Kabari soal mukena", device=ANI, n=1),
        late,
    )
    assert verdicts == [APPLIED, APPLIED, MERGED]
    assert (records[KEY]["due_on"], records[KEY]["subject"]) == ("2026-11-28", "Kabari soal mukena")
    conflict = records[RecordKey(Kind.CONFLICT, conflict_id(late.uuid, "due_on"))]
    assert (conflict["kept"], conflict["other"], conflict["record_kind"], conflict["record_id"]) == (
        "2026-11-28", "2026-11-26", "follow_up", FOLLOW_UP,
    )  # fmt: skip


def test_an_edit_by_somebody_who_did_not_know_it_was_done_does_not_open_it() -> None:
    records = open_follow_up()
    assert play(records, finish(0xF1), edit("due_on", "2026-11-25", "2026-12-01", device=ANI)) == [APPLIED, APPLIED]
    assert (records[KEY]["status"], records[KEY]["due_on"]) == ("done", "2026-12-01")


def test_a_finish_says_what_came_of_it_when_and_by_whom() -> None:
    records = open_follow_up()
    play(records, finish(0xF1, "Sudah dikabari", author_name="Rina"))
    body = records[KEY]
    assert (body["status"], body["outcome"], body["done_at"], body["done_by"], body["done_by_name"]) == (
        "done", "Sudah dikabari", AT, PRODUCT, "Rina",
    )  # fmt: skip


def test_of_two_finishes_both_outcomes_are_kept_and_done_beats_cancelled() -> None:
    records = open_follow_up()
    play(records, finish(0xF1, "Sudah datang"), finish(0xF2, "Tidak jadi", device=ANI, status="cancelled"))
    assert (records[KEY]["status"], records[KEY]["outcome"]) == ("done", "Sudah datang")
    assert [one["outcome"] for one in finishes_in_effect(records[KEY])] == ["Sudah datang", "Tidak jadi"]


def test_who_saw_that_it_was_done_opens_it_again() -> None:
    records = open_follow_up()
    assert play(records, finish(0xF1, "Salah orang"), reopen(0xF1, device=ANI)) == [APPLIED, APPLIED]
    body = records[KEY]
    assert (body["status"], body["outcome"], body["done_at"]) == ("open", "", None)
    assert body["finishes"][0]["outcome"] == "Salah orang"


def test_a_reopening_that_did_not_see_the_finish_that_holds_does_not_undo_it() -> None:
    records = open_follow_up()
    play(records, finish(0xF1), reopen(0xF1), finish(0xF2, n=4))
    late = reopen(0xF1, device=ANI)
    assert code_of(records, late) == "mutation.finished_since"
    assert play(records, late) == [REJECTED]
    assert records[KEY]["status"] == "done"


def test_a_reopening_that_saw_one_of_two_finishes_undoes_that_one_and_says_that_the_other_holds() -> None:
    records = open_follow_up()
    play(records, finish(0xF1, "satu"), finish(0xF2, "dua", device=ANI))
    half = reopen(0xF1)
    assert code_of(records, half) == "mutation.finished_since"
    assert play(records, half) == [MERGED]
    assert (records[KEY]["status"], records[KEY]["outcome"]) == ("done", "dua")


def test_reopening_what_is_open_changes_nothing() -> None:
    records = open_follow_up()
    assert play(records, reopen(0xF1)) == [APPLIED]
    assert records == open_follow_up()


@pytest.mark.parametrize(
    "one", [edit("subject", "a", "b"), finish(0xF1), reopen(0xF1)], ids=["edit", "finish", "reopen"]
)
def test_what_is_done_to_a_follow_up_that_is_not_there_or_anothers_is_refused(one: Entry) -> None:
    assert code_of(world(), one) == "mutation.missing"
    assert code_of({KEY: open_follow_up()[KEY]}, one) == "mutation.missing"
    records = open_follow_up()
    records[KEY] = {**records[KEY], "customer_id": OTHER_CUSTOMER}
    assert code_of(records, one) == "mutation.wrong_customer"


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (create(due_on="2026-02-30"), "mutation.invalid_args"),
        (create(due_on="20261125"), "mutation.invalid_args"),
        (create(subject=""), "mutation.invalid_args"),
        (create(subject="x" * 501), "mutation.invalid_args"),
        (create(customer_id=OTHER_CUSTOMER), "mutation.missing"),
        (finish(0xF1, status="open"), "mutation.invalid_args"),
    ],
)
def test_a_follow_up_without_a_day_a_subject_or_a_customer_is_refused(one: Entry, code: str) -> None:
    assert code_of(world(), one) == code


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (edit("due_on", "2026-11-25", "besok"), "mutation.invalid_args"),
        (edit("subject", "Kabari soal gamis", ""), "mutation.invalid_args"),
        (edit("status", "done", "open"), "mutation.unknown_field"),
        (edit("finishes", None, None), "mutation.unknown_field"),
    ],
)
def test_an_edit_changes_no_status_and_leaves_day_and_subject(one: Entry, code: str) -> None:
    assert code_of(open_follow_up(), one) == code


def test_what_was_finished_and_reopened_fifty_times_stays_finished_and_is_never_stuck_open() -> None:
    records = open_follow_up()
    for n in range(1, MAX_FINISHES):
        assert play(records, finish(0x1000 + n, n=2 * n), reopen(0x1000 + n, n=2 * n + 1)) == [APPLIED, APPLIED]
    assert records[KEY]["status"] == "open"
    last = finish(0xF1, "Sudah dikabari", n=200)
    assert play(records, last) == [APPLIED]
    again = reopen(0xF1, n=201)
    assert code_of(records, again) == "mutation.follow_up_full"
    assert play(records, again) == [REJECTED]
    assert (records[KEY]["status"], records[KEY]["outcome"]) == ("done", "Sudah dikabari")
    assert play(records, last, finish(0x1001, n=2)) == [APPLIED, APPLIED], "they are there already"


def test_one_that_was_left_open_with_all_its_finishes_undone_can_be_finished() -> None:
    records = open_follow_up()
    undone = {"status": "done", "outcome": "", "at": AT, "by": PRODUCT, "by_name": "", "undone_by": PRODUCT}
    finishes = [{**undone, "finish_id": numbered(0x1000 + n)} for n in range(MAX_FINISHES)]
    records[KEY] = {**records[KEY], "finishes": finishes}
    assert play(records, finish(0xF1)) == [APPLIED]
    assert records[KEY]["status"] == "done"
    assert code_of(records, finish(0xF2, n=201)) == "mutation.follow_up_full"
    assert code_of(records, reopen(0xF1, n=202)) == "mutation.follow_up_full"


def test_a_follow_up_that_is_done_is_finished_fifty_times_and_not_once_more() -> None:
    records = open_follow_up()
    play(records, *(finish(0x1000 + n, n=n) for n in range(MAX_FINISHES)))
    assert code_of(records, finish(0xF1, n=200)) == "mutation.follow_up_full"
    assert play(records, finish(0x1000, n=0)) == [APPLIED], "it is there already"
    assert len(records[KEY]["finishes"]) == MAX_FINISHES


ACTIONS = st.sampled_from(["finish", "finish", "cancel", "reopen", "reopen", "edit", "sync", "sync"])


@given(st.lists(st.tuples(ACTIONS, st.integers(0, 1)), max_size=18))
def test_it_is_open_exactly_where_every_finish_was_undone_by_somebody_who_had_seen_it(
    steps: list[tuple[str, int]],
) -> None:
    shops = TwoTablets(open_follow_up())
    for number, (what, which) in enumerate(steps):
        shown = shops.screen(which)[KEY]
        seen = [one["finish_id"] for one in finishes_in_effect(shown)]
        if what == "sync":
            shops.sync(which)
        elif what == "edit":
            days = {"due_on": [shown["due_on"], f"2026-12-{number + 1:02d}"]}
            shops.write(which, "follow_up.edit", {**ABOUT, "fields": days})
        elif what != "reopen":
            status = "done" if what == "finish" else "cancelled"
            shops.write(which, "follow_up.finish", dict(finish(0x1000 + number, f"hasil {number}", status=status).args))
        elif seen:
            shops.write(which, "follow_up.reopen", {**ABOUT, "finish_ids": seen})
    body = shops.agree()[KEY]
    finished = {one.args["finish_id"]: one.args for one in shops.accepted if one.name == "follow_up.finish"}
    undone = {one for made in shops.accepted if made.name == "follow_up.reopen" for one in made.args["finish_ids"]}
    holding = finished.keys() - undone
    assert {one["finish_id"] for one in finishes_in_effect(body)} == holding
    assert (body["status"] == "open") == (not holding)
    assert (body["status"] == "done") == any(finished[one]["status"] == "done" for one in holding)
    assert {one["finish_id"]: one["outcome"] for one in body["finishes"]} == {
        one: args["outcome"] for one, args in finished.items()
    }, "no outcome is lost"
    assert all(one.name == "follow_up.reopen" for one in shops.refused)
