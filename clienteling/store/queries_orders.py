"""Purchases of all channels as the timeline shows them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from clienteling.catalogue.fields import find_variant, moment, option_values
from clienteling.domain.money import Money
from clienteling.domain.views import CartView, LineView, OrderView, PickupView
from clienteling.store.queries_records import bodies, location_names, money
from clienteling.store.queries_wishlist import item_words
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind


def order_views(connection: Connection, orders: Sequence[Body], *, store_id: str | None) -> tuple[OrderView, ...]:
    """The orders in the order given. A place that is not on this device has no name."""
    pickups = [one.get("pickup") or {} for one in orders]
    places = [*(one.get("location_id") for one in orders), *(one.get("location_id") for one in pickups)]
    names = location_names(connection, places)
    return tuple(_order_view(one, names, store_id=store_id) for one in orders)


def _order_view(found: Body, names: dict[str, str], *, store_id: str | None) -> OrderView:
    currency = found.get("currency", "")
    refunded = money(found, "refunded_minor", currency)
    return OrderView(
        id=found["id"],
        number=found.get("number", ""),
        channel=found.get("channel", ""),
        store=names.get(found.get("location_id") or "", ""),
        placed_at=moment(found, "placed_at") or EPOCH,
        total=money(found, "total_minor", currency),
        refunded=refunded if refunded.amount_minor else None,
        payment_status=found.get("payment_status", ""),
        fulfilment_status=found.get("fulfilment_status", ""),
        cancelled=bool(found.get("cancelled_at")),
        associate=found.get("associate_name", ""),
        lines=tuple(_line(one, one.get("name", ""), currency) for one in found.get("lines", ())),
        pickup=_pickup(found.get("pickup") or {}, names, store_id=store_id),
    )


def _line(line: Body, name: str, currency: str) -> LineView:
    price = money(line, "price_minor", currency)
    return LineView(name, int(line.get("quantity") or 0), price, line.get("product_id"), line.get("variant_id"))


def _pickup(found: Body, names: dict[str, str], *, store_id: str | None) -> PickupView | None:
    since_at: datetime | None = moment(found, "since_at")
    location_id = found.get("location_id")
    if since_at is None or not location_id:
        return None
    here = location_id == store_id
    return PickupView(names.get(location_id, ""), found.get("status", ""), since_at, here)


def cart_total(cart: Body) -> tuple[int, Money]:
    """Pieces in the cart, and what they cost together as the cart's own lines say."""
    lines = cart.get("lines") or ()
    pieces = sum(int(one.get("quantity") or 0) for one in lines)
    total = sum(int(one.get("quantity") or 0) * int(one.get("price_minor") or 0) for one in lines)
    return pieces, Money(total, cart.get("currency", ""))


def cart_view(connection: Connection, carts: Iterable[Body]) -> CartView | None:
    """The cart that was touched last, its lines named from the catalogue, else by their SKU; None without one."""
    dated = [(moment(one, "updated_at"), one) for one in carts if one.get("lines")]
    found = max(((at, one) for at, one in dated if at is not None), key=lambda pair: pair[0], default=None)
    if found is None:
        return None
    updated_at, cart = found
    products = bodies(connection, Kind.PRODUCT, [one.get("product_id") for one in cart["lines"]])
    lines = []
    for line in cart["lines"]:
        product = products.get(line.get("product_id") or "", {})
        options = option_values(product, find_variant(product, line.get("variant_id")))
        name = item_words(product.get("name", ""), options) or line.get("sku", "")
        lines.append(_line(line, name, cart.get("currency", "")))
    return CartView(updated_at, tuple(lines), cart_total(cart)[1])
