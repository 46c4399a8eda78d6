"""When online look-ups end, and what time the device takes it to be. Look-ups that are here end in a day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "look_up",
        sa.Column("customer_id", sa.String, primary_key=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO look_up (customer_id, ends_at) "
        "SELECT id, (CAST(strftime('%s', 'now') AS INTEGER) + 86400) * 1000000 FROM row_scope "
        "WHERE kind = 'customer' AND scope LIKE 'lookup:%'"
    )
    for name in ("clock_at", "time_at", "heard_at"):
        op.add_column("meta", sa.Column(name, sa.BigInteger))
