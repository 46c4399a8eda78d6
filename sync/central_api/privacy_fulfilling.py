"""Correction, restriction and withdrawal: what a request changes in the records, as the server, and every device hears.

Each is a change like any other, by the rules of `sync.protocol.mutations`, written by this server in place of a device:
a correction stands against a stale tablet's edit as any associate's would, a withdrawal is an event of the ledger that
no unseeing yes beats. The change and the step of the request are one transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.database import CentralDatabase
from sync.central_api.erasure import same_person
from sync.central_api.errors import CustomerUnknown, StepNotAllowed
from sync.central_api.privacy_requests import OPERATOR, PrivacyRequest, in_step, move
from sync.central_api.record_store import Batch, Stored, load_records, lock_customers, write_batch
from sync.central_api.tables import CUSTOMER_CHILD
from sync.protocol.bodies.people import RESTRICTED
from sync.protocol.errors import ValidationFailed
from sync.protocol.ids import is_uuid, rule_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import Entry, apply, touches
from sync.protocol.mutations.consent import effective_consent
from sync.protocol.phones import DEFAULT_REGION, e164
from sync.protocol.privacy import Move, RequestKind
from sync.protocol.times import to_microseconds, to_wire
from sync.protocol.wire import VerdictStatus

SERVER: Final = rule_id("privacy requests of the server")
"""In place of a device, in what these changes write."""
WITHDRAWN_PURPOSES: Final = ("marketing", "profiling", "survey")
"""All that rests on consent alone. What somebody ordered or asked for is told them still."""
_EVERY_CHANNEL: Final = "any"


def restrict(
    database: CentralDatabase, request_id: str, *, by: str = OPERATOR, lifted: bool = False, now: datetime
) -> PrivacyRequest:
    """The request done: every device shows the customers as restricted, and contacts and suggests nothing.

    `lifted`: they want what is known of them to be used again. Raises RequestUnknown, StepNotAllowed, DatabaseBusy.
    """

    def work(connection: Connection, request: PrivacyRequest) -> PrivacyRequest:
        _require(request, RequestKind.RESTRICTION)
        stored = _customers(connection, request)
        changes: dict[RecordKey, Body | None] = {}
        for key, one in stored.items():
            kept = {name: value for name, value in one.body.items() if name != RESTRICTED}
            changes[key] = kept if lifted else {**kept, RESTRICTED: True}
        done = move(connection, request, Move.FULFIL, by=by, now=now, outcome=_outcome(restricted=not lifted))
        write_batch(connection, Batch(changes, stored), now=now)
        return done

    return in_step(database, request_id, work)


def withdraw(database: CentralDatabase, request_id: str, *, by: str = OPERATOR, now: datetime) -> PrivacyRequest:
    """The request done: a no for every channel of what rests on consent, and one in each ledger that says yes.

    Raises RequestUnknown, StepNotAllowed, DatabaseBusy.
    """

    def work(connection: Connection, request: PrivacyRequest) -> PrivacyRequest:
        _require(request, RequestKind.WITHDRAWAL)
        stored = _customers(connection, request) | _ledgers(connection, request)
        asked = {(one.id, purpose, _EVERY_CHANNEL) for one in _ids(stored) for purpose in WITHDRAWN_PURPOSES}
        for key, ledger in stored.items():
            event = effective_consent(ledger.body.get("events") or []) if key.kind == Kind.CONSENT else None
            if event is not None and event["granted"] and ledger.body["purpose"] in WITHDRAWN_PURPOSES:
                asked.add((ledger.body["customer_id"], ledger.body["purpose"], ledger.body["channel"]))
        entries = [
            _entry(request, "consent.record", _no(request, *one, now=now), str(number), by=by, now=now)
            for number, one in enumerate(sorted(asked))
        ]
        changes = _applied(connection, entries, stored)
        done = move(connection, request, Move.FULFIL, by=by, now=now, outcome=_outcome(withdrawn=len(entries)))
        write_batch(connection, Batch(changes, stored), now=now)
        return done

    return in_step(database, request_id, work)


def correct(
    database: CentralDatabase,
    request_id: str,
    fields: Mapping[str, str],
    *,
    by: str = OPERATOR,
    region: str = DEFAULT_REGION,
    now: datetime,
) -> PrivacyRequest:
    """The request done, with these fields of the customer as they say; a phone is read as of `region`.

    The audit log names the fields and no value. Raises RequestUnknown, StepNotAllowed, DatabaseBusy, and
    ValidationFailed (contact.phone_invalid, mutation.unknown_field, mutation.name_empty) where nothing is changed.
    """

    def work(connection: Connection, request: PrivacyRequest) -> PrivacyRequest:
        _require(request, RequestKind.RECTIFICATION)
        stored = _customers(connection, request)
        wanted = _with_phone(fields, region)
        entries = [
            _entry(request, "contact.edit", _edit(key.id, one.body, wanted), key.id, by=by, now=now)
            for key, one in sorted(stored.items())
        ]
        changes = _applied(connection, entries, stored)
        outcome = _outcome(fields=",".join(sorted(fields)))
        done = move(connection, request, Move.FULFIL, by=by, now=now, outcome=outcome)
        write_batch(connection, Batch(changes, stored), now=now)
        return done

    return in_step(database, request_id, work)


def _require(request: PrivacyRequest, kind: RequestKind) -> None:
    if request.kind is not kind:
        raise StepNotAllowed("privacy.wrong_kind")


def _outcome(**told: object) -> str:
    return orjson.dumps(told).decode()


def _customers(connection: Connection, request: PrivacyRequest) -> dict[RecordKey, Stored]:
    """The records of the person that are here, locked. Raises CustomerUnknown where none is."""
    people = {one for each in request.people for one in same_person(connection, each)}
    lock_customers(connection, people)
    found = load_records(connection, [RecordKey(Kind.CUSTOMER, one) for one in people], lock=True)
    live = {key: one for key, one in found.items() if one.is_live}
    if not live:
        raise CustomerUnknown
    return live


def _ledgers(connection: Connection, request: PrivacyRequest) -> dict[RecordKey, Stored]:
    people = sorted({one for each in request.people for one in same_person(connection, each)})
    query = sa.select(CUSTOMER_CHILD.c.id).where(CUSTOMER_CHILD.c.kind == Kind.CONSENT)
    ids = connection.execute(query.where(CUSTOMER_CHILD.c.customer_id.in_(people))).scalars()
    found = load_records(connection, [RecordKey(Kind.CONSENT, one) for one in ids], lock=True)
    return {key: one for key, one in found.items() if one.is_live}


def _ids(stored: Mapping[RecordKey, Stored]) -> list[RecordKey]:
    return [key for key in stored if key.kind == Kind.CUSTOMER]


def _entry(request: PrivacyRequest, name: str, args: Mapping[str, Any], part: str, *, by: str, now: datetime) -> Entry:
    # The milliseconds are its number: of two corrections of a field the later one has the higher.
    actor, n = by if is_uuid(by) else None, to_microseconds(now) // 1_000
    return Entry(SERVER, n, rule_id(request.id, name, part), name, 1, args, actor, to_wire(now))


def _no(request: PrivacyRequest, customer_id: str, purpose: str, channel: str, *, now: datetime) -> dict[str, Any]:
    event_id = rule_id("withdrawal", request.id, customer_id, purpose, channel)
    return {
        "event_id": event_id, "customer_id": customer_id, "purpose": purpose, "channel": channel, "granted": False,
        "at": to_wire(now),
    }  # fmt: skip


def _with_phone(fields: Mapping[str, str], region: str) -> dict[str, str | None]:
    wanted: dict[str, str | None] = {name: value.strip() or None for name, value in fields.items()}
    typed = wanted.get("phone")
    if "phone" in wanted:
        number = e164(typed, region=region) if typed else ""
        if typed and not number:
            raise ValidationFailed("contact.phone_invalid")
        wanted |= {"phone": number, "phone_typed": typed}
    return wanted


def _edit(customer_id: str, body: Body, wanted: Mapping[str, str | None]) -> dict[str, Any]:
    """What differs, seen as it stands: nobody's other value is lost by it."""
    new = {name: value if name == "home_store_id" else value or "" for name, value in wanted.items()}
    return {"customer_id": customer_id, "fields": {name: [body.get(name), value] for name, value in new.items()}}


def _applied(
    connection: Connection, entries: list[Entry], stored: dict[RecordKey, Stored]
) -> dict[RecordKey, Body | None]:
    """What the entries change, one after another; `stored` gets what else they touch. Raises ValidationFailed."""
    missing = {key for entry in entries for key in touches(entry)} - stored.keys()
    stored.update(load_records(connection, missing, lock=True))
    changes: dict[RecordKey, Body | None] = {}
    for entry in entries:
        standing = {key: stored[key].body for key in touches(entry) if key in stored and stored[key].is_live}
        standing |= {key: body for key in touches(entry) if (body := changes.get(key)) is not None}
        outcome = apply(standing, entry)
        if outcome.status is VerdictStatus.REJECTED:
            raise ValidationFailed(outcome.code)
        changes.update(outcome.changes)
    return changes
