"""What customers ask for about what is known of them, and hashes by which the erased are not imported again."""

import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("id", RecordId(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("customer_id", RecordId(), nullable=False),
        sa.Column("also", sa.String(), nullable=False),
        sa.Column("others", sa.String(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("extended_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("identity_by", sa.String(), nullable=False),
        sa.Column("identity_how", sa.String(), nullable=False),
        sa.Column("identity_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("refused_reason", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
    )
    op.create_index("ix_privacy_request_customer_id", "privacy_request", ["customer_id"])
    op.create_table(
        "suppressed_key",
        sa.Column("key_hash", sa.String(), primary_key=True),
        sa.Column("key_kind", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "suppressed_customer",
        sa.Column("customer_id", RecordId(), primary_key=True),
        sa.Column("key_hash", sa.String(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
