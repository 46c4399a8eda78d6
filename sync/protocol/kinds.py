"""Record kinds, record keys and scope names (design: Records, Scopes)."""

from enum import StrEnum
from typing import Any, NamedTuple

Body = dict[str, Any]
"""A whole record as it travels: JSON values only; fields a side does not know are kept and sent back."""


class Kind(StrEnum):
    """Every record kind of schema 1. A device keeps kinds it does not know without reading them."""

    PRODUCT = "product"
    PRICE = "price"
    PROMOTION = "promotion"
    REVIEW = "review"
    LOCATION = "location"
    ASSOCIATE = "associate"
    STOCK = "stock"
    ORDER = "order"
    OPEN_CART = "open_cart"
    LOYALTY_ACCOUNT = "loyalty_account"
    VOUCHER = "voucher"
    STORE_EVENT = "store_event"

    CUSTOMER = "customer"
    PREFERENCE = "preference"
    CONSENT = "consent"
    WISHLIST_ITEM = "wishlist_item"
    NOTE = "note"
    INTERACTION = "interaction"
    FOLLOW_UP = "follow_up"
    APPOINTMENT = "appointment"
    HOLD = "hold"
    ENQUIRY = "enquiry"
    SURVEY_ANSWER = "survey_answer"
    HANDOVER = "handover"
    SCAN_TALLY = "scan_tally"
    SHELF_DAY = "shelf_day"
    CONFLICT = "conflict"
    POSSIBLE_DUPLICATE = "possible_duplicate"


GLOBAL_KINDS = frozenset({Kind.PRODUCT, Kind.PRICE, Kind.PROMOTION, Kind.REVIEW, Kind.LOCATION})
"""Held by every device."""

DOWN_ONLY_KINDS = GLOBAL_KINDS | {
    Kind.ASSOCIATE,
    Kind.STOCK,
    Kind.ORDER,
    Kind.OPEN_CART,
    Kind.LOYALTY_ACCOUNT,
    Kind.VOUCHER,
    Kind.STORE_EVENT,
}
"""Owned by the commerce platform: no mutation changes them, but for whose an unlinked order is (`order.claim`)."""


class RecordKey(NamedTuple):
    """What names a record."""

    kind: str
    id: str


GLOBAL_SCOPE = "global"


def store_scope(store_id: str) -> str:
    """The scope of one store's customers and work."""
    return f"store:{store_id}"


_LOOKUP_PREFIX = "lookup:"


def lookup_scope(registration_id: str) -> str:
    """The scope of the customers that one device opened after an online look-up."""
    return f"{_LOOKUP_PREFIX}{registration_id}"


def is_lookup_scope(scope: str) -> bool:
    """Whether this is a scope of customers opened after an online look-up."""
    return scope.startswith(_LOOKUP_PREFIX)


def has_digest(scope: str) -> bool:
    """Whether both sides compare a digest for this scope: not for customers opened after an online look-up."""
    return not is_lookup_scope(scope)
