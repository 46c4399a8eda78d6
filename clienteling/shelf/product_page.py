"""The page of one product: everything the template shows, in one language, at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never
from urllib.parse import urlsplit

from markupsafe import Markup

from clienteling.domain.phones import dialled
from clienteling.domain.promotions import HoldsIn
from clienteling.domain.stock import StockBand
from clienteling.domain.store_day import zone_of
from clienteling.domain.views import ProductView, PromotionView, RatingView, ReviewOrder, ReviewView, VariantView
from clienteling.i18n import Formats
from clienteling.shelf.asked import REVIEWS_A_PAGE, ReviewsAsked, Spoken
from clienteling.shelf.choices import MAX_ROWS, choices, option_words, variant_of
from clienteling.shelf.json_ld import product_json_ld
from clienteling.shelf.links import PageLinks, picture_address
from clienteling.shelf.rendering import Renderer
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfProduct
from clienteling.shelf.stock_words import ToldStock, best_band, told_elsewhere, told_here

DEFAULT_ZONE: Final = "Asia/Jakarta"
SMALL, LARGE, THUMB = 320, 640, 160
MAX_PICTURES: Final = 8
MAX_PLACES: Final = 21
_DESCRIBED_CHARS: Final = 160
_SHOWN_ORDERS: Final = (ReviewOrder.NEWEST, ReviewOrder.HELPFUL, ReviewOrder.CRITICAL_FIRST)


@dataclass(frozen=True, slots=True)
class Shot:
    small: str
    large: str


@dataclass(frozen=True, slots=True)
class Row:
    words: str
    sku: str
    band: StockBand | None


@dataclass(frozen=True, slots=True)
class Bar:
    stars: int
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class WordedLink:
    words: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class ToldPromotion:
    name: str
    until: str
    where: str
    holds_here: bool


@dataclass(frozen=True, slots=True)
class Place:
    location: str
    about: str
    band: StockBand
    as_of: datetime
    phone: str
    dialled: str


@dataclass(frozen=True, slots=True)
class Video:
    address: str
    host: str


def formats_for(found: ShelfProduct | None, site: ShelfSite, locale: str) -> Formats:
    """Values in that language and the store's zone."""
    zone = found.store.time_zone if found and found.store else DEFAULT_ZONE
    return Formats(site.texts[locale], zone_of(zone))


def product_page(
    renderer: Renderer,
    site: ShelfSite,
    found: ShelfProduct,
    reviews: Sequence[ReviewView],
    *,
    gtin14: str,
    path: str,
    stem: str | None,
    asked: ReviewsAsked,
    voice: Spoken,
    now: datetime,
) -> bytes:
    """The whole page. `path`: its address; `stem`: the store as the address names it, also where there is none."""
    formats = formats_for(found, site, voice.locale)
    links = PageLinks(path=path, stem=stem, voice=voice, formats=formats, now=now, gtin=gtin14, asked=asked)
    text = formats.translator.text
    product, store = found.product, found.store
    variant = variant_of(product, found.variant_id)
    here = told_here(variant)
    elsewhere = told_elsewhere(variant)
    shots = _shots(product, variant)
    canonical = f"{site.base_url}{path}"
    json_ld = product_json_ld(
        found,
        gtin14=gtin14,
        address=canonical,
        pictures=[f"{site.base_url}{one.large}" for one in shots],
        reviews=reviews,
        band=here.band if here else best_band(elsewhere),
        formats=formats,
        site=site,
    )
    return renderer.render(
        "product",
        voice.locale,
        page=links,
        f=formats,
        title=product.name,
        description=_description(product),
        canonical=canonical,
        json_ld=Markup(json_ld),
        product=product,
        variant=variant,
        gtin=gtin14,
        options=option_words(variant),
        shots=shots,
        promotions=[_promotion(one, formats, now, in_store=store is not None) for one in product.promotions],
        store=store,
        store_words=text("shelf.at_store", store=store.name) if store else "",
        here=here,
        elsewhere=[_place(one, formats) for one in elsewhere[:MAX_PLACES]],
        choices=choices(product, variant),
        rows=[_row(one) for one in product.variants[:MAX_ROWS]],
        bars=_bars(product.rating),
        asked=asked,
        orders=_orders(asked, links, formats),
        reviews=reviews,
        shown_words=text("shelf.shown_reviews"),
        more=_more(product.rating, asked, links, formats),
        today=formats.date_of(now),
        delivery=delivery_words(product, store.city if store else "", formats),
        returns=returns_words(product, formats),
        returns_note=formats.in_language(product.returns_note, product.returns_note_en),
        video=_video(product.video_url),
        similar=found.similar,
        made_at=formats.moment(now, now=now),
    )


def _description(product: ProductView) -> str:
    words = " ".join((product.description or product.name).split())
    return words if len(words) <= _DESCRIBED_CHARS else f"{words[:_DESCRIBED_CHARS]}..."


def _shots(product: ProductView, variant: VariantView) -> list[Shot]:
    """The variant's picture first, then the product's; those on other hosts are not shown."""
    pictures = dict.fromkeys(one for one in (variant.picture, *product.pictures) if picture_address(one, SMALL))
    return [Shot(picture_address(one, SMALL), picture_address(one, LARGE)) for one in [*pictures][:MAX_PICTURES]]


def _row(variant: VariantView) -> Row:
    stock = told_here(variant)
    return Row(option_words(variant), variant.sku, stock.band if stock else None)


def _place(stock: ToldStock, formats: Formats) -> Place:
    text = formats.translator.text
    kind = "" if stock.place == "store" else text(f"shelf.place_{'warehouse' if stock.place == 'warehouse' else 'web'}")
    city = stock.city if stock.city != stock.location else ""
    about = " · ".join(part for part in (kind, city) if part)
    return Place(
        stock.location or text("stock.unnamed_place"), about, stock.band, stock.as_of, stock.phone, dialled(stock.phone)
    )


def _promotion(promotion: PromotionView, formats: Formats, now: datetime, *, in_store: bool) -> ToldPromotion:
    text = formats.translator.text
    name = formats.in_language(promotion.name, promotion.name_en)
    until = text("shelf.until", when=formats.moment(promotion.ends_at, now=now))
    where = _where(promotion, formats)
    if in_store and not promotion.holds_here:
        where = f"{where}. {text('shelf.not_here')}"
    return ToldPromotion(name, until, where, promotion.holds_here)


def _where(promotion: PromotionView, formats: Formats) -> str:
    text = formats.translator.text
    stores = formats.listed(promotion.stores)
    match HoldsIn(promotion.holds_in):
        case HoldsIn.ONLINE:
            return text("promotion.online_only")
        case HoldsIn.STORE:
            return text("promotion.only_in", stores=stores) if stores else text("promotion.all_stores")
        case HoldsIn.EVERYWHERE:
            return text("promotion.online_and_in", stores=stores) if stores else text("promotion.everywhere")
        case other:
            assert_never(other)


def _bars(rating: RatingView) -> list[Bar]:
    return [
        Bar(5 - place, count, round(100 * count / rating.count) if rating.count else 0)
        for place, count in enumerate(rating.distribution)
    ]


def _orders(asked: ReviewsAsked, links: PageLinks, formats: Formats) -> list[WordedLink]:
    return [
        WordedLink(
            formats.translator.text(f"shelf.order_{order.value}"),
            links.reviews(stars=asked.stars, order=order),
            is_current=asked.page > 0 and asked.order is order,
        )
        for order in _SHOWN_ORDERS
    ]


def _more(rating: RatingView, asked: ReviewsAsked, links: PageLinks, formats: Formats) -> list[WordedLink]:
    """All reviews from the first few; else the page before and the page after."""
    text = formats.translator.text
    count = rating.count if asked.stars is None else rating.distribution[5 - asked.stars]
    if asked.page == 0:
        words = text("shelf.all_reviews", count=count)
        return [WordedLink(words, links.reviews())] if count > asked.limit else []
    found = []
    if asked.page > 1:
        found.append(WordedLink(text("shelf.reviews_before"), links.reviews(stars=asked.stars, page=asked.page - 1)))
    if asked.page * REVIEWS_A_PAGE < count:
        found.append(WordedLink(text("shelf.reviews_after"), links.reviews(stars=asked.stars, page=asked.page + 1)))
    return found


def delivery_words(product: ProductView, city: str, formats: Formats) -> list[str]:
    """What is offered; of same-day delivery whether it is here, or where it is."""
    text = formats.translator.text
    words = {
        "pickup": text("delivery.pickup"),
        "next_day": text("delivery.next_day"),
        "standard": text("delivery.standard"),
        "same_day": _same_day(product, city, formats),
    }
    return [words[one] for one in product.delivery_options if one in words]


def _same_day(product: ProductView, city: str, formats: Formats) -> str:
    text = formats.translator.text
    if not product.same_day_cities:
        return text("delivery.same_day")
    cities = (city,) if city in product.same_day_cities else product.same_day_cities
    return text("delivery.same_day_in", cities=formats.listed(cities))


def returns_words(product: ProductView, formats: Formats) -> str:
    text = formats.translator.text
    if product.returns_days is None:
        return text("returns.unknown")
    return text("shelf.returns_within", count=product.returns_days) if product.returns_days else text("returns.never")


def _video(address: str) -> Video | None:
    """A link that a browser may follow; None for any other scheme."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    return Video(address, host) if parts.scheme in ("http", "https") and host else None
