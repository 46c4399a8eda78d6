"""When news wakes the loop, and what becomes of a stream that ends or never comes."""

import asyncio
from collections.abc import AsyncGenerator
from random import Random

from sync.engine.loop import MOST_RETRY_S, SyncLoop
from sync.engine.news import EVERYBODY_WITHIN_S, hear_news
from sync.engine.run_once import SyncResult
from sync.protocol.errors import SyncError, Unreachable
from sync.protocol.kinds import GLOBAL_SCOPE, store_scope

HERE = store_scope("5b7c1b0e-1111-7000-8000-000000000001")


class WakingLoop(SyncLoop):
    """A loop that only counts how often it was woken."""

    def __init__(self) -> None:
        async def never(progress: object) -> SyncResult:
            raise AssertionError

        super().__init__(never, now=lambda: None, random=Random(1), publish=lambda state: None)  # type: ignore[arg-type, return-value]
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


class Server:
    """Streams as scripted, one after another; after the last nobody is told anything for ever."""

    def __init__(self, *streams: list[str | None] | SyncError) -> None:
        self.streams = list(streams)
        self.over = asyncio.Event()

    async def listen(self) -> AsyncGenerator[str | None, None]:
        if not self.streams:
            self.over.set()
            await asyncio.Event().wait()
        stream = self.streams.pop(0)
        if isinstance(stream, SyncError):
            raise stream
        for scope in stream:
            yield scope


def heard(*streams: list[str | None] | SyncError) -> tuple[WakingLoop, list[float]]:
    """The loop, and the pauses, once all streams were listened to."""
    slept: list[float] = []

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)

    async def main() -> WakingLoop:
        server, loop = Server(*streams), WakingLoop()
        task = asyncio.create_task(hear_news(server.listen, loop, random=Random(1), sleep=sleep))
        async with asyncio.timeout(10):
            await server.over.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return loop

    return asyncio.run(main()), slept


def test_every_change_wakes_the_loop_and_so_does_the_beginning_of_a_stream() -> None:
    loop, _ = heard([None, HERE, HERE])
    assert loop.woken == 4  # and once at its end: what that says of the server is learned at once


def test_while_a_stream_lasts_the_loop_knows_that_it_is_told() -> None:
    async def main() -> list[bool]:
        loop, known, told = WakingLoop(), [], asyncio.Event()

        async def listen() -> AsyncGenerator[str | None, None]:
            yield None
            known.append(loop.listening)
            told.set()
            await asyncio.Event().wait()

        known.append(loop.listening)
        task = asyncio.create_task(hear_news(listen, loop, random=Random(1)))
        async with asyncio.timeout(10):
            await told.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return known

    assert asyncio.run(main()) == [False, True]
    loop, _ = heard([None], Unreachable())
    assert loop.listening is False


def test_what_every_store_hears_is_fetched_by_lot_and_once() -> None:
    slept: list[float] = []

    async def main() -> int:
        loop, go_on, all_told = WakingLoop(), asyncio.Event(), asyncio.Event()

        async def sleep(delay_s: float) -> None:
            slept.append(delay_s)
            await go_on.wait()

        async def listen() -> AsyncGenerator[str | None, None]:
            for _ in range(3):
                yield GLOBAL_SCOPE
                await asyncio.sleep(0)
            all_told.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(hear_news(listen, loop, random=Random(1), sleep=sleep))
        async with asyncio.timeout(10):
            await all_told.wait()
        before = loop.woken
        go_on.set()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert before == 0
        return loop.woken

    assert asyncio.run(main()) == 1
    assert len(slept) == 1
    assert 0 <= slept[0] <= EVERYBODY_WITHIN_S


def test_a_server_without_news_is_asked_less_and_less_often() -> None:
    loop, slept = heard(*[Unreachable() for _ in range(40)])
    assert loop.woken == 0
    assert max(slept[:3]) <= 8
    assert max(slept) > 60
    assert max(slept) <= MOST_RETRY_S
