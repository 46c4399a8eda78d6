"""Who looked: the device's audit log, beside its outbox because that file outlives every store file."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("log_id", sa.String, nullable=False),
        sa.Column("last_n", sa.BigInteger, nullable=False),
        sa.Column("last_hash", sa.String, nullable=False),
        sa.Column("sent_n", sa.BigInteger, nullable=False),
        sa.Column("before_n", sa.BigInteger, nullable=False),
        sa.Column("before_hash", sa.String, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("actor", sa.String),
        sa.Column("customer_id", sa.String),
        sa.Column("details", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("audit_of_associate", "audit_entry", ["actor", "at"])
