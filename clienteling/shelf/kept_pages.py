"""Pages rendered once and kept while nothing changed: by the clock, by the source's freshness, within so many bytes.

A page is made anew after MAX_AGE_S (it tells ages), where its source says that something changed, and at the latest
when the clock alone changes it: a promotion's end. Phones that ask for the same page at once share one making.
"""

import asyncio
import hashlib
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from clienteling.shelf.packing import IDENTITY, ZSTD, pack, unpack
from clienteling.shelf.source import ShelfUnavailable

MAX_AGE_S: Final = 60
WHILE_REVALIDATING_S: Final = 600
IF_ERROR_S: Final = 86_400
_LONGEST_S: Final = MAX_AGE_S + IF_ERROR_S
ONCE_MORE_S: Final = 60
FRESH_FOR_S: Final = 0.5
"""How long a source's word that nothing changed is taken for true, and how long once more while it is asked anew."""
MAX_KEPT_BYTES: Final = 64 * 1024 * 1024
_MAX_STEMS: Final = 1_000


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page in the codings it was asked for. Only those of status 200 are kept.

    Kept packed: a page is five times as large as it is sent, and is unpacked in the time of a tenth of its packing.

    changes_at  it must not be shown from then on; None while nothing ends it
    store_id    the store it is of, "" where none is known; there the product is `is_sold_out`
    told        the same for two pages only where they tell the same: what is made from equal things is equal
    """

    made_at: datetime
    changes_at: datetime | None = None
    status: int = 200
    told: int = 0
    store_id: str = ""
    is_sold_out: bool = False
    _packed: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        content: bytes,
        made_at: datetime,
        changes_at: datetime | None = None,
        *,
        status: int = 200,
        told: int = 0,
        encoding: str = ZSTD,
    ) -> "KeptPage":
        """The page with this content. `encoding`: in which it will be asked for first."""
        first = ZSTD if encoding == IDENTITY else encoding
        return cls(made_at, changes_at, status=status, told=told, _packed={first: pack(content, first)})

    @property
    def content(self) -> bytes:
        encoding, packed = next(iter(self._packed.items()))
        return unpack(packed, encoding)

    @property
    def size_bytes(self) -> int:
        """About what it takes, in both codings."""
        return 2 * len(next(iter(self._packed.values())))

    def packed(self, encoding: str) -> tuple[bytes, str]:
        """The bytes in that coding and their ETag."""
        if encoding == IDENTITY:
            packed = self.content
        else:
            packed = self._packed.get(encoding) or self._packed.setdefault(encoding, pack(self.content, encoding))
        return packed, entity_tag(packed)


Make = Callable[[KeptPage | None, str], Awaitable[KeptPage]]
"""Makes a page, given the one before it, which it may give back where it would tell the same, and the source's word of
what it must not be older than."""


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
        self._asking: dict[str | None, asyncio.Future[str]] = {}
        self._turn_behind = asyncio.Semaphore(1)

    async def get(self, key: Hashable, stem: str | None, make: Make) -> KeptPage:
        """The page kept under `key` where it still holds, else what `make` gives now. Raises what `make` raises.

        One whose ages are a little old is shown once more while it is made anew. Where the source cannot answer, a page
        that was kept is shown as long as its promotions last.
        """
        kept = self._pages.get(key)
        page = kept[1] if kept is not None and self._may_be_shown(kept[1]) else None
        try:
            fresh = await self._fresh(stem)
            if page is not None and kept is not None and kept[0] == fresh:
                if key in self._pages:  # others may have taken its room meanwhile
                    self._pages.move_to_end(key)
                age_s = abs((self._now() - page.made_at).total_seconds())  # a clock may be set back
                if age_s < MAX_AGE_S:
                    return page
                if age_s < MAX_AGE_S + ONCE_MORE_S:
                    self._start(key, fresh, self._behind(make), None)
                    return page
            return await asyncio.shield(self._start(key, fresh, make, page))
        except ShelfUnavailable:
            if page is not None and self._may_be_shown(page):
                return page
            raise

    def _behind(self, make: Make) -> Make:
        """The same, one at a time: who waits for a page is not to wait behind those that nobody waits for."""

        async def wait_and_make(before: KeptPage | None, fresh: str) -> KeptPage:
            async with self._turn_behind:
                return await make(before, fresh)

        return wait_and_make

    def _may_be_shown(self, page: KeptPage) -> bool:
        return page.changes_at is None or self._now() < page.changes_at

    async def _fresh(self, stem: str | None) -> str:
        known = self._known.get(stem)
        age_s = self._monotonic() - known[0] if known is not None else math.inf
        if known is not None and age_s < FRESH_FOR_S:
            return known[1]
        asking = self._ask(stem)
        if known is not None and age_s < 2 * FRESH_FOR_S:
            return known[1]
        return await asyncio.shield(asking)

    def _ask(self, stem: str | None) -> asyncio.Future[str]:
        """The source's word, for which it is asked once by all who want it at a time."""
        under_way = self._asking.get(stem)
        if under_way is None or under_way.done():
            under_way = self._asking[stem] = asyncio.ensure_future(self._asked(stem))
            under_way.add_done_callback(lambda ended: self._was_asked(stem, ended))
        return under_way

    async def _asked(self, stem: str | None) -> str:
        asked_at_s = self._monotonic()
        fresh = await self._freshness(stem)
        self._known[stem] = (asked_at_s, fresh)
        self._known.move_to_end(stem)
        if len(self._known) > _MAX_STEMS:
            self._known.popitem(last=False)
        return fresh

    def _was_asked(self, stem: str | None, ended: asyncio.Future[str]) -> None:
        if self._asking.get(stem) is ended:
            del self._asking[stem]
        if not ended.cancelled():
            ended.exception()  # looked at, for where nobody waited

    def _start(self, key: Hashable, fresh: str, make: Make, before: KeptPage | None) -> asyncio.Future[KeptPage]:
        """The making of the page, which all share who ask for it meanwhile."""
        making = (key, fresh)
        under_way = self._making.get(making)
        if under_way is None or under_way.done():
            under_way = self._making[making] = asyncio.ensure_future(self._made(key, fresh, make, before))
            under_way.add_done_callback(lambda ended: self._has_ended(making, ended))
        return under_way

    async def _made(self, key: Hashable, fresh: str, make: Make, before: KeptPage | None) -> KeptPage:
        page = await make(before, fresh)
        if page.status == 200:
            self._keep(key, fresh, page)
        return page

    def _has_ended(self, making: Hashable, ended: asyncio.Future[KeptPage]) -> None:
        if self._making.get(making) is ended:
            del self._making[making]
        if not ended.cancelled():
            ended.exception()  # looked at, for where all who waited have gone

    def _keep(self, key: Hashable, fresh: str, page: KeptPage) -> None:
        before = self._pages.pop(key, None)
        self._bytes -= before[1].size_bytes if before else 0
        self._pages[key] = (fresh, page)
        self._bytes += page.size_bytes
        while self._bytes > self._max_bytes and self._pages:
            _, (_, oldest) = self._pages.popitem(last=False)
            self._bytes -= oldest.size_bytes
