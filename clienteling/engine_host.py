"""The sync engine inside a running program: its own thread and event loop. One runs per data directory."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar, assert_never

from clienteling.domain.asked import Asked, AskedStage
from clienteling.domain.errors import ClientelingError, StoreUnusable
from clienteling.domain.online_look_up import OnlineLookUp, OnlineStage, wait_minutes
from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.engine_requests import answer_requests
from clienteling.online_asking import answer_of
from clienteling.switchable_api import OpenApi, SwitchableApi
from sync.engine.fetch_leases import fetch_leases
from sync.engine.loop import Phase, SyncLoop, SyncState
from sync.engine.news import hear_news
from sync.engine.ports import AuditSource, LeaseKeeper, ReplicaSet
from sync.engine.run_once import Progress, SyncResult, run_once
from sync.engine.send_audit import send_audit
from sync.protocol.errors import LookUpLimited, StoreFailed, SyncError, Unreachable, ValidationFailed
from sync.protocol.ids import IdMaker
from sync.protocol.times import Clock
from sync.protocol.wire import SCHEMA, LookUpRequest

STOP_TIMEOUT_S = 10.0
FORGET_EVERY = timedelta(minutes=1)
FORGET_LOOKED_AT_EVERY_S = 0.3

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store says about itself for the status line."""

    waiting: int
    needs_attention: int
    cached_customers: int


def _connection(state: SyncState) -> Connection:
    """How the line to the server is. A run under way changes nothing until its outcome is known."""
    match state.phase:
        case Phase.STARTING:
            return Connection.UNKNOWN
        case Phase.UNREACHABLE:
            return Connection.OFFLINE
        case Phase.REFUSED:
            return Connection.REFUSED
        case Phase.IDLE:
            return Connection.ONLINE
        case Phase.SYNCING:
            if state.unreachable_since is not None:
                return Connection.OFFLINE
            if state.problem is not None:
                return Connection.REFUSED
            return Connection.ONLINE if state.round else Connection.UNKNOWN
        case _:
            assert_never(state.phase)


def status_of(state: SyncState, counts: Counts, *, pretend_offline: bool, notices: tuple[str, ...] = ()) -> SyncStatus:
    """What people are told, from the engine's state and the store's counts."""
    return SyncStatus(
        connection=_connection(state),
        syncing=state.phase is Phase.SYNCING and state.progress is not None and state.progress.pages > 1,
        last_synced_at=state.last_synced_at,
        offline_since=state.unreachable_since,
        waiting=counts.waiting,
        needs_attention=counts.needs_attention,
        cached_customers=counts.cached_customers,
        pretend_offline=pretend_offline,
        problem=state.problem,
        notices=notices,
    )


NEW_IDENTITY: Final = "sync.told_new_identity"
NEW_STORE: Final = "sync.told_new_store"
TOLD_FOR: Final = timedelta(hours=12)
"""A working day: whoever takes the device up next is told too."""


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
        pinned: Callable[[], Sequence[str]] = tuple,
        forget_due: Callable[[Sequence[str]], object] = lambda pinned: None,
        audit: AuditSource | None = None,
        leases: LeaseKeeper | None = None,
        behind_sync: Callable[[SwitchableApi], Awaitable[None]] | None = None,
    ) -> None:
        """`forget_due` has customers leave by age; `pinned`: those on open screens, who stay.

        `behind_sync`: what else a device tells its server after a sync; where it fails, it is tried after the next.
        """
        self._replicas = replicas
        self._open_api = open_api
        self._data_dir = data_dir
        self._counts = counts
        self._after_sync = after_sync
        self._now = now
        self._random = random
        self._app_version = app_version
        self._pinned = pinned
        self._forget_due = forget_due
        self._audit = audit
        self._leases = leases
        self._behind_sync = behind_sync
        self._tip_told = False
        self._forgot_at: datetime | None = None
        self._state = initial
        self._pretend_offline = False
        self._notices: dict[str, datetime] = {}
        self._api: SwitchableApi | None = None
        self._events: asyncio.AbstractEventLoop | None = None
        self._loop: SyncLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run_thread, name="sync-engine", daemon=True)
        self.status = status

    def _status(self) -> SyncStatus:
        now = self._now()
        notices = tuple(key for key, at in self._notices.items() if timedelta() <= now - at < TOLD_FOR)
        return status_of(self._state, self._counts(), pretend_offline=self._pretend_offline, notices=notices)

    def refresh(self) -> None:
        """Publish the status again after rows changed, and sync soon where something new waits."""
        before, status = self.status.value, self._status()
        if status != before:
            self.status.publish(status)
        if status.waiting > before.waiting:
            self.wake()

    def start(self) -> None:
        """Start the thread; returns when the loop accepts requests. Who is due by age has left before."""
        self._forget_by_age()
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End the loop and wait for its thread. A run under way is cut off, which is safe anywhere."""
        if self._main is not None:
            self._call(self._main.cancel)
        self._thread.join(timeout=STOP_TIMEOUT_S)

    def wake(self) -> None:
        """Sync soon: something was written."""
        if self._loop is not None:
            self._call(self._loop.wake)

    def look_up(self, text: str) -> Signal[OnlineLookUp]:
        """How a look-up among the customers of all stores stands, from now on; a sync brings who is found."""
        answer = Signal(OnlineLookUp(OnlineStage.ASKING))
        if not self._begin(partial(self._look_up, text, answer)):
            answer.publish(OnlineLookUp(OnlineStage.FAILED, code="sync.error"))
        return answer

    def ask(self, work: Callable[[SwitchableApi], Awaitable[T]]) -> Signal[Asked[T]]:
        """How a question to the server stands, from now on. What `work` raises as ValidationFailed is told too."""
        answer: Signal[Asked[T]] = Signal(Asked(AskedStage.ASKING))

        async def follow() -> None:
            assert self._api is not None
            answer.publish(await answer_of(work(self._api)))

        if not self._begin(follow):
            answer.publish(Asked(AskedStage.FAILED, code="sync.error"))
        return answer

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Whether the engine's loop is there to do it."""

        def begin() -> None:
            task = asyncio.create_task(work())
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

        if self._thread.is_alive():
            self._call(begin)
            return True
        return False

    async def _look_up(self, text: str, answer: Signal[OnlineLookUp]) -> None:
        try:
            answer.publish(await self._found_online(text))
        except LookUpLimited as limited:
            minutes = wait_minutes(limited.fields.get("retry_after_s"))
            answer.publish(OnlineLookUp(OnlineStage.LIMITED, wait_minutes=minutes))
        except SyncError as error:
            answer.publish(_not_asked(error.code))
        except Exception:  # the boundary of a screen: a person gets a sentence, the log the traceback
            log.exception("an online look-up failed unexpectedly")
            answer.publish(OnlineLookUp(OnlineStage.FAILED, code="error.unexpected"))

    async def _found_online(self, text: str) -> OnlineLookUp:
        """Who was found, once a sync has brought them."""
        assert self._api is not None
        assert self._loop is not None
        reply = await self._api.look_up(LookUpRequest(schema_number=SCHEMA, text=text))
        if not reply.customer_ids:
            return OnlineLookUp(OnlineStage.NOBODY)
        state = await self._loop.sync_now()
        if state.phase is not Phase.IDLE:
            return _not_asked(state.problem or Unreachable.code)
        return OnlineLookUp(OnlineStage.FOUND, tuple(reply.customer_ids))

    def _call(self, what: Callable[[], object]) -> None:
        """Have the engine's thread call `what`; nothing where that thread has ended."""
        if self._events is not None:
            with suppress(RuntimeError):  # the loop may close between any check and the call
                self._events.call_soon_threadsafe(what)

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
        except Exception:  # the thread's end: people are told that syncing has stopped, the log says why
            log.exception("the engine has stopped", extra={"code": "sync.error"})
            self._publish(replace(self._state, phase=Phase.REFUSED, problem="sync.error"))
        finally:
            self._ready.set()

    def sync_and_end(self) -> SyncState:
        """The state after one sync in this thread, for a program that does nothing else. Who is due by age leaves."""
        self._forget_by_age()
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
        self._ready.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._loop.run())
                group.create_task(answer_requests(self._data_dir, self._loop.sync_now))
                group.create_task(self._keep_forgetting())
                group.create_task(hear_news(self._api.listen, self._loop, random=self._random))
        finally:
            await api.close()

    async def _keep_forgetting(self) -> None:
        """By the device's clock, whatever the line to the server is; until cancelled."""
        while True:
            await asyncio.sleep(FORGET_LOOKED_AT_EVERY_S)
            # One that is to come was noted before the clock was set back.
            if self._forgot_at is None or not timedelta() <= self._now() - self._forgot_at < FORGET_EVERY:
                await asyncio.to_thread(self._forget_by_age)

    def _forget_by_age(self) -> None:
        self._forgot_at = self._now()
        try:
            self._forget_due(self._pinned())
        except StoreUnusable as error:
            log.warning("customers due by age stay for now", extra={"code": error.code})

    async def _sync(self, on_progress: Callable[[Progress], None]) -> SyncResult:
        assert self._api is not None
        try:
            result = await run_once(
                self._replicas,
                self._api,
                app_version=self._app_version,
                on_progress=on_progress,
                pinned=self._pinned,
            )
        except StoreUnusable as error:
            # A store that was being filled takes no room from what people write.
            await asyncio.to_thread(self._replicas.drop_new_store)
            raise StoreFailed(error.code) from error
        for key, happened in ((NEW_IDENTITY, result.new_identity), (NEW_STORE, result.new_store)):
            if happened:
                self._notices[key] = self._now()
        await self._fetch_leases()
        await self._send_audit()
        await self._tell_more()
        if not self._pretend_offline:
            await self._after_sync(result)
        return result

    async def _fetch_leases(self) -> None:
        assert self._api is not None
        if self._leases is None:
            return
        try:
            await fetch_leases(self._api, self._leases)
        except ValidationFailed as error:
            self._leases = None  # a server that knows none yet
            log.warning("the server gives no leases", extra={"code": error.code})
        except (SyncError, StoreUnusable) as error:
            log.warning("leases not fetched", extra={"code": error.code})

    async def _send_audit(self) -> None:
        """Behind each sync; behind the first one the end of the log is told even where nothing is new."""
        assert self._api is not None
        if self._audit is None:
            return
        try:
            await send_audit(
                self._audit, self._api, new_id=IdMaker(self._now), now=self._now, tip_alone=not self._tip_told
            )
        except ValidationFailed as error:
            self._audit = None  # a server that keeps none yet
            log.warning("the server takes no audit log", extra={"code": error.code})
        except (SyncError, StoreUnusable) as error:
            log.info("audit log not sent", extra={"code": error.code})
        else:
            self._tip_told = True

    async def _tell_more(self) -> None:
        assert self._api is not None
        if self._behind_sync is not None:
            try:
                await self._behind_sync(self._api)
            except (SyncError, ClientelingError) as error:
                log.info("not told behind a sync", extra={"code": error.code})

    def _publish(self, state: SyncState) -> None:
        self._state = state
        self.refresh()


def _not_asked(code: str) -> OnlineLookUp:
    """An online look-up that came to nothing, by its message key."""
    if code == Unreachable.code:
        return OnlineLookUp(OnlineStage.NO_NETWORK)
    return OnlineLookUp(OnlineStage.FAILED, code=code)
