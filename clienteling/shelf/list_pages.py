"""Pages of several products: what was saved, and up to three side by side. And those that say what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clienteling.domain.money import Money
from clienteling.domain.stock import StockBand
from clienteling.domain.views import ProductBrief, VariantView
from clienteling.i18n import Formats
from clienteling.shelf.asked import Spoken
from clienteling.shelf.choices import option_words, variant_of
from clienteling.shelf.links import MAX_COMPARED, PageLinks, picture_address
from clienteling.shelf.product_page import THUMB, delivery_words, formats_for, returns_words
from clienteling.shelf.rendering import Renderer
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfProduct
from clienteling.shelf.stock_words import told_here

MAX_SUGGESTED = 4
Found = Sequence[tuple[str, ShelfProduct]]
"""GTINs of 14 digits with what they name."""


@dataclass(frozen=True, slots=True)
class SavedItem:
    gtin: str
    name: str
    options: str
    picture: str
    address: str
    price: Money | None
    store: str
    band: StockBand | None


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    options: str
    picture: str
    address: str
    without: str


@dataclass(frozen=True, slots=True)
class ComparedRow:
    words: str
    cells: tuple[object, ...]
    is_band: bool = False


def saved_page(
    renderer: Renderer,
    site: ShelfSite,
    found: Found,
    *,
    stem: str | None,
    voice: Spoken,
    notice: str,
    can_hand_over: bool,
    now: datetime,
) -> bytes:
    """What is on the visitor's list. `notice`: the key of what has just happened, "" for nothing."""
    formats = formats_for(found[0][1] if found else None, site, voice.locale)
    links = PageLinks(
        path="/shelf/saved", own_query=_store(stem), stem=stem, voice=voice, formats=formats, now=now, shows_saved=False
    )
    text = formats.translator.text
    return renderer.render(
        "saved",
        voice.locale,
        page=links,
        f=formats,
        title=text("shelf.saved_list"),
        notice=text(notice) if notice else "",
        items=[_saved(gtin, one, links) for gtin, one in found],
        can_hand_over=can_hand_over,
    )


def _saved(gtin: str, found: ShelfProduct, links: PageLinks) -> SavedItem:
    variant = variant_of(found.product, found.variant_id)
    stock = told_here(variant)
    return SavedItem(
        gtin=gtin,
        name=found.product.name,
        options=option_words(variant),
        picture=_picture(found, variant),
        address=links.product(gtin),
        price=variant.price,
        store=found.store.name if found.store else "",
        band=stock.band if stock else None,
    )


def _picture(found: ShelfProduct, variant: VariantView) -> str:
    shown = (picture_address(one, THUMB) for one in (variant.picture, *found.product.pictures))
    return next(filter(None, shown), "")


def _store(stem: str | None) -> tuple[tuple[str, str], ...]:
    return (("store", stem),) if stem else ()


def compare_page(
    renderer: Renderer, site: ShelfSite, found: Found, *, stem: str | None, voice: Spoken, now: datetime
) -> bytes:
    """At most three side by side, and what else could stand beside them."""
    found = found[:MAX_COMPARED]
    formats = formats_for(found[0][1] if found else None, site, voice.locale)
    gtins = [gtin for gtin, _ in found]
    links = PageLinks(
        path="/shelf/compare",
        own_query=(*_store(stem), *(("gtin", gtin) for gtin in gtins)),
        stem=stem,
        voice=voice,
        formats=formats,
        now=now,
        compared=gtins,
    )
    return renderer.render(
        "compare",
        voice.locale,
        page=links,
        f=formats,
        title=formats.translator.text("shelf.compare_title"),
        columns=[_column(gtin, one, links) for gtin, one in found],
        compared=_rows(found, formats),
        others=_suggested(found, links),
    )


def _column(gtin: str, found: ShelfProduct, links: PageLinks) -> Column:
    variant = variant_of(found.product, found.variant_id)
    return Column(
        name=found.product.name,
        options=option_words(variant),
        picture=_picture(found, variant),
        address=links.product(gtin),
        without=links.compare_without(gtin),
    )


def _rows(found: Found, formats: Formats) -> list[ComparedRow]:
    text = formats.translator.text
    products = [one for _, one in found]
    variants = [variant_of(one.product, one.variant_id) for one in products]
    rows = [
        ComparedRow(text("shelf.price"), tuple(_price(one, formats) for one in variants)),
        ComparedRow(text("review.title"), tuple(_rating(one, formats) for one in products)),
    ]
    store = next((one.store for one in products if one.store), None)
    if store is not None:
        here = [told_here(one) for one in variants]
        bands = tuple(one.band if one else None for one in here)
        rows.append(ComparedRow(text("shelf.at_store", store=store.name), bands, is_band=True))
    rows += [
        ComparedRow(text("shelf.variant"), tuple(_values(one) for one in products)),
        ComparedRow(text("delivery.title"), tuple(_delivered(one, formats) for one in products)),
        ComparedRow(text("returns.title"), tuple(returns_words(one.product, formats) for one in products)),
    ]
    return rows


def _price(variant: VariantView, formats: Formats) -> str:
    return formats.money(variant.price) if variant.price else formats.translator.text("shelf.no_price")


def _rating(found: ShelfProduct, formats: Formats) -> str:
    text, rating = formats.translator.text, found.product.rating
    if not rating.count:
        return text("review.none_yet")
    average = text("review.average", average=formats.decimal(rating.average))
    return f"{average}, {text('review.count', count=rating.count)}"


def _values(found: ShelfProduct) -> str:
    """`S, M, L / Putih, Biru`: the values of each option."""
    names = dict.fromkeys(name for one in found.product.variants for name, _ in one.options)
    options = (
        dict.fromkeys(value for one in found.product.variants for option, value in one.options if option == name)
        for name in names
    )
    return " / ".join(", ".join(values) for values in options)


def _delivered(found: ShelfProduct, formats: Formats) -> str:
    return ", ".join(delivery_words(found.product, found.store.city if found.store else "", formats))


def _suggested(found: Found, links: PageLinks) -> list[ProductBrief]:
    briefs = {one.gtin: one for _, shelf in found for one in (*shelf.similar, *shelf.product.goes_with)}
    return [one for gtin, one in briefs.items() if gtin and links.compare_with(gtin)][:MAX_SUGGESTED]


def problem_page(
    renderer: Renderer,
    site: ShelfSite,
    *,
    problem: str,
    path: str,
    stem: str | None = None,
    gtin: str = "",
    voice: Spoken,
    now: datetime,
) -> bytes:
    """A kind page: what is wrong, and whom to ask. `problem`: the end of its message keys."""
    formats = formats_for(None, site, voice.locale)
    links = PageLinks(path=path, stem=stem, voice=voice, formats=formats, now=now)
    text = formats.translator.text
    return renderer.render(
        "problem",
        voice.locale,
        page=links,
        f=formats,
        title=text(f"shelf.problem_{problem}"),
        more=text(f"shelf.problem_{problem}_more"),
        gtin=gtin,
    )
