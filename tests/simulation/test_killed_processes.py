"""`kill -9` of a real device and a real server at named steps, on real files: nothing is lost, nothing counts twice."""

import sys
from collections.abc import Iterator

import pytest

from clienteling.store.generation import Step
from tests.simulation.killing import KILLED, World, processes
from tests.simulation.processes import DONE, Kill
from tests.simulation.stage import Stage
from tests.simulation.steps import File

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")


@pytest.fixture
def world(stage: Stage) -> Iterator[World]:
    with World(stage, processes()) as made:
        yield made


def test_device_killed_again_and_again_on_one_day_loses_no_word(world: World) -> None:
    world.add_device("a1")
    for write_step in (Step.ENTRY_KEPT, File.OUTBOX, File.STORE):
        assert world.run("a1", world.note(), kill=Kill(write_step)) == KILLED
    for step in ("push sent", "push answered", Step.EARLY_VERDICTS_KEPT, Step.VERDICTS_KEPT, Step.PAGE_KEPT):
        script = world.note(), world.note(by="nobody"), "sync"
        assert world.run("a1", *script, kill=Kill(step)) == KILLED
    assert world.run("a1", world.note(), "sync") == DONE
    world.heal()
    world.require_all()
