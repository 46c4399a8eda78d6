"""The product for machines: schema.org JSON-LD with what the page shows, and nothing it does not show.

Required and recommended fields as in Google Search Central, "Merchant listing (Product) structured data" and "Review
snippet structured data". A GTIN has no padding there (schema.org `gtin`); the GS1 Digital Link has 14 digits.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from clienteling.domain.stock import StockBand
from clienteling.domain.views import RatingView, ReviewView
from clienteling.i18n import Formats
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfProduct

_AVAILABILITY: Final = {
    StockBand.NONE: "OutOfStock",
    StockBand.LAST: "LimitedAvailability",
    StockBand.FEW: "InStock",
    StockBand.MANY: "InStock",
}
_NEEDS_ONE: Final = frozenset({"offers", "aggregateRating", "review"})
"""Source: Google Search Central, "Product snippet structured data", required properties."""
_INSTANT: Final = timedelta(microseconds=1)
_GTIN_LENGTHS: Final = (8, 12, 13, 14)
_SCHEMA: Final = "https://schema.org/"


def unpadded_gtin(gtin14: str) -> str:
    """The GTIN with as few of its leading zeros as a GTIN-8, -12, -13 or -14 has."""
    digits = gtin14.lstrip("0")
    length = next(length for length in _GTIN_LENGTHS if length >= len(digits))
    return digits.zfill(length)


def product_json_ld(
    found: ShelfProduct,
    *,
    gtin14: str,
    address: str,
    pictures: Sequence[str],
    reviews: Sequence[ReviewView],
    band: StockBand | None,
    formats: Formats,
    site: ShelfSite,
) -> str:
    """A JSON text that can stand in a script element: no `<`, `>` or `&` in it; "" where there is neither price nor
    rating nor review to tell, without which no search engine takes a product.

    address   of the page, absolute; pictures as well
    reviews   those the page shows
    band      of the variant at the store, or of the place that has most
    """
    product = found.product
    variant = next(one for one in product.variants if one.id == found.variant_id)
    told: dict[str, Any] = {
        "@context": _SCHEMA,
        "@type": "Product",
        "name": product.name,
        "url": address,
        "gtin": unpadded_gtin(gtin14),
        "hasGS1DigitalLink": address,
    }
    _put(told, "image", list(pictures))
    _put(told, "description", product.description)
    _put(told, "sku", variant.sku)
    _put(told, "category", product.category)
    _put(told, "brand", {"@type": "Brand", "name": product.brand} if product.brand else None)
    if variant.price is not None:
        told["offers"] = _offer(found, address, band, formats, site)
    if product.rating.count:
        told["aggregateRating"] = _rating(product.rating)
    _put(told, "review", [_review(one) for one in reviews if one.author and 1 <= one.rating <= 5])
    if not told.keys() & _NEEDS_ONE:
        return ""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _put(told: dict[str, Any], name: str, value: object) -> None:
    if value:
        told[name] = value


def _offer(
    found: ShelfProduct, address: str, band: StockBand | None, formats: Formats, site: ShelfSite
) -> dict[str, Any]:
    product = found.product
    variant = next(one for one in product.variants if one.id == found.variant_id)
    assert variant.price is not None
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": address,
        "price": formats.plain_amount(variant.price),
        "priceCurrency": variant.price.currency,
    }
    if band is not None:
        offer["availability"] = f"{_SCHEMA}{_AVAILABILITY[band]}"
    ends = [one.ends_at for one in product.promotions if one.holds_here]
    if variant.price_before is not None and ends:
        # What ends at midnight holds for the last time on the day before.
        offer["priceValidUntil"] = (min(ends) - _INSTANT).astimezone(formats.zone).date().isoformat()
    if site.brand.name:
        offer["seller"] = {"@type": "Organization", "name": site.brand.name}
    if product.returns_days is not None:
        offer["hasMerchantReturnPolicy"] = _returns(product.returns_days, site.region)
    return offer


def _returns(days: int, region: str) -> dict[str, Any]:
    policy: dict[str, Any] = {"@type": "MerchantReturnPolicy", "applicableCountry": region}
    if days <= 0:
        return {**policy, "returnPolicyCategory": f"{_SCHEMA}MerchantReturnNotPermitted"}
    category = f"{_SCHEMA}MerchantReturnFiniteReturnWindow"
    return {**policy, "returnPolicyCategory": category, "merchantReturnDays": days}


def _rating(rating: RatingView) -> dict[str, Any]:
    return {
        "@type": "AggregateRating",
        "ratingValue": f"{rating.average:.1f}",
        "reviewCount": rating.count,
        "bestRating": 5,
        "worstRating": 1,
    }


def _review(review: ReviewView) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@type": "Review",
        "author": {"@type": "Person", "name": review.author},
        "datePublished": review.written_at.date().isoformat(),
        "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5, "worstRating": 1},
    }
    _put(told, "name", review.title)
    _put(told, "reviewBody", review.text)
    return told
