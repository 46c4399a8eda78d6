"""Column types of the central tables that differ between SQLite and PostgreSQL."""

from sqlalchemy import Dialect, String
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.types import TypeDecorator, TypeEngine


class RecordId(TypeDecorator[str]):
    """Lower-case uuid text in Python and on SQLite, `uuid` on PostgreSQL."""

    impl = String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(UUID(as_uuid=False))
        return dialect.type_descriptor(String(36))
