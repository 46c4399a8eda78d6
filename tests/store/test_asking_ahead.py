"""While a page is applied the next one is on its way; it is used only where the store came to stand where it begins."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clienteling.store.generation import Step
from sync.engine.run_once import run_once
from sync.protocol.errors import Unreachable
from sync.protocol.wire import PullPage, PullRequest
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
