"""The device's tables: `store.db` (rows as the server and pending entries make them) and `outbox.db` (what people did).

Made from the bases of `sync.protocol.records` on registries of our own. Tables for asking belong on ASKING_REGISTRY:
they hold nothing that cannot be made again from `record`, so they have no migrations; when their definition changes
they are dropped and filled again (`asking_side`). The two files are never attached to each other (design: Writing).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from sync.protocol.column_types import UtcDateTime
from sync.protocol.records import RecordBase, ScopeRowBase

STORE_REGISTRY = registry()
ASKING_REGISTRY = registry()
OUTBOX_REGISTRY = registry()

_WITHOUT_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class StoreTable(SQLModel, registry=STORE_REGISTRY):
    """Base of the tables in `store.db` that migrations keep."""


class AskingTable(SQLModel, registry=ASKING_REGISTRY):
    """Base of the tables in `store.db` that are filled from records and made again when they change."""


class OutboxTable(SQLModel, registry=OUTBOX_REGISTRY):
    """Base of the tables in `outbox.db`."""


class MetaRow(StoreTable, table=True):
    """One row: where this store stands. `filled` is false while a new store is on its way to its first last page.

    `clock_at`, `time_at`: when time was last reckoned, by the device's clock and as it was taken (`device_time`);
    `heard_at`: the server's time at the last last page.
    """

    __tablename__ = "meta"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(primary_key=True)
    device_id: str
    applied_n: int = Field(sa_type=BigInteger)
    acked_n: int = Field(sa_type=BigInteger)
    cursor: str | None = None
    epoch: str | None = None
    grants: list[str] = Field(sa_type=JSON)
    filled: bool
    synced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asking_fingerprint: str = ""
    clock_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    time_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecordRow(RecordBase, StoreTable, table=True):
    """A record as people see it: the server's body with the pending entries on top. `row_id` is for full text."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("kind", "id"),)

    row_id: int | None = Field(default=None, primary_key=True)
    kind: str
    id: str


class ScopeRow(ScopeRowBase, StoreTable, table=True):
    """A membership. `stale`: its scope is being fetched again and this row has not come yet."""

    __tablename__ = "row_scope"
    __table_args__ = (PrimaryKeyConstraint("kind", "id", "scope"), _WITHOUT_ROWID)

    stale: bool = False


class ScopeDigestRow(StoreTable, table=True):
    """The digest of a scope's rows that are not stale. `refetch`: one of `apply_remote.Refetch`."""

    __tablename__ = "scope_digest"

    scope: str = Field(primary_key=True)
    total: str = "0"
    live_count: int = 0
    refetch: str = "none"


class BaseRow(StoreTable, table=True):
    """The server's record, or its absence (body NULL), of everything a pending entry touches."""

    __tablename__ = "base"
    __table_args__ = (_WITHOUT_ROWID,)

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    body: str | None = None


class TouchedRow(StoreTable, table=True):
    """An entry with acked_n < n <= applied_n, and a record it may have changed. Join it for the pending mark."""

    __tablename__ = "touched"
    __table_args__ = (PrimaryKeyConstraint("kind", "id", "n"), _WITHOUT_ROWID)

    kind: str
    id: str
    n: int = Field(sa_type=BigInteger, index=True)


class LookUpRow(StoreTable, table=True):
    """When the online look-up ends that brought a customer, by the server's clock."""

    __tablename__ = "look_up"
    __table_args__ = (_WITHOUT_ROWID,)

    customer_id: str = Field(primary_key=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)


class IdentityRow(OutboxTable, table=True):
    """One row: who this device is. `settled_n`: up to here the outbox holds every verdict."""

    __tablename__ = "identity"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(primary_key=True)
    device_id: str
    next_n: int = Field(sa_type=BigInteger)
    settled_n: int = Field(sa_type=BigInteger)


class EntryRow(OutboxTable, table=True):
    """One thing a person did. Name `void`: number and uuid only. `acknowledged_at`: no longer pending in the store."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("entry_to_forget", "acknowledged_at", sqlite_where=text("name <> 'void'")),
        Index("entry_unmarked", "n", sqlite_where=text("acknowledged_at IS NULL")),
    )

    n: int = Field(primary_key=True)
    uuid: str = Field(unique=True)
    name: str
    version: int
    args: str
    actor: str | None = None
    at: str
    verdict: str | None = None
    code: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AttentionRow(OutboxTable, table=True):
    """A refused or merged entry as it was written, until a person settles it. Its uuid outlives its number."""

    __tablename__ = "attention"

    uuid: str = Field(primary_key=True)
    device_id: str
    n: int = Field(sa_type=BigInteger)
    name: str
    version: int
    args: str
    actor: str | None = None
    at: str
    verdict: str
    code: str | None = None
    noted_at: datetime = Field(sa_type=UtcDateTime)


class ErasedRow(OutboxTable, table=True):
    """The id of a record that was erased: nothing about it is written any more."""

    __tablename__ = "erased"
    __table_args__ = (_WITHOUT_ROWID,)

    id: str = Field(primary_key=True)


class ErasureOpenRow(OutboxTable, table=True):
    """An erasure that this device has not confirmed. `version`, `epoch`: of the server's word that asked for it."""

    __tablename__ = "erasure_open"
    __table_args__ = (_WITHOUT_ROWID,)

    customer_id: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    epoch: str


class AuditLogRow(OutboxTable, table=True):
    """One row: the device's audit log. `sent_n`: the server has it up to here; `before_`: end of what was let go."""

    __tablename__ = "audit_log"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(primary_key=True)
    log_id: str
    last_n: int = Field(sa_type=BigInteger)
    last_hash: str
    sent_n: int = Field(sa_type=BigInteger)
    before_n: int = Field(sa_type=BigInteger)
    before_hash: str


class AuditEntryRow(OutboxTable, table=True):
    """Something that was done: by whom, about whom, by ids alone. `hash`: the chain up to here."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("audit_of_associate", "actor", "at"),)

    n: int = Field(primary_key=True)
    at: str
    kind: str
    actor: str | None = None
    customer_id: str | None = None
    details: str
    hash: str


class PrintedLabelRow(OutboxTable, table=True):
    """The label that was handed out last for a variant at a store. Here, because this file outlives every store file.

    Not synced: another device of the store does not know of it.
    """

    __tablename__ = "printed_label"
    __table_args__ = (PrimaryKeyConstraint("store_id", "variant_id"), _WITHOUT_ROWID)

    store_id: str
    variant_id: str
    revision: str
    printed_at: datetime = Field(sa_type=UtcDateTime)


META = STORE_REGISTRY.metadata.tables["meta"]
RECORD = STORE_REGISTRY.metadata.tables["record"]
ROW_SCOPE = STORE_REGISTRY.metadata.tables["row_scope"]
SCOPE_DIGEST = STORE_REGISTRY.metadata.tables["scope_digest"]
BASE = STORE_REGISTRY.metadata.tables["base"]
LOOK_UP = STORE_REGISTRY.metadata.tables["look_up"]
TOUCHED = STORE_REGISTRY.metadata.tables["touched"]
IDENTITY = OUTBOX_REGISTRY.metadata.tables["identity"]
ENTRY = OUTBOX_REGISTRY.metadata.tables["entry"]
ATTENTION = OUTBOX_REGISTRY.metadata.tables["attention"]
ERASURE_OPEN = OUTBOX_REGISTRY.metadata.tables["erasure_open"]
ERASED = OUTBOX_REGISTRY.metadata.tables["erased"]
PRINTED_LABEL = OUTBOX_REGISTRY.metadata.tables["printed_label"]
