"""A device that starts from nothing loads snapshots; whatever happens to them, no word is lost; pages do the rest."""

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from clienteling.store.generation import Step
from clienteling.store.record_rows import body_text
from clienteling.store.tables import META
from clienteling.store.unpack import ASKING
from sync.engine.run_once import Progress, run_once
from sync.protocol.errors import SnapshotRefused, Unreachable
from sync.protocol.ids import rule_id
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, RecordKey
from sync.protocol.snapshots import SnapshotRow, write_chunks
from sync.protocol.wire import (
    Ack,
    PullPage,
    RowState,
    ScopeDigest,
    SnapshotManifest,
    SnapshotsReply,
    SnapshotsRequest,
)
from tests.store.devices import Device, customer
from tests.store.model_server import OTHER, STORE, ModelServer

PEOPLE = [customer(f"Customer {number}") for number in range(12)]
SITI, SITI_BODY = customer("Siti")
ASKED = (
    "SELECT id, name, phone, tokens FROM customer_entry",
    "SELECT key_kind, key, customer_id FROM customer_key",
    "SELECT kind, id, body FROM record",
    "SELECT word, 1 FROM name_word WHERE word <> 'customer'",
)
KEY = bytes(range(32))


@dataclass
class Snapshooter(ModelServer):
    """Offers a snapshot of every scope. `spoil` changes a file on its way; `cut_after` bytes each transfer is cut."""

    cut_after: int | None = None
    spoil: Callable[[bytes], bytes] = bytes
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
        manifests = [self._make(scope) for scope in self.granted]
        cursor = {scope: [self.epoch, self.state.seqs[scope]] for scope in self.granted}
        return SnapshotsReply(cursor=json.dumps(cursor), snapshots=manifests)

    def _make(self, scope: str) -> SnapshotManifest:
        rows = [
            SnapshotRow(*key, row.version, body_text(self.state.records[key][1]))
            for key, row in sorted(self.state.feed[scope].items())
            if row.state is RowState.LIVE
        ]
        file = b"".join(write_chunks(rows, KEY, chunk_bytes=150))
        manifest = SnapshotManifest(
            scope=scope,
            id=rule_id(scope, str(self.state.seqs[scope])),
            epoch=self.epoch,
            seq=self.state.seqs[scope],
            size_bytes=len(file),
            sha256=hashlib.sha256(file).hexdigest(),
            digest=ScopeDigest(total=str(self.digest(scope).total), count=self.digest(scope).count),
            key=KEY.hex(),
        )
        self.files[manifest.id] = file
        return manifest

    async def snapshot(self, manifest: SnapshotManifest, offset: int) -> AsyncGenerator[bytes, None]:
        self.asked.append((manifest.scope, offset))
        sent = self.spoil(self.files[manifest.id])[offset:]
        for place in range(0, len(sent), 50):
            if self.cut_after is not None and place >= self.cut_after:
                raise Unreachable(kind="cut")
            yield sent[place : place + 50]


@pytest.fixture
def server() -> Snapshooter:
    """A server whose store scope is several chunks long."""
    server = Snapshooter()
    for key, body in PEOPLE:
        server.put(key, body)
        server.join(STORE, key.id)
    server.put(SITI, SITI_BODY)
    server.join(STORE, SITI.id)
    server.join(OTHER, SITI.id)
    server.put(RecordKey(Kind.PRODUCT, rule_id("shirt")), {"name": "Kemeja"})
    return server


def places_in(file: bytes) -> list[int]:
    """Where each of its chunks begins, and its end."""
    places = [0]
    while places[-1] < len(file):
        places.append(places[-1] + 4 + int.from_bytes(file[places[-1] : places[-1] + 4], "big"))
    return places


def standing(device: Device) -> Any:
    return device.table(META)[0]


def assert_converged(device: Device, server: ModelServer) -> None:
    assert device.rows() == server.projection()
    assert device.sync(server).requests == 1
    assert standing(device).filled


def test_a_first_sync_loads_every_scope_into_a_new_store(device: Device, server: Snapshooter) -> None:
    server.page_rows = 1
    result = device.sync(server)
    assert [scope for scope, _ in server.asked] == [GLOBAL_SCOPE, STORE, OTHER]
    assert (result.pages, result.changed) == (1, len(PEOPLE) + 3)
    assert {(STORE, SITI.id), (OTHER, SITI.id)} <= device.scopes()
    assert [path.name for path in device.folder.glob("store-*.db")] == ["store-2.db"]
    assert_converged(device, server)


def test_what_screens_ask_of_is_the_same_by_snapshot_and_by_pages(
    devices: Callable[[], Device], server: Snapshooter
) -> None:
    class ByPages(Snapshooter):
        async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
            self.put(SITI, {"name": "Siti Rahma", "phone": "+628123456789", "email": "S@b.id"})
            return SnapshotsReply()

    class ThenOnePage(ByPages):
        async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
            offered = await Snapshooter.snapshots(self, request)
            await super().snapshots(request)
            return offered

    for number, (key, body) in enumerate(PEOPLE):
        server.put(key, {**body, "phone": f"+62811111{number:04}", "email": f"C{number}@b.id"})
    found = []
    for kind in (ThenOnePage, ByPages):
        server.__class__ = kind
        device = devices()
        device.asking = ASKING
        device.restart()
        device.sync(server)
        with device.store.reading() as connection:
            found.append([sorted(connection.exec_driver_sql(query).all()) for query in ASKED])
            siti = connection.exec_driver_sql("SELECT 1 FROM name_search WHERE name_search MATCH 'rahma*'").all()
            gone = connection.exec_driver_sql("SELECT 1 FROM name_search WHERE name_search MATCH 'nobody*'").all()
        assert (len(siti), len(gone)) == (1, 0)
        device.store.close()
    assert found[0] == found[1]
    assert [len(rows) for rows in found[0]][:3] == [13, 39, 14]


def test_what_changes_after_the_snapshot_comes_by_pages(device: Device, server: Snapshooter) -> None:
    class Busy(Snapshooter):
        async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
            offered = await super().snapshots(request)
            self.put(SITI, {"name": "Siti Rahma"})
            self.delete(PEOPLE[0][0])
            self.leave(OTHER, SITI.id)
            return offered

    busy = Busy()
    busy.__dict__.update(server.__dict__)
    device.sync(busy)
    assert "Siti Rahma" in device.names()
    assert_converged(device, busy)


def test_of_a_record_that_changed_between_two_snapshots_the_newer_stays(device: Device, server: Snapshooter) -> None:
    replica = device.store.begin_new_store()
    replica.load(STORE, [SnapshotRow(*SITI, 2, '{"name":"new"}')])
    replica.load(OTHER, [SnapshotRow(*SITI, 1, '{"name":"old"}'), SnapshotRow(*PEOPLE[0][0], 1, '{"name":"one"}')])
    replica.apply_page(
        PullPage(epoch=server.epoch, server_time="", changes=[], cursor="c", last_page=True, ack=Ack(n=0))
    )
    device.store.switch_to_new_store()
    assert device.rows()[SITI] == (2, {"name": "new"})
    assert {(STORE, SITI.id), (OTHER, SITI.id), (OTHER, PEOPLE[0][0].id)} == device.scopes()


def test_a_cut_transfer_goes_on_from_its_last_whole_chunk(device: Device, server: Snapshooter) -> None:
    places = places_in(server.files[server._make(STORE).id])
    assert len(places) > 4
    server.cut_after = max(end - begin for begin, end in pairwise(places)) + 50
    device.sync(server)
    offsets = [offset for scope, offset in server.asked if scope == STORE]
    assert len(offsets) > 2
    assert set(offsets) <= set(places)
    assert offsets == sorted(set(offsets)), "no chunk was sent twice"
    assert_converged(device, server)


@pytest.mark.parametrize("cut_after", [0, 100])
def test_a_transfer_that_never_brings_a_chunk_is_given_up_for_pages(
    device: Device, server: Snapshooter, cut_after: int
) -> None:
    server.cut_after = cut_after
    device.sync(server)
    assert len(server.asked) == 3
    assert_converged(device, server)


@pytest.mark.parametrize("number", [0, 2, -2], ids=["first", "middle", "last"])
def test_a_wrong_byte_in_a_chunk_is_answered_by_pages_and_one_line_of_ids(
    device: Device, server: Snapshooter, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    device.note(SITI.id, "written before")

    def flip(file: bytes) -> bytes:
        places = places_in(file)
        wrong = bytearray(file)
        if len(places) > 4:
            wrong[places[number] + 9] ^= 1
        return bytes(wrong)

    server.spoil = flip
    with caplog.at_level(logging.WARNING):
        device.sync(server)
    (line,) = [record for record in caplog.records if record.message == "snapshot refused"]
    assert line.__dict__["scope"] == STORE
    assert "Customer" not in str(line.__dict__)
    assert device.notes() == ["written before"]
    assert_converged(device, server)


def refused(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.__dict__["kind"] for record in caplog.records if record.message == "snapshot refused"]


def test_a_digest_or_count_that_is_not_the_manifests_is_answered_by_pages(
    device: Device, server: Snapshooter, caplog: pytest.LogCaptureFixture
) -> None:
    class Wrong(Snapshooter):
        async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
            offered = await super().snapshots(request)
            (*others, last) = offered.snapshots
            one_more = ScopeDigest(total=last.digest.total, count=last.digest.count + 1)
            return offered.model_copy(update={"snapshots": [*others, last.model_copy(update={"digest": one_more})]})

    server.__class__ = Wrong
    device.sync(server)
    assert refused(caplog) == ["digest"]
    assert_converged(device, server)


def test_a_snapshot_that_is_gone_is_answered_by_pages(
    device: Device, server: Snapshooter, caplog: pytest.LogCaptureFixture
) -> None:
    class Gone(Snapshooter):
        def snapshot(self, manifest: SnapshotManifest, offset: int) -> AsyncGenerator[bytes, None]:
            raise SnapshotRefused(kind="gone")

    server.__class__ = Gone
    device.sync(server)
    assert refused(caplog) == ["gone"]
    assert_converged(device, server)


@pytest.mark.parametrize("step", [Step.CHUNK_LOADED, Step.SNAPSHOTS_LOADED, Step.POINTER_MOVED])
def test_a_load_that_ends_after_any_step_loses_nothing(device: Device, server: Snapshooter, step: Step) -> None:
    device.note(SITI.id, "pushed")
    device.push(server)
    device.note(SITI.id, "waiting")
    with device.cut(step):
        device.sync(server)
    seen = {key.kind for key in device.rows()} - {Kind.NOTE}
    assert bool(seen) == (step is Step.POINTER_MOVED), "nobody saw half of it"
    device.note(SITI.id, "written after the cut")
    device.sync(server)
    assert device.notes() == ["pushed", "waiting", "written after the cut"]
    assert device.store.waiting() == 0
    assert [path.name for path in device.folder.glob("store-*.db")] == [f"store-{standing_generation(device)}.db"]
    assert_converged(device, server)


def standing_generation(device: Device) -> int:
    return int((device.folder / "current-store").read_text())


def test_what_people_write_while_it_loads_is_there_after_the_switch(device: Device, server: Snapshooter) -> None:
    written: list[str] = []

    def write(progress: Progress) -> None:
        if progress.filling:
            written.append(f"note {len(written)}")
            device.note(SITI.id, written[-1])

    result = asyncio.run(run_once(device.store, server, on_progress=write))
    assert len(written) > 4
    assert sorted(written) == device.notes()
    assert not result.new_store, "a first sync is nothing to be told of"


def test_a_device_that_must_fetch_anew_loads_beside_the_store_people_read(device: Device, server: Snapshooter) -> None:
    device.sync(server)
    server.asked.clear()
    device.note(SITI.id, "waiting")
    server.backup()
    server.restore()
    result = device.sync(server)
    assert [scope for scope, _ in server.asked] == [GLOBAL_SCOPE, STORE, OTHER]
    assert (result.new_store, device.notes()) == (True, ["waiting"])
    assert_converged(device, server)
