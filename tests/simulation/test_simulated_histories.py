"""Histories under every fault, and the known bugs, each of which the same histories must find."""

from dataclasses import replace
from itertools import islice

import pytest

from sync.protocol.kinds import Kind
from sync.protocol.mutations import MUTATIONS
from tests.simulation.hearing import TOLD_EARLY
from tests.simulation.history import History
from tests.simulation.known_bugs import KNOWN_BUGS
from tests.simulation.listening import NewsFault
from tests.simulation.people import ACTIONS
from tests.simulation.stage import Stage
from tests.store.invariants import Broken

STEPS = 24
FINDING = {
    "applied row sent back": 0,
    "cursor saved apart from rows": 2,
    "digests not compared": 33,
    "each writer applies its own entry": 7,
    "empty page instead of must_refetch": 9,
    "news forgotten while syncing": 2,
    "news told before the commit": 1,
    "nextval feed": 1,
    "number reused": 0,
    "verdict lost with the push answer": 1,
}
"""The first seed whose history finds each known bug; without the bug all of these hold."""
WITHIN = 3
HOLDING = 43
"""A history in which pieces are held, refused and let go."""


def test_histories_under_every_fault_keep_every_invariant(stage: Stage) -> None:
    for seed in sorted(set(FINDING.values())):
        History(stage, seed, steps=STEPS).run()


def test_many_short_histories_keep_every_invariant(stage: Stage) -> None:
    for seed in range(1_000, 1_008):
        History(stage, seed, steps=8).run()


def test_histories_keep_every_invariant_on_postgresql_too(stage_on_postgresql: Stage) -> None:
    for seed in (0, 2, 7):
        History(stage_on_postgresql, seed, steps=STEPS).run()


def test_what_is_written_to_a_server_is_noticed(stage: Stage, stage_on_postgresql: Stage) -> None:
    for one in (stage, stage_on_postgresql):
        one.begin()
        before = one.server_written()
        assert one.server_written() == before
        one.new_cursor_key("00" * 32)
        assert one.server_written() != before


def test_look_ups_that_come_and_end_keep_every_invariant(stage: Stage) -> None:
    history = History(stage, 0, steps=STEPS)
    history.plan = replace(history.plan, weights={"sync": 6, "look up": 6, "write": 2, "day's work": 2, "copy": 1})
    assert history.run().faults["look-ups ended"]


def test_holds_that_are_confirmed_refused_and_run_out_keep_every_invariant(stage: Stage) -> None:
    history = History(stage, HOLDING, steps=STEPS)
    history.plan = replace(history.plan, steps=60, weights={"sync": 6, "write": 9, "import": 1, "day's work": 1})
    assert history.run().faults["holds expired"]
    held = {body["status"] for key, body in history.authority.records().items() if key.kind == Kind.HOLD}
    assert held >= {"confirmed", "refused", "expired"}


def test_news_that_are_lost_late_told_twice_or_too_early_keep_every_invariant(stage: Stage) -> None:
    history = History(stage, 2, steps=STEPS)
    weights = {"news": 8, "import": 4, "write": 4, "sync": 1}
    history.plan = replace(history.plan, steps=30, news_share=0.5, weights=weights)
    met = history.run().faults
    assert met.keys() >= {NewsFault.LOST, NewsFault.LATE, NewsFault.TWICE, TOLD_EARLY}


def test_whom_an_operator_erases_is_forgotten_by_everybody(stage: Stage) -> None:
    for seed in (1, 4):
        history = History(stage, seed, steps=STEPS)
        disasters = dict.fromkeys(("server backup", "server restore", "device restore", "move store"), 1)
        history.plan = replace(history.plan, weights={"write": 8, "sync": 4, "erasure": 2, **disasters})
        assert history.run().faults["erased"]
        assert history.erasures.words


def test_a_seed_replays_the_same_history(stage: Stage) -> None:
    traces = []
    for _ in range(2):
        history = History(stage, 7, steps=STEPS)
        history.run()
        traces.append(history.trace)
    assert traces[0] == traces[1]
    assert len(traces[0]) > STEPS / 2


def test_people_do_everything_there_is_a_mutation_for() -> None:
    assert ACTIONS.keys() == MUTATIONS.keys()


@pytest.mark.parametrize("bug", sorted(KNOWN_BUGS))
def test_a_known_bug_is_found_within_few_histories(stage: Stage, bug: str) -> None:
    found = (seed for seed in range(FINDING[bug], FINDING[bug] + WITHIN) if finds(stage, seed, bug))
    assert list(islice(found, 1)), "the harness would not have found this bug"


def finds(stage: Stage, seed: int, bug: str) -> bool:
    """Whether this seed's history breaks an invariant with the bug put back."""
    try:
        History(stage, seed, steps=STEPS, bug=KNOWN_BUGS[bug]()).run()
    except Broken:
        return True
    return False
