"""Which label of which variant was printed last, so that only those that changed since are printed again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "printed_label",
        sa.Column("store_id", sa.String, nullable=False),
        sa.Column("variant_id", sa.String, nullable=False),
        sa.Column("revision", sa.String, nullable=False),
        sa.Column("printed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "variant_id"),
        sqlite_with_rowid=False,
    )
