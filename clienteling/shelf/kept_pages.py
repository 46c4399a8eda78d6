"""Pages rendered once and kept while nothing changed: by the clock, by the source's freshness, within so many bytes.

A page is made anew after MAX_AGE_S (it tells ages), where its source says that something changed, and at the latest
when the clock alone changes it: a promotion's end. Phones that ask for the same page at once share one making.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from clienteling.shelf.source import ShelfUnavailable

MAX_AGE_S: Final = 60
WHILE_REVALIDATING_S: Final = 600
IF_ERROR_S: Final = 86_400
_LONGEST_S: Final = MAX_AGE_S + IF_ERROR_S
FRESH_FOR_S: Final = 1.0
"""How long a source's word that nothing changed is taken for true."""
MAX_KEPT_BYTES: Final = 64 * 1024 * 1024
_MAX_STEMS: Final = 1_000


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An answer as it goes out. `changes_at`: it must not be shown from then on; None while nothing ends it.

    Only those of status 200 are kept.
    """

    content: bytes
    made_at: datetime
    changes_at: datetime | None = None
    status: int = 200
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", entity_tag(self.content))


def entity_tag(content: bytes) -> str:
    """A strong ETag: the same for the same bytes."""
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def cache_control(page: KeptPage, now: datetime) -> str:
    """How long others may keep it: never past `changes_at`, whatever they do while they ask or cannot."""
    left = _LONGEST_S if page.changes_at is None else int((page.changes_at - now).total_seconds())
    if left <= 0:
        return "no-cache"
    fresh = min(MAX_AGE_S, left)
    while_asking = min(WHILE_REVALIDATING_S, left - fresh)
    on_error = min(IF_ERROR_S, left - fresh)
    parts = ["public", f"max-age={fresh}"]
    if while_asking:
        parts.append(f"stale-while-revalidate={while_asking}")
    if on_error:
        parts.append(f"stale-if-error={on_error}")
    else:
        parts.append("must-revalidate")
    return ", ".join(parts)


class KeptPages:
    """The pages of one process. Belongs to one event loop."""

    def __init__(
        self,
        freshness: Callable[[str | None], Awaitable[str]],
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        max_bytes: int = MAX_KEPT_BYTES,
    ) -> None:
        """`freshness`: the source's, made awaitable."""
        self._freshness = freshness
        self._now, self._monotonic = now, monotonic
        self._max_bytes = max_bytes
        self._bytes = 0
        self._pages: OrderedDict[Hashable, tuple[str, KeptPage]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Future[KeptPage]] = {}
        self._known: OrderedDict[str | None, tuple[float, str]] = OrderedDict()

    async def get(self, key: Hashable, stem: str | None, make: Callable[[], Awaitable[KeptPage]]) -> KeptPage:
        """The page kept under `key` where it still holds, else what `make` gives now. Raises what `make` raises.

        Where the source cannot answer, a page that was kept is shown as long as its promotions last.
        """
        kept = self._pages.get(key)
        try:
            fresh = await self._fresh(stem)
        except ShelfUnavailable:
            if kept is not None and self._may_be_shown(kept[1]):
                return kept[1]
            raise
        if kept is not None and kept[0] == fresh and self._holds(kept[1]):
            self._pages.move_to_end(key)
            return kept[1]
        try:
            return await self._made_once((key, fresh), key, fresh, make)
        except ShelfUnavailable:
            if kept is not None and self._may_be_shown(kept[1]):
                return kept[1]
            raise

    def _holds(self, page: KeptPage) -> bool:
        return self._may_be_shown(page) and self._now() - page.made_at < timedelta(seconds=MAX_AGE_S)

    def _may_be_shown(self, page: KeptPage) -> bool:
        return page.changes_at is None or self._now() < page.changes_at

    async def _fresh(self, stem: str | None) -> str:
        known = self._known.get(stem)
        asked_at_s = self._monotonic()
        if known is not None and asked_at_s - known[0] < FRESH_FOR_S:
            return known[1]
        fresh = await self._freshness(stem)
        self._known[stem] = (asked_at_s, fresh)
        self._known.move_to_end(stem)
        if len(self._known) > _MAX_STEMS:
            self._known.popitem(last=False)
        return fresh

    async def _made_once(
        self, making: Hashable, key: Hashable, fresh: str, make: Callable[[], Awaitable[KeptPage]]
    ) -> KeptPage:
        under_way = self._making.get(making)
        if under_way is not None:
            return await asyncio.shield(under_way)
        task = asyncio.ensure_future(self._made(key, fresh, make))
        self._making[making] = task
        task.add_done_callback(lambda ended: self._has_ended(making, ended))
        return await asyncio.shield(task)

    async def _made(self, key: Hashable, fresh: str, make: Callable[[], Awaitable[KeptPage]]) -> KeptPage:
        page = await make()
        if page.status == 200:
            self._keep(key, fresh, page)
        return page

    def _has_ended(self, making: Hashable, ended: asyncio.Future[KeptPage]) -> None:
        self._making.pop(making, None)
        if not ended.cancelled():
            ended.exception()  # looked at, for where all who waited have gone

    def _keep(self, key: Hashable, fresh: str, page: KeptPage) -> None:
        before = self._pages.pop(key, None)
        self._bytes -= len(before[1].content) if before else 0
        self._pages[key] = (fresh, page)
        self._bytes += len(page.content)
        while self._bytes > self._max_bytes and self._pages:
            _, (_, oldest) = self._pages.popitem(last=False)
            self._bytes -= len(oldest.content)
