"""What a request asks of a page beside the product: language, which reviews. What makes no sense is passed over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from clienteling.domain.views import ReviewOrder
from clienteling.i18n import LOCALES, choose_locale

REVIEWS_FIRST: Final = 4
"""On the page as it opens."""
REVIEWS_A_PAGE: Final = 10
_MAX_PAGE: Final = 9_999
_REFUSED: Final = re.compile(r";\s*q=0(\.0*)?\s*$", re.IGNORECASE)
_ORDERS: Final = {
    "newest": ReviewOrder.NEWEST,
    "helpful": ReviewOrder.HELPFUL,
    "critical": ReviewOrder.CRITICAL_FIRST,
}
ORDER_WORDS: Final = {order: word for word, order in _ORDERS.items()}


@dataclass(frozen=True, slots=True)
class ReviewsAsked:
    """`page` from 1; 0 is the page as it opens, which shows the first few. `stars`: only those, None for all."""

    order: ReviewOrder = ReviewOrder.NEWEST
    stars: int | None = None
    page: int = 0

    @property
    def offset(self) -> int:
        return max(0, self.page - 1) * REVIEWS_A_PAGE

    @property
    def limit(self) -> int:
        return REVIEWS_A_PAGE if self.page else REVIEWS_FIRST


@dataclass(frozen=True, slots=True)
class Spoken:
    """`locale`: what the page speaks. `chosen`: it was asked for in the address, so that links keep it."""

    locale: str
    chosen: bool = False


def spoken(query: Mapping[str, str], accept_language: str) -> Spoken:
    """`?lang=`, else what the phone prefers."""
    wished = query.get("lang", "").lower()
    if wished in LOCALES:
        return Spoken(wished, chosen=True)
    return Spoken(choose_locale(accept_language))


def taken(accepted: str) -> set[str]:
    """What a header such as Accept or Accept-Encoding names and does not refuse (RFC 9110, 12.4.2), lower case."""
    return {one.partition(";")[0].strip().lower() for one in accepted.split(",") if not _REFUSED.search(one)}


def reviews_asked(query: Mapping[str, str]) -> ReviewsAsked:
    """The reviews asked for."""
    order = _ORDERS.get(query.get("order", ""))
    stars = _number(query.get("stars", ""), 5)
    page = _number(query.get("page", ""), _MAX_PAGE)
    if order is None and stars is None and page is None:
        return ReviewsAsked()
    return ReviewsAsked(order or ReviewOrder.NEWEST, stars, page or 1)


def within(asked: ReviewsAsked, counted: tuple[int, ...]) -> ReviewsAsked:
    """The same, at the last page there is where a later one was asked for."""
    count = sum(counted) if asked.stars is None else counted[5 - asked.stars]
    last = max(1, -(-count // REVIEWS_A_PAGE))
    return asked if asked.page <= last else ReviewsAsked(asked.order, asked.stars, last)


def _number(text: str, most: int) -> int | None:
    """1 to `most`, in digits 0 to 9, or None."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        return None
    return int(text) if 1 <= int(text) <= most else None
