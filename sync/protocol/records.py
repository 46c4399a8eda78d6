"""SQLModel bases of the tables both sides have: fields only, no table.

A record is one aggregate (an order with its lines) and is kept whole as its body; the tables for asking are filled from
bodies by each side. Each side's `tables.py` makes its own tables from these on its own registry and adds what only it
needs. Use `sa_type=` here, never `sa_column` or `__table_args__`: two tables would share one column object.
Table models validate nothing: wire models and bodies do.
"""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from sync.protocol.column_types import UtcDateTime


class RecordBase(SQLModel):
    """A record of any kind. `body` is its JSON text; `version` counts its changes on the server, 0 = never there."""

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    body: str


class ScopeRowBase(SQLModel):
    """A record's membership in one scope, with the version that scope has seen."""

    scope: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)


class CustomerKeyBase(SQLModel):
    """An exact key of a customer. `key_kind`: phone (E.164), email or loyalty; `key` as `search_keys` folds it."""

    key_kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    customer_id: str = Field(primary_key=True, index=True)


class CustomerChildBase(SQLModel):
    """A record that belongs to a customer. `happened_at` orders a timeline; None where the record has no time."""

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    happened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
