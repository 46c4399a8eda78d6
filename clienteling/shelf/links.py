"""Addresses as one page writes them: relative, with its store and, where it was chosen, its language."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote, quote_plus

from clienteling.catalogue.pictures import picture_name
from clienteling.domain.views import ReviewOrder
from clienteling.i18n import LOCALES, Formats
from clienteling.shelf.address import product_path
from clienteling.shelf.asked import ORDER_WORDS, ReviewsAsked, Spoken

PICTURES: Final = "/shelf/pictures/"
MAX_COMPARED: Final = 3
_LANGUAGE_NAMES: Final = {"id": "Indonesia", "en": "English"}


@dataclass(frozen=True, slots=True)
class Language:
    locale: str
    name: str
    href: str


@lru_cache(maxsize=4_096)
def picture_address(picture: str, width: int) -> str:
    """Where a catalogue's picture is, at most `width` pixels wide; "" where it is on another host, or none."""
    name = picture_name(picture)
    return f"{PICTURES}{width}/{quote(name)}" if name else ""


class PageLinks:
    """The links of one page, and how it tells ages."""

    def __init__(
        self,
        *,
        path: str,
        own_query: Sequence[tuple[str, str]] = (),
        stem: str | None,
        voice: Spoken,
        formats: Formats,
        now: datetime,
        gtin: str = "",
        asked: ReviewsAsked = ReviewsAsked(),  # noqa: B008 - frozen
        compared: Sequence[str] = (),
        shows_saved: bool = True,
    ) -> None:
        """`own_query`: what the page's own address carries besides store and language."""
        self.stem = stem
        self.locale = voice.locale
        self.chosen_language = voice.locale if voice.chosen else ""
        self.shows_saved = shows_saved
        self.is_filtered = asked != ReviewsAsked()
        self._path, self._own_query = path, tuple(own_query)
        self._gtin, self._asked, self._compared = gtin, asked, tuple(compared)
        self._formats, self._now = formats, now

    @property
    def languages(self) -> list[Language]:
        """The other languages, each a link to the same page."""
        return [one for one in self.alternates if one.locale != self.locale]

    @property
    def alternates(self) -> list[Language]:
        return [
            Language(locale, _LANGUAGE_NAMES[locale], self._with(self._path, (*self._own_query, ("lang", locale))))
            for locale in LOCALES
        ]

    @property
    def saved(self) -> str:
        return self.of_store("/shelf/saved")

    def of_store(self, path: str, *pairs: tuple[str, str]) -> str:
        """A page that no address of GS1 names, for this store."""
        store = (("store", self.stem),) if self.stem else ()
        return self._spoken(path, (*store, *pairs))

    def product(self, gtin: str) -> str:
        return self._spoken(product_path(gtin, self.stem), ()) if gtin else ""

    def picture(self, picture: str, width: int) -> str:
        return picture_address(picture, width)

    def reviews(self, *, stars: int | None = None, order: ReviewOrder | None = None, page: int = 1) -> str:
        """This product's reviews: with so many stars in the same order, or in another order."""
        asked = replace(self._asked, stars=stars, order=order or self._asked.order, page=page)
        pairs = [("order", ORDER_WORDS[asked.order])]
        if asked.stars is not None:
            pairs.append(("stars", str(asked.stars)))
        if asked.page > 1:
            pairs.append(("page", str(asked.page)))
        return f"{self._spoken(product_path(self._gtin, self.stem), pairs)}#reviews"

    def compare_with(self, gtin: str) -> str:
        """What is compared now beside another; "" where there is no room, or it is there."""
        beside = self._compared or ((self._gtin,) if self._gtin else ())
        if not beside or gtin in beside or len(beside) >= MAX_COMPARED:
            return ""
        return self.of_store("/shelf/compare", *(("gtin", one) for one in (*beside, gtin)))

    def compare_without(self, gtin: str) -> str:
        return self.of_store("/shelf/compare", *(("gtin", one) for one in self._compared if one != gtin))

    def counted(self, as_of: datetime) -> str:
        """`dihitung 40 menit lalu (10.42)`: the age, and the time for a page that was kept."""
        formats = self._formats
        age, moment = formats.age(as_of, now=self._now), formats.moment(as_of, now=self._now)
        return formats.translator.text("shelf.counted", age=age, when=moment)

    def _spoken(self, path: str, pairs: Sequence[tuple[str, str]]) -> str:
        language = (("lang", self.chosen_language),) if self.chosen_language else ()
        return self._with(path, (*pairs, *language))

    @staticmethod
    def _with(path: str, pairs: Sequence[tuple[str, str]]) -> str:
        return f"{path}?{'&'.join(f'{key}={_quoted(value)}' for key, value in pairs)}" if pairs else path


@lru_cache(maxsize=4_096)
def _quoted(value: str) -> str:
    """The same few stores, products and languages are in every address."""
    return quote_plus(value)
