"""News in a history: server processes that look when the history says so, and devices whose engines listen to them.

The real `News`, `hear_news` and `SyncLoop`, without their clocks: a process looks when it is told to, nobody polls,
and every other pause is over at once. What is told on a stream may be lost, come late, or come twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from enum import Enum, StrEnum
from random import Random

from sync.central_api.news import News
from sync.engine.loop import Phase, SyncLoop, SyncState
from sync.engine.news import hear_news
from sync.engine.run_once import Progress, SyncResult
from sync.protocol.errors import Unreachable
from sync.protocol.times import Clock


class NewsFault(StrEnum):
    """What becomes of a scope that is told on a stream."""

    NONE = "none"
    LOST = "news lost"
    LATE = "news late"
    TWICE = "news told twice"


async def at_once(_delay_s: float) -> None:
    """Any pause is over."""
    await asyncio.sleep(0)


async def never(_delay_s: float) -> None:
    """Nobody polls."""
    await asyncio.get_running_loop().create_future()


class ServerProcess:
    """A process of the server that tells news of what `read` finds. Open it in the loop it works in; close it."""

    def __init__(self, read: Callable[[], Mapping[str, int]]) -> None:
        self.news = News(read, sleep=self._until_told)
        self._over = asyncio.Event()
        self._next = asyncio.Event()
        self._own = self.news.listen([])
        """While one listens, it looks."""

    async def open(self) -> None:
        await anext(self._own)

    async def close(self) -> None:
        """Nothing more is told, and nobody looks any more."""
        await self._own.aclose()

    async def look(self) -> None:
        """Who listens is told what changed since the last look."""
        await self._over.wait()
        self._over.clear()
        self._next.set()
        await self._over.wait()

    async def _until_told(self, _delay_s: float) -> None:
        self._over.set()
        await self._next.wait()
        self._next.clear()


class _Cut(Enum):
    """The end of a stream."""

    HERE = "here"


class Stream:
    """A device's news, as its engine hears them. `listen` again after it was `cut`, perhaps to another process.

    `fault`: what becomes of each scope told. `late`: told, and still on their way.
    """

    def __init__(
        self, process: Callable[[], ServerProcess], scopes: Callable[[], Sequence[str]], fault: Callable[[], NewsFault]
    ) -> None:
        self.late: list[str] = []
        self._process = process
        self._scopes = scopes
        self._fault = fault
        self._told = asyncio.Queue[str | None | _Cut]()

    def cut(self) -> None:
        """It ends; who listens begins a new one."""
        self._told.put_nowait(_Cut.HERE)

    def tell(self, scope: str) -> None:
        """This comes next, whoever said it."""
        self._told.put_nowait(scope)

    def deliver_late(self) -> int:
        """How many arrive now that were on their way."""
        late, self.late = self.late, []
        for scope in late:
            self.tell(scope)
        return len(late)

    async def listen(self) -> AsyncGenerator[str | None, None]:
        """As the client tells it: None once every later change will be told, then scopes."""
        self._told = asyncio.Queue()
        telling = asyncio.create_task(self._take())
        try:
            while not isinstance(told := await self._told.get(), _Cut):
                yield told
        finally:
            telling.cancel()

    async def _take(self) -> None:
        async with aclosing(self._process().news.listen(self._scopes())) as news:
            async for scopes in news:
                if not scopes:
                    self._told.put_nowait(None)
                for scope in sorted(scopes):
                    self._pass_on(scope)

    def _pass_on(self, scope: str) -> None:
        match self._fault():
            case NewsFault.LOST:
                return
            case NewsFault.LATE:
                self.late.append(scope)
            case NewsFault.TWICE:
                self.tell(scope)
                self.tell(scope)
            case NewsFault.NONE:
                self.tell(scope)


class Engine:
    """The engine of one device's process: it syncs at its start, when it hears news, and when asked; nobody polls.

    `sync`: one run, None where it did not come to its end. Stop it: a process that ended hears nothing.
    """

    def __init__(
        self,
        sync: Callable[[], Awaitable[SyncResult | None]],
        stream: Stream,
        *,
        now: Clock,
        loop: type[SyncLoop] = SyncLoop,
    ) -> None:
        self.stream = stream
        self.broken: BaseException | None = None
        self._sync = sync
        self._rests = asyncio.Event()
        self.loop = loop(self._run, now=now, random=Random(0), publish=self._publish, sleep=never)
        self._syncing = asyncio.create_task(self.loop.run())
        self._syncing.add_done_callback(lambda task: self._rests.set())
        self._tasks = [
            self._syncing,
            asyncio.create_task(hear_news(stream.listen, self.loop, random=Random(0), sleep=at_once)),
        ]

    @property
    def is_busy(self) -> bool:
        return not self._rests.is_set()

    @property
    def runs(self) -> int:
        """How many are over."""
        return self.loop.state.round

    async def rest(self) -> None:
        """Nothing, once its run is over."""
        await self._rests.wait()

    def _publish(self, state: SyncState) -> None:
        if state.phase is Phase.SYNCING:
            self._rests.clear()
        else:
            self._rests.set()

    async def sync_now(self) -> None:
        """Nothing, once a run is over that began after this call, or the process has ended."""
        asked = asyncio.create_task(self.loop.sync_now())
        await asyncio.wait({asked, self._syncing}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def end(self) -> None:
        """Nothing, once it has stopped."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, _tell: Callable[[Progress], None]) -> SyncResult:
        try:
            result = await self._sync()
        except Exception as error:
            self.broken = error
            raise
        if result is None:
            raise Unreachable
        return result
