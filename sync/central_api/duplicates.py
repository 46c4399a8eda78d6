"""Possible duplicates: two customers with one e-mail or phone are marked for people, never merged.

Families share phones; one e-mail is most often a guest who has become a customer since.
"""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import among, portions
from sync.central_api.record_store import Stored, exact_keys, load_records
from sync.central_api.tables import CUSTOMER_KEY
from sync.protocol.bodies.people import PossibleDuplicateBody
from sync.protocol.ids import duplicate_id
from sync.protocol.kinds import Body, Kind, RecordKey

MOST_PAIRS = 3
"""Pairs made for one new key: a reception desk's number is shared by hundreds."""

_REASONS = {"email": "same_email", "phone": "same_phone"}
"""By kind of key, the stronger sign first: a pair is marked once."""


def _new_keys(
    changes: Mapping[RecordKey, Body | None], stored: Mapping[RecordKey, Stored], key_kind: str
) -> dict[str, str]:
    """Customer id -> the e-mail or phone it did not have before these changes."""
    keys: dict[str, str] = {}
    for key, body in changes.items():
        if key.kind != Kind.CUSTOMER or body is None:
            continue
        text = exact_keys(key, body)[key_kind][1]
        before = stored.get(key)
        if text and (before is None or exact_keys(key, before.body)[key_kind][1] != text):
            keys[key.id] = text
    return keys


def possible_duplicates(
    connection: Connection, changes: Mapping[RecordKey, Body | None], stored: Mapping[RecordKey, Stored]
) -> dict[RecordKey, Body]:
    """The records to add for customers who now have an e-mail or phone that another has; none that was ever marked."""
    found: dict[RecordKey, Body] = {}
    for key_kind, reason in _REASONS.items():
        for first, second in _pairs(connection, key_kind, _new_keys(changes, stored, key_kind)):
            identity = duplicate_id((first, second))
            body = PossibleDuplicateBody(id=identity, customer_ids=(first, second), reason=reason).to_body()
            found.setdefault(RecordKey(Kind.POSSIBLE_DUPLICATE, identity), body)
    marked = load_records(connection, found)
    return {key: body for key, body in found.items() if key not in marked}


def _pairs(connection: Connection, key_kind: str, new_keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each customer with a new key beside those who have it too, ids sorted."""
    holders: dict[str, list[str]] = {}
    for portion in portions(sorted(set(new_keys.values()))):
        query = sa.select(CUSTOMER_KEY.c.key, CUSTOMER_KEY.c.customer_id)
        query = query.where(CUSTOMER_KEY.c.key_kind == key_kind, among(connection, CUSTOMER_KEY.c.key, portion))
        for text, customer_id in connection.execute(query.order_by(CUSTOMER_KEY.c.customer_id)):
            holders.setdefault(text, []).append(customer_id)
    for customer_id, text in new_keys.items():
        held_by = holders.setdefault(text, [])
        others = [other for other in held_by if other != customer_id][:MOST_PAIRS]
        held_by.append(customer_id)
        for other in others:
            first, second = sorted((customer_id, other))
            yield first, second
