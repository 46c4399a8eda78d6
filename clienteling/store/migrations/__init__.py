"""Schema changes of the device's two files, run by Alembic through its API (`database.migrate`)."""
