"""The central tables of schema 1."""

import sqlalchemy as sa
from alembic import op

from sync.central_api.column_types import RecordId
from sync.protocol.column_types import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, RecordId(), nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[sa.DateTime]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _make_records() -> None:
    op.create_table(
        "record",
        _text("kind"),
        _id("id"),
        _number("version"),
        _text("body"),
        _text("state"),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_table(
        "scope",
        _text("scope"),
        _id("epoch"),
        _number("seq"),
        _number("floor_seq"),
        _text("digest_total"),
        _number("live_count"),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "scope_row",
        _text("scope"),
        _text("kind"),
        _id("id"),
        _number("version"),
        _number("seq"),
        _text("state"),
        sa.PrimaryKeyConstraint("scope", "kind", "id"),
        sa.UniqueConstraint("scope", "seq"),
    )
    op.create_index("ix_scope_row_record", "scope_row", ["kind", "id"])


def _make_customers() -> None:
    op.create_table(
        "customer_key",
        _text("key_kind"),
        _text("key"),
        _id("customer_id"),
        sa.PrimaryKeyConstraint("key_kind", "key", "customer_id"),
    )
    op.create_index("ix_customer_key_customer_id", "customer_key", ["customer_id"])
    op.create_table(
        "customer_child",
        _text("kind"),
        _id("id"),
        _id("customer_id"),
        _moment("happened_at"),
        _id("only_store_id", nullable=True),
        sa.PrimaryKeyConstraint("kind", "id", "customer_id"),
    )
    op.create_index("ix_customer_child_customer_id", "customer_child", ["customer_id"])
    op.create_table(
        "customer_scope",
        _id("customer_id"),
        _id("store_id"),
        _text("reason"),
        _moment("last_at"),
        sa.PrimaryKeyConstraint("customer_id", "store_id"),
    )


def _make_devices() -> None:
    op.create_table(
        "device",
        _id("id"),
        _text("token_hash"),
        _id("store_id"),
        _text("name"),
        _moment("added_at", nullable=False),
        _moment("last_seen_at"),
        _moment("revoked_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "sync_identity",
        _id("device_id"),
        _id("registration_id"),
        _number("last_n"),
        _id("last_uuid", nullable=True),
        sa.PrimaryKeyConstraint("device_id"),
    )
    op.create_index("ix_sync_identity_registration_id", "sync_identity", ["registration_id"])
    op.create_table(
        "sync_result",
        _id("device_id"),
        _number("n"),
        _id("uuid"),
        _text("status"),
        _text("code", nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "n"),
    )
    first = sa.text("repeats = 0")
    op.create_index(
        "ux_sync_result_uuid", "sync_result", ["uuid"], unique=True, sqlite_where=first, postgresql_where=first
    )
    op.create_table(
        "rejected_key",
        _id("device_id"),
        _text("kind"),
        _id("id"),
        _number("n"),
        sa.PrimaryKeyConstraint("device_id", "kind", "id"),
    )


def _make_imports() -> None:
    op.create_table(
        "imported",
        _text("source"),
        _text("kind"),
        _id("id"),
        _text("body_hash"),
        _text("body", nullable=True),
        _number("run"),
        sa.PrimaryKeyConstraint("source", "kind", "id"),
    )
    op.create_table("setting", _text("name"), _text("value"), sa.PrimaryKeyConstraint("name"))


def upgrade() -> None:
    _make_records()
    _make_customers()
    _make_devices()
    _make_imports()


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
