"""Why a customer's request was given more time."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("privacy_request", sa.Column("extended_reason", sa.String(), nullable=False, server_default=""))
