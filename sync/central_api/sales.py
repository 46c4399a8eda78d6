"""What was bought in a store on a day: kept up with every write of orders (`record_store.write_batch`)."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import Row, among, delete_rows, portions, upsert
from sync.central_api.tables import RECORD, SHOWN_VARIANT, STORE_SALE
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.times import from_wire


def follow_sales(
    connection: Connection, changes: Mapping[RecordKey, Body | None], known: Collection[RecordKey]
) -> None:
    """Brings the entries to what the orders now are. `known`: those that were there before, deleted or not."""
    orders = {key: body for key, body in changes.items() if key.kind == Kind.ORDER}
    if not orders:
        return
    rows = [row for key, body in orders.items() if (row := _row(key, body)) is not None]
    sold = {row["order_id"] for row in rows}
    delete_rows(connection, STORE_SALE, [{"order_id": key.id} for key in orders if key in known and key.id not in sold])
    upsert(connection, STORE_SALE, rows)


def _row(key: RecordKey, body: Body | None) -> Row | None:
    if body is None or not body.get("location_id") or not body.get("placed_at"):
        return None
    return {"order_id": key.id, "store_id": body["location_id"], "placed_at": from_wire(body["placed_at"])}


def read_sold(connection: Connection, store_id: str, first: datetime, before: datetime) -> dict[str, int]:
    """Pieces sold in the store in that time, by GTIN; without what was cancelled, and without goods that have none."""
    table = STORE_SALE.c
    query = sa.select(table.order_id).where(table.store_id == store_id)
    order_ids = list(connection.execute(query.where(table.placed_at >= first, table.placed_at < before)).scalars())
    pieces: Counter[str] = Counter()
    for portion in portions(sorted(order_ids)):
        bodies = sa.select(RECORD.c.body).where(RECORD.c.kind == Kind.ORDER, among(connection, RECORD.c.id, portion))
        for text in connection.execute(bodies).scalars():
            order = orjson.loads(text)
            if not order.get("cancelled_at"):
                for line in order.get("lines") or ():
                    pieces[line.get("variant_id") or ""] += max(int(line.get("quantity") or 0), 0)
    gtins = read_gtins(connection, pieces)
    sold: Counter[str] = Counter()
    for variant_id, count in pieces.items():
        if variant_id in gtins and count:
            sold[gtins[variant_id]] += count
    return dict(sorted(sold.items()))


def read_gtins(connection: Connection, variant_ids: Collection[str]) -> dict[str, str]:
    """The GTINs of those variants that are on sale and have one."""
    found: dict[str, str] = {}
    for portion in portions(sorted(one for one in variant_ids if one)):
        table = SHOWN_VARIANT.c
        query = sa.select(table.variant_id, table.gtin).where(among(connection, table.variant_id, portion))
        found.update((variant_id, gtin) for variant_id, gtin in connection.execute(query))
    return found
