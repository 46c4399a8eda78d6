"""A product's page made from what the source knows of it: the work of a visit, apart from the answering of it.

Whoever answers may have it done in a thread (`PageMaker`) or in a process of its own (`central_shelf.page_process`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from clienteling.domain.stock import StockBand
from clienteling.shelf.address import ShelfAddress
from clienteling.shelf.asked import ReviewsAsked, Spoken, within
from clienteling.shelf.choices import variant_of
from clienteling.shelf.kept_pages import MAX_AGE_S, KeptPage
from clienteling.shelf.product_page import product_page
from clienteling.shelf.rendering import Renderer
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfSource
from clienteling.shelf.stock_words import told_here


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page. `encoding`: the coding in which it will be asked for first."""

    address: ShelfAddress
    reviews: ReviewsAsked
    voice: Spoken
    encoding: str


@dataclass(frozen=True, slots=True)
class PageBefore:
    """What the page before it told, and when it was made."""

    told: int
    made_at: datetime


class NotElsewhere(Exception):
    """Whoever makes pages elsewhere does not now: make it here."""


MakePage = Callable[[PageAsked, PageBefore | None, str], Awaitable[KeptPage | None]]
"""The page; None where it would be the one before once more. The text is the source's freshness as whoever asks has
seen it. Raises ShelfUnavailable, NotElsewhere."""


class PageMaker:
    """Makes pages in the thread that asks. Thread-safe as far as its source is.

    `expect`: gets the freshness that whoever asks has seen, where that was not by this very source.
    """

    def __init__(
        self,
        site: ShelfSite,
        source: ShelfSource,
        renderer: Renderer,
        *,
        now: Callable[[], datetime],
        expect: Callable[[str], None] = lambda fresh: None,
    ) -> None:
        self._site, self._source, self._renderer, self._now = site, source, renderer, now
        self._expect = expect

    def make(self, asked: PageAsked, before: PageBefore | None, fresh: str) -> KeptPage | None:
        """The page; None where what it tells is the same as before and its ages are young. Raises ShelfUnavailable."""
        self._expect(fresh)
        now, address, wished = self._now(), asked.address, asked.reviews
        found = self._source.find(address.gtin14, stem=address.stem, now=now)
        if found is None:
            return KeptPage.of(b"", now, status=404)
        wished = within(wished, found.product.rating.distribution) if wished.page else wished
        reviews = self._source.reviews(
            found.product.id, order=wished.order, stars=wished.stars, offset=wished.offset, limit=wished.limit
        )
        told = hash((found, reviews))
        if before is not None and before.told == told and abs((now - before.made_at).total_seconds()) < MAX_AGE_S:
            return None
        content = product_page(
            self._renderer,
            self._site,
            found,
            reviews,
            gtin14=address.gtin14,
            path=address.path,
            stem=address.stem,
            asked=wished,
            voice=asked.voice,
            now=now,
        )
        page = KeptPage.of(content, now, found.changes_at, told=told, encoding=asked.encoding)
        stock = told_here(variant_of(found.product, found.variant_id))
        is_sold_out = stock is not None and stock.band is StockBand.NONE
        return replace(page, store_id=found.store.id if found.store is not None else "", is_sold_out=is_sold_out)
