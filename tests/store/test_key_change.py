"""The store under another key: whatever is cut short, one of two keys opens the files, and nothing in them is lost."""

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Final

import pytest

from clienteling.domain.store_keys import StoreKeys, unpack_keys
from clienteling.store.database import inspecting
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.errors import DiskFull, FilesSetAside, StoreInUse, WrongKey
from clienteling.store.key_change import change_key, finish_key_change
from clienteling.store.replica import LocalStore
from sync.protocol.private_files import write_durably
from tests.store.devices import KEY, Device, PowerCut, customer
from tests.store.model_server import STORE, ModelServer

NEW: Final = bytes(reversed(range(32)))
BOTH, ALONE = StoreKeys(NEW, KEY), StoreKeys(NEW)
PEOPLE = [customer(f"person {number}") for number in range(30)]
SITI = PEOPLE[0][0]


class Ring:
    """Who holds the key, on a piece of paper. `cut`: the name of the call in which the power goes."""

    def __init__(self, cut: str = "") -> None:
        self.keys = StoreKeys(KEY)
        self.cut = cut

    def both_kept(self) -> None:
        if self.cut == "before both":
            raise PowerCut
        self.keys = BOTH
        if self.cut == "after both":
            raise PowerCut

    def done(self) -> None:
        if self.cut == "before done":
            raise PowerCut
        self.keys = ALONE

    def keep(self, key: bytes) -> None:
        self.done()
        self.keys = StoreKeys(key)


@pytest.fixture
def closed(device: Device, server: ModelServer) -> Device:
    """A device with thirty customers and a note that was not sent; its store is closed."""
    for key, body in PEOPLE:
        server.put(key, body)
        server.join(STORE, key.id)
    device.sync(server)
    device.note(SITI.id, "likes linen")
    device.store.close()
    return device


def opened_with(device: Device, key: bytes) -> LocalStore:
    device.key = key
    device.store = device.open()
    return device.store


def assert_whole(device: Device, key: bytes) -> None:
    store = opened_with(device, key)
    assert len(device.names()) == len(PEOPLE)
    assert [entry.args["text"] for entry in store.pending(10)] == ["likes linen"]
    store.close()


def change(device: Device, ring: Ring) -> None:
    change_key(device.folder, BOTH, both_kept=ring.both_kept, done=ring.done)


def finish(device: Device, ring: Ring) -> bytes:
    if ring.keys.before is not None:
        finish_key_change(device.folder, ring.keys, done=ring.keep)
    return ring.keys.key


def test_everything_is_there_under_the_new_key_and_nothing_opens_with_the_old_one(closed: Device) -> None:
    identity = opened_with(closed, KEY).device_id()
    closed.store.close()
    ring = Ring()
    change(closed, ring)
    assert ring.keys == ALONE
    assert_whole(closed, NEW)
    assert opened_with(closed, NEW).device_id() == identity
    closed.store.close()
    with pytest.raises(WrongKey):
        opened_with(closed, KEY)
    (closed.folder / "key-check").unlink()
    for file in closed.folder.glob("*.db"):
        with pytest.raises(Exception, match="not a database"), inspecting(file, KEY) as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    assert not [path.name for path in closed.folder.iterdir() if "new-key" in path.name]


@pytest.mark.parametrize("cut", ["before both", "after both", "before done"])
def test_a_power_cut_anywhere_leaves_one_key_that_opens_everything(closed: Device, cut: str) -> None:
    ring = Ring(cut)
    with pytest.raises(PowerCut):
        change(closed, ring)
    ring.cut = ""
    key = finish(closed, ring)
    assert key == (KEY if cut == "before both" else NEW)
    assert_whole(closed, key)
    closed.key = key
    if key == KEY:
        change(closed, ring)
        assert_whole(closed, NEW)


@pytest.mark.parametrize("moved", ["outbox.db", "store-1.db"])
def test_a_power_cut_between_two_files_is_gone_on_with(closed: Device, moved: str) -> None:
    ring = Ring("after both")
    with pytest.raises(PowerCut):
        change(closed, ring)
    ring.cut = ""
    os.replace(closed.folder / f"{moved}.new-key", closed.folder / moved)
    assert finish(closed, ring) == NEW
    assert_whole(closed, NEW)


def test_what_was_written_under_the_key_before_is_not_put_back_to_the_copies(closed: Device) -> None:
    ring = Ring("after both")
    with pytest.raises(PowerCut):
        change(closed, ring)
    ring.cut = ""
    opened_with(closed, KEY)
    closed.note(SITI.id, "prefers mornings")
    closed.store.close()
    assert finish(closed, ring) == KEY
    store = opened_with(closed, KEY)
    assert [entry.args["text"] for entry in store.pending(10)] == ["likes linen", "prefers mornings"]


@pytest.mark.parametrize("lost", [True, False])
def test_a_second_change_that_was_cut_short_too_leaves_a_key_that_opens_everything(closed: Device, lost: bool) -> None:
    ring = Ring("after both")
    with pytest.raises(PowerCut):
        change(closed, ring)
    ring.cut = ""
    third = Ring("before both")
    with pytest.raises(PowerCut):
        change_key(closed.folder, StoreKeys(bytes(32), KEY), both_kept=third.both_kept, done=third.done)
    if lost:
        for copy in closed.folder.glob("*.new-key"):
            copy.unlink()
    assert_whole(closed, finish(closed, ring))


def test_nobody_writes_under_the_key_before_once_a_file_has_the_new_one(closed: Device) -> None:
    ring = Ring("after both")
    with pytest.raises(PowerCut):
        change(closed, ring)
    ring.cut = ""
    os.replace(closed.folder / "outbox.db.new-key", closed.folder / "outbox.db")
    with pytest.raises(WrongKey):
        opened_with(closed, KEY)
    assert_whole(closed, finish(closed, ring))


def test_a_change_that_is_finished_can_be_finished_again(closed: Device) -> None:
    change(closed, Ring())
    finish_key_change(closed.folder, BOTH, done=Ring().keep)
    assert_whole(closed, NEW)


def test_keys_of_another_directory_finish_nothing(closed: Device) -> None:
    with pytest.raises(WrongKey):
        finish_key_change(closed.folder, StoreKeys(b"n" * 32, b"o" * 32), done=Ring().keep)
    assert_whole(closed, KEY)


def test_a_file_that_somebody_has_open_is_left_alone(closed: Device) -> None:
    opened_with(closed, KEY)
    ring = Ring()
    with pytest.raises(StoreInUse):
        change(closed, ring)
    assert ring.keys == StoreKeys(KEY)
    closed.store.close()
    assert_whole(closed, KEY)


def test_damaged_files_that_are_kept_keep_the_key_they_are_read_with(closed: Device) -> None:
    (closed.folder / "store-0.db.damaged-20261122T034200000000Z").touch()
    ring = Ring()
    with pytest.raises(FilesSetAside):
        change(closed, ring)
    assert ring.keys == StoreKeys(KEY)
    assert_whole(closed, KEY)


def test_a_disk_without_room_for_a_copy_changes_nothing(closed: Device) -> None:
    ring = Ring()
    with pytest.raises(DiskFull):
        change_key(closed.folder, BOTH, both_kept=ring.both_kept, done=ring.done, free=lambda folder: 1_000_000)
    assert ring.keys == StoreKeys(KEY)
    assert not list(closed.folder.glob("*.new-key"))
    assert_whole(closed, KEY)


def test_a_store_that_was_half_filled_is_no_obstacle(closed: Device) -> None:
    folder = DeviceFolder(closed.folder)
    half = folder.store_path(2)
    half.write_bytes(b"half")
    change(closed, Ring())
    assert not half.exists()
    assert_whole(closed, NEW)


_CHANGER = """
import sys
from pathlib import Path
from clienteling.domain.store_keys import StoreKeys, unpack_keys
from clienteling.store.key_change import change_key, finish_key_change
from sync.protocol.private_files import write_durably
import os
folder, ring = Path(sys.argv[1]), Path(sys.argv[2])
keys = unpack_keys(ring.read_bytes())
print("begun", flush=True)
while True:
    new = os.urandom(32)
    both, alone = StoreKeys(new, keys.key), StoreKeys(new)
    change_key(
        folder, both,
        both_kept=lambda: write_durably(ring, both.packed()),
        done=lambda: write_durably(ring, alone.packed()),
    )
    keys = alone
"""


def settle(folder: Path, ring: Path) -> bytes:
    keys = unpack_keys(ring.read_bytes())

    if keys.before is not None:
        finish_key_change(folder, keys, done=lambda key: write_durably(ring, key))
    return keys.key


def test_processes_killed_while_they_change_the_key_lose_nothing(closed: Device, tmp_path: Path) -> None:
    ring, random, seen = tmp_path / "ring", Random(7), set()
    ring.write_bytes(KEY)
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", _CHANGER, str(closed.folder), str(ring)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        end = time.monotonic() + random.uniform(0.01, 0.4)
        while time.monotonic() < end:
            assert process.poll() is None
        process.kill()
        process.communicate()
        key = settle(closed.folder, ring)
        assert_whole(closed, key)
        seen.add(key)
    assert len(seen) > 2, "it was killed before it had done anything"
