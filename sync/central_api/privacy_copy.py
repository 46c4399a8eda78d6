"""Everything that is known of a customer, as one document: what they told, bought and were asked, and who looked.

For a request for access or a copy (UU PDP articles 7, 13, 32; GDPR articles 15, 20). Of those who work here it has ids,
roles and stores, not names; of a possible duplicate nothing of the other person. The same state makes the same
document.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import DEVICE
from sync.central_api.audit import accesses_in, append_own
from sync.central_api.bulk import among, portions
from sync.central_api.database import CentralDatabase
from sync.central_api.erasure import same_person
from sync.central_api.errors import StepNotAllowed
from sync.central_api.privacy_requests import OPERATOR, PrivacyRequest, in_step, move
from sync.central_api.record_store import load_records
from sync.central_api.tables import CUSTOMER_CHILD, CUSTOMER_SCOPE, IMPORTED
from sync.protocol.audit import AuditKind
from sync.protocol.bodies import happened_at
from sync.protocol.ids import is_uuid
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.privacy import Move, RequestKind, RequestState
from sync.protocol.times import to_wire

_NOT_TOLD: Final = frozenset({"written_by", "author_name", "associate_name", "assignee_name", "customer_ids"})
"""What says nothing of the customer: which device wrote a field, names of those who work here, other people's ids."""
_NAMED: Final = {"product_id": Kind.PRODUCT, "location_id": Kind.LOCATION, "store_id": Kind.LOCATION}


def make_copy(database: CentralDatabase, request_id: str, *, by: str = OPERATOR, now: datetime) -> dict[str, Any]:
    """The document; the request is done with it. Making it again later is allowed, and in the audit log as well.

    Raises RequestUnknown, StepNotAllowed, DatabaseBusy.
    """

    def work(connection: Connection, request: PrivacyRequest) -> dict[str, Any]:
        if request.kind not in (RequestKind.ACCESS, RequestKind.COPY):
            raise StepNotAllowed("privacy.wrong_kind")
        if request.state is not RequestState.DONE:
            request = move(connection, request, Move.FULFIL, by=by, now=now)
        told = read_copy(connection, request, now=now)
        actor = by if is_uuid(by) else None
        details = {"request": request.id}
        append_own(
            connection, AuditKind.EXPORTED, customer_id=request.customer_id, details=details, actor=actor, now=now
        )
        return told

    return in_step(database, request_id, work)


def read_copy(connection: Connection, request: PrivacyRequest, *, now: datetime) -> dict[str, Any]:
    """The document, by what is known in this snapshot. Changes nothing."""
    people = sorted({one for each in request.people for one in same_person(connection, each)})
    bodies = _bodies(connection, people)
    return {
        "document": "customer_copy",
        "request_id": request.id,
        "made_at": to_wire(now),
        "customer_ids": people,
        "records": {kind: [_told(one) for one in bodies[kind]] for kind in sorted(bodies)},
        "stores": _stores(connection, people),
        "sources": _sources(connection, people),
        "accesses": _accesses(connection, people),
        "names": _names(connection, bodies),
    }


def _bodies(connection: Connection, people: list[str]) -> dict[str, list[Body]]:
    """Every live record about them by kind, in the order in which it happened."""
    keys = {RecordKey(Kind.CUSTOMER, one) for one in people}
    for portion in portions(people):
        query = sa.select(CUSTOMER_CHILD.c.kind, CUSTOMER_CHILD.c.id)
        rows = connection.execute(query.where(among(connection, CUSTOMER_CHILD.c.customer_id, portion)))
        keys |= {RecordKey(kind, record_id) for kind, record_id in rows}
    found: dict[str, list[Body]] = {}
    for key, stored in sorted(load_records(connection, keys).items()):
        if stored.is_live:
            found.setdefault(str(key.kind), []).append(stored.body)
    return {kind: sorted(of_kind, key=lambda one: happened_at(one) or "") for kind, of_kind in found.items()}


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _told(part) for name, part in sorted(value.items()) if name not in _NOT_TOLD}
    return [_told(part) for part in value] if isinstance(value, list) else value


def _stores(connection: Connection, people: list[str]) -> list[dict[str, Any]]:
    """The stores whose devices hold them, and why."""
    query = sa.select(CUSTOMER_SCOPE).where(CUSTOMER_SCOPE.c.customer_id.in_(people))
    rows = connection.execute(query.order_by(CUSTOMER_SCOPE.c.store_id, CUSTOMER_SCOPE.c.customer_id))
    return [
        {"store_id": row.store_id, "reason": row.reason, "last_at": to_wire(row.last_at) if row.last_at else None}
        for row in rows
    ]


def _sources(connection: Connection, people: list[str]) -> list[dict[str, Any]]:
    """What each source last said of them, as it said it."""
    query = sa.select(IMPORTED.c.source, IMPORTED.c.id, IMPORTED.c.body)
    query = query.where(IMPORTED.c.kind == Kind.CUSTOMER, IMPORTED.c.id.in_(people))
    rows = connection.execute(query.order_by(IMPORTED.c.source, IMPORTED.c.id))
    return [
        {"source": row.source, "customer_id": row.id, "said": _told(orjson.loads(row.body or "{}"))} for row in rows
    ]


def _accesses(connection: Connection, people: list[str]) -> list[dict[str, Any]]:
    """Who looked and what else was done, by id, role and store."""
    found = [(one, access) for one in people for access in accesses_in(connection, one)]
    devices = {row.id: row.store_id for row in connection.execute(sa.select(DEVICE.c.id, DEVICE.c.store_id))}
    actors = {access.entry.actor for _, access in found if access.entry.actor}
    who = load_records(connection, [RecordKey(Kind.ASSOCIATE, one) for one in actors])
    roles = {key.id: stored.body.get("role", "") for key, stored in who.items()}
    rows = [
        {
            "at": access.entry.at, "what": str(access.entry.kind), "customer_id": one,
            "associate_id": access.entry.actor, "role": roles.get(access.entry.actor or "", ""),
            "device_id": access.registration_id, "store_id": devices.get(access.registration_id or ""),
            "details": dict(access.entry.details),
        }
        for one, access in found
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (str(row["at"]), str(row["what"]), str(row["customer_id"])))


def _names(connection: Connection, bodies: Mapping[str, Iterable[Body]]) -> dict[str, str]:
    """What the products and places are called that are named by id."""
    wanted = {key for of_kind in bodies.values() for body in of_kind for key in _named_in(body)}
    found = load_records(connection, wanted)
    stores = load_records(connection, [RecordKey(Kind.LOCATION, row) for row in _device_stores(connection)])
    return {key.id: one.body["name"] for key, one in sorted((found | stores).items()) if one.body.get("name")}


def _named_in(value: Any) -> Iterable[RecordKey]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            kind = _NAMED.get(name.removeprefix("home_"))
            if kind is not None and isinstance(part, str) and is_uuid(part):
                yield RecordKey(kind, part)
            yield from _named_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from _named_in(part)


def _device_stores(connection: Connection) -> list[str]:
    return list(connection.execute(sa.select(DEVICE.c.store_id).distinct()).scalars())
