"""What finds the records a customer's page shows: products by GTIN and category, reviews in their orders.

Kept up with every write of records (`record_store.write_batch`), so that a page reads only what it tells: of ten
thousand reviews the twenty of one page. A body that lacks what an entry needs is left without one.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from sync.central_api.bulk import Row, delete_rows, upsert
from sync.central_api.tables import REVIEW_ENTRY, SHOWN_PRODUCT, SHOWN_VARIANT
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.times import from_wire

ON_SALE = "active"


def is_on_sale(product: Body) -> bool:
    """Whether customers may be shown the product."""
    return bool(product.get("status", ON_SALE) == ON_SALE)


def follow_catalogue(
    connection: Connection, changes: Mapping[RecordKey, Body | None], known: Collection[RecordKey]
) -> None:
    """Brings the entries to what the records now are. `known`: those that were there before, deleted or not."""
    products = {key.id: body for key, body in changes.items() if key.kind == Kind.PRODUCT}
    reviews = {key.id: body for key, body in changes.items() if key.kind == Kind.REVIEW}
    if products:
        _follow_products(connection, products, {key.id for key in known if key.kind == Kind.PRODUCT})
    if reviews:
        rows = [_review_row(review_id, body) for review_id, body in reviews.items() if body is not None]
        delete_rows(connection, REVIEW_ENTRY, [{"id": one} for one, body in reviews.items() if body is None])
        upsert(connection, REVIEW_ENTRY, rows)


def _follow_products(connection: Connection, products: Mapping[str, Body | None], known: Collection[str]) -> None:
    shown = {product_id: body for product_id, body in products.items() if body is not None and is_on_sale(body)}
    gone = [{"id": one} for one in products if one in known and one not in shown]
    delete_rows(connection, SHOWN_PRODUCT, gone)
    upsert(
        connection, SHOWN_PRODUCT, [{"id": one, "category": body.get("category") or ""} for one, body in shown.items()]
    )
    delete_rows(connection, SHOWN_VARIANT, [{"product_id": one} for one in products if one in known])
    upsert(connection, SHOWN_VARIANT, [row for one, body in shown.items() for row in _variant_rows(one, body)])


def _variant_rows(product_id: str, product: Body) -> list[Row]:
    gtins = {one["id"]: one["gtin"] for one in product.get("variants") or () if one.get("id") and one.get("gtin")}
    return [{"product_id": product_id, "variant_id": variant_id, "gtin": gtin} for variant_id, gtin in gtins.items()]


def _review_row(review_id: str, review: Body) -> Row:
    written_at = review.get("written_at")
    return {
        "id": review_id, "product_id": review["product_id"], "rating": review["rating"],
        "written_at": from_wire(written_at) if written_at else EPOCH, "characters": len(review.get("text") or ""),
        "helpful": review.get("helpful") or 0,
    }  # fmt: skip
