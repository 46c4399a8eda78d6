"""The retailer in files of our own: what Shopify's exports do not hold, and where the first minute is to be found."""

import json
from collections.abc import Iterator
from pathlib import Path

from build_scripts.demo_retailer.catalogue import GOES_WITH, delivery, returns, size_chart
from build_scripts.demo_retailer.export_files import Row, columns, write_table
from build_scripts.demo_retailer.first_minute import BUDI_SKU, SCAN_SKU, SITI_WISHES
from build_scripts.demo_retailer.loyalty import CARD_PREFIX, CHANNELS
from build_scripts.demo_retailer.model import ASSOCIATES, BANDUNG, BRAND, LOCATIONS, STORES, Customer, iso, rupiah
from build_scripts.demo_retailer.retailer import Retailer
from build_scripts.demo_retailer.shelf_label import shelf_link

_WHO = ("customer_id", "email", "phone")
_CONSENTS = tuple(f"consent_{channel}" for channel in CHANNELS)
COLUMNS = {
    "locations.csv": columns("name,code,kind,city,time_zone,phone,latitude,longitude"),
    "associates.csv": columns("name,code,location,role,active"),
    "wishlists.csv": [*_WHO, "sku", "added_at", "channel"],
    "promotions.csv": columns("code,name,name_en,kind,value,starts_at,ends_at,holds_in,locations,handles"),
    "carts.csv": ["cart_id", *_WHO, "updated_at", "sku", "quantity", "price", "currency"],
    "pickups.csv": columns("order,location,status,since_at,note"),
    "customers_extra.csv": [
        *_WHO,
        *columns(
            "salutation,loyalty_number,tier,points,points_as_of,birthday,size_top,size_bottom,size_shoe,home_store"
        ),
        *("customer_since", "language"),
        *_CONSENTS,
        *("consent_at", "consent_text_version"),
    ],
    "products_extra.csv": columns(
        "handle,video_url,size_chart,returns_days,returns_note,returns_note_en,delivery_options,same_day_cities,goes_with"
    ),
    "vouchers.csv": ["code", *_WHO, *columns("name,name_en,value,currency,starts_at,expires_at,status")],
    "enquiries.csv": ["enquiry_id", *_WHO, *columns("kind,subject,status,opened_at,location,order")],
}
VIDEO_EVERY = 3


def write_own(folder: Path, shop: Retailer, *, seed: int) -> None:
    """Writes our own files and demo.toml into the folder."""
    rows = {
        "locations.csv": _location_rows(),
        "associates.csv": _associate_rows(),
        "wishlists.csv": _wish_rows(shop),
        "promotions.csv": _promotion_rows(shop),
        "carts.csv": _cart_rows(shop),
        "pickups.csv": _pickup_rows(shop),
        "customers_extra.csv": _member_rows(shop),
        "products_extra.csv": _product_rows(shop),
        "vouchers.csv": _voucher_rows(shop),
        "enquiries.csv": _enquiry_rows(shop),
    }
    for name, header in COLUMNS.items():
        write_table(folder / name, header, rows[name])
    (folder / "demo.toml").write_text(_demo_toml(shop, seed), encoding="utf-8", newline="\n")


def _who(customer: Customer) -> dict[str, str | int]:
    return {"customer_id": customer.customer_id, "email": customer.email, "phone": customer.phone}


def _location_rows() -> Iterator[Row]:
    for place in LOCATIONS:
        yield {
            "name": place.name,
            "code": place.code,
            "kind": place.kind,
            "city": place.city,
            "time_zone": place.time_zone,
            "phone": place.phone,
            "latitude": str(place.latitude or ""),
            "longitude": str(place.longitude or ""),
        }


def _associate_rows() -> Iterator[Row]:
    for who in ASSOCIATES:
        active = "yes" if who.active else "no"
        yield {"name": who.name, "code": who.code, "location": who.location.name, "role": who.role, "active": active}


def _wish_rows(shop: Retailer) -> Iterator[Row]:
    for wish in shop.wishes:
        yield {**_who(wish.customer), "sku": wish.variant.sku, "added_at": iso(wish.added_at), "channel": wish.channel}


def _promotion_rows(shop: Retailer) -> Iterator[Row]:
    for offer in shop.promotions:
        yield {
            "code": offer.code,
            "name": offer.name,
            "name_en": offer.name_en,
            "kind": offer.kind,
            "value": rupiah(offer.value) if offer.kind == "amount" else offer.value,
            "starts_at": iso(offer.starts_at),
            "ends_at": iso(offer.ends_at),
            "holds_in": offer.holds_in,
            "locations": ";".join(place.name for place in offer.locations),
            "handles": ";".join(offer.handles),
        }


def _cart_rows(shop: Retailer) -> Iterator[Row]:
    for cart in shop.carts:
        for variant, quantity in cart.lines:
            yield {
                "cart_id": cart.cart_id,
                **_who(cart.customer),
                "updated_at": iso(cart.updated_at),
                "sku": variant.sku,
                "quantity": quantity,
                "price": rupiah(variant.product.price),
                "currency": "IDR",
            }


def _pickup_rows(shop: Retailer) -> Iterator[Row]:
    for pickup in shop.pickups:
        yield {
            "order": pickup.order.name,
            "location": pickup.location.name,
            "status": pickup.status,
            "since_at": iso(pickup.since_at),
            "note": pickup.note,
        }


def _member_rows(shop: Retailer) -> Iterator[Row]:
    for member in shop.members:
        who = member.customer
        yield {
            **_who(who),
            "salutation": who.salutation,
            "loyalty_number": member.number,
            "tier": member.tier,
            "points": member.points if member.number else "",
            "points_as_of": iso(member.points_as_of) if member.number else "",
            "birthday": who.birthday.isoformat() if who.birthday else "",
            "size_top": who.size_top,
            "size_bottom": who.size_bottom,
            "size_shoe": who.size_shoe,
            "home_store": who.home.name if who.home else "",
            "customer_since": who.since.isoformat(),
            "language": who.language,
            **{f"consent_{channel}": answer for channel, answer in member.consents.items()},
            "consent_at": iso(member.consent_at) if member.consent_at else "",
            "consent_text_version": "2025-01" if member.consent_at else "",
        }


def _product_rows(shop: Retailer) -> Iterator[Row]:
    for product in shop.products:
        days, note, note_en = returns(product)
        ways, cities = delivery(product)
        chart = size_chart(product)
        filmed = product.number % VIDEO_EVERY == 1
        yield {
            "handle": product.handle,
            "video_url": f"https://video.example.com/{product.handle}" if filmed else "",
            "size_chart": json.dumps(chart, ensure_ascii=False, separators=(",", ":")) if chart else "",
            "returns_days": days,
            "returns_note": note,
            "returns_note_en": note_en,
            "delivery_options": ";".join(ways),
            "same_day_cities": ";".join(cities),
            "goes_with": ";".join(GOES_WITH.get(product.handle, ())),
        }


def _voucher_rows(shop: Retailer) -> Iterator[Row]:
    for voucher in shop.vouchers:
        yield {
            "code": voucher.code,
            **_who(voucher.customer),
            "name": voucher.name,
            "name_en": voucher.name_en,
            "value": rupiah(voucher.value),
            "currency": "IDR",
            "starts_at": iso(voucher.starts_at),
            "expires_at": iso(voucher.expires_at),
            "status": voucher.status,
        }


def _enquiry_rows(shop: Retailer) -> Iterator[Row]:
    for enquiry in shop.enquiries:
        yield {
            "enquiry_id": enquiry.enquiry_id,
            **_who(enquiry.customer),
            "kind": enquiry.kind,
            "subject": enquiry.subject,
            "status": enquiry.status,
            "opened_at": iso(enquiry.opened_at),
            "location": enquiry.location.name if enquiry.location else "",
            "order": enquiry.order.name if enquiry.order else "",
        }


def _first_minute(shop: Retailer) -> dict[str, object]:
    """Who and what the demo page and the tests point to."""
    cast = shop.cast
    scanned = next(variant for variant in shop.variants if variant.sku == SCAN_SKU)
    waiting = next(p for p in shop.pickups if p.order.customer is cast.siti and p.status == "ready")
    cart = next(cart for cart in shop.carts if cart.customer is cast.dewi)
    return {
        "store": BANDUNG.code,
        "second_store": "SBY",
        "associate": "Rina Marlina",
        "associate_code": "RINA",
        "second_associate": "Dimas Prakoso",
        "second_associate_code": "DIMAS",
        "search": "sit",
        "sitis": [who.name for who in cast.sitis],
        "siti_ids": [str(who.customer_id) for who in cast.sitis],
        "pickup_customer": cast.siti.name,
        "pickup_customer_id": str(cast.siti.customer_id),
        "pickup_customer_email": cast.siti.email,
        "pickup_order": waiting.order.name,
        "pickup_sku": SCAN_SKU,
        "pickup_wish_sku": SITI_WISHES[0],
        "promotion": "LANGKAH",
        "promotion_customer": cast.budi.name,
        "promotion_customer_id": str(cast.budi.customer_id),
        "promotion_customer_email": cast.budi.email,
        "promotion_sku": BUDI_SKU,
        "cart_customer": cast.dewi.name,
        "cart_customer_id": str(cast.dewi.customer_id),
        "cart_customer_email": cast.dewi.email,
        "cart_id": cart.cart_id,
        "cart_total": sum(variant.product.price * quantity for variant, quantity in cart.lines),
        "complaint_customer_id": str(cast.sitis[1].customer_id),
        "scan_sku": scanned.sku,
        "scan_handle": scanned.product.handle,
        "scan_gtin": scanned.gtin,
        "scan_link": shelf_link(BANDUNG, scanned.gtin),
        "scan_picture": "shelf_label.png",
    }


def _demo_toml(shop: Retailer, seed: int) -> str:
    """Where the first minute is to be found; texts are written as JSON strings, which TOML reads alike."""
    top: dict[str, object] = {"retailer": BRAND, "seed": seed, "loyalty_prefix": CARD_PREFIX, "currency": "IDR"}
    lines = [f"generated_for = {shop.day.today.isoformat()}"]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in top.items()]
    lines += ["", "[first_minute]"]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in _first_minute(shop).items()]
    for store in STORES:
        staff = [who.name for who in ASSOCIATES if who.location == store and who.active]
        lines += ["", "[[stores]]", f"code = {json.dumps(store.code)}", f"name = {json.dumps(store.name)}"]
        lines += [f"time_zone = {json.dumps(store.time_zone)}", f"associates = {json.dumps(staff, ensure_ascii=False)}"]
    return "\n".join(lines) + "\n"
