"""Who this device is, what people did on it, and what needs their attention."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("device_id", sa.String, nullable=False),
        sa.Column("next_n", sa.BigInteger, nullable=False),
        sa.Column("settled_n", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "entry",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("uuid", sa.String, nullable=False, unique=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("args", sa.String, nullable=False),
        sa.Column("actor", sa.String),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("verdict", sa.String),
        sa.Column("code", sa.String),
        sa.Column("acknowledged_at", sa.BigInteger),
    )
    op.create_index("entry_to_forget", "entry", ["acknowledged_at"], sqlite_where=sa.text("name <> 'void'"))
    op.create_index("entry_unmarked", "entry", ["n"], sqlite_where=sa.text("acknowledged_at IS NULL"))
    op.create_table(
        "attention",
        sa.Column("uuid", sa.String, primary_key=True),
        sa.Column("device_id", sa.String, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("args", sa.String, nullable=False),
        sa.Column("actor", sa.String),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("code", sa.String),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
    )
