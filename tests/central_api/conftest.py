"""The fixtures of these tests: a central API in process, on SQLite and on PostgreSQL."""

from tests.central_api.retailer import (
    _postgresql_retailer,
    _sqlite_retailer,
    central,
    postgresql_retailer_url,
    sqlite_retailer_url,
)

__all__ = ["_postgresql_retailer", "_sqlite_retailer", "central", "postgresql_retailer_url", "sqlite_retailer_url"]
