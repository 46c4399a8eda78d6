"""Who looked: the audit logs of devices and of this server, and where one was found broken."""

import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("log_id", RecordId(), primary_key=True),
        sa.Column("registration_id", RecordId(), nullable=True),
        sa.Column("last_n", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "audit_entry",
        sa.Column("log_id", RecordId(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", RecordId(), nullable=True),
        sa.Column("customer_id", RecordId(), nullable=True),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "n"),
    )
    op.create_index("ix_audit_entry_customer", "audit_entry", ["customer_id", "at"])
    op.create_table(
        "audit_break",
        sa.Column("log_id", RecordId(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "n"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
