"""From record bodies to the tables for asking: every path that changes records calls `unpack_records`.

Runs in the caller's transaction, in batches. A body that lacks what a table needs leaves that table without a row:
pages come in any order and other versions of the program write too. Nothing here is the truth: unpacking all records
again gives the same tables.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from clienteling.store import name_index, product_index
from clienteling.store.ask import ask, json_list
from clienteling.store.asking_side import AskingSide
from clienteling.store.asking_tables import ASKING_REVISION
from clienteling.store.unpack_customers import build_keys, unpack_customers, unpack_loyalty
from clienteling.store.unpack_rows import Changes, microseconds, replace_rows
from clienteling.store.unpack_serving import unpack_appointments, unpack_follow_ups, unpack_holds
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.stock_level import reserved_pieces

VISIT = "visit"
"""A child that is no record of its own: the moment an order was collected at a store."""


def unpack_records(connection: Connection, changes: Iterable[tuple[RecordKey, Body | None]]) -> None:
    """Bring the tables for asking to what the records now are. Of one key named twice the last counts."""
    by_kind: dict[str, dict[str, Body | None]] = {}
    for key, body in changes:
        by_kind.setdefault(key.kind, {})[key.id] = body
    indexed = name_index.is_indexed(connection)
    if indexed:
        name_index.follow_store(connection)
    visitors: set[str] = set()
    for kind, bodies in by_kind.items():
        batch = tuple(bodies.items())
        if kind == Kind.CUSTOMER:
            unpack_customers(connection, batch, indexed=indexed)
            visitors.update(bodies)
        elif kind == Kind.PRODUCT:
            _unpack_products(connection, batch, indexed=indexed)
        elif kind in _UNPACKED:
            _UNPACKED[kind](connection, batch)
        if kind in CHILD_KINDS:
            visitors |= _unpack_children(connection, kind, batch)
    store_id = name_index.this_store_id(connection) if indexed and visitors else None
    if store_id is not None:
        name_index.see_again(connection, visitors, store_id)


def rebuild_search(connection: Connection) -> None:
    """Make keys and full-text tables anew from the tables for asking, in the caller's transaction."""
    build_keys(connection)
    name_index.build(connection)
    product_index.build(connection)


ASKING = AskingSide(
    unpack_records,
    rebuild_search,
    revision=ASKING_REVISION,
    suspend_search=name_index.suspend,
    keeps_search=name_index.is_indexed,
)
"""The read side, as the local store is given it."""


_KNOWN_PRODUCTS = "SELECT id, row, tokens FROM product_entry WHERE id IN (SELECT value FROM json_each(?))"


def _unpack_products(connection: Connection, batch: Changes, *, indexed: bool) -> None:
    ids = json_list(record_id for record_id, _ in batch)
    known = {record_id: (row, tokens) for record_id, row, tokens in ask(connection, _KNOWN_PRODUCTS, (ids,))}
    next_row = int(connection.exec_driver_sql("SELECT coalesce(max(row), 0) FROM product_entry").scalar_one()) + 1
    rows: list[tuple[Any, ...]] = []
    variants: list[tuple[Any, ...]] = []
    to_add: list[tuple[int, str]] = []
    for record_id, body in batch:
        if body is None:
            continue
        row, _ = known.get(record_id, (next_row, ""))
        next_row += row == next_row
        tokens = product_index.product_tokens(body)
        to_add.append((row, tokens))
        rows.append((record_id, row, tokens, body.get("status", "active") == "active"))
        variants += [
            (one["id"], record_id, one.get("gtin") or "", product_index.sku_key(one.get("sku") or ""))
            for one in body.get("variants") or ()
            if one.get("id")
        ]
    if indexed:
        product_index.remove(connection, tuple(known.values()))
        product_index.add(connection, to_add)
    if known:
        connection.exec_driver_sql("DELETE FROM variant WHERE product_id = ?", [(record_id,) for record_id in known])
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO product_entry (id, row, tokens, shown) VALUES (?, ?, ?, ?)",
        "DELETE FROM product_entry WHERE id = ?",
        batch,
        rows,
    )
    if variants:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO variant (id, product_id, gtin, sku_key) VALUES (?, ?, ?, ?)", variants
        )


def _order_children(record_id: str, body: Body) -> Iterable[tuple[Any, ...]]:
    customer_id = body.get("customer_id")
    if not customer_id:
        return
    cancelled = bool(body.get("cancelled_at"))
    place = None if cancelled else body.get("location_id")
    yield Kind.ORDER.value, record_id, customer_id, microseconds(body, "placed_at"), place
    pickup = body.get("pickup") or {}
    if pickup.get("status") == "collected" and pickup.get("location_id"):
        yield VISIT, record_id, customer_id, microseconds(pickup, "since_at"), pickup["location_id"]


def _children(kind: str, record_id: str, body: Body) -> Iterable[tuple[Any, ...]]:
    if kind == Kind.ORDER:
        return _order_children(record_id, body)
    customer_id = body.get("customer_id")
    if not customer_id:
        return ()
    if kind == Kind.CONSENT:
        answer: Body = next((one for one in reversed(body.get("events") or ()) if one.get("store_id")), {})
        return ((kind, record_id, customer_id, microseconds(answer, "at"), answer.get("store_id")),)
    place = body.get("store_id") if kind in _SERVING else None
    return ((kind, record_id, customer_id, microseconds(body, _CHILD_TIME.get(kind, "")), place),)


_CHILD_TIME: dict[str, str] = {
    Kind.NOTE: "written_at",
    Kind.INTERACTION: "at",
    Kind.HOLD: "requested_at",
    Kind.FOLLOW_UP: "at",
    Kind.APPOINTMENT: "at",
    Kind.ENQUIRY: "opened_at",
    Kind.WISHLIST_ITEM: "added_at",
    Kind.OPEN_CART: "updated_at",
    Kind.VOUCHER: "expires_at",
    Kind.LOYALTY_ACCOUNT: "as_of",
}
CHILD_KINDS = frozenset({Kind.ORDER, Kind.PREFERENCE, Kind.CONSENT, Kind.CONFLICT, *_CHILD_TIME})
"""Kinds whose every record about a customer is a row of `customer_child`."""


def _unpack_children(connection: Connection, kind: str, batch: Changes) -> set[str]:
    """Customers whose visits changed, as they were and as they are."""
    ids = json_list(record_id for record_id, _ in batch)
    rows = [row for record_id, body in batch if body is not None for row in _children(kind, record_id, body)]
    visitors = {row[2] for row in rows if row[4] is not None}
    kinds = (Kind.ORDER.value, VISIT) if kind == Kind.ORDER else (kind,)
    for one in kinds:
        if one in _VISITING:
            before = connection.exec_driver_sql(
                "SELECT customer_id FROM customer_child WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
                " AND location_id IS NOT NULL",
                (one, ids),
            )
            visitors.update(before.scalars())
        kept = {row[1] for row in rows if row[0] == one}
        gone = [(one, record_id) for record_id, _ in batch if record_id not in kept]
        if gone:
            connection.exec_driver_sql("DELETE FROM customer_child WHERE kind = ? AND id = ?", gone)
    if rows:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO customer_child (kind, id, customer_id, happened_at, location_id)"
            " VALUES (?, ?, ?, ?, ?)",
            rows,
        )
    return visitors


_SERVING = frozenset({Kind.INTERACTION, Kind.FOLLOW_UP, Kind.APPOINTMENT, Kind.NOTE, Kind.WISHLIST_ITEM, Kind.HOLD})
"""Kinds whose `store_id` says where somebody served the customer."""

_VISITING = frozenset({Kind.ORDER, VISIT, Kind.CONSENT, *_SERVING})


def _unpack_pickups(connection: Connection, batch: Changes) -> None:
    rows = []
    for record_id, body in batch:
        pickup = (body or {}).get("pickup") or {}
        since_at = microseconds(pickup, "since_at")
        if body and body.get("customer_id") and pickup.get("location_id") and since_at is not None:
            status = "cancelled" if body.get("cancelled_at") else pickup.get("status", "")
            rows.append((record_id, body["customer_id"], pickup["location_id"], status, since_at))
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO pickup (id, customer_id, location_id, status, since_at) VALUES (?, ?, ?, ?, ?)",
        "DELETE FROM pickup WHERE id = ?",
        batch,
        rows,
    )


def _unpack_wishes(connection: Connection, batch: Changes) -> None:
    rows = []
    for record_id, body in batch:
        added_at = microseconds(body or {}, "added_at")
        if body and body.get("customer_id") and body.get("product_id") and added_at is not None:
            rows.append((record_id, body["customer_id"], body["product_id"], body.get("variant_id"), added_at))
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO wish (id, customer_id, product_id, variant_id, added_at) VALUES (?, ?, ?, ?, ?)",
        "DELETE FROM wish WHERE id = ?",
        batch,
        rows,
    )


def _unpack_carts(connection: Connection, batch: Changes) -> None:
    rows = []
    for record_id, body in batch:
        updated_at = microseconds(body or {}, "updated_at")
        if body and body.get("customer_id") and body.get("lines") and updated_at is not None:
            rows.append((record_id, body["customer_id"], updated_at))
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO cart (id, customer_id, updated_at) VALUES (?, ?, ?)",
        "DELETE FROM cart WHERE id = ?",
        batch,
        rows,
    )


def _unpack_duplicates(connection: Connection, batch: Changes) -> None:
    connection.exec_driver_sql("DELETE FROM duplicate WHERE id = ?", [(record_id,) for record_id, _ in batch])
    rows = []
    for record_id, body in batch:
        customer_ids = list((body or {}).get("customer_ids") or ())
        if body and body.get("status", "open") == "open" and len(customer_ids) == 2:
            first, second = customer_ids
            rows += [(first, second, record_id), (second, first, record_id)]
    if rows:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO duplicate (customer_id, other_id, id) VALUES (?, ?, ?)", rows
        )


def _unpack_conflicts(connection: Connection, batch: Changes) -> None:
    rows = [
        (record_id, body["customer_id"])
        for record_id, body in batch
        if body and body.get("customer_id") and body.get("status", "open") == "open"
    ]
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO open_conflict (id, customer_id) VALUES (?, ?)",
        "DELETE FROM open_conflict WHERE id = ?",
        batch,
        rows,
    )


def _unpack_stock(connection: Connection, batch: Changes) -> None:
    rows = []
    for record_id, body in batch:
        if body and all(body.get(field) for field in ("store_id", "variant_id", "product_id")):
            level = (body.get("levels") or {}).get(body["store_id"]) or {}
            counts = level.get("on_hand"), reserved_pieces(level), microseconds(level, "as_of")
            rows.append((record_id, body["store_id"], body["variant_id"], body["product_id"], *counts))
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO stock_here (id, store_id, variant_id, product_id, on_hand, reserved, as_of)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        "DELETE FROM stock_here WHERE id = ?",
        batch,
        rows,
    )


def _unpack_reviews(connection: Connection, batch: Changes) -> None:
    rows = [
        (record_id, body["product_id"], int(body.get("rating") or 0), microseconds(body, "written_at") or 0)
        for record_id, body in batch
        if body and body.get("product_id")
    ]
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO review_entry (id, product_id, rating, written_at) VALUES (?, ?, ?, ?)",
        "DELETE FROM review_entry WHERE id = ?",
        batch,
        rows,
    )


def _unpack_promotions(connection: Connection, batch: Changes) -> None:
    rows = []
    for record_id, body in batch:
        starts_at, ends_at = (microseconds(body or {}, field) for field in ("starts_at", "ends_at"))
        if starts_at is not None and ends_at is not None:
            rows.append((record_id, starts_at, ends_at))
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO promotion_entry (id, starts_at, ends_at) VALUES (?, ?, ?)",
        "DELETE FROM promotion_entry WHERE id = ?",
        batch,
        rows,
    )


_UNPACKED: dict[str, Callable[[Connection, Changes], None]] = {
    Kind.ORDER: _unpack_pickups,
    Kind.LOYALTY_ACCOUNT: unpack_loyalty,
    Kind.WISHLIST_ITEM: _unpack_wishes,
    Kind.FOLLOW_UP: unpack_follow_ups,
    Kind.APPOINTMENT: unpack_appointments,
    Kind.HOLD: unpack_holds,
    Kind.OPEN_CART: _unpack_carts,
    Kind.POSSIBLE_DUPLICATE: _unpack_duplicates,
    Kind.CONFLICT: _unpack_conflicts,
    Kind.STOCK: _unpack_stock,
    Kind.REVIEW: _unpack_reviews,
    Kind.PROMOTION: _unpack_promotions,
}
