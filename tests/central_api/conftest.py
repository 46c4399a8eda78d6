"""The fixtures of these tests: a central API in process, on SQLite and on PostgreSQL."""

from tests.central_api.retailer import central

__all__ = ["central"]
