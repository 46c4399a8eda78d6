"""Possible duplicates: two customers with one phone are marked for people, never merged (families share phones)."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import among, portions
from sync.central_api.record_store import Stored, exact_keys, load_records
from sync.central_api.tables import CUSTOMER_KEY
from sync.protocol.bodies import PossibleDuplicateBody
from sync.protocol.ids import duplicate_id
from sync.protocol.kinds import Body, Kind, RecordKey

MOST_PAIRS = 3
"""Pairs made for one new phone: a reception desk's number is shared by hundreds."""


def _new_phones(changes: Mapping[RecordKey, Body | None], stored: Mapping[RecordKey, Stored]) -> dict[str, str]:
    """Customer id -> the phone it did not have before these changes."""
    phones: dict[str, str] = {}
    for key, body in changes.items():
        if key.kind != Kind.CUSTOMER or body is None:
            continue
        phone = exact_keys(key, body)["phone"][1]
        before = stored.get(key)
        if phone and (before is None or exact_keys(key, before.body)["phone"][1] != phone):
            phones[key.id] = phone
    return phones


def possible_duplicates(
    connection: Connection, changes: Mapping[RecordKey, Body | None], stored: Mapping[RecordKey, Stored]
) -> dict[RecordKey, Body]:
    """The records to add for customers who now have a phone that another has; none that was ever marked."""
    new_phones = _new_phones(changes, stored)
    holders: dict[str, list[str]] = {}
    for portion in portions(sorted(set(new_phones.values()))):
        query = sa.select(CUSTOMER_KEY.c.key, CUSTOMER_KEY.c.customer_id)
        query = query.where(CUSTOMER_KEY.c.key_kind == "phone", among(connection, CUSTOMER_KEY.c.key, portion))
        for phone, customer_id in connection.execute(query.order_by(CUSTOMER_KEY.c.customer_id)):
            holders.setdefault(phone, []).append(customer_id)
    found: dict[RecordKey, Body] = {}
    for customer_id, phone in new_phones.items():
        held_by = holders.setdefault(phone, [])
        others = [other for other in held_by if other != customer_id][:MOST_PAIRS]
        held_by.append(customer_id)
        for other in others:
            identity = duplicate_id((customer_id, other))
            first, second = sorted((customer_id, other))
            body = PossibleDuplicateBody(id=identity, customer_ids=(first, second), reason="same_phone").to_body()
            found[RecordKey(Kind.POSSIBLE_DUPLICATE, identity)] = body
    marked = load_records(connection, found)
    return {key: body for key, body in found.items() if key not in marked}
