"""When tombstones and verdicts were made, and which verdicts a device has kept, so that old ones can go.

What is there already counts as made now: nobody knows its age, and a longer life does no harm.
"""

import sqlalchemy as sa
from alembic import op

from sync.protocol.column_types import UtcDateTime
from sync.protocol.times import to_microseconds, utc_now

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = utc_now()
    op.add_column("scope_row", sa.Column("gone_at", UtcDateTime(), nullable=True))
    rows = sa.table("scope_row", sa.column("state"), sa.column("gone_at", UtcDateTime()))
    op.execute(rows.update().where(rows.c.state != "live").values(gone_at=now))
    gone = sa.text("gone_at IS NOT NULL")
    op.create_index("ix_scope_row_gone", "scope_row", ["scope", "gone_at"], sqlite_where=gone, postgresql_where=gone)
    op.add_column("sync_identity", sa.Column("settled_n", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column(
        "sync_result", sa.Column("decided_at", UtcDateTime(), nullable=False, server_default=str(to_microseconds(now)))
    )


def downgrade() -> None:
    raise NotImplementedError("restore a copy of the database instead")
