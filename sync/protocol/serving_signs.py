"""Signs that a store served a customer, and for how long they keep the customer in its scope (design: Scopes).

One rule for both sides: the server ends memberships by it, and a device that hears nothing from the server does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.protocol.bodies import customers_of
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.times import from_wire

MEMBER_FOR = timedelta(days=731)
"""24 months."""

LOOKED_UP_FOR = timedelta(hours=24)
"""How long an online look-up keeps a customer on the device that asked."""

_SERVED_AT: Mapping[str, tuple[str, str]] = {
    Kind.ORDER: ("location_id", "placed_at"),
    Kind.NOTE: ("store_id", "written_at"),
    Kind.INTERACTION: ("store_id", "at"),
    Kind.FOLLOW_UP: ("store_id", "at"),
    Kind.APPOINTMENT: ("store_id", "at"),
    Kind.HOLD: ("store_id", "requested_at"),
}
"""Kinds that show a customer was served at a store: the fields that name the store and the moment."""
SIGN_KINDS = frozenset(_SERVED_AT)


@dataclass(frozen=True, slots=True)
class Served:
    """One sign that a store served a customer."""

    customer_id: str
    store_id: str
    reason: str
    at: datetime


def served_by(key: RecordKey, body: Body) -> list[Served]:
    """The signs a record gives: its store at its moment, and the store an order is to be collected from."""
    customers = customers_of(key, body)
    fields = _SERVED_AT.get(key.kind)
    if not customers or fields is None:
        return []
    store_field, at_field = fields
    at_text = body.get(at_field)
    if not at_text:
        return []
    stores = [body.get(store_field), (body.get("pickup") or {}).get("location_id")]
    at = from_wire(at_text)
    return [
        Served(customer_id, store_id, key.kind, at)
        for customer_id in customers
        for store_id in dict.fromkeys(stores)
        if store_id
    ]
