"""While a page is applied the next one is on its way; it is used only where the store came to stand where it begins.

While a full batch of entries is decided the next one is read.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from clienteling.store.generation import Step
from sync.engine.run_once import run_once
from sync.protocol.errors import DeviceForked, Unreachable
from sync.protocol.mutations import VOID
from sync.protocol.wire import MAX_PUSH_ENTRIES, EntryMessage, PullPage, PullRequest, PushReply, PushRequest
from tests.simulation.known_bugs import WrappedReplicas
from tests.store.devices import Device, PowerCut, customer
from tests.store.model_server import STORE, ModelServer

PEOPLE = [customer(name) for name in ("Siti", "Budi", "Ani")]
WAIT_S = 10.0


async def nothing() -> None:
    """The answer comes at once."""


async def lost() -> None:
    raise Unreachable


async def never() -> None:
    await asyncio.Event().wait()


class AskedServer(ModelServer):
    """Three pages of one customer. `requests`: every pull; `before_second`: what happens to the second."""

    def __init__(self) -> None:
        super().__init__()
        self.page_rows = 1
        self.requests: list[PullRequest] = []
        self.asked_twice = threading.Event()
        self.before_second = nothing
        for key, body in PEOPLE:
            self.put(key, body)
            self.join(STORE, key.id)

    async def pull(self, request: PullRequest) -> PullPage:
        self.requests.append(request)
        if len(self.requests) == 2:
            self.asked_twice.set()
            await self.before_second()
        return await super().pull(request)


class WatchedDevice(Device):
    """`on_page`: called once, in the thread that applies, after the first page is on disk."""

    on_page: Callable[[], None] | None = None

    def _after_step(self, step: Step) -> None:
        super()._after_step(step)
        if step is Step.PAGE_KEPT and self.on_page is not None:
            called, self.on_page = self.on_page, None
            called()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[WatchedDevice]:
    made = WatchedDevice(tmp_path / "device")
    yield made
    made.store.close()


def test_the_next_page_is_asked_for_while_one_is_applied(watched: WatchedDevice) -> None:
    server = AskedServer()
    overlapped: list[bool] = []
    watched.on_page = lambda: overlapped.append(server.asked_twice.wait(WAIT_S))
    result = watched.sync(server)
    assert overlapped == [True]
    assert result.pages == len(PEOPLE) == len(server.requests)
    assert watched.names() == ["Ani", "Budi", "Siti"]


def test_a_page_is_on_disk_though_the_one_asked_ahead_is_lost(watched: WatchedDevice) -> None:
    server = AskedServer()
    server.before_second = lost
    with pytest.raises(Unreachable):
        watched.sync(server)
    assert len(watched.names()) == 1
    assert watched.sync(server).pages == 2
    assert watched.names() == ["Ani", "Budi", "Siti"]


def test_a_page_asked_ahead_is_not_used_where_another_process_moved_the_store_on(watched: WatchedDevice) -> None:
    server = AskedServer()
    watched.on_page = lambda: watched.store.current().refetch([STORE])
    watched.sync(server)
    assert [request.refetch for request in server.requests if request.refetch] == [[STORE]]
    assert watched.names() == ["Ani", "Budi", "Siti"]
    assert watched.sync(server).changed == 0


def test_a_page_asked_ahead_goes_with_the_run_that_asked(watched: WatchedDevice) -> None:
    server = AskedServer()
    server.before_second = never
    watched.cut_after = Step.PAGE_KEPT

    async def run() -> int:
        with pytest.raises(PowerCut):
            await run_once(watched.store, server)
        return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1


class WatchedReplicas(WrappedReplicas):
    """`read_on`: set once entries after a full batch are read."""

    def __init__(self, device: Device) -> None:
        super().__init__(device.store)
        self.read_on = threading.Event()

    def pending(self, limit: int, *, after_n: int = 0) -> Sequence[EntryMessage]:
        if after_n == MAX_PUSH_ENTRIES:
            self.read_on.set()
        return super().pending(limit, after_n=after_n)


class DecidingServer(ModelServer):
    """Decides the first batch when what follows it has been read, as far as `overlapped` tells; may say `forked`."""

    def __init__(self, replicas: WatchedReplicas) -> None:
        super().__init__()
        self.replicas = replicas
        self.overlapped = False
        self.forked = False
        self.first_numbers: list[int] = []

    async def push(self, request: PushRequest) -> PushReply:
        self.first_numbers.append(request.entries[0].n)
        if len(self.first_numbers) == 1:
            self.overlapped = await asyncio.to_thread(self.replicas.read_on.wait, WAIT_S)
        if self.forked:
            self.forked = False
            raise DeviceForked
        return await super().push(request)


def fill_outbox(device: Device, count: int) -> None:
    """That many entries, each of which kept number and uuid alone."""
    blank = {"name": VOID, "version": 1, "args": "{}", "actor": None, "at": ""}
    device.store._shared.outbox.salvage([{**blank, "uuid": device.new_id()} for _ in range(count)])


def test_entries_are_read_while_the_batch_before_them_is_decided(watched: WatchedDevice) -> None:
    fill_outbox(watched, MAX_PUSH_ENTRIES + 2)
    replicas = WatchedReplicas(watched)
    server = DecidingServer(replicas)
    result = asyncio.run(run_once(replicas, server))
    assert server.overlapped
    assert result.pushed == MAX_PUSH_ENTRIES + 2
    assert watched.store.waiting() == 0


def test_entries_read_ahead_are_not_sent_under_numbers_they_no_longer_have(watched: WatchedDevice) -> None:
    fill_outbox(watched, MAX_PUSH_ENTRIES + 2)
    watched.note(PEOPLE[0][0].id)
    replicas = WatchedReplicas(watched)
    server = DecidingServer(replicas)
    server.forked = True
    result = asyncio.run(run_once(replicas, server))
    assert result.new_identity
    assert server.first_numbers == [1, 1], "the note alone, under its new number"
    assert watched.store.waiting() == 0
