"""The fixtures of these tests: those of the central API's."""

from tests.central_api.retailer import (
    _postgresql_retailer,
    _sqlite_retailer,
    central,
    postgresql_retailer_url,
    sqlite_retailer_url,
)

__all__ = ["_postgresql_retailer", "_sqlite_retailer", "central", "postgresql_retailer_url", "sqlite_retailer_url"]
