"""Power loss: the write-ahead logs of a day's work, cut at some of their frames.

`build_scripts/torture.py --cut-logs` cuts them at all of them.
"""

from collections.abc import Iterable

import pytest

from tests.simulation.log_cuts import CENTRAL, Cut, Day, Tear
from tests.simulation.stage import Stage


@pytest.fixture(scope="module")
def day(stage: Stage) -> Day:
    return Day.worked(stage, rounds=2)


def midst(cuts: Iterable[Cut]) -> Cut:
    """The one in the midst of them."""
    every = list(cuts)
    return every[len(every) // 2]


def test_every_commit_waits_for_the_disk(stage: Stage) -> None:
    device = stage.shops.device("BDG", "waits", token=stage.enrolled[0].token).store
    full = 2
    for writing in (device._outbox_database.writing, device._current().writing, stage.shops.database.writing):
        with writing() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == full
    device.close()


def test_outbox_cut_at_any_frame_has_the_first_entries_of_the_day(day: Day) -> None:
    for cut in day.honest_cuts():
        if cut.file == "a1 outbox":
            day.restarted_files("a1", cut)


@pytest.mark.parametrize("tear", Tear)
def test_power_cut_anywhere_loses_no_word_that_was_kept(day: Day, tear: Tear) -> None:
    day.survive(midst(cut for cut in day.honest_cuts() if cut.torn is tear))


@pytest.mark.parametrize("file", ["a1 outbox", "a1 store", CENTRAL])
def test_file_that_lost_the_end_of_its_day_is_mended_by_the_others(day: Day, file: str) -> None:
    day.survive(midst(cut for cut in day.dishonest_cuts() if cut.file == file))


def test_every_frame_of_the_day_is_cut_whole_and_torn(day: Day) -> None:
    cut = {(cut.file, cut.frames[cut.file], cut.torn) for cut in day.honest_cuts()}
    every = {
        (name, frame, tear) for name, log in day.logs.items() for frame in range(1, log.frames + 1) for tear in Tear
    }
    assert cut == every
