"""Rows, memberships, digests, and what pending entries touch."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "meta",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("device_id", sa.String, nullable=False),
        sa.Column("applied_n", sa.BigInteger, nullable=False),
        sa.Column("acked_n", sa.BigInteger, nullable=False),
        sa.Column("cursor", sa.String),
        sa.Column("epoch", sa.String),
        sa.Column("grants", sa.JSON, nullable=False),
        sa.Column("filled", sa.Boolean, nullable=False),
        sa.Column("synced_at", sa.BigInteger),
        sa.Column("asking_fingerprint", sa.String, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "record",
        sa.Column("row_id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.UniqueConstraint("kind", "id"),
    )
    op.create_table(
        "row_scope",
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("stale", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "scope"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scope_digest",
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("total", sa.String, nullable=False),
        sa.Column("live_count", sa.Integer, nullable=False),
        sa.Column("refetch", sa.String, nullable=False),
    )
    op.create_table(
        "base",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body", sa.String),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "touched",
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "n"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_touched_n", "touched", ["n"])
