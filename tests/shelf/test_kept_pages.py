"""Pages kept while nothing changed: made once for many who ask at once, and never more bytes than allowed."""

import asyncio
from datetime import timedelta
from random import Random

import pytest

from clienteling.shelf.kept_pages import KeptPage, KeptPages, cache_control
from clienteling.shelf.packing import GZIP, IDENTITY, ZSTD, unpack
from clienteling.shelf.source import ShelfUnavailable
from tests.support.fakes import SEED, START_AT, FakeClock


def content_of(size: int) -> bytes:
    """So many bytes that packing makes no smaller."""
    return Random(SEED).randbytes(size)


class Kitchen:
    """Makes pages when let, and counts them."""

    def __init__(self, *, max_bytes: int = 2_000) -> None:
        self.clock = FakeClock()
        self.fresh = "1"
        self.made = 0
        self.before: KeptPage | None = None
        self.fails = False
        self.freshness_takes = 0
        self.asked = 0
        self.let = asyncio.Event()
        self.let.set()
        self.now_s = 0.0
        self.kept = KeptPages(self._freshness, now=self.clock, monotonic=lambda: self.now_s, max_bytes=max_bytes)

    async def _freshness(self, stem: str | None) -> str:
        """The first to ask waits longer than those behind."""
        self.asked += 1
        waits, self.freshness_takes = self.freshness_takes, 0
        for _ in range(waits):
            await asyncio.sleep(0)
        return self.fresh

    async def make(self, before: KeptPage | None, size: int = 10, status: int = 200) -> KeptPage:
        self.made += 1
        self.before = before
        await self.let.wait()
        if self.fails:
            raise ShelfUnavailable
        return KeptPage.of(content_of(size), self.clock(), status=status)

    async def get(self, key: str = "page", size: int = 10, status: int = 200, stem: str | None = None) -> KeptPage:
        return await self.kept.get(key, stem, lambda before, _: self.make(before, size, status))


def test_many_who_ask_at_once_share_one_making() -> None:
    async def ask() -> None:
        kitchen = Kitchen()
        kitchen.let.clear()
        asking = [asyncio.create_task(kitchen.get()) for _ in range(200)]
        await asyncio.sleep(0)
        kitchen.let.set()
        pages = await asyncio.gather(*asking)
        assert kitchen.made == 1
        assert len({id(page) for page in pages}) == 1

    asyncio.run(ask())


def test_one_who_goes_away_takes_the_page_from_nobody() -> None:
    async def ask() -> None:
        kitchen = Kitchen()
        kitchen.let.clear()
        first, second = (asyncio.create_task(kitchen.get()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        kitchen.let.set()
        assert (await second).content == content_of(10)
        assert kitchen.made == 1

    asyncio.run(ask())


def test_a_making_that_fails_fails_for_all_and_is_tried_again() -> None:
    async def ask() -> None:
        kitchen = Kitchen()
        kitchen.fails = True
        for _ in range(2):
            with pytest.raises(ShelfUnavailable):
                await kitchen.get()
        kitchen.fails = False
        await kitchen.get()
        assert kitchen.made == 3

    asyncio.run(ask())


def test_what_was_asked_longest_ago_makes_room() -> None:
    async def ask() -> None:
        kitchen = Kitchen(max_bytes=2_000)
        for key in ("a", "b", "a", "c", "a", "b"):
            await kitchen.get(key, 400)
        assert kitchen.made == 4, "a, b and c, and b again after c took its room"
        await kitchen.get("too large", 5_000)
        await kitchen.get("a", 400)
        assert kitchen.made == 6

    asyncio.run(ask())


def test_a_page_whose_room_is_taken_while_its_freshness_is_asked_is_shown_all_the_same() -> None:
    async def ask() -> None:
        kitchen = Kitchen(max_bytes=1_000)
        page = await kitchen.get("a", 400)
        kitchen.now_s = 1.0
        asked = asyncio.create_task(kitchen.get("a", 400))
        other = asyncio.create_task(kitchen.get("b", 400, stem="SBDG"))
        kitchen.freshness_takes = 10
        await asyncio.gather(asked, other)
        assert asked.result() is page

    asyncio.run(ask())


@pytest.mark.parametrize("encoding", [ZSTD, GZIP, IDENTITY])
def test_a_page_is_the_same_in_every_coding_whichever_was_asked_first(encoding: str) -> None:
    page = KeptPage.of(b"kemeja" * 100, START_AT, encoding=encoding)
    packed = {one: page.packed(one) for one in (ZSTD, GZIP, IDENTITY)}
    assert {unpack(content, one) for one, (content, _) in packed.items()} == {b"kemeja" * 100}
    assert len({etag for _, etag in packed.values()}) == 3
    assert packed == {one: page.packed(one) for one in packed}


def test_only_pages_that_were_found_are_kept() -> None:
    async def ask() -> None:
        kitchen = Kitchen()
        for _ in range(2):
            await kitchen.get(status=404)
        assert kitchen.made == 2

    asyncio.run(ask())


@pytest.mark.parametrize(("after_s", "shown"), [(0.4, [1, 1, 1]), (0.6, [1, 2, 2]), (1.0, [2, 2, 2])])
def test_a_change_is_seen_within_a_second(after_s: float, shown: list[int]) -> None:
    """Between half a second and a whole one the first visitor is not kept waiting for the source's word."""

    async def ask() -> None:
        kitchen = Kitchen()
        await kitchen.get()
        kitchen.fresh = "2"
        kitchen.now_s = after_s
        made = []
        for _ in shown:
            await kitchen.get()
            made.append(kitchen.made)
            await asyncio.sleep(0)
        assert made == shown
        if shown[-1] == 2:
            assert kitchen.before is not None, "it may be given back where it tells the same"

    asyncio.run(ask())


def test_the_sources_word_is_asked_once_by_all_who_want_it() -> None:
    async def ask() -> None:
        kitchen = Kitchen()
        kitchen.freshness_takes = 5
        await asyncio.gather(*(kitchen.get(key) for key in ("a", "b", "a")))
        assert kitchen.asked == 1

    asyncio.run(ask())


def test_a_page_with_old_ages_is_shown_once_more_while_it_is_made_anew() -> None:
    async def ask() -> None:
        kitchen = Kitchen()
        first = await kitchen.get()
        kitchen.clock.advance(timedelta(seconds=59))
        assert await kitchen.get() is first
        kitchen.clock.advance(timedelta(seconds=1))
        assert await kitchen.get() is first
        await asyncio.sleep(0)
        assert kitchen.made == 2
        assert kitchen.before is None
        second = await kitchen.get()
        assert second is not first
        kitchen.clock.advance(timedelta(seconds=120))
        assert await kitchen.get() is not second, "nobody asked for two minutes"

    asyncio.run(ask())


def test_pages_that_nobody_waits_for_are_made_one_at_a_time() -> None:
    async def ask() -> None:
        kitchen = Kitchen(max_bytes=10_000)
        for key in ("a", "b", "c"):
            await kitchen.get(key)
        kitchen.clock.advance(timedelta(seconds=60))
        kitchen.let.clear()
        for key in ("a", "b", "c"):
            await kitchen.get(key)
        for _ in range(5):
            await asyncio.sleep(0)
        assert kitchen.made == 4
        new = asyncio.create_task(kitchen.get("d"))
        for _ in range(5):
            await asyncio.sleep(0)
        assert kitchen.made == 5, "who waits does not stand behind them"
        kitchen.let.set()
        await new
        for _ in range(9):
            await asyncio.sleep(0)
        assert kitchen.made == 7

    asyncio.run(ask())


def test_a_clock_that_is_set_back_keeps_no_page_from_the_future() -> None:
    async def ask() -> None:
        kitchen = Kitchen()
        first = await kitchen.get()
        kitchen.clock.advance(timedelta(hours=-1))
        assert await kitchen.get() is not first

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("left_s", "told"),
    [
        (None, "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"),
        (100_000, "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"),
        (1_000, "public, max-age=60, stale-while-revalidate=600, stale-if-error=940"),
        (90, "public, max-age=60, stale-while-revalidate=30, stale-if-error=30"),
        (60, "public, max-age=60, must-revalidate"),
        (0.9, "no-cache"),
        (-5, "no-cache"),
    ],
)
def test_nobody_may_keep_a_page_past_the_moment_it_changes(left_s: float | None, told: str) -> None:
    changes_at = None if left_s is None else START_AT + timedelta(seconds=left_s)
    assert cache_control(KeptPage.of(b"", START_AT, changes_at), START_AT) == told
