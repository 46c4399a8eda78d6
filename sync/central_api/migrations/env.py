"""Alembic's entry: runs the migrations on the connection that `migrate` hands over."""

from alembic import context

from sync.central_api.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
