"""News for devices that listen: which of their scopes changed, and nothing of what changed in them (design: The feed).

Each server process looks at the scopes' counters a few times a second while anybody listens, so that it also hears what
other processes wrote. No NOTIFY: a transaction with one waiting takes a lock on the whole PostgreSQL server at its end.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from sync.central_api.database import CentralDatabase
from sync.central_api.errors import DatabaseBusy
from sync.central_api.tables import SCOPE

LOOK_EVERY_S: Final = 0.3
MOST_LISTENERS: Final = 5_000

_log = logging.getLogger(__name__)


def read_seqs(database: CentralDatabase) -> dict[str, int]:
    """How far each scope has come."""
    with database.reading() as connection:
        return {row.scope: row.seq for row in connection.execute(sa.select(SCOPE.c.scope, SCOPE.c.seq))}


@dataclass(eq=False, slots=True)
class _Listener:
    """`seen` None until the first look after it came; `changed` gathers what it was not told yet."""

    scopes: Collection[str]
    seen: Mapping[str, int] | None = None
    changed: set[str] = field(default_factory=set)
    told: asyncio.Event = field(default_factory=asyncio.Event)


class News:
    """What changed, for everybody who listens in this process. `read` runs in a thread."""

    def __init__(
        self,
        read: Callable[[], Mapping[str, int]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        most: int = MOST_LISTENERS,
    ) -> None:
        self._read = read
        self._sleep = sleep
        self._most = most
        self._listeners: dict[_Listener, None] = {}  # told in the order in which they came
        self._looking: asyncio.Task[None] | None = None
        self._events: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def refuse_crowd(self) -> None:
        """Raises DatabaseBusy where as many listen as this process can serve."""
        if len(self._listeners) >= self._most:
            raise DatabaseBusy(retry_after_s=60)

    async def listen(self, scopes: Collection[str]) -> AsyncGenerator[frozenset[str], None]:
        """Nothing at first, as soon as every later change will be told; then the scopes that changed, each time.

        Ends when the server does.
        """
        listener = _Listener(scopes)
        self._listeners[listener] = None
        self._events = asyncio.get_running_loop()
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            while True:
                await listener.told.wait()
                if self._closed:
                    return
                listener.told.clear()
                changed, listener.changed = frozenset(listener.changed), set()
                yield changed
        finally:
            del self._listeners[listener]
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def close(self) -> None:
        """Nothing; who listens hears no more, and neither does who comes later. From any thread."""
        self._closed = True
        if self._events is not None and not self._events.is_closed():
            self._events.call_soon_threadsafe(self._send_away)

    def _send_away(self) -> None:
        for listener in self._listeners:
            listener.told.set()

    async def _look(self) -> None:
        while True:
            waiting = list(self._listeners)
            try:
                now = await asyncio.to_thread(self._read)
            except SQLAlchemyError as error:
                _log.warning("news were not read", extra={"code": type(error).__name__})
            else:
                for listener in waiting:
                    _tell(listener, now)
            await self._sleep(LOOK_EVERY_S)


def _tell(listener: _Listener, now: Mapping[str, int]) -> None:
    seqs = {scope: now.get(scope, 0) for scope in listener.scopes}
    if listener.seen is None:
        listener.told.set()
    elif seqs != listener.seen:
        listener.changed |= {scope for scope, seq in seqs.items() if seq != listener.seen[scope]}
        listener.told.set()
    listener.seen = seqs
