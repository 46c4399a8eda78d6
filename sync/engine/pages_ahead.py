"""Pages of a pull in turn: while one is applied the next one is on its way (`run_once`)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sync.engine.ports import Position
from sync.protocol.wire import PullPage

_AskedFrom = tuple[str, str | None, tuple[str, ...]]


class PagesAhead:
    """`pull` asks for the page that follows a position. Close it: what it asked for ahead is let go."""

    def __init__(self, pull: Callable[[Position], Coroutine[Any, Any, PullPage]]) -> None:
        self._pull = pull
        self._ahead: tuple[_AskedFrom, asyncio.Task[PullPage]] | None = None

    async def after(self, position: Position) -> PullPage:
        """The page that follows: the one asked for ahead, where the replica came to stand there."""
        if self._ahead is not None and self._ahead[0] == _asked_from(position):
            (_, page), self._ahead = self._ahead, None
            return await page
        await self.close()
        return await self._pull(position)

    def ask(self, position: Position) -> None:
        """Nothing; the page that follows is on its way. It is used only from `position`."""
        self._ahead = _asked_from(position), asyncio.create_task(self._pull(position))

    async def close(self) -> None:
        """Nothing; a page that nobody wants any more is not waited for, and what became of it is nobody's business."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead[1].cancel()
            await asyncio.gather(ahead[1], return_exceptions=True)


def _asked_from(position: Position) -> _AskedFrom:
    """What decides which page comes next."""
    return position.device_id, position.cursor, position.refetch
