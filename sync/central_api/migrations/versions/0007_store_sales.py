"""Which orders were bought in which store and when, for the figures of a day."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000
_RECORDS = sa.table("record", sa.column("kind"), sa.column("id", RecordId()), sa.column("state"), sa.column("body"))


def _orders() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The live orders, some at a time."""
    live = sa.select(_RECORDS.c.id, _RECORDS.c.body).where(_RECORDS.c.kind == "order", _RECORDS.c.state == "live")
    live = live.order_by(_RECORDS.c.id).limit(_AT_ONCE)
    query = live
    while rows := op.get_bind().execute(query).all():
        yield [(order_id, orjson.loads(body)) for order_id, body in rows]
        query = live.where(_RECORDS.c.id > rows[-1][0])


def upgrade() -> None:
    sales = op.create_table(
        "store_sale",
        sa.Column("order_id", RecordId(), nullable=False),
        sa.Column("store_id", RecordId(), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
    for some in _orders():
        rows = [
            {"order_id": one, "store_id": body["location_id"], "placed_at": datetime.fromisoformat(body["placed_at"])}
            for one, body in some
            if body.get("location_id") and body.get("placed_at")
        ]
        if rows:
            op.get_bind().execute(sa.insert(sales), rows)
    op.create_index("ix_store_sale_placed_at", "store_sale", ["store_id", "placed_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
