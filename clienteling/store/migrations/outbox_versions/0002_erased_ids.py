"""Ids of the records that were erased, so that nothing about them is written any more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("erased", sa.Column("id", sa.String, primary_key=True), sqlite_with_rowid=False)
