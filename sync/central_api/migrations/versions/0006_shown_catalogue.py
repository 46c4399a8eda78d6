"""What a customer's page finds a product and its reviews by, and a number that says when any of it changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000
_RECORDS = sa.table(
    "record", sa.column("kind"), sa.column("id", RecordId()), sa.column("state"), sa.column("body")
)  # fmt: skip


def _make_tables() -> tuple[sa.Table, sa.Table, sa.Table]:
    products = op.create_table(
        "shown_product",
        sa.Column("id", RecordId(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    variants = op.create_table(
        "shown_variant",
        sa.Column("product_id", RecordId(), nullable=False),
        sa.Column("variant_id", RecordId(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "variant_id"),
    )
    reviews = op.create_table(
        "review_entry",
        sa.Column("id", RecordId(), nullable=False),
        sa.Column("product_id", RecordId(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    return products, variants, reviews


def _make_indexes() -> None:
    op.create_index("ix_shown_product_category", "shown_product", ["category", "id"])
    op.create_index("ix_shown_variant_gtin", "shown_variant", ["gtin"])
    op.create_index("ix_review_entry_newest", "review_entry", ["product_id", "written_at"])
    op.create_index("ix_review_entry_rating", "review_entry", ["product_id", "rating", "written_at"])
    op.create_index("ix_review_entry_detailed", "review_entry", ["product_id", "characters", "written_at"])


def _records(kind: str) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """The live records of a kind, some at a time."""
    live = sa.select(_RECORDS.c.id, _RECORDS.c.body).where(_RECORDS.c.kind == kind, _RECORDS.c.state == "live")
    live = live.order_by(_RECORDS.c.id).limit(_AT_ONCE)
    query = live
    while rows := op.get_bind().execute(query).all():
        yield [(record_id, orjson.loads(body)) for record_id, body in rows]
        query = live.where(_RECORDS.c.id > rows[-1][0])


def _review_row(review_id: str, review: dict[str, Any]) -> dict[str, Any]:
    written_at = review.get("written_at")
    return {
        "id": review_id, "product_id": review["product_id"], "rating": review["rating"],
        "written_at": datetime.fromisoformat(written_at) if written_at else datetime(1970, 1, 1, tzinfo=UTC),
        "characters": len(review.get("text") or ""),
    }  # fmt: skip


def upgrade() -> None:
    products, variants, reviews = _make_tables()
    connection = op.get_bind()
    for some in _records("product"):
        shown = [(one, body) for one, body in some if body.get("status", "active") == "active"]
        named = {
            (product_id, variant["id"]): variant["gtin"]
            for product_id, body in shown
            for variant in body.get("variants") or ()
            if variant.get("id") and variant.get("gtin")
        }
        if shown:
            rows = [{"id": one, "category": body.get("category") or ""} for one, body in shown]
            connection.execute(sa.insert(products), rows)
        if named:
            rows = [{"product_id": one, "variant_id": other, "gtin": gtin} for (one, other), gtin in named.items()]
            connection.execute(sa.insert(variants), rows)
    for some in _records("review"):
        connection.execute(sa.insert(reviews), [_review_row(*one) for one in some])
    _make_indexes()
    op.add_column("scope", sa.Column("catalogue_seq", sa.BigInteger(), nullable=False, server_default="0"))
    scopes = sa.table("scope", sa.column("seq"), sa.column("catalogue_seq"))
    op.execute(scopes.update().values(catalogue_seq=scopes.c.seq))


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
