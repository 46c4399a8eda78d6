"""Keys that associates have on devices, the codes by which they add them, and the tokens they get by them."""

import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "associate_key",
        sa.Column("registration_id", RecordId(), nullable=False),
        sa.Column("associate_id", RecordId(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("registration_id", "associate_id"),
    )
    op.create_index("ix_associate_key_associate_id", "associate_key", ["associate_id"])
    op.create_table(
        "sign_in_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("associate_id", RecordId(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("registration_id", RecordId(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_sign_in_code_ends_at", "sign_in_code", ["ends_at"])
    op.create_table(
        "acting_token",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("registration_id", RecordId(), nullable=False),
        sa.Column("associate_id", RecordId(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_acting_token_associate_id", "acting_token", ["associate_id"])
    op.create_index("ix_acting_token_ends_at", "acting_token", ["ends_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
