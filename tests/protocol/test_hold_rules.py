"""What both sides make of a request for a piece, a cancellation and a collection; the server's answer is put in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.bodies import happened_at
from sync.protocol.bodies.holds import MOST_PIECES, HoldBody, HoldStatus
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import Entry, Mutation, Outcome
from sync.protocol.mutations.holds import HOLD_CANCEL, HOLD_COLLECT, HOLD_REQUEST
from sync.protocol.wire import VerdictStatus
from tests.protocol.worlds import AT, CUSTOMER, OTHER_CUSTOMER, PRODUCT, STORE, World, entry, numbered, world

HOLD = RecordKey(Kind.HOLD, numbered(0x77))
OTHER_STORE = "018f0000-0000-7000-8000-0000000000d2"
NAMED = {"hold_id": HOLD.id, "customer_id": CUSTOMER}
RULES: dict[str, Mutation[Any]] = {rule.name: rule for rule in (HOLD_REQUEST, HOLD_CANCEL, HOLD_COLLECT)}


def request(**args: Any) -> Entry:
    what = {"product_id": PRODUCT, "variant_id": numbered(0xE2), "store_id": STORE, "requested_at": AT}
    return entry("hold.request", {**NAMED, **what, **args})


def cancel(**args: Any) -> Entry:
    return entry("hold.cancel", {**NAMED, **args})


def collect(**args: Any) -> Entry:
    return entry("hold.collect", {**NAMED, "store_id": STORE, **args})


def decided(records: World, one: Entry) -> Outcome:
    """The outcome, taken over into `records`."""
    rule = RULES[one.name]
    touched = rule.touches(one)
    outcome = rule.apply({key: records[key] for key in touched if key in records}, one)
    assert outcome.changes.keys() <= set(touched), "apply changed what touches did not name"
    records.update({key: body for key, body in outcome.changes.items() if body is not None})
    return outcome


def standing(status: HoldStatus) -> World:
    records = world()
    decided(records, request())
    records[HOLD] = {**records[HOLD], "status": status.value}
    return records


def status_of(records: World) -> HoldStatus | None:
    return HoldStatus(records[HOLD]["status"]) if HOLD in records else None


def test_a_request_is_requested_and_never_more_on_a_device() -> None:
    records = world()
    assert decided(records, request(quantity=2, author_name="Rina")).status is VerdictStatus.APPLIED
    hold = HoldBody.model_validate(records[HOLD])
    assert (hold.status, hold.quantity, hold.until, hold.author_name) == (HoldStatus.REQUESTED, 2, None, "Rina")
    assert happened_at(records[HOLD]) == AT


@pytest.mark.parametrize("wrong", [{"quantity": 0}, {"quantity": MOST_PIECES + 1}, {"variant_id": None}])
def test_a_request_for_no_pieces_or_too_many_or_of_no_variant_cannot_be_read(wrong: dict[str, Any]) -> None:
    assert decided(world(), request(**wrong)).code == "mutation.invalid_args"


def test_a_request_for_somebody_unknown_and_an_end_of_nothing_are_refused() -> None:
    assert decided({}, request()).code == "mutation.missing"
    assert decided(world(), cancel()).code == "mutation.missing"
    assert decided(world(), collect()).code == "mutation.missing"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (HoldStatus.REQUESTED, "mutation.hold_not_confirmed"),
        (HoldStatus.REFUSED, "mutation.hold_refused"),
        (HoldStatus.CANCELLED, "mutation.hold_cancelled"),
        (HoldStatus.EXPIRED, "mutation.hold_expired"),
        (HoldStatus.CONFIRMED, None),
        (HoldStatus.COLLECTED, None),
    ],
)
def test_only_a_confirmed_hold_is_collected(status: HoldStatus, code: str | None) -> None:
    records = standing(status)
    outcome = decided(records, collect())
    assert outcome.code == code
    assert bool(outcome.changes) == (status is HoldStatus.CONFIRMED), "it is collected once"
    assert status_of(records) is (status if code else HoldStatus.COLLECTED)


@pytest.mark.parametrize("status", HoldStatus)
def test_what_is_cancelled_is_free_whatever_it_was_unless_it_was_taken_home(status: HoldStatus) -> None:
    records = standing(status)
    outcome = decided(records, cancel())
    was_taken = status is HoldStatus.COLLECTED
    assert outcome.code == ("mutation.hold_collected" if was_taken else None)
    open_before = status in {HoldStatus.REQUESTED, HoldStatus.CONFIRMED}
    assert status_of(records) is (HoldStatus.CANCELLED if open_before else status)


def test_a_hold_is_ended_for_its_customer_and_collected_where_it_lies() -> None:
    records = standing(HoldStatus.CONFIRMED)
    assert decided(records, cancel(customer_id=OTHER_CUSTOMER)).code == "mutation.wrong_customer"
    assert decided(records, collect(customer_id=OTHER_CUSTOMER)).code == "mutation.wrong_customer"
    assert decided(records, collect(store_id=OTHER_STORE)).code == "mutation.hold_elsewhere"
    assert status_of(records) is HoldStatus.CONFIRMED


STEPS = st.lists(st.sampled_from(["request", "confirm", "refuse", "expire", "cancel", "collect"]), max_size=10)
ANSWERS = {"confirm": HoldStatus.CONFIRMED, "refuse": HoldStatus.REFUSED, "expire": HoldStatus.EXPIRED}
OPEN = {HoldStatus.REQUESTED, HoldStatus.CONFIRMED}


def played(steps: list[str], *, times: int) -> tuple[World, list[Entry]]:
    """The records after the steps, each entry given `times` times in a row, and the entries that were applied."""
    records = world()
    taken: list[Entry] = []
    for step in steps:
        if step in ANSWERS:
            before = {"expire": HoldStatus.CONFIRMED}.get(step, HoldStatus.REQUESTED)
            if status_of(records) is before:
                records[HOLD] = {**records[HOLD], "status": ANSWERS[step].value}
            continue
        one = {"request": request, "cancel": cancel, "collect": collect}[step]()
        ended = status_of(records) not in {None, *OPEN}
        body: Body | None = records.get(HOLD)
        for _ in range(times):
            if decided(records, one).status is VerdictStatus.APPLIED and one not in taken:
                taken.append(one)
        assert not ended or records.get(HOLD) == body, "what has ended begins again"
    return records, taken


@given(STEPS)
def test_in_any_order_an_entry_applied_twice_is_an_entry_applied_once(steps: list[str]) -> None:
    assert played(steps, times=2) == played(steps, times=1)


@given(STEPS)
def test_what_the_records_already_contain_changes_nothing_when_it_is_replayed(steps: list[str]) -> None:
    records, taken = played(steps, times=1)
    before = dict(records)
    for one in taken:
        decided(records, one)
    assert records == before
