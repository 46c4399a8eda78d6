"""Power loss: the write-ahead logs of a day's work, cut at some of their frames and while they are checkpointed.

`build_scripts/torture.py --cut-logs` cuts them at all of them.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clienteling.store.database import Database, Schema, inspecting
from clienteling.store.device_folder import OUTBOX_FILE
from tests.simulation.log_cuts import CENTRAL, Cut, Day, Tear
from tests.simulation.stage import Stage
from tests.store.devices import KEY


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


@pytest.mark.parametrize("file", ["a1 outbox", "a1 store"])
def test_checkpoint_cut_anywhere_leaves_every_row_that_was_committed(day: Day, file: str) -> None:
    before = rows_of(day, file, whole(day, file))
    assert before
    for cut in day.checkpoint_cuts():
        if cut.file == file:
            assert rows_of(day, file, cut) == before, cut


@pytest.mark.parametrize("file", ["a1 outbox", "a1 store", CENTRAL])
def test_checkpoint_cut_in_its_midst_loses_no_word(day: Day, file: str) -> None:
    torn = [cut for cut in day.checkpoint_cuts() if cut.file == file and cut.half_copied is not None]
    day.survive(midst(torn))


def test_every_page_of_a_checkpoint_is_brought_as_sqlite_brings_it(day: Day) -> None:
    for name in ("outbox", "store"):
        cut = whole(day, f"a1 {name}")
        path = file_of(day.restarted_files("a1", cut), name)
        everything = replace(cut, copied=frozenset(day.logs[f"a1 {name}"].pages()))
        imitated = file_of(day.restarted_files("a1", everything), name).read_bytes()
        path = file_of(day.restarted_files("a1", cut), name)
        database = Database(path, KEY, Schema.OUTBOX if name == "outbox" else Schema.STORE)
        assert database.clear_log()
        database.close()
        assert path.read_bytes() == imitated


def whole(day: Day, file: str) -> Cut:
    """The evening: nothing is lost, and nothing was brought from the logs into the files."""
    frames = {name: log.frames for name, log in day.logs.items()}
    return Cut(file, frames, Tear.NONE, len(day.written), honest=True)


def file_of(folder: Path, name: str) -> Path:
    return folder / OUTBOX_FILE if name == "outbox" else next(folder.glob("store-*.db"))


def rows_of(day: Day, file: str, cut: Cut) -> dict[str, list[Any]]:
    """Every row of every table of a device's file after the cut."""
    device, name = file.split()
    with inspecting(file_of(day.restarted_files(device, cut), name), KEY) as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        return {one: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{one}"').all())) for one in tables}
