"""Which requests for the customer's page count as scans of a label, and when what was counted is told.

Numbers only: no address, no browser, no order of requests. A page that is opened again counts again; what a page's own
links open (another language, the reviews with one star) does not, nor what a browser or a robot fetches ahead.
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request

from clienteling.domain.shelf_counting import ShelfCounter
from clienteling.shelf.source import ShelfUnavailable
from sync.protocol.bodies.shelf_figures import ScanSource, ShelfAction

_ROBOT: Final = re.compile(r"bot|crawl|spider|preview|slurp|facebookexternal|curl|wget|python|monitor", re.IGNORECASE)

log = logging.getLogger(__name__)


def is_scan(request: Request) -> bool:
    """Whether somebody came to this page from outside it: a camera opens an address as if it had been typed."""
    headers = request.headers
    ahead = "prefetch" in f"{headers.get('purpose', '')} {headers.get('sec-purpose', '')}".lower()
    from_within = headers.get("sec-fetch-site", "none") in ("same-origin", "same-site")
    return (
        request.method == "GET"
        and not (ahead or from_within)
        and not request.url.query
        and not _ROBOT.search(headers.get("user-agent", ""))
    )


class PageScans:
    """Counts for the pages of one process, and has it told at most every `every_s` seconds."""

    def __init__(
        self,
        counter: ShelfCounter,
        tell: Callable[[], object],
        *,
        every_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tell` blocks, and may raise ShelfUnavailable: then it is tried again."""
        self._counter, self._tell = counter, tell
        self._every_s, self._monotonic = every_s, monotonic
        self._told_at_s = monotonic()
        self._is_telling = False

    def count(self, store_id: str, gtins: Sequence[str], *actions: ShelfAction) -> None:
        """Nothing is counted where no store is known."""
        for action in actions:
            if store_id:
                self._counter.count(store_id, gtins, action.value, source=ScanSource.PHONE.value)

    async def tell_if_due(self, in_thread: Callable[[Callable[[], object]], Awaitable[object]]) -> None:
        """Whoever comes when it is due waits for it, once in `every_s`."""
        if self._is_telling or self._monotonic() - self._told_at_s < self._every_s:
            return
        self._is_telling = True
        try:
            await in_thread(self._tell)
        except ShelfUnavailable:
            log.warning("counts were not told", extra={"code": "shelf.problem_unavailable"})
        finally:
            self._told_at_s = self._monotonic()
            self._is_telling = False
