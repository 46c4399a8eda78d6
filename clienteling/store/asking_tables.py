"""Tables for asking: what screens look for, taken out of record bodies by `unpack`. All of it can be made again.

What is only shown stays in the body. Times are integer microseconds. Full text is in tables of its own, made by
`name_index` and `product_index`; they are no part of this metadata.
"""

from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from clienteling.store.tables import AskingTable
from sync.protocol.records import CustomerChildBase, CustomerKeyBase

ASKING_REVISION = 5
"""Raised when what `unpack` or `search_keys` makes of a body changes, so that every device fills these tables again."""

_WITHOUT_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class CustomerEntryRow(AskingTable, table=True):
    """A customer in a list. `row` is the full-text row; `tokens` what it was indexed under. No sync columns."""

    __tablename__ = "customer_entry"

    row: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    salutation: str
    phone: str
    email: str
    city: str
    home_store_id: str | None = None
    alias_of: str | None = Field(default=None, index=True)
    tokens: str


class CustomerKeyRow(CustomerKeyBase, AskingTable, table=True):
    """Besides the protocol's keys: `tail`, the phone's digits from the end. See `unpack_customers`."""

    __tablename__ = "customer_key"
    __table_args__ = (_WITHOUT_ROWID,)

    customer_id: str = Field(primary_key=True)


class CustomerChildRow(CustomerChildBase, AskingTable, table=True):
    """A record of a customer; `location_id` where it shows that the customer was there.

    One index answers for timeline and visits: ids come in no order, so that every further tree with an id in it is a
    page to encrypt for nearly every record.
    """

    __tablename__ = "customer_child"
    __table_args__ = (Index("customer_child_timeline", "customer_id", "kind", "happened_at", "id", "location_id"),)

    customer_id: str
    location_id: str | None = None


class LoyaltyRow(AskingTable, table=True):
    """A loyalty account; `key` is its number as it is looked up."""

    __tablename__ = "loyalty"

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    number: str
    tier: str
    key: str


class WishRow(AskingTable, table=True):
    """A wishlist item that is on the list."""

    __tablename__ = "wish"
    __table_args__ = (Index("wish_of_product", "product_id", "added_at"),)

    id: str = Field(primary_key=True)
    customer_id: str
    product_id: str
    variant_id: str | None = None
    added_at: int = Field(sa_type=BigInteger, index=True)


class PickupRow(AskingTable, table=True):
    __tablename__ = "pickup"
    __table_args__ = (Index("pickup_waiting", "location_id", "status", "since_at"),)

    id: str = Field(primary_key=True)
    customer_id: str
    location_id: str
    status: str
    since_at: int = Field(sa_type=BigInteger)


class CartRow(AskingTable, table=True):
    __tablename__ = "cart"

    id: str = Field(primary_key=True)
    customer_id: str
    updated_at: int = Field(sa_type=BigInteger, index=True)


class FollowUpRow(AskingTable, table=True):
    """A follow-up of any status; `due_on` is ISO 8601, so that text order is that of days."""

    __tablename__ = "follow_up"
    __table_args__ = (Index("follow_up_due", "store_id", "status", "due_on"),)

    id: str = Field(primary_key=True)
    customer_id: str
    store_id: str
    status: str
    due_on: str


class AppointmentRow(AskingTable, table=True):
    """An appointment of any status, by its store's own calendar and clock."""

    __tablename__ = "appointment"
    __table_args__ = (Index("appointment_of_day", "store_id", "local_date", "local_time"),)

    id: str = Field(primary_key=True)
    customer_id: str
    store_id: str
    status: str
    local_date: str
    local_time: str


class OpenHoldRow(AskingTable, table=True):
    """A hold that is requested or confirmed; whether its end has passed is asked with a clock."""

    __tablename__ = "open_hold"

    id: str = Field(primary_key=True)
    product_id: str = Field(index=True)
    variant_id: str
    store_id: str


class DuplicateRow(AskingTable, table=True):
    """One side of an open possible duplicate; the other side is a row too."""

    __tablename__ = "duplicate"
    __table_args__ = (Index("duplicate_of_record", "id"), _WITHOUT_ROWID)

    customer_id: str = Field(primary_key=True)
    other_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)


class OpenConflictRow(AskingTable, table=True):
    __tablename__ = "open_conflict"

    id: str = Field(primary_key=True)
    customer_id: str


class ProductEntryRow(AskingTable, table=True):
    """A product in a list. `tokens`: what it was indexed under; `shown`: its status says it is on sale."""

    __tablename__ = "product_entry"

    row: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    tokens: str
    shown: bool


class VariantRow(AskingTable, table=True):
    __tablename__ = "variant"
    __table_args__ = (
        Index("variant_by_gtin", "gtin", sqlite_where=text("gtin <> ''")),
        Index("variant_by_sku", "sku_key"),
    )

    id: str = Field(primary_key=True)
    product_id: str = Field(index=True)
    gtin: str
    sku_key: str


class StockHereRow(AskingTable, table=True):
    """A variant's stock at the store its stock record was made for; the other locations' stays in the body.

    `reserved`: all that may not be promised, what is held for customers too.
    """

    __tablename__ = "stock_here"
    __table_args__ = (Index("stock_of_variant", "variant_id", "store_id"), Index("stock_of_product", "product_id"))

    id: str = Field(primary_key=True)
    store_id: str
    variant_id: str
    product_id: str
    on_hand: int | None = Field(default=None, sa_type=BigInteger)
    reserved: int = Field(default=0, sa_type=BigInteger)
    as_of: int | None = Field(default=None, sa_type=BigInteger)


class ReviewEntryRow(AskingTable, table=True):
    __tablename__ = "review_entry"
    __table_args__ = (
        Index("review_newest", "product_id", "written_at"),
        Index("review_critical", "product_id", "rating", "written_at"),
    )

    id: str = Field(primary_key=True)
    product_id: str
    rating: int
    written_at: int = Field(sa_type=BigInteger)


class PromotionEntryRow(AskingTable, table=True):
    __tablename__ = "promotion_entry"

    id: str = Field(primary_key=True)
    starts_at: int = Field(sa_type=BigInteger)
    ends_at: int = Field(sa_type=BigInteger, index=True)
