"""Pages made in a process beside the one that answers: of two cores both are used, and no answer waits for a page.

Under 200 visits a second two thirds of the processor's time go into pages; in threads of the process that answers, an
answer that was ready waited its turn behind them.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Final

from clienteling.shelf.kept_pages import KeptPage
from clienteling.shelf.making import NotElsewhere, PageAsked, PageBefore, PageMaker
from sync.protocol.collector import look_seldom_at_what_stays, spare_what_is_loaded

Begin = Callable[[], PageMaker]
"""Makes the maker, in its process. It is sent there: a function of a module, or a partial of one."""

log = logging.getLogger(__name__)


class PageProcess:
    """One process, from `start` to `end`; begun anew where it dies. Belongs to one event loop."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._pool: ProcessPoolExecutor | None = None
        self._begun: Future[None] | None = None
        self._has_ended = False

    def start(self) -> None:
        """Begin it; no page waits for that."""
        if self._pool is None and not self._has_ended:
            context = multiprocessing.get_context("spawn")  # a fork would take over threads' locks as they stand
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_become, initargs=(self._begin,))
            self._begun = self._pool.submit(_nothing)

    @property
    def is_ready(self) -> bool:
        """Whether it has begun, and makes pages."""
        return self._begun is not None and self._begun.done()

    async def make(self, asked: PageAsked, before: PageBefore | None, fresh: str) -> KeptPage | None:
        """As `PageMaker.make`. Raises ShelfUnavailable, and NotElsewhere where it has not begun, or died, or ended."""
        if self._pool is None or not self.is_ready:
            raise NotElsewhere
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, _make, asked, before, fresh)
        except BrokenProcessPool:
            log.warning("the process that makes pages has died", extra={"code": "shelf.process_died"})
            self._let_go()
            self.start()
            raise NotElsewhere from None

    def end(self) -> None:
        """The process has ended when this returns, once the page under way was made. It makes none from then on."""
        self._has_ended = True
        self._let_go(wait=True)

    def _let_go(self, *, wait: bool = False) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)
            self._pool = self._begun = None


@dataclass(slots=True)
class _Here:
    """What this process is for."""

    maker: PageMaker | None = field(default=None)


_HERE: Final = _Here()


def _become(begin: Begin) -> None:
    """In the process: it is told by its parent when to end, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="parent", daemon=True).start()
    _HERE.maker = begin()
    spare_what_is_loaded()
    look_seldom_at_what_stays()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)


def _make(asked: PageAsked, before: PageBefore | None, fresh: str) -> KeptPage | None:
    assert _HERE.maker is not None
    return _HERE.maker.make(asked, before, fresh)


def _nothing() -> None:
    """The process has begun once this is done."""
