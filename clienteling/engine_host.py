"""The sync engine inside a running program: its own thread and event loop, and how other processes ask it to sync.

One engine runs per data directory. Another process (the command line) leaves a request file in the directory; the
engine answers with a result file. Files, because they need no port and no credential beyond the directory's own.
"""

import asyncio
import json
import os
import secrets
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Protocol

from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import Connection, SyncStatus
from sync.engine.loop import Phase, SyncLoop, SyncState
from sync.engine.ports import CentralApi, ReplicaSet
from sync.engine.run_once import Progress, SyncResult, run_once
from sync.protocol.errors import Unreachable
from sync.protocol.times import Clock, to_wire
from sync.protocol.wire import HelloReply, HelloRequest, PullPage, PullRequest, PushReply, PushRequest

REQUEST_FILE = "sync.request"
RESULT_FILE = "sync.result"
REQUEST_POLL_S = 0.3


class OpenApi(CentralApi, Protocol):
    """A central profile API with connections to close."""

    async def close(self) -> None: ...


class SwitchableApi:
    """A central profile API that can be pretended away: while `offline`, every call is Unreachable."""

    def __init__(self, api: CentralApi) -> None:
        self._api = api
        self.offline = False

    def _refuse_offline(self) -> None:
        if self.offline:
            raise Unreachable(kind="pretended")

    async def hello(self, request: HelloRequest) -> HelloReply:
        self._refuse_offline()
        return await self._api.hello(request)

    async def pull(self, request: PullRequest) -> PullPage:
        self._refuse_offline()
        return await self._api.pull(request)

    async def push(self, request: PushRequest) -> PushReply:
        self._refuse_offline()
        return await self._api.push(request)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store says about itself for the status line."""

    waiting: int
    needs_attention: int
    cached_customers: int


def status_of(state: SyncState, counts: Counts, *, pretend_offline: bool) -> SyncStatus:
    """What people are told, from the engine's state and the store's counts."""
    match state.phase:
        case Phase.STARTING:
            connection = Connection.UNKNOWN
        case Phase.UNREACHABLE:
            connection = Connection.OFFLINE
        case Phase.REFUSED:
            connection = Connection.REFUSED
        case Phase.SYNCING if state.unreachable_since is not None:
            connection = Connection.OFFLINE
        case _:
            connection = Connection.ONLINE
    return SyncStatus(
        connection=connection,
        syncing=state.phase is Phase.SYNCING and state.progress is not None and state.progress.pages > 1,
        last_synced_at=state.last_synced_at,
        offline_since=state.unreachable_since,
        waiting=counts.waiting,
        needs_attention=counts.needs_attention,
        cached_customers=counts.cached_customers,
        pretend_offline=pretend_offline,
        problem=state.problem,
    )


class EngineHost:
    """Runs the sync loop in a thread of its own from `start` to `stop`."""

    def __init__(
        self,
        replicas: ReplicaSet,
        open_api: Callable[[], OpenApi],
        *,
        data_dir: Path,
        counts: Callable[[], Counts],
        initial: SyncState,
        after_sync: Callable[[SyncResult], Awaitable[None]],
        status: Signal[SyncStatus],
        now: Clock,
        random: Random,
        app_version: str,
    ) -> None:
        self._replicas = replicas
        self._open_api = open_api
        self._data_dir = data_dir
        self._counts = counts
        self._after_sync = after_sync
        self._now = now
        self._random = random
        self._app_version = app_version
        self._state = initial
        self._pretend_offline = False
        self._api: SwitchableApi | None = None
        self._events: asyncio.AbstractEventLoop | None = None
        self._loop: SyncLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run_thread, name="sync-engine", daemon=True)
        self.status = status

    def _status(self) -> SyncStatus:
        return status_of(self._state, self._counts(), pretend_offline=self._pretend_offline)

    def refresh(self) -> None:
        """Publish the status again after rows changed, and sync soon where something new waits."""
        before, status = self.status.value, self._status()
        if status != before:
            self.status.publish(status)
        if status.waiting > before.waiting:
            self.wake()

    def start(self) -> None:
        """Start the thread; returns when the loop accepts requests."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End the loop and wait for its thread. A run under way is cut off, which is safe anywhere."""
        if self._events is not None and self._main is not None:
            self._events.call_soon_threadsafe(self._main.cancel)
        self._thread.join(timeout=10)

    def wake(self) -> None:
        """Sync soon: something was written."""
        if self._events is not None and self._loop is not None and not self._events.is_closed():
            self._events.call_soon_threadsafe(self._loop.wake)

    def pretend_offline(self, offline: bool) -> None:
        """Behave as if there were no network, or end that."""
        self._pretend_offline = offline
        if self._api is not None:
            self._api.offline = offline
        self.refresh()
        self.wake()

    def _run_thread(self) -> None:
        try:
            asyncio.run(self._serve())
        except asyncio.CancelledError:
            return
        finally:
            self._ready.set()

    def sync_and_end(self) -> SyncState:
        """The state after one sync in this thread, for a program that does nothing else."""
        return asyncio.run(self._alone())

    async def _alone(self) -> SyncState:
        api = self._open_api()
        self._api = SwitchableApi(api)
        try:
            return await self._new_loop().once()
        finally:
            await api.close()

    def _new_loop(self) -> SyncLoop:
        loop = SyncLoop(self._sync, now=self._now, random=self._random, publish=self._publish)
        loop.state = self._state
        return loop

    async def _serve(self) -> None:
        self._events = asyncio.get_running_loop()
        self._main = asyncio.current_task()
        api = self._open_api()
        self._api = SwitchableApi(api)
        self._loop = self._new_loop()
        (self._data_dir / REQUEST_FILE).unlink(missing_ok=True)
        self._ready.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._loop.run())
                group.create_task(self._answer_requests())
        finally:
            await api.close()

    async def _sync(self, on_progress: Callable[[Progress], None]) -> SyncResult:
        assert self._api is not None
        result = await run_once(self._replicas, self._api, app_version=self._app_version, on_progress=on_progress)
        if not self._pretend_offline:
            await self._after_sync(result)
        return result

    def _publish(self, state: SyncState) -> None:
        self._state = state
        self.refresh()

    async def _answer_requests(self) -> None:
        assert self._loop is not None
        request, answer = self._data_dir / REQUEST_FILE, self._data_dir / RESULT_FILE
        while True:
            await asyncio.sleep(REQUEST_POLL_S)
            if not request.exists():
                continue
            asked = request.read_text("utf-8")
            request.unlink(missing_ok=True)
            state = await self._loop.sync_now()
            _write_whole(answer, json.dumps({"asked": asked, **result_of(state)}))


def result_of(state: SyncState) -> dict[str, object]:
    """A finished run as JSON values: `ok`, `code` where it failed, and what was sent and changed."""
    ok = state.phase is Phase.IDLE
    synced = to_wire(state.last_synced_at) if state.last_synced_at else None
    code = None if ok else state.problem or "sync.unreachable"
    return {"ok": ok, "code": code, "last_synced_at": synced, **(asdict(state.result) if state.result else {})}


def ask_running_engine(data_dir: Path, *, wait: Callable[[], bool]) -> dict[str, object] | None:
    """The running engine's result of a sync begun after this call, or None where `wait` gives up first.

    `wait` pauses a moment and says whether to go on.
    """
    asked = secrets.token_hex(8)
    _write_whole(data_dir / REQUEST_FILE, asked)
    while wait():
        try:
            result = json.loads((data_dir / RESULT_FILE).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            continue
        if result.pop("asked", None) == asked:
            return dict(result)
    (data_dir / REQUEST_FILE).unlink(missing_ok=True)
    return None


def _write_whole(path: Path, text: str) -> None:
    scratch = path.with_name(f"{path.name}.{os.getpid()}.part")
    scratch.write_text(text, "utf-8")
    os.replace(scratch, path)
