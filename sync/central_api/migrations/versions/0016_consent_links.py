"""Links by which customers answer on a phone of their own; home stores that served a customer are told apart."""

import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_link",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("id", RecordId(), nullable=False),
        sa.Column("customer_id", RecordId(), nullable=False),
        sa.Column("store_id", RecordId(), nullable=False),
        sa.Column("registration_id", RecordId(), nullable=False),
        sa.Column("associate_id", RecordId(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("questions", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_consent_link_customer_id", "consent_link", ["customer_id"])
    op.create_index("ix_consent_link_ends_at", "consent_link", ["ends_at"])
    # Until now a home store's membership was dated by serving them alone.
    op.execute("UPDATE customer_scope SET reason = 'home served' WHERE reason = 'home' AND last_at IS NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
