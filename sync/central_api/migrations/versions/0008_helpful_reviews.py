"""Readers' votes for reviews, which those imported before say nothing of."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review_entry", sa.Column("helpful", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_review_entry_detailed", "review_entry")
    op.create_index("ix_review_entry_helpful", "review_entry", ["product_id", "helpful", "characters", "written_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
