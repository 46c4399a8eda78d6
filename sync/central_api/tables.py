"""Tables of the central database (design: Records, The feed); who may ask is in `access_tables`.

`record` holds each aggregate once; `scope_row` holds one row per record and scope, re-stamped when the record changes,
with the tombstone in the same row. The bulk paths use these as Core tables; nothing here validates.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, MetaData, Table, UniqueConstraint, text
from sqlmodel import Field

from sync.central_api.access_tables import DEVICE
from sync.central_api.column_types import RecordId
from sync.central_api.table_base import CentralTable
from sync.protocol.column_types import UtcDateTime
from sync.protocol.records import CustomerChildBase, CustomerKeyBase, RecordBase, ScopeRowBase


class Record(RecordBase, CentralTable, table=True):
    """`state` is live, deleted or purged; what is gone keeps its last version and an empty body."""

    __tablename__: ClassVar[Any] = "record"
    id: str = Field(primary_key=True, sa_type=RecordId)
    state: str


class Scope(CentralTable, table=True):
    """One counter and digest for each scope. Its row lock makes number order equal commit order.

    `catalogue_seq`: the number of its latest row that a customer's page may show (`catalogue_reading.SHOWN_KINDS`).
    """

    __tablename__: ClassVar[Any] = "scope"
    scope: str = Field(primary_key=True)
    epoch: str = Field(sa_type=RecordId)
    seq: int = Field(sa_type=BigInteger)
    floor_seq: int = Field(sa_type=BigInteger)
    digest_total: str
    live_count: int = Field(sa_type=BigInteger)
    catalogue_seq: int = Field(default=0, sa_type=BigInteger)


class ScopeRow(ScopeRowBase, CentralTable, table=True):
    """`state` as on the wire: live, deleted, left or purged. `gone_at`: when it became a tombstone, None while live."""

    __tablename__: ClassVar[Any] = "scope_row"
    __table_args__ = (
        UniqueConstraint("scope", "seq"),
        Index("ix_scope_row_record", "kind", "id"),
        Index(
            "ix_scope_row_gone",
            "scope",
            "gone_at",
            sqlite_where=text("gone_at IS NOT NULL"),
            postgresql_where=text("gone_at IS NOT NULL"),
        ),
    )
    id: str = Field(primary_key=True, sa_type=RecordId)
    seq: int = Field(sa_type=BigInteger)
    state: str
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CustomerKey(CustomerKeyBase, CentralTable, table=True):
    __tablename__: ClassVar[Any] = "customer_key"
    customer_id: str = Field(primary_key=True, index=True, sa_type=RecordId)


class CustomerChild(CustomerChildBase, CentralTable, table=True):
    """Which records follow a customer. `only_store_id`: a note that stays in that store."""

    __tablename__: ClassVar[Any] = "customer_child"
    id: str = Field(primary_key=True, sa_type=RecordId)
    customer_id: str = Field(primary_key=True, index=True, sa_type=RecordId)
    happened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    only_store_id: str | None = Field(default=None, sa_type=RecordId)


class CustomerScope(CentralTable, table=True):
    """A customer's membership in a store. `last_at` None: only because it is the home store."""

    __tablename__: ClassVar[Any] = "customer_scope"
    customer_id: str = Field(primary_key=True, sa_type=RecordId)
    store_id: str = Field(primary_key=True, sa_type=RecordId)
    reason: str
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CustomerLookUp(CentralTable, table=True):
    """A customer's membership in `lookup:<device>`, after an online look-up. `device_id`: the registration's."""

    __tablename__: ClassVar[Any] = "customer_look_up"
    customer_id: str = Field(primary_key=True, sa_type=RecordId)
    device_id: str = Field(primary_key=True, sa_type=RecordId)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class QuarantinedEntry(CentralTable, table=True):
    """What a revoked device had not sent yet, or somebody wrote whose key was ended, as it came: `body` is the entry.

    Applied by nobody, pulled by nobody.
    """

    __tablename__: ClassVar[Any] = "quarantined_entry"
    registration_id: str = Field(primary_key=True, sa_type=RecordId)
    uuid: str = Field(primary_key=True, sa_type=RecordId)
    device_id: str = Field(sa_type=RecordId)
    n: int = Field(sa_type=BigInteger)
    body: str
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SyncIdentity(CentralTable, table=True):
    """A device id that numbers entries, under the registration that first used it.

    `settled_n`: up to here its outbox holds every verdict, as far as it has told.
    """

    __tablename__: ClassVar[Any] = "sync_identity"
    device_id: str = Field(primary_key=True, sa_type=RecordId)
    registration_id: str = Field(index=True, sa_type=RecordId)
    last_n: int = Field(sa_type=BigInteger)
    last_uuid: str | None = Field(default=None, sa_type=RecordId)
    settled_n: int = Field(default=0, sa_type=BigInteger)


class SyncResult(CentralTable, table=True):
    """The verdict of an entry. A uuid is decided once; `repeats`: the same verdict under a new number."""

    __tablename__: ClassVar[Any] = "sync_result"
    __table_args__ = (
        Index(
            "ux_sync_result_uuid",
            "uuid",
            unique=True,
            sqlite_where=text("repeats = 0"),
            postgresql_where=text("repeats = 0"),
        ),
    )
    device_id: str = Field(primary_key=True, sa_type=RecordId)
    n: int = Field(primary_key=True, sa_type=BigInteger)
    uuid: str = Field(sa_type=RecordId)
    status: str
    code: str | None = None
    repeats: int = 0
    decided_at: datetime = Field(sa_type=UtcDateTime)


class RejectedKey(CentralTable, table=True):
    """A record that a rejected entry of a device was to create, so that later entries can say what they depend on."""

    __tablename__: ClassVar[Any] = "rejected_key"
    device_id: str = Field(primary_key=True, sa_type=RecordId)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True, sa_type=RecordId)
    n: int = Field(sa_type=BigInteger)


class Imported(CentralTable, table=True):
    """What a source last said of a record. `body` only for kinds people change; `run`: the last that had it."""

    __tablename__: ClassVar[Any] = "imported"
    source: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True, sa_type=RecordId)
    body_hash: str
    body: str | None = None
    run: int = Field(sa_type=BigInteger)


class AuditLog(CentralTable, table=True):
    """A device's audit log, or this server's own (`registration_id` None), as far as it has come here."""

    __tablename__: ClassVar[Any] = "audit_log"
    log_id: str = Field(primary_key=True, sa_type=RecordId)
    registration_id: str | None = Field(default=None, sa_type=RecordId)
    last_n: int = Field(sa_type=BigInteger)
    last_hash: str
    told_at: datetime = Field(sa_type=UtcDateTime)


class AuditEntry(CentralTable, table=True):
    """Who did what to whom, by ids alone. Written once; nothing changes or deletes it."""

    __tablename__: ClassVar[Any] = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_customer", "customer_id", "at"), Index("ix_audit_entry_at", "at", "kind"))
    log_id: str = Field(primary_key=True, sa_type=RecordId)
    n: int = Field(primary_key=True, sa_type=BigInteger)
    at: str
    kind: str
    actor: str | None = Field(default=None, sa_type=RecordId)
    customer_id: str | None = Field(default=None, sa_type=RecordId)
    details: str
    hash: str


class AuditBreak(CentralTable, table=True):
    """Where a device's log was found to be other than what it had sent; nothing more of that log is taken."""

    __tablename__: ClassVar[Any] = "audit_break"
    log_id: str = Field(primary_key=True, sa_type=RecordId)
    n: int = Field(primary_key=True, sa_type=BigInteger)
    fault: str
    found_at: datetime = Field(sa_type=UtcDateTime)


class PrivacyRequest(CentralTable, table=True):
    """What a customer asked for about what is known of them (`privacy_requests`). By ids alone; no name is in it.

    `also`: ids of the same person's other records, `others`: of people who may look like them and are not, both JSON.
    `opened_by`, `identity_by`: an associate's id or `operator`. `outcome`: JSON of counts, ids, versions.
    """

    __tablename__: ClassVar[Any] = "privacy_request"
    id: str = Field(primary_key=True, sa_type=RecordId)
    kind: str
    customer_id: str = Field(index=True, sa_type=RecordId)
    also: str
    others: str
    regime: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    extended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: str
    opened_by: str
    identity_by: str
    identity_how: str
    identity_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refused_reason: str
    outcome: str
    extended_reason: str = ""


class SuppressedKey(CentralTable, table=True):
    """A keyed hash of a phone, e-mail or loyalty number of somebody who was erased (`suppression`)."""

    __tablename__: ClassVar[Any] = "suppressed_key"
    key_hash: str = Field(primary_key=True)
    key_kind: str
    added_at: datetime = Field(sa_type=UtcDateTime)


class SuppressedCustomer(CentralTable, table=True):
    """Another id under which an import meant to bring somebody who was erased, and the key that told."""

    __tablename__: ClassVar[Any] = "suppressed_customer"
    customer_id: str = Field(primary_key=True, sa_type=RecordId)
    key_hash: str


class HeldPieces(CentralTable, table=True):
    """Pieces that a hold takes from a stock record: it is confirmed, or collected and not counted since."""

    __tablename__: ClassVar[Any] = "held_pieces"
    hold_id: str = Field(primary_key=True, sa_type=RecordId)
    stock_id: str = Field(index=True, sa_type=RecordId)
    quantity: int
    until: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    collected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ShownProduct(CentralTable, table=True):
    """A product on sale, by its category."""

    __tablename__: ClassVar[Any] = "shown_product"
    __table_args__ = (Index("ix_shown_product_category", "category", "id"),)
    id: str = Field(primary_key=True, sa_type=RecordId)
    category: str


class ShownVariant(CentralTable, table=True):
    """A variant of a product on sale, by its GTIN; those without one are not here."""

    __tablename__: ClassVar[Any] = "shown_variant"
    product_id: str = Field(primary_key=True, sa_type=RecordId)
    variant_id: str = Field(primary_key=True, sa_type=RecordId)
    gtin: str = Field(index=True)


class ReviewEntry(CentralTable, table=True):
    """What reviews of a product are put in order by. `helpful`: readers' votes; `characters`: of the text."""

    __tablename__: ClassVar[Any] = "review_entry"
    __table_args__ = (
        Index("ix_review_entry_newest", "product_id", "written_at"),
        Index("ix_review_entry_rating", "product_id", "rating", "written_at"),
        Index("ix_review_entry_helpful", "product_id", "helpful", "characters", "written_at"),
    )
    id: str = Field(primary_key=True, sa_type=RecordId)
    product_id: str = Field(sa_type=RecordId)
    rating: int
    written_at: datetime = Field(sa_type=UtcDateTime)
    characters: int
    helpful: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class StoreSale(CentralTable, table=True):
    """Which orders were bought in which store and when, for the figures of a day."""

    __tablename__: ClassVar[Any] = "store_sale"
    __table_args__ = (Index("ix_store_sale_placed_at", "store_id", "placed_at"),)
    order_id: str = Field(primary_key=True, sa_type=RecordId)
    store_id: str = Field(sa_type=RecordId)
    placed_at: datetime = Field(sa_type=UtcDateTime)


class Setting(CentralTable, table=True):
    """The database's own values: epoch, cursor signing key, the number of the last import."""

    __tablename__: ClassVar[Any] = "setting"
    name: str = Field(primary_key=True)
    value: str


METADATA: MetaData = DEVICE.metadata
"""Of all central tables, those of access too."""

RECORD: Table = METADATA.tables["record"]
SCOPE: Table = METADATA.tables["scope"]
SCOPE_ROW: Table = METADATA.tables["scope_row"]
CUSTOMER_KEY: Table = METADATA.tables["customer_key"]
CUSTOMER_CHILD: Table = METADATA.tables["customer_child"]
CUSTOMER_SCOPE: Table = METADATA.tables["customer_scope"]
CUSTOMER_LOOK_UP: Table = METADATA.tables["customer_look_up"]
QUARANTINED_ENTRY: Table = METADATA.tables["quarantined_entry"]
SYNC_IDENTITY: Table = METADATA.tables["sync_identity"]
SYNC_RESULT: Table = METADATA.tables["sync_result"]
REJECTED_KEY: Table = METADATA.tables["rejected_key"]
IMPORTED: Table = METADATA.tables["imported"]
HELD_PIECES: Table = METADATA.tables["held_pieces"]
SHOWN_PRODUCT: Table = METADATA.tables["shown_product"]
SHOWN_VARIANT: Table = METADATA.tables["shown_variant"]
REVIEW_ENTRY: Table = METADATA.tables["review_entry"]
STORE_SALE: Table = METADATA.tables["store_sale"]
AUDIT_LOG: Table = METADATA.tables["audit_log"]
AUDIT_ENTRY: Table = METADATA.tables["audit_entry"]
AUDIT_BREAK: Table = METADATA.tables["audit_break"]
PRIVACY_REQUEST: Table = METADATA.tables["privacy_request"]
SUPPRESSED_KEY: Table = METADATA.tables["suppressed_key"]
SUPPRESSED_CUSTOMER: Table = METADATA.tables["suppressed_customer"]
SETTING: Table = METADATA.tables["setting"]
