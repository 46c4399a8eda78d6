"""Alembic migrations of the central database, one transaction each, run by `sync.central_api.database.migrate`."""
