"""Erasures that this device has not confirmed yet, beside the outbox because that file outlives every store file."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "erasure_open",
        sa.Column("customer_id", sa.String, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
