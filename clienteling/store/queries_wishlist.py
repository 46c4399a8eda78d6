"""A customer's wishlist as it is told in the store: price now, promotion, stock here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from clienteling.catalogue.fields import find_variant, moment, option_values, picture_of
from clienteling.domain.views import WishlistLine
from clienteling.store.ask import ask_column
from clienteling.store.queries_prices import prices_here
from clienteling.store.queries_records import bodies, pending
from clienteling.store.queries_stock import stock_here
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind

MAX_LINES = 200


def wishlist_lines(
    connection: Connection, items: Sequence[Body], *, store_id: str | None, now: datetime
) -> tuple[WishlistLine, ...]:
    """One line for each thing wished, newest first; the same thing wished twice is one line with both item ids."""
    wished: dict[tuple[str, str | None], list[Body]] = {}
    for item in sorted(items, key=lambda one: (moment(one, "added_at") or EPOCH, one["id"])):
        wished.setdefault((item["product_id"], item.get("variant_id")), []).append(item)
    product_ids = {product_id for product_id, _ in wished}
    products = bodies(connection, Kind.PRODUCT, product_ids)
    prices = prices_here(connection, product_ids, store_id=store_id, now=now)
    stock = stock_here(connection, product_ids, store_id=store_id)
    waiting = pending(connection, Kind.WISHLIST_ITEM, [item["id"] for item in items])
    lines = []
    for (product_id, variant_id), same in wished.items():
        product = products.get(product_id, {})
        variant = find_variant(product, variant_id)
        price = prices.of(product_id, variant_id)
        promotion = price.promotion if price else None
        lines.append(
            WishlistLine(
                item_ids=tuple(item["id"] for item in same),
                product_id=product_id,
                variant_id=variant_id,
                name=product.get("name", ""),
                options=option_values(product, variant),
                picture=picture_of(product, variant),
                price=price.price if price else None,
                price_before=price.before if price else None,
                promotion=promotion.name if promotion else "",
                promotion_en=promotion.name_en if promotion else "",
                promotion_ends_at=promotion.ends_at if promotion else None,
                here=stock.of(product_id, variant_id),
                added_at=moment(same[0], "added_at") or EPOCH,
                channel=same[0].get("channel", ""),
                pending=any(item["id"] in waiting for item in same),
            )
        )
    newest_first = sorted(lines, key=lambda one: (one.added_at, one.item_ids), reverse=True)
    return tuple(newest_first[:MAX_LINES])


def wished_item(connection: Connection, customer_id: str, product_id: str, variant_id: str | None) -> str | None:
    """The item that has the same thing on the customer's list, merged customers included; None where none has."""
    found = ask_column(connection, _WISHED, (customer_id, customer_id, product_id, variant_id))
    return found[0] if found else None


_WISHED = """
SELECT id FROM wish WHERE customer_id IN (
  WITH stands AS (SELECT coalesce((SELECT alias_of FROM customer_entry WHERE id = ?), ?) AS id)
  SELECT id FROM stands UNION SELECT entry.id FROM customer_entry AS entry JOIN stands ON entry.alias_of = stands.id
) AND product_id = ? AND variant_id IS ? ORDER BY added_at, id LIMIT 1
"""


def item_words(name: str, options: Sequence[str]) -> str:
    """A thing as it is said aloud: its name, then its options (`Kemeja Linen Putih M`)."""
    return " ".join((name, *options)).strip()
