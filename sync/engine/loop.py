"""The engine while it runs: when to sync, when to wait, and what to tell people.

One task per data directory. It syncs at start, after a write, when asked, and by polling with full jitter; after a
failure it waits by `retry_delay_s`, or as long as the server asked. States are published, never awaited by a screen.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from random import Random

from sync.engine.run_once import Progress, SyncResult
from sync.protocol.errors import StoreFailed, SyncError, Unreachable
from sync.protocol.times import Clock

log = logging.getLogger(__name__)

POLL_S = 6.0
POLL_LISTENING_S = 30.0
"""While the server tells what changes."""
REFUSED_RETRY_S = 60.0
MOST_RETRY_S = 300.0
"""While the server answers that it cannot serve: more tries would make it worse."""
MOST_RETRY_UNANSWERED_S = 15.0
"""While nobody answers: a try costs nobody anything, and people wait for the network to be back."""


class Phase(StrEnum):
    """`starting` before the first try; `unreachable` and `refused` after one that failed."""

    STARTING = "starting"
    SYNCING = "syncing"
    IDLE = "idle"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the engine knows. `round`: runs over, well or not.

    `problem`: a message key; where `unreachable`, why the server that answered cannot serve, else a person is needed.
    """

    phase: Phase = Phase.STARTING
    last_synced_at: datetime | None = None
    unreachable_since: datetime | None = None
    problem: str | None = None
    round: int = 0
    result: SyncResult | None = None
    progress: Progress | None = None


def retry_delay_s(attempt: int, *, random: Random, most_s: float = MOST_RETRY_S) -> float:
    """Seconds to wait before retry `attempt` (1, 2, ...): full jitter, at most `most_s`.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
    """
    return random.uniform(0, min(most_s, 2.0 ** min(attempt, 9)))


def poll_delay_s(*, random: Random, listening: bool = False) -> float:
    """Seconds to the next poll while all is well, spread about an average so that a shop's devices do not meet."""
    average_s = POLL_LISTENING_S if listening else POLL_S
    return random.uniform(average_s / 2, average_s * 3 / 2)


class SyncLoop:
    """Runs `sync` again and again. `sync` is one whole run; `publish` hears every state."""

    def __init__(
        self,
        sync: Callable[[Callable[[Progress], None]], Awaitable[SyncResult]],
        *,
        now: Clock,
        random: Random,
        publish: Callable[[SyncState], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sync = sync
        self._now = now
        self._random = random
        self._publish = publish
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._finished: list[asyncio.Future[SyncState]] = []
        self.state = SyncState()
        self.listening = False
        """Whether somebody calls `wake` when the server has news."""

    def wake(self) -> None:
        """Sync as soon as the current run is over. Call from the loop's own thread."""
        self._wake.set()

    async def sync_now(self) -> SyncState:
        """The state after a run that begins after this call."""
        finished: asyncio.Future[SyncState] = asyncio.get_running_loop().create_future()
        self._finished.append(finished)
        self._wake.set()
        return await finished

    async def once(self) -> SyncState:
        """The state after a single run, for a program that syncs and ends."""
        await self._one_round(0)
        return self.state

    async def run(self) -> None:
        """Sync until cancelled."""
        attempt = 0
        while True:
            self._wake.clear()
            waiting, self._finished = self._finished, []
            delay_s = await self._one_round(attempt)
            attempt = 0 if self.state.phase is Phase.IDLE else attempt + 1
            for future in waiting:
                if not future.done():
                    future.set_result(self.state)
            await self._pause(delay_s)

    async def _one_round(self, attempt: int) -> float:
        """Seconds to wait after one run, whatever came of it."""
        self._set(replace(self.state, phase=Phase.SYNCING, progress=None))
        try:
            result = await self._sync(lambda progress: self._set(replace(self.state, progress=progress)))
        except Unreachable as error:
            problem = error.code if error.code != Unreachable.code else None
            return self._failed(Phase.UNREACHABLE, problem, self._asked_pause(error, attempt))
        except StoreFailed as error:
            log.warning("sync could not be kept", extra={"code": error.code})
            return self._failed(Phase.REFUSED, error.code, retry_delay_s(attempt + 4, random=self._random))
        except SyncError as error:
            log.warning("sync refused", extra={"code": error.code})
            return self._failed(Phase.REFUSED, error.code, REFUSED_RETRY_S)
        except Exception:  # the engine outlives whatever one run meets
            log.exception("sync failed unexpectedly")
            return self._failed(Phase.REFUSED, "sync.unexpected", retry_delay_s(attempt + 4, random=self._random))
        self._set(SyncState(Phase.IDLE, self._now(), None, None, self.state.round + 1, result))
        return poll_delay_s(random=self._random, listening=self.listening)

    def _asked_pause(self, error: Unreachable, attempt: int) -> float:
        asked = error.fields.get("retry_after_s")
        most_s = MOST_RETRY_UNANSWERED_S if error.code == Unreachable.code else MOST_RETRY_S
        delay_s = retry_delay_s(attempt + 1, random=self._random, most_s=most_s)
        return max(float(asked), delay_s) if isinstance(asked, int | float) else delay_s

    def _failed(self, phase: Phase, problem: str | None, delay_s: float) -> float:
        since = self.state.unreachable_since or self._now()
        self._set(
            replace(
                self.state,
                phase=phase,
                problem=problem,
                unreachable_since=since if phase is Phase.UNREACHABLE else None,
                round=self.state.round + 1,
                result=None,
                progress=None,
            )
        )
        return delay_s

    async def _pause(self, delay_s: float) -> None:
        sleeping = asyncio.ensure_future(self._sleep(delay_s))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    def _set(self, state: SyncState) -> None:
        self.state = state
        self._publish(state)
