"""The scans that this program counts, on its screens and on the pages it serves, and when they are told.

Kept in memory, and told in one place under one id: totals that went out under two would count twice.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from clienteling.domain.errors import ClientelingError
from clienteling.domain.shelf_counting import ShelfCounter
from clienteling.store.replica import LocalStore
from clienteling.use_cases.tell_counts import tell_counts
from sync.protocol.ids import uuid7
from sync.protocol.times import Clock

TOLD_EVERY_S: Final = 300.0

log = logging.getLogger(__name__)


class ScanCounting:
    """One per program. Thread-safe."""

    def __init__(self, store: LocalStore, *, now: Clock) -> None:
        self.counter = ShelfCounter(now)
        self._store, self._now = store, now
        self._program_id = uuid7(now())
        self._lock = threading.Lock()

    def tell(self) -> None:
        """Put what is not yet told into the outbox. Blocks; raises StoreUnusable, and then it is told next time."""
        with self._lock:
            tell_counts(self._store, self.counter, program_id=self._program_id, now=self._now)

    @contextmanager
    def telling(
        self, *, is_online: Callable[[], bool], wait: Callable[[threading.Event], bool] | None = None
    ) -> Iterator[None]:
        """Inside the block it is told every TOLD_EVERY_S, in a thread of its own, and once more at the end.

        Without a network it waits for the end, or for the network: each telling is an entry that waits, and people
        read how many of those there are.
        wait  returns True once the event is set, False when it is time to tell
        """
        ended = threading.Event()
        pause = wait or (lambda event: event.wait(TOLD_EVERY_S))

        def run() -> None:
            while not pause(ended):
                if is_online():
                    self._try_to_tell()

        thread = threading.Thread(target=run, name="scan-counts", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._try_to_tell()

    def _try_to_tell(self) -> None:
        try:
            self.tell()
        except ClientelingError as error:
            log.warning("scans were not told", extra={"code": error.code})
