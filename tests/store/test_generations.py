"""New store files, new identities, restored servers, several processes."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData

from clienteling.store.asking_side import AskingSide
from clienteling.store.errors import StoreMisused
from clienteling.store.generation import Step
from clienteling.store.replica import LocalStore
from clienteling.store.tables import BASE, TOUCHED
from sync.protocol.errors import ProtocolBroken
from sync.protocol.kinds import Body, RecordKey
from tests.store.devices import Device, customer
from tests.store.model_server import STORE, ModelServer

SITI, SITI_BODY = customer("Siti")
BUDI, BUDI_BODY = customer("Budi")


@pytest.fixture
def synced(device: Device, server: ModelServer) -> Device:
    """A device that holds Siti."""
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    device.sync(server)
    return device


def fill(device: Device, server: ModelServer, *, pages: int = 1_000) -> None:
    """Pull a new store to its last page, or for some pages."""
    replica = device.store.begin_new_store()
    for _ in range(pages):
        at = replica.position()
        request = device.request().model_copy(update={"cursor": at.cursor, "refetch": [], "settled_n": at.settled_n})
        page = server.page(request)
        replica.apply_page(page)
        if page.last_page:
            return


def test_people_read_the_old_store_until_the_new_one_is_whole(synced: Device, server: ModelServer) -> None:
    server.page_rows = 1
    server.put(BUDI, BUDI_BODY)
    server.join(STORE, BUDI.id)
    fill(synced, server, pages=1)
    assert synced.names() == ["Siti"]
    with pytest.raises(StoreMisused):
        synced.store.switch_to_new_store()
    synced.restart()
    assert synced.names() == ["Siti"]
    fill(synced, server)
    synced.store.switch_to_new_store()
    assert synced.names() == ["Budi", "Siti"]
    assert [path.name for path in synced.folder.glob("store-*.db")] == ["store-2.db"]


def test_a_new_store_makes_its_search_once_at_its_last_page(synced: Device, server: ModelServer) -> None:
    steps: list[list[RecordKey] | str] = []

    def unpack(connection: Connection, changes: Sequence[tuple[RecordKey, Body | None]]) -> None:
        steps.append([key for key, _ in changes])

    synced.asking = AskingSide(
        unpack,
        lambda connection: steps.append("made"),
        revision=2,
        metadata=MetaData(),
        suspend_search=lambda connection: steps.append("suspended"),
        keeps_search=lambda connection: [one for one in steps if isinstance(one, str)][-1:] != ["suspended"],
    )
    synced.restart()
    server.page_rows = 1
    server.put(BUDI, BUDI_BODY)
    server.join(STORE, BUDI.id)
    steps.clear()
    fill(synced, server)
    assert steps == ["suspended", [SITI], [BUDI], "made"]
    server.put(SITI, {"name": "Siti Rahma"})
    synced.store.switch_to_new_store()
    synced.sync(server)
    assert steps[4:] == [[SITI]]


def test_a_new_store_takes_pending_entries_and_not_those_in_its_rows(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id, "acknowledged")
    synced.sync(server)
    synced.note(SITI.id, "pushed")
    synced.push(server)
    synced.note(SITI.id, "waiting")
    fill(synced, server)
    synced.note(SITI.id, "written while it filled")
    synced.store.switch_to_new_store()
    assert synced.notes() == ["acknowledged", "pushed", "waiting", "written while it filled"]
    at = synced.store.current().position()
    assert (at.acked_n, at.applied_n) == (2, 4)
    assert synced.store.waiting() == 2
    synced.sync(server)
    assert synced.store.waiting() == 0


@pytest.mark.parametrize("step", [Step.NEW_STORE_MADE, Step.NEW_STORE_CAUGHT_UP, Step.POINTER_MOVED])
def test_a_switch_cut_off_anywhere_loses_nothing(synced: Device, server: ModelServer, step: Step) -> None:
    synced.note(SITI.id, "waiting")
    with synced.cut(step):
        fill(synced, server)
        synced.store.switch_to_new_store()
    assert synced.notes() == ["waiting"]
    assert synced.store.waiting() == 1
    fill(synced, server)
    synced.store.switch_to_new_store()
    assert synced.notes() == ["waiting"]
    assert len(list(synced.folder.glob("store-*.db"))) == 1


def test_a_reader_keeps_its_snapshot_over_a_switch(synced: Device, server: ModelServer) -> None:
    fill(synced, server)
    with synced.store.reading() as connection:
        synced.store.switch_to_new_store()
        assert connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one() == 1
    assert synced.names() == ["Siti"]


def test_another_process_finds_the_new_store_by_the_pointer(synced: Device, server: ModelServer) -> None:
    other = Device(synced.folder, clock=synced.clock)
    server.put(BUDI, BUDI_BODY)
    server.join(STORE, BUDI.id)
    fill(synced, server)
    synced.store.switch_to_new_store()
    assert other.names() == ["Budi", "Siti"]
    other.note(BUDI.id, "from the other process")
    assert synced.notes() == ["from the other process"]
    other.store.close()


def test_a_new_identity_numbers_pending_entries_from_one_and_keeps_their_uuids(
    synced: Device, server: ModelServer
) -> None:
    synced.note(SITI.id, "acknowledged")
    synced.sync(server)
    old_id = synced.store.device_id()
    uuids = [synced.note(SITI.id, "pushed").uuid, synced.contact(SITI.id, "city", None, "Solo").uuid]
    synced.push(server, limit=1)
    synced.store.new_identity()
    assert synced.store.device_id() != old_id
    assert [(message.n, message.uuid) for message in synced.store.pending(10)] == list(enumerate(uuids, start=1))
    assert synced.bodies()[SITI]["written_by"] == {"city": [synced.store.device_id(), 2]}
    synced.sync(server)
    assert synced.notes() == ["acknowledged", "pushed"]
    assert synced.store.waiting() == 0
    assert synced.bodies() == {key: body for key, (_, body) in server.projection().items()}


def test_a_new_identity_cut_off_is_finished_at_the_next_start(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id, "one")
    synced.sync(server)
    synced.note(SITI.id, "two")
    with synced.cut(Step.RENUMBERED):
        synced.store.new_identity()
    at = synced.store.current().position()
    assert (at.acked_n, at.applied_n, at.next_n, at.settled_n) == (0, 1, 2, 0)
    assert synced.notes() == ["one", "two"]
    synced.sync(server)
    assert synced.store.waiting() == 0


def test_a_page_asked_for_under_the_old_identity_is_not_stored(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id, "one")
    page = server.page(synced.request())
    with synced.cut(Step.RENUMBERED):
        synced.store.new_identity()
    synced.store._shared.outbox.renumber(synced.new_id(), after_n=0)
    server.put(BUDI, BUDI_BODY)
    with pytest.raises(ProtocolBroken):
        synced.store.current().apply_page(page.model_copy(update={"cursor": "{}"}))


def test_a_copied_device_is_told_apart_and_both_keep_their_work(
    synced: Device, server: ModelServer, tmp_path: Path
) -> None:
    synced.note(SITI.id, "before the copy")
    synced.store.close()
    shutil.copytree(synced.folder, tmp_path / "copy")
    synced.store = synced.open()
    copy = Device(tmp_path / "copy", clock=synced.clock)
    copy.random.seed("another device")
    synced.note(SITI.id, "on the first")
    synced.sync(server)
    copy.note(SITI.id, "on the copy")
    assert copy.sync(server).new_identity
    synced.sync(server)
    wanted = ["before the copy", "on the copy", "on the first"]
    assert (synced.notes(), copy.notes()) == (wanted, wanted)
    copy.store.close()


def test_entries_a_restored_server_has_lost_go_up_again(synced: Device, server: ModelServer) -> None:
    synced.note(SITI.id, "kept by the backup")
    synced.sync(server)
    server.backup()
    synced.note(SITI.id, "lost by the server")
    refused = synced.note(SITI.id, "refused")
    server.refuse.add(refused.uuid)
    synced.sync(server)
    server.restore()
    synced.note(SITI.id, "written since")
    result = synced.sync(server)
    assert result.new_store
    assert synced.notes() == ["kept by the backup", "lost by the server", "written since"]
    assert synced.store.waiting() == 0
    assert len(synced.store.attention()) == 1
    assert synced.bodies() == {key: body for key, (_, body) in server.projection().items()}


def test_entries_too_old_to_send_again_go_up_as_void(synced: Device, server: ModelServer) -> None:
    server.backup()
    synced.note(SITI.id, "forgotten here too")
    synced.sync(server)
    synced.clock.advance(timedelta(days=15))
    synced.restart()
    server.restore()
    synced.sync(server)
    assert synced.notes() == []
    assert synced.note(SITI.id, "new").n == 2
    synced.sync(server)
    assert synced.notes() == ["new"]


def test_reopening_cut_off_half_way_is_repeated(synced: Device, server: ModelServer) -> None:
    server.backup()
    synced.note(SITI.id, "lost by the server")
    synced.sync(server)
    server.restore()
    with synced.cut(Step.REOPENED):
        synced.sync(server)
    synced.sync(server)
    assert synced.notes() == ["lost by the server"]
    assert synced.store.waiting() == 0
    assert synced.table(BASE) == []
    assert synced.table(TOUCHED) == []


def test_writers_in_several_threads_get_numbers_without_gaps(synced: Device) -> None:
    numbers: list[int] = []

    def write(prefix: str) -> None:
        for index in range(10):
            args = {
                "note_id": f"{prefix}{index:07d}-0000-4000-8000-000000000000",
                "customer_id": SITI.id,
                "text": "x",
                "store_id": SITI.id,
                "written_at": "2026-11-22T03:42:00Z",
            }
            numbers.append(synced.store.write("note.write", 1, args, actor=None, at=synced.clock()).n)

    threads = [threading.Thread(target=write, args=(prefix,)) for prefix in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 31))
    assert len(synced.notes()) == 30


_WRITER = """
import sys, uuid
from datetime import UTC, datetime
from pathlib import Path
from clienteling.store.asking_side import NO_ASKING
from clienteling.store.replica import LocalStore

def new_id():
    return str(uuid.uuid4())

def now():
    return datetime.now(UTC)

folder, customer_id, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = LocalStore(folder, bytes(range(32)), now=now, new_id=new_id, asking=NO_ASKING)
for index in range(count):
    args = {"note_id": new_id(), "customer_id": customer_id, "text": "x", "store_id": customer_id,
            "written_at": "2026-11-22T03:42:00Z"}
    print(store.write("note.write", 1, args, actor=None, at=now()).n, flush=True)
store.close()
"""


def writer(device: Device, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(device.folder), SITI.id, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_write_into_one_data_directory(synced: Device) -> None:
    processes = [writer(synced, 15), writer(synced, 15)]
    written = [synced.note(SITI.id, "x").n for _ in range(15)]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    numbers = written + [int(line) for output in outputs for line in output.split()]
    assert sorted(numbers) == list(range(1, 46))
    synced.store.current().catch_up()
    assert len(synced.notes()) == 45


def test_a_new_store_that_was_cut_off_is_gone_with_the_next_sync_though_none_is_wanted(
    synced: Device, server: ModelServer
) -> None:
    server.page_rows = 1
    server.put(BUDI, BUDI_BODY)
    server.join(STORE, BUDI.id)
    fill(synced, server, pages=1)
    synced.restart()
    assert len(list(synced.folder.glob("store-*.db"))) == 2
    synced.sync(server)
    assert [path.name for path in synced.folder.glob("store-*.db")] == ["store-1.db"]
    assert synced.names() == ["Budi", "Siti"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_what_a_killed_process_had_written_is_there(synced: Device) -> None:
    process = writer(synced, 10_000)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(8)]
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in process.communicate(timeout=60)[0].split()]
    synced.restart()
    at = synced.store.current().position()
    assert at.applied_n >= max(acknowledged)
    assert at.next_n == at.applied_n + 1
    assert len(synced.notes()) == at.applied_n


def test_a_closed_store_says_so(device: Device) -> None:
    device.store.close()
    device.store.close()
    with pytest.raises(StoreMisused):
        device.names()


def test_two_stores_made_at_the_same_time_are_one_device(tmp_path: Path) -> None:
    made: list[Device] = []
    threads = [
        threading.Thread(target=lambda seed: made.append(Device(tmp_path / "new", seed=seed)), args=(seed,))
        for seed in (1, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = made
    assert first.store.device_id() == second.store.device_id()
    for device in made:
        assert isinstance(device.store, LocalStore)
        device.store.close()


def test_a_new_store_that_is_thrown_away_leaves_entries_as_they_were(synced: Device, server: ModelServer) -> None:
    entry = synced.note(SITI.id, "refused")
    server.refuse.add(entry.uuid)
    synced.push(server)
    with synced.cut(Step.NEW_STORE_CAUGHT_UP):
        fill(synced, server)
        synced.store.switch_to_new_store()
    assert synced.notes() == ["refused"]
    assert [message.name for message in synced.store.pending(10)] == ["note.write"]
    assert len(synced.store.attention()) == 1
    synced.sync(server)
    assert synced.notes() == []
    assert synced.store.waiting() == 0
