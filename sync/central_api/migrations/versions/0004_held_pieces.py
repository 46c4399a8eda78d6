"""Pieces held for customers, by the stock they are taken from."""

import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_pieces",
        sa.Column("hold_id", RecordId(), nullable=False),
        sa.Column("stock_id", RecordId(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("collected_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("hold_id"),
    )
    op.create_index("ix_held_pieces_stock_id", "held_pieces", ["stock_id"])
    op.create_index("ix_held_pieces_until", "held_pieces", ["until"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
