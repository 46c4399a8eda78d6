"""A disk that fills at any write: nothing said to be kept is lost, nothing is half there, and later it goes on."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy.exc import OperationalError

from clienteling.store.ballast import BALLAST_BYTES, BALLAST_FILE, Ballast
from clienteling.store.database import Database
from clienteling.store.errors import DiskFull, translated
from clienteling.store.generation import Step
from clienteling.store.replica import LocalStore
from clienteling.store.unpack import ASKING
from tests.store.devices import KEY, Device, customer
from tests.store.full_disk import leave_pages
from tests.store.invariants import (
    read_files,
    require_base_and_pending,
    require_digests_of_memberships,
    require_memberships,
    require_own_numbers,
)
from tests.store.model_server import STORE, ModelServer

SITI, SITI_BODY = customer("Siti")
LONG = "x" * 3_000
SPARE_PAGES = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13)
"""From none to so many that nothing fails."""


class FillingDevice(Device):
    """Whose new store files find the disk full too. `spare` None: they do not."""

    spare: int | None = None

    def _after_step(self, step: Step) -> None:
        if step is Step.NEW_STORE_MADE:
            assert self.store._filling is not None
            leave_pages(self.store._filling[1], self.spare)
        super()._after_step(step)


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a device that holds Siti, whom a server of this state knows."""
    folder = tmp_path_factory.mktemp("synced") / "device"
    device = Device(folder, asking=ASKING)
    device.sync(known_server())
    device.store.close()
    return folder


def known_server() -> ModelServer:
    server = ModelServer()
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    return server


def outbox_of(store: LocalStore) -> Database:
    return store._outbox_database


def rows_of(store: LocalStore) -> Database:
    return store._current()


def require_sound(device: Device) -> None:
    files = read_files(device)
    require_own_numbers(files)
    require_base_and_pending(files)
    require_memberships(files)
    require_digests_of_memberships(files)


@pytest.mark.parametrize("full", [outbox_of, rows_of])
@pytest.mark.parametrize("spare", SPARE_PAGES)
def test_what_was_kept_on_a_disk_that_fills_is_whole_and_goes_up_when_there_is_room(
    synced: Path, tmp_path: Path, full: Callable[[LocalStore], Database], spare: int
) -> None:
    shutil.copytree(synced, tmp_path / "device")
    device, server = Device(tmp_path / "device", asking=ASKING), known_server()
    device.sync(server)
    leave_pages(full(device.store), spare)
    kept = []
    for number in range(3):
        with suppress(DiskFull):
            device.note(SITI.id, f"{number} {LONG}")
            kept.append(f"{number} {LONG}")
        require_sound(device)
    new, new_body = customer("Dewi", city=LONG)
    server.put(new, new_body)
    server.join(STORE, new.id)
    for _ in range(2):
        with suppress(DiskFull):
            device.sync(server)
        require_sound(device)
    leave_pages(full(device.store), None)
    device.restart()
    device.sync(server)
    assert sorted(note["text"] for _, note in notes_at(server)) == kept == device.notes()
    assert device.names() == ["Dewi", "Siti"]
    assert device.store.waiting() == 0
    require_sound(device)
    device.store.close()


def notes_at(server: ModelServer) -> Iterator[tuple[str, dict[str, str]]]:
    return ((key.id, body) for key, (_, body) in server.projection().items() if key.kind == "note")


@pytest.mark.parametrize("spare", SPARE_PAGES)
def test_a_new_store_that_finds_the_disk_full_leaves_the_old_one_to_be_read(
    synced: Path, tmp_path: Path, spare: int
) -> None:
    shutil.copytree(synced, tmp_path / "device")
    device, server = FillingDevice(tmp_path / "device", asking=ASKING), known_server()
    device.sync(server)
    device.note(SITI.id, LONG)
    device.spare = spare
    server.backup()
    assert server.restore()
    with suppress(DiskFull):
        device.sync(server)
    assert device.names() == ["Siti"]
    assert device.notes() == [LONG]
    device.spare = None
    device.restart()
    device.sync(server)
    assert device.notes() == [LONG] == [note["text"] for _, note in notes_at(server)]
    require_sound(device)
    device.store.close()


class SwappedBallast(Ballast):
    """Whose room is that of the files in this test: giving way lets them grow again."""

    def __init__(self, folder: Path, database: Callable[[], Database]) -> None:
        super().__init__(folder, free_bytes=lambda folder: 10 * BALLAST_BYTES)
        self._database = database

    def give_way(self) -> bool:
        gave_way = super().give_way()
        if gave_way:
            leave_pages(self._database(), None)
        return gave_way


@pytest.mark.parametrize("full", [outbox_of, rows_of])
def test_the_ballast_gives_way_to_what_somebody_writes(
    synced: Path, tmp_path: Path, full: Callable[[LocalStore], Database]
) -> None:
    shutil.copytree(synced, tmp_path / "device")
    device = Device(tmp_path / "device", asking=ASKING)
    ballast = SwappedBallast(device.folder, lambda: full(device.store))
    device.store.close()
    device.store = LocalStore(
        device.folder, KEY, now=device.clock, new_id=device.new_id, asking=ASKING, ballast=ballast
    )
    assert ballast.lay()
    leave_pages(full(device.store), 0)
    write_nine(device)
    assert device.notes() == [LONG] * 9
    assert not (device.folder / BALLAST_FILE).exists()
    leave_pages(outbox_of(device.store), 0)
    with pytest.raises(DiskFull):
        write_nine(device)
    assert device.store.waiting() == len(device.notes())
    device.store.close()


def write_nine(device: Device) -> None:
    for _ in range(9):
        device.note(SITI.id, LONG)


def test_an_entry_whose_rows_find_no_room_is_kept_and_nobody_is_asked_to_write_it_again(
    synced: Path, tmp_path: Path
) -> None:
    shutil.copytree(synced, tmp_path / "device")
    device = Device(tmp_path / "device", asking=ASKING)
    leave_pages(rows_of(device.store), 0)
    write_nine(device)
    assert len(device.notes()) < 9
    assert device.store.waiting() == 9
    leave_pages(rows_of(device.store), None)
    device.restart()
    assert device.notes() == [LONG] * 9
    device.store.close()


def test_entries_whose_rows_find_no_room_go_up_all_the_same(synced: Path, tmp_path: Path) -> None:
    shutil.copytree(synced, tmp_path / "device")
    device, server = Device(tmp_path / "device", asking=ASKING), known_server()
    device.sync(server)
    leave_pages(rows_of(device.store), 0)
    write_nine(device)
    assert len(device.notes()) < 9
    with pytest.raises(DiskFull):
        device.sync(server)
    assert len(list(notes_at(server))) == 9
    leave_pages(rows_of(device.store), None)
    device.sync(server)
    assert device.notes() == [LONG] * 9
    assert device.store.waiting() == 0
    require_sound(device)
    device.store.close()


class OpenedOnFullDisk(LocalStore):
    """Whose rows find no room as soon as their file is open."""

    def _start(self) -> None:
        leave_pages(self._database, 0)
        super()._start()


def test_a_store_opens_on_a_full_disk_with_entries_that_are_not_shown_yet(synced: Path, tmp_path: Path) -> None:
    shutil.copytree(synced, tmp_path / "device")
    device = Device(tmp_path / "device", asking=ASKING)
    leave_pages(rows_of(device.store), 0)
    write_nine(device)
    shown = device.notes()
    device.store.close()
    device.store = OpenedOnFullDisk(device.folder, KEY, now=device.clock, new_id=device.new_id, asking=ASKING)
    assert device.notes() == shown != [LONG] * 9
    assert device.store.waiting() == 9
    leave_pages(rows_of(device.store), None)
    device.store.current().make_ready()
    assert device.notes() == [LONG] * 9
    device.store.close()


def test_a_ballast_is_laid_only_where_there_is_room_beside_it(tmp_path: Path) -> None:
    scarce = Ballast(tmp_path, free_bytes=lambda folder: 2 * BALLAST_BYTES)
    assert not scarce.lay()
    assert not scarce.give_way()
    ample = Ballast(tmp_path, free_bytes=lambda folder: 100 * BALLAST_BYTES)
    assert ample.lay()
    laid = (tmp_path / BALLAST_FILE).stat()
    assert laid.st_size == BALLAST_BYTES
    assert ample.lay()
    assert (tmp_path / BALLAST_FILE).stat().st_mtime_ns == laid.st_mtime_ns, "it is not laid twice"
    assert ample.give_way()
    assert list(tmp_path.iterdir()) == []


def test_a_ballast_gives_way_where_there_is_no_room_to_open_the_files(tmp_path: Path) -> None:
    free = [100 * BALLAST_BYTES]
    ballast = Ballast(tmp_path, free_bytes=lambda folder: free[0])
    ballast.lay()
    ballast.make_room()
    assert (tmp_path / BALLAST_FILE).exists()
    free[0] = 4_096
    ballast.make_room()
    assert not (tmp_path / BALLAST_FILE).exists()


@pytest.mark.parametrize(("has_room", "told"), [(False, DiskFull), (True, OperationalError)])
def test_a_file_that_cannot_be_mapped_for_want_of_room_is_told_as_a_full_disk(has_room: bool, told: type) -> None:
    driven = driver.OperationalError("disk I/O error")
    driven.sqlite_errorcode = 10
    error = OperationalError("PRAGMA user_version", {}, driven)
    assert type(translated(error, file="outbox.db", has_room=has_room)) is told
