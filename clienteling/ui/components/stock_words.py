"""Stock in words: how many are in this store, and how old that knowledge is. The only place that phrases it."""

from datetime import datetime, timedelta
from typing import Final

from clienteling.domain.views import ProductBrief, StockHere
from clienteling.i18n import Formats
from clienteling.ui.theme import Role

_OLD_AFTER: Final = timedelta(days=1)


def is_old(as_of: datetime, *, now: datetime) -> bool:
    """Whether stock counted then may no longer be promised without saying so."""
    return now - as_of > _OLD_AFTER


def here_words(available: int | None, formats: Formats) -> str:
    """`2 di toko ini`, `Habis di toko ini`, or that nobody knows."""
    text = formats.translator.text
    if available is None:
        return text("stock.not_known_here")
    return text("stock.here", count=available) if available > 0 else text("stock.none_here")


def stock_words(here: StockHere, formats: Formats, *, now: datetime) -> tuple[str, Role]:
    """`2 di toko ini, 40 menit lalu` and its colour: amber where that is more than a day old."""
    said = here_words(here.available, formats)
    quiet_unless_there = Role.TEXT if here.available else Role.QUIET
    if here.available is None or here.as_of is None:
        return said, quiet_unless_there
    said = formats.translator.text("stock.with_age", stock=said, age=formats.age(here.as_of, now=now))
    return said, Role.WAITING if is_old(here.as_of, now=now) else quiet_unless_there


def brief_words(one: ProductBrief, formats: Formats) -> tuple[str, str]:
    """The price of a product in a list, and whether it is here."""
    price = formats.money(one.price) if one.price else formats.translator.text("wish.no_price")
    return price, here_words(one.available_here, formats)
