"""Customers that a device looked up online, and how many each may look up."""

import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_look_up",
        sa.Column("customer_id", RecordId(), nullable=False),
        sa.Column("device_id", RecordId(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "device_id"),
    )
    op.create_index("ix_customer_look_up_ends_at", "customer_look_up", ["ends_at"])
    op.add_column("device", sa.Column("look_ups_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
