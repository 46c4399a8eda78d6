"""When the engine syncs, waits and tells. The run is a stand-in; clock, sleep and randomness are injected."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sync.engine.loop import Phase, SyncLoop, SyncState, poll_delay_s, retry_delay_s
from sync.engine.run_once import Progress, SyncResult
from sync.protocol.errors import SignedOut, Unreachable

DONE = SyncResult(pushed=0, changed=0, pages=1, requests=1, new_store=False, new_identity=False)
NOW = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)
Outcome = SyncResult | Exception


class Shop:
    """A loop whose runs end as scripted, after a good one at start, and whose sleeps never end by themselves."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = [DONE, *outcomes]
        self.pausing = asyncio.Event()
        self.slept: list[float] = []
        self.states: list[SyncState] = []
        self.loop = SyncLoop(self.sync, now=lambda: NOW, random=Random(1), publish=self.states.append, sleep=self.sleep)

    async def sync(self, progress: Callable[[Progress], None]) -> SyncResult:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def sleep(self, delay_s: float) -> None:
        self.slept.append(delay_s)
        self.pausing.set()
        await asyncio.Event().wait()


def play(shop: Shop, steps: Callable[[Shop], Awaitable[None]]) -> None:
    async def main() -> None:
        task = asyncio.create_task(shop.loop.run())
        try:
            await asyncio.wait_for(shop.pausing.wait(), 5)
            shop.slept.clear()
            shop.pausing.clear()
            await asyncio.wait_for(steps(shop), 5)
        finally:
            task.cancel()

    asyncio.run(main())


def test_a_good_run_says_when_it_was() -> None:
    shop = Shop(DONE, DONE)

    async def steps(shop: Shop) -> None:
        state = await shop.loop.sync_now()
        assert (state.phase, state.last_synced_at, state.problem) == (Phase.IDLE, NOW, None)

    play(shop, steps)


def test_a_server_that_cannot_be_reached_keeps_the_time_it_was_lost() -> None:
    shop = Shop(DONE, Unreachable(), Unreachable(), DONE)  # after the one at start

    async def steps(shop: Shop) -> None:
        await shop.loop.sync_now()
        lost = await shop.loop.sync_now()
        assert (lost.phase, lost.unreachable_since, lost.last_synced_at) == (Phase.UNREACHABLE, NOW, NOW)
        again = await shop.loop.sync_now()
        assert again.unreachable_since == NOW
        assert (await shop.loop.sync_now()).unreachable_since is None

    play(shop, steps)


def test_a_server_that_answers_and_cannot_serve_is_told_apart_from_no_network() -> None:
    shop = Shop(DONE, Unreachable("sync.server_failed", status=500), Unreachable(), DONE)

    async def steps(shop: Shop) -> None:
        await shop.loop.sync_now()
        failed = await shop.loop.sync_now()
        assert (failed.phase, failed.problem) == (Phase.UNREACHABLE, "sync.server_failed")
        assert (failed.unreachable_since, failed.last_synced_at) == (NOW, NOW)
        assert (await shop.loop.sync_now()).problem is None

    play(shop, steps)


def test_the_pause_a_server_asks_for_is_kept() -> None:
    shop = Shop(Unreachable(retry_after_s=120.0))

    async def steps(shop: Shop) -> None:
        await shop.loop.sync_now()
        await shop.pausing.wait()

    play(shop, steps)
    assert shop.slept
    assert shop.slept[0] >= 120.0


def pauses_after(*failures: Exception) -> list[float]:
    """How long the engine wanted to wait after each of these, one after the other."""
    shop = Shop(*failures)

    async def steps(shop: Shop) -> None:
        for _ in failures:
            await shop.loop.sync_now()
            shop.pausing.clear()
            await shop.pausing.wait()

    play(shop, steps)
    return shop.slept


def test_while_nobody_answers_the_network_is_tried_again_soon_however_long_it_was_gone() -> None:
    assert max(pauses_after(*[Unreachable()] * 40)) <= 15.0


def test_a_server_that_cannot_serve_is_given_more_and_more_time() -> None:
    assert max(pauses_after(*[Unreachable("sync.server_failed", status=500)] * 40)) > 100.0


def test_a_refused_device_is_told_and_tried_again_later() -> None:
    shop = Shop(SignedOut())

    async def steps(shop: Shop) -> None:
        state = await shop.loop.sync_now()
        assert (state.phase, state.problem) == (Phase.REFUSED, "sync.signed_out")

    play(shop, steps)


def test_the_engine_outlives_a_run_that_breaks() -> None:
    shop = Shop(KeyError("x"), DONE)

    async def steps(shop: Shop) -> None:
        assert (await shop.loop.sync_now()).problem == "sync.unexpected"
        assert (await shop.loop.sync_now()).phase is Phase.IDLE

    play(shop, steps)


def test_a_write_wakes_the_engine_from_its_pause() -> None:
    shop = Shop(DONE)

    async def steps(shop: Shop) -> None:
        shop.loop.wake()
        await shop.pausing.wait()

    play(shop, steps)
    assert shop.loop.state.round == 2


@given(st.integers(1, 10_000), st.integers())
def test_retries_are_spread_over_the_whole_interval_and_bounded(attempt: int, seed: int) -> None:
    delay_s = retry_delay_s(attempt, random=Random(seed))
    assert 0 <= delay_s <= min(300.0, 2.0**attempt if attempt < 9 else 300.0)
    assert 0 < poll_delay_s(random=Random(seed)) <= 9.0
