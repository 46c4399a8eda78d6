"""What the central tables are made of."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

_registry = registry()


class CentralTable(SQLModel, registry=_registry):
    """Base of the central tables: their own registry, so that a device's tables never meet them."""
