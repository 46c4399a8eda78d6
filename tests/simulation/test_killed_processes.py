"""`kill -9` of a real device and a real server at named steps, on real files: nothing is lost, nothing counts twice.

The steps most likely to break; `build_scripts/torture.py --kill-processes` has all of them, each by itself.
"""

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


def test_device_and_server_killed_all_day_lose_no_word(world: World) -> None:
    world.add_device("a1")
    assert world.run("a1", world.note(), kill=Kill(File.STORE)) == KILLED
    for step in ("push sent", Step.VERDICTS_KEPT, Step.PAGE_KEPT):
        assert world.run("a1", world.note(), world.note(by="nobody"), "sync", kill=Kill(step)) == KILLED
    world.stop_server()
    world.start_server(Kill("push committed"))
    assert world.run("a1", world.note(), "sync") != DONE, "nobody answered"
    world.heal()
    world.stage.new_cursor_key("11" * 32)
    for filling in (Step.CHUNK_LOADED, Step.POINTER_MOVED):
        assert world.run("a1", world.note(), "sync", kill=Kill(filling)) == KILLED
    world.heal()
    world.require_all()
    assert world.kills.total() == 7
