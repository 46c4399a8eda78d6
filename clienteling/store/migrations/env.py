"""Alembic's entry: the connection comes from `database.migrate`; one transaction for each migration.

`user_version` follows the revision inside the same transaction, so that a newer file is recognised without Alembic.
"""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection


def _note_schema_number(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    assert ctx.connection is not None
    ctx.connection.exec_driver_sql(f"PRAGMA user_version = {int(step.up_revision_id or 0)}")


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    transactional_ddl=True,
    transaction_per_migration=True,
    on_version_apply=_note_schema_number,
)
with context.begin_transaction():
    context.run_migrations()
