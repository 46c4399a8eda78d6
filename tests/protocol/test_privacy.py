"""Requests go step by step: none is skipped, there is no way back but the named ones, and time runs from receipt."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.privacy import WAYS_BACK, Move, Regime, RequestKind, RequestState, due_at, state_after

STEPS = {one: [Move.CHECK_IDENTITY, Move.FULFIL] for one in RequestKind} | {
    RequestKind.ERASURE: [Move.CHECK_IDENTITY, Move.HOLD, Move.SUPPRESS, Move.ERASE, Move.WAIT, Move.FINISH]
}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GONE = {RequestState.SUPPRESSED, RequestState.ERASED, RequestState.WAITING, RequestState.DONE}


def walk(kind: RequestKind, moves: list[Move]) -> list[tuple[Move, RequestState]]:
    """The moves that were allowed, each with the state after it."""
    state, went = RequestState.RECEIVED, []
    for move in moves:
        after = state_after(kind, state, move)
        if after is not None:
            state = after
            went.append((move, state))
    return went


@pytest.mark.parametrize("kind", RequestKind)
def test_every_request_can_be_done(kind: RequestKind) -> None:
    assert [move for move, _ in walk(kind, STEPS[kind])] == STEPS[kind]
    assert walk(kind, STEPS[kind])[-1][1] is RequestState.DONE


@given(st.sampled_from(RequestKind), st.lists(st.sampled_from(Move), max_size=40))
def test_whatever_is_tried_no_step_is_skipped(kind: RequestKind, moves: list[Move]) -> None:
    made = 0
    for move, state in walk(kind, moves):
        if move is Move.DOUBT_IDENTITY or move is Move.RECONSIDER:
            made = 0
        elif move is not Move.REFUSE:
            assert STEPS[kind][made] is move
            made += 1
        assert state is not RequestState.DONE or made == len(STEPS[kind])


@given(st.sampled_from(RequestKind), st.lists(st.sampled_from(Move), max_size=40))
def test_there_is_no_way_back_but_the_named_ones_and_none_once_somebody_is_going(
    kind: RequestKind, moves: list[Move]
) -> None:
    order = [RequestState.RECEIVED, *(state for _, state in walk(kind, STEPS[kind]))]
    before = RequestState.RECEIVED
    for move, state in walk(kind, moves):
        if move in WAYS_BACK:
            assert before not in GONE
        elif move is not Move.REFUSE:
            assert order.index(state) == order.index(before) + 1
        assert before not in GONE or state in GONE
        before = state


def test_hours_run_from_receipt_over_a_weekend() -> None:
    friday = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert due_at(Regime.UU_PDP, friday) - friday == timedelta(hours=72)
    assert due_at(Regime.UU_PDP, friday, extended=True) == due_at(Regime.UU_PDP, friday)


@pytest.mark.parametrize(
    ("received", "due", "extended"),
    [
        ((2026, 11, 23), (2026, 12, 23), (2027, 2, 23)),
        ((2027, 1, 31), (2027, 2, 28), (2027, 4, 30)),
        ((2026, 12, 5), (2027, 1, 5), (2027, 3, 5)),
        ((2028, 1, 30), (2028, 2, 29), (2028, 4, 30)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last_there_is(
    received: tuple[int, int, int], due: tuple[int, int, int], extended: tuple[int, int, int]
) -> None:
    came = datetime(*received, 12, tzinfo=UTC)
    assert due_at(Regime.GDPR, came) == datetime(*due, 12, tzinfo=UTC)
    assert due_at(Regime.GDPR, came, extended=True) == datetime(*extended, 12, tzinfo=UTC)
