"""Devices that enrol by a code and sign what they ask. Those that have a token keep it."""

import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("device") as device:
        device.alter_column("token_hash", existing_type=sa.String(), nullable=True)
        device.add_column(sa.Column("public_key", sa.String(), nullable=True))
        device.add_column(sa.Column("app_version", sa.String(), nullable=False, server_default=""))
        device.add_column(sa.Column("platform", sa.String(), nullable=False, server_default=""))
        device.add_column(sa.Column("waiting", sa.BigInteger(), nullable=True))
    op.create_table(
        "enrolment_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("store_id", RecordId(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("registration_id", RecordId(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_enrolment_code_ends_at", "enrolment_code", ["ends_at"])
    op.create_table(
        "refresh_family",
        sa.Column("registration_id", RecordId(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("newest_n", sa.BigInteger(), nullable=False),
        sa.Column("newest_at", UtcDateTime(), nullable=False),
        sa.Column("before_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("registration_id"),
    )
    op.create_table(
        "access_token",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("registration_id", RecordId(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_access_token_registration_id", "access_token", ["registration_id"])
    op.create_index("ix_access_token_ends_at", "access_token", ["ends_at"])
    op.create_table(
        "quarantined_entry",
        sa.Column("registration_id", RecordId(), nullable=False),
        sa.Column("uuid", RecordId(), nullable=False),
        sa.Column("device_id", RecordId(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("registration_id", "uuid"),
    )
    op.create_index("ix_quarantined_entry_received_at", "quarantined_entry", ["received_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
