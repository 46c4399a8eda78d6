"""The state machine over three devices and a real server, on SQLite and on PostgreSQL: few examples, always the same.

`build_scripts/torture.py --state-machine` runs as many as there is time for.
"""

import pytest

from tests.simulation.known_bugs import KNOWN_BUGS, Correct
from tests.simulation.stage import Stage
from tests.simulation.state_machine import Mishaps, ToldHistory, run_examples, three_devices
from tests.store.invariants import Broken


def test_whatever_happens_every_invariant_holds(stage: Stage) -> None:
    machine = three_devices(stage)
    run_examples(machine, 9, steps=20)
    assert machine.counts.requests > 50


def test_whatever_happens_every_invariant_holds_on_postgresql(stage_on_postgresql: Stage) -> None:
    machine = three_devices(stage_on_postgresql)
    run_examples(machine, 4, steps=20)
    assert machine.counts.requests > 20


def test_a_bug_put_back_is_found_and_its_steps_are_told(stage: Stage) -> None:
    with pytest.raises(Broken) as found:
        run_examples(three_devices(stage, KNOWN_BUGS["applied row sent back"]), 16, steps=10, shrinks=False)
    assert any("reproduce_failure" in note for note in found.value.__notes__)


def test_an_operator_erases_again_all_whom_a_backup_brings_back(stage: Stage) -> None:
    history = ToldHistory(stage, Correct())
    try:
        history.happens("server backup", 0, 0, Mishaps())
        for seed in range(6):
            history.happens("erasure", 0, seed, Mishaps())
        history.happens("server restore", 0, 0, Mishaps())
        assert len(history.erasures.who) > 1
        history.finish()
    finally:
        history.close()
