"""A product as it is told at the shelf, from its bodies: variants, stock of places, promotions, rating, reviews."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from clienteling.catalogue.fields import moment, picture_of, variants_in_order
from clienteling.catalogue.prices import Prices, holds
from clienteling.domain.promotions import Promotion
from clienteling.domain.stock import available, nearest_first
from clienteling.domain.views import (
    LocationStock,
    ProductBrief,
    ProductView,
    PromotionView,
    RatingView,
    ReviewView,
    SizeChartView,
    VariantView,
)
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body
from sync.protocol.stock_level import reserved_pieces

NOBODY_HOLDS: Counter[tuple[str, str]] = Counter()


def product_view(
    product: Body,
    *,
    prices: Prices,
    stock: Mapping[str, tuple[LocationStock, ...]],
    rating: RatingView,
    promotions: tuple[PromotionView, ...],
    goes_with: tuple[ProductBrief, ...],
) -> ProductView:
    """The product's body as a view. `stock`: by variant id."""
    chart = product.get("size_chart")
    return ProductView(
        id=product["id"],
        name=product.get("name", ""),
        brand=product.get("brand", ""),
        category=product.get("category", ""),
        description=product.get("description", ""),
        pictures=tuple(one.get("url", "") for one in product.get("pictures") or () if one.get("url")),
        option_names=tuple(product.get("option_names") or ()),
        variants=_variants(product, prices, stock),
        rating=rating,
        promotions=promotions,
        size_chart=_size_chart(chart) if chart else None,
        returns_days=product.get("returns_days"),
        returns_note=product.get("returns_note", ""),
        returns_note_en=product.get("returns_note_en", ""),
        delivery_options=tuple(product.get("delivery_options") or ()),
        same_day_cities=tuple(product.get("same_day_cities") or ()),
        video_url=product.get("video_url", ""),
        goes_with=goes_with,
    )


def _variants(product: Body, prices: Prices, stock: Mapping[str, tuple[LocationStock, ...]]) -> tuple[VariantView, ...]:
    views = []
    for one in variants_in_order(product):
        price = prices.of(product["id"], one.get("id"))
        options: dict[str, str] = one.get("options") or {}
        named = dict.fromkeys((*(product.get("option_names") or ()), *options))
        views.append(
            VariantView(
                id=one.get("id", ""),
                sku=one.get("sku", ""),
                gtin=one.get("gtin", ""),
                options=tuple((name, options[name]) for name in named if name in options),
                picture=picture_of({}, one),
                price=price.price if price else None,
                price_before=price.before if price else None,
                stock=stock.get(one.get("id", ""), ()),
            )
        )
    return tuple(views)


def _size_chart(chart: Body) -> SizeChartView:
    rows = tuple(tuple(str(cell) for cell in row) for row in chart.get("rows") or ())
    return SizeChartView(tuple(chart.get("columns") or ()), rows)


def stock_lines(
    stock: Iterable[Body],
    places: Mapping[str, Body],
    *,
    here: str | None,
    held: Counter[tuple[str, str]] = NOBODY_HOLDS,
) -> dict[str, tuple[LocationStock, ...]]:
    """What one store was told of each variant, by variant id, the place `here` first.

    places  bodies of the locations named in `stock`, by id
    here    id of the store in which it is told
    held    pieces by variant and place that its level does not know of
    """
    city = places.get(here or "", {}).get("city", "")
    lines: dict[str, tuple[LocationStock, ...]] = {}
    for one in stock:
        levels = (
            _level(places.get(place, {}), place, level, here, held[one["variant_id"], place])
            for place, level in one["levels"].items()
        )
        lines[one["variant_id"]] = nearest_first((level for level in levels if level is not None), city=city)
    return lines


def _level(place: Body, location_id: str, level: Body, here: str | None, held: int) -> LocationStock | None:
    as_of, on_hand = moment(level, "as_of"), level.get("on_hand")
    if as_of is None or on_hand is None:
        return None
    return LocationStock(
        location_id=location_id,
        location=place.get("name", ""),
        city=place.get("city", ""),
        place=place.get("place", "store"),
        phone=place.get("phone", ""),
        here=location_id == here,
        on_hand=on_hand,
        available=available(on_hand, reserved_pieces(level) + held),
        as_of=as_of,
    )


def promotion_views(
    running: Iterable[Promotion], names: Mapping[str, str], *, store_id: str | None, now: datetime
) -> tuple[PromotionView, ...]:
    """Those that hold at the store first, then by their end; without a store, those that hold everywhere first.

    `names`: of their locations, by id.
    """

    def view(one: Promotion) -> PromotionView:
        stores = tuple(sorted(filter(None, (names.get(place, "") for place in one.location_ids))))
        return PromotionView(one.name, one.name_en, one.ends_at, one.holds_in.value, stores, holds(one, store_id, now))

    return tuple(sorted(map(view, running), key=lambda one: (not one.holds_here, one.ends_at, one.name)))


def rating_view(counted: Iterable[tuple[int, int]]) -> RatingView:
    """How a product was rated, from pairs of stars and how many reviews have them."""
    by_stars = {stars: count for stars, count in counted if 1 <= stars <= 5}
    count = sum(by_stars.values())
    average = sum(stars * one for stars, one in by_stars.items()) / count if count else 0.0
    five, four, three, two, one = (by_stars.get(stars, 0) for stars in (5, 4, 3, 2, 1))
    return RatingView(average, count, (five, four, three, two, one))


def review_view(review_id: str, found: Body) -> ReviewView:
    """The review's body as a view."""
    return ReviewView(
        id=review_id,
        rating=found.get("rating", 0),
        title=found.get("title", ""),
        text=found.get("text", ""),
        author=found.get("author_name", ""),
        written_at=moment(found, "written_at") or EPOCH,
        verified=bool(found.get("verified")),
        reply=found.get("reply", ""),
    )


def product_brief(product: Body, *, prices: Prices, available_here: int | None) -> ProductBrief:
    """The product in a list, with the lowest of its prices."""
    price = prices.of(product["id"], None)
    return ProductBrief(
        id=product["id"],
        name=product.get("name", ""),
        picture=picture_of(product, {}),
        price=price.price if price else None,
        available_here=available_here,
        gtin=next((one["gtin"] for one in variants_in_order(product) if one.get("gtin")), ""),
    )
