"""Whom no import brings back: keyed hashes of the phones, e-mails and loyalty numbers of the erased.

The erased person's own record is refused by its id already (`erasure`). A platform that gives them a new id, or another
source that knows them too, brings the same phone or e-mail: a customer who is new here and has one of these keys is
refused, and so is what is about them, but for orders, which the books need without a name. HMAC-SHA256 under a key of
this database: from the table alone nobody learns, or can try out, whose phone it was.

Families share phones: who was known here before stays, and a privacy officer frees a key (`free_keys`) for whoever
comes back and enrols anew. What an associate writes into another customer's record is not judged.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import Row, among, insert_missing, portions
from sync.central_api.record_store import exact_keys
from sync.central_api.tables import CUSTOMER_KEY, IMPORTED, RECORD, SETTING, SUPPRESSED_CUSTOMER, SUPPRESSED_KEY
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.phones import e164
from sync.protocol.search_keys import email_key, loyalty_key, phone_key


def suppress(connection: Connection, people: Collection[str], now: datetime) -> int:
    """How many keys these customers have, as records here and as sources last told; all are suppressed from now on."""
    keys: set[tuple[str, str]] = set()
    for portion in portions(sorted(people)):
        known = sa.select(CUSTOMER_KEY.c.key_kind, CUSTOMER_KEY.c.key)
        rows = connection.execute(known.where(among(connection, CUSTOMER_KEY.c.customer_id, portion)))
        keys.update((row.key_kind, row.key) for row in rows)
        told = sa.select(IMPORTED.c.id, IMPORTED.c.body).where(
            IMPORTED.c.kind == Kind.CUSTOMER, among(connection, IMPORTED.c.id, portion), IMPORTED.c.body.is_not(None)
        )
        for customer_id, body in connection.execute(told):
            found = exact_keys(RecordKey(Kind.CUSTOMER, customer_id), orjson.loads(body))
            keys.update((key_kind, text) for key_kind, (_, text) in found.items() if text)
    secret = _secret(connection)
    rows_of_keys: list[Row] = [
        {"key_hash": _hash(secret, key_kind, text), "key_kind": key_kind, "added_at": now}
        for key_kind, text in sorted(keys)
    ]
    insert_missing(connection, SUPPRESSED_KEY, rows_of_keys)
    return len(rows_of_keys)


def barred(connection: Connection, records: Mapping[RecordKey, Body], customers: Collection[str]) -> dict[str, str]:
    """Customers of an import who are kept out, each with the hash that does so. Writes nothing.

    `records`: what the import says; `customers`: everybody it names, of whom some were kept out before.
    """
    if connection.execute(sa.select(SUPPRESSED_KEY.c.key_hash).limit(1)).first() is None:
        return {}
    found: dict[str, str] = {}
    for portion in portions(sorted(customers)):
        query = sa.select(SUPPRESSED_CUSTOMER).where(among(connection, SUPPRESSED_CUSTOMER.c.customer_id, portion))
        found.update({row.customer_id: row.key_hash for row in connection.execute(query)})
    secret = _secret(connection)
    hashes: dict[str, set[str]] = {}
    for key, body in records.items():
        for key_kind, (customer_id, text) in exact_keys(key, body).items():
            if text:
                hashes.setdefault(_hash(secret, key_kind, text), set()).add(customer_id)
    matched: dict[str, str] = {}
    for portion in portions(sorted(hashes)):
        query = sa.select(SUPPRESSED_KEY.c.key_hash)
        query = query.where(among(connection, SUPPRESSED_KEY.c.key_hash, portion))
        matched.update({who: one for one in connection.execute(query).scalars() for who in hashes[one]})
    return found | {one: matched[one] for one in _new_among(connection, matched)}


def keep_barred(connection: Connection, found: Mapping[str, str]) -> None:
    """Have later imports know these customers by their ids too: files of orders name nobody's phone."""
    rows: list[Row] = [{"customer_id": one, "key_hash": found[one]} for one in sorted(found)]
    insert_missing(connection, SUPPRESSED_CUSTOMER, rows)


def free_keys(connection: Connection, text: str) -> int:
    """How many keys are free again of the phone, e-mail or loyalty number that was typed.

    The next import that names them brings their owner as somebody new.
    """
    secret = _secret(connection)
    keys = {"phone": e164(text) or phone_key(text), "email": email_key(text), "loyalty": loyalty_key(text)}
    hashes = [_hash(secret, key_kind, key) for key_kind, key in keys.items() if key]
    connection.execute(sa.delete(SUPPRESSED_CUSTOMER).where(SUPPRESSED_CUSTOMER.c.key_hash.in_(hashes)))
    return connection.execute(sa.delete(SUPPRESSED_KEY).where(SUPPRESSED_KEY.c.key_hash.in_(hashes))).rowcount


def _new_among(connection: Connection, customers: Collection[str]) -> set[str]:
    """Those of the customers who were never here."""
    known: set[str] = set()
    for portion in portions(sorted(customers)):
        query = sa.select(RECORD.c.id).where(RECORD.c.kind == Kind.CUSTOMER, among(connection, RECORD.c.id, portion))
        known.update(connection.execute(query).scalars())
    return set(customers) - known


def _secret(connection: Connection) -> bytes:
    found = connection.execute(sa.select(SETTING.c.value).where(SETTING.c.name == "suppression_key")).scalar_one()
    return bytes.fromhex(found)


def _hash(secret: bytes, key_kind: str, text: str) -> str:
    return hmac.new(secret, f"{key_kind}\x1f{text}".encode(), hashlib.sha256).hexdigest()
