"""What the sync engine may expect of a `ReplicaSet` (`sync.engine.ports`), whatever it is made of.

`LocalStore` is the one implementation; another one joins by being made in `replica_set`.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from clienteling.store.asking_side import NO_ASKING
from clienteling.store.generation import StoreReplica
from clienteling.store.replica import LocalStore
from sync.engine.ports import Position, Replica, ReplicaSet
from sync.protocol.errors import DeviceForked
from sync.protocol.ids import IdMaker
from sync.protocol.wire import Ack, Change, PullPage, RowState, Verdict, VerdictStatus
from tests.support.fakes import FakeClock

EPOCH = "0190a000-0000-7000-8000-000000000001"
SITI = "0190a000-0000-7000-8000-00000000000a"


@pytest.fixture
def made(tmp_path: Path, clock: FakeClock) -> Iterator[LocalStore]:
    store = LocalStore(tmp_path / "device", bytes(32), now=clock, new_id=IdMaker(clock), asking=NO_ASKING)
    yield store
    store.close()


@pytest.fixture
def replica_set(made: LocalStore) -> ReplicaSet:
    return made


def write(store: LocalStore, clock: FakeClock) -> str:
    args = {
        "note_id": IdMaker(clock)(),
        "customer_id": SITI,
        "text": "x",
        "store_id": SITI,
        "written_at": "2026-11-22T03:42:00Z",
    }
    return store.write("note.write", 1, args, actor="associate", at=clock()).uuid


def page(*changes: Change, last: bool = True, ack: Ack | None = None, cursor: str = "1") -> PullPage:
    return PullPage(
        epoch=EPOCH, server_time="", changes=list(changes), cursor=cursor, last_page=last, ack=ack or Ack(n=0)
    )


def row(state: RowState = RowState.LIVE, version: int = 1) -> Change:
    body = {"id": SITI, "name": "Siti"} if state is RowState.LIVE else None
    return Change(scope="store:a", kind="customer", id=SITI, state=state, version=version, body=body)


@pytest.mark.parametrize(("port", "implementation"), [(ReplicaSet, LocalStore), (Replica, StoreReplica)])
def test_every_method_of_a_port_is_there_as_declared(port: type, implementation: type) -> None:
    for name, declared in inspect.getmembers(port, inspect.isfunction):
        if name.startswith("_"):
            continue
        wanted = inspect.signature(declared).parameters.values()
        given = inspect.signature(getattr(implementation, name)).parameters.values()
        shape = [(one.name, one.kind, one.default) for one in wanted]
        assert [(one.name, one.kind, one.default) for one in given] == shape, name


def test_a_new_replica_stands_at_the_beginning(replica_set: ReplicaSet) -> None:
    position = replica_set.current().position()
    assert position == Position(
        device_id=position.device_id,
        next_n=1,
        cursor=None,
        settled_n=0,
        acked_n=0,
        applied_n=0,
        refetch=(),
        epoch=None,
    )
    assert list(replica_set.pending(10)) == []
    assert replica_set.current().catch_up() == 0


def test_a_page_moves_the_position(replica_set: ReplicaSet) -> None:
    replica_set.current().apply_page(page(row(), last=False, cursor="half"))
    position = replica_set.current().position()
    assert (position.cursor, position.epoch) == ("half", EPOCH)


def test_a_page_says_what_it_changed(replica_set: ReplicaSet) -> None:
    replica = replica_set.current()
    assert replica.apply_page(page(row())).changed == 1
    assert replica.apply_page(page(row(RowState.LEFT))).changed == 1
    assert replica.apply_page(page(row(RowState.LEFT))).changed == 0
    assert replica.apply_page(page(row(RowState.DELETED, 3))).changed == 0


def test_the_last_page_settles_and_acknowledges(replica_set: ReplicaSet, made: LocalStore, clock: FakeClock) -> None:
    uuid = write(made, clock)
    verdict = Verdict(n=1, uuid=uuid, status=VerdictStatus.REJECTED, code="mutation.missing")
    replica_set.note_verdicts([verdict])
    replica = replica_set.current()
    replica.apply_page(page(ack=Ack(n=1, verdicts=[verdict]), last=False))
    assert (replica.position().acked_n, replica.position().settled_n) == (0, 0)
    assert [message.uuid for message in replica_set.pending(10)] == [uuid]
    replica.apply_page(page(ack=Ack(n=1, verdicts=[verdict])))
    assert (replica.position().acked_n, replica.position().settled_n) == (1, 1)
    assert list(replica_set.pending(10)) == []


def test_an_unknown_number_is_a_fork_and_nothing_is_stored(replica_set: ReplicaSet) -> None:
    with pytest.raises(DeviceForked):
        replica_set.current().apply_page(page(row(), ack=Ack(n=1)))
    assert replica_set.current().position().cursor is None


def test_a_new_store_begins_from_nothing_and_becomes_current(
    replica_set: ReplicaSet, made: LocalStore, clock: FakeClock
) -> None:
    replica_set.current().apply_page(page(row()))
    write(made, clock)
    fresh = replica_set.begin_new_store()
    assert (fresh.position().cursor, fresh.position().epoch, fresh.position().next_n) == (None, None, 2)
    assert fresh.catch_up() == 0
    fresh.apply_page(page(row(), cursor="fresh"))
    assert replica_set.current().position().cursor == "1"
    replica_set.switch_to_new_store()
    position = replica_set.current().position()
    assert (position.cursor, position.acked_n, position.applied_n) == ("fresh", 0, 1)


def test_a_new_store_that_is_begun_again_starts_over(replica_set: ReplicaSet) -> None:
    replica_set.begin_new_store().apply_page(page(row(), last=False, cursor="half"))
    assert replica_set.begin_new_store().position().cursor is None


def test_a_new_identity_starts_numbers_again(replica_set: ReplicaSet, made: LocalStore, clock: FakeClock) -> None:
    first, second = write(made, clock), write(made, clock)
    replica_set.current().apply_page(page(ack=Ack(n=1)))
    before = replica_set.current().position()
    replica_set.new_identity()
    after = replica_set.current().position()
    assert after.device_id != before.device_id
    assert (after.next_n, after.acked_n, after.applied_n, after.settled_n) == (2, 0, 1, 0)
    assert [(message.n, message.uuid) for message in replica_set.pending(10)] == [(1, second)]
    assert first != second


def test_entries_above_the_servers_last_number_are_pending_again(
    replica_set: ReplicaSet, made: LocalStore, clock: FakeClock
) -> None:
    uuids = [write(made, clock) for _ in range(3)]
    verdict = Verdict(n=3, uuid=uuids[2], status=VerdictStatus.REJECTED, code="mutation.missing")
    replica_set.current().apply_page(page(ack=Ack(n=3, verdicts=[verdict])))
    replica_set.resend_after(1, EPOCH)
    replica_set.resend_after(1, EPOCH)
    again = replica_set.pending(10)
    assert [(message.n, message.uuid, message.name) for message in again] == [
        (2, uuids[1], "note.write"),
        (3, uuids[2], "void"),
    ]
    assert replica_set.current().position().acked_n == 1
    assert replica_set.current().position().settled_n == 1
    assert [message.n for message in replica_set.pending(1, after_n=2)] == [3]
