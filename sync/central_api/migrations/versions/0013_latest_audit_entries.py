"""What was done within the hour is found without reading every audit log."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_entry_at", "audit_entry", ["at", "kind"])


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
