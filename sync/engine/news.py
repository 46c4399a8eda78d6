"""Wakes the loop when the server has news; while nobody tells, the loop polls as before."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from random import Random
from typing import Final

from sync.engine.loop import SyncLoop, retry_delay_s
from sync.protocol.errors import SyncError
from sync.protocol.kinds import GLOBAL_SCOPE

EVERYBODY_WITHIN_S: Final = 5.0
"""What all stores hear at once is fetched over this time, by lot, so that they do not all ask at once."""


async def hear_news(
    listen: Callable[[], AsyncGenerator[str | None, None]],
    loop: SyncLoop,
    *,
    random: Random,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Listen until cancelled, again and again: at once where the server ended it, after a pause where that failed."""
    later: set[asyncio.Task[None]] = set()

    async def wake_later() -> None:
        await sleep(random.uniform(0, EVERYBODY_WITHIN_S))
        loop.wake()

    attempt = 0
    try:
        while True:
            try:
                async for scope in listen():
                    attempt = 0
                    loop.listening = True
                    if scope != GLOBAL_SCOPE:
                        loop.wake()
                    elif not later:
                        task = asyncio.create_task(wake_later())
                        later.add(task)
                        task.add_done_callback(later.discard)
            except SyncError:
                pass
            if loop.listening:
                loop.listening = False
                loop.wake()  # what it says of the server is learned now, and not at the next poll
            attempt += 1
            await sleep(retry_delay_s(attempt, random=random))
    finally:
        for task in later:
            task.cancel()
