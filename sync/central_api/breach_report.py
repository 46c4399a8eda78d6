"""What a lost device may have shown: whom it held, whom somebody opened there, and what still waits on it.

The fields that UU PDP article 46(2) asks of a written notification (what data, when and how, what was done) as far as
this server knows them, and nothing it does not know: the rest is the retailer's to fill in, within 72 hours (46(1)).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import among, portions
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import DeviceRow, list_devices
from sync.central_api.errors import DeviceUnknown
from sync.central_api.privacy_erasing import LEASE, device_standings
from sync.central_api.privacy_requests import list_requests
from sync.central_api.tables import AUDIT_BREAK, AUDIT_ENTRY, AUDIT_LOG, CUSTOMER_CHILD, SCOPE_ROW
from sync.protocol.audit import AuditKind
from sync.protocol.kinds import Kind, lookup_scope, store_scope
from sync.protocol.times import to_wire
from sync.protocol.wire import RowState

_OPENINGS = (AuditKind.CUSTOMER_OPENED, AuditKind.LOOKED_UP, AuditKind.CONTACT_REVEALED, AuditKind.EXPORTED)


def breach_report(
    database: CentralDatabase, registration_id: str, *, since: datetime | None = None, now: datetime
) -> dict[str, Any]:
    """The report on one device, by ids. `since`: when it was last in safe hands, else its last sync.

    Raises DeviceUnknown.
    """
    device = next((one for one in list_devices(database) if one.id == registration_id), None)
    if device is None:
        raise DeviceUnknown
    from_at = since or device.last_seen_at or device.added_at
    requests = list_requests(database)
    with database.reading() as connection:
        held = _held(connection, device, from_at)
        unconfirmed = [
            {"request_id": one.id, "customer_ids": sorted(one.outcome["versions"]), "state": standing.state}
            for one in requests
            for standing in device_standings(connection, one)
            if standing.registration_id == device.id and standing.state != "confirmed"
        ]
        return {
            "document": "breach_report",
            "made_at": to_wire(now),
            "since": to_wire(from_at),
            "device": asdict(device),
            "revoked": device.revoked_at is not None,
            "lease_ends_at": to_wire(device.last_seen_at + LEASE) if device.last_seen_at is not None else None,
            "customers_held": held,
            "data_held": _data(connection, held),
            "opened": _opened(connection, device, from_at),
            "log_contradicted": _is_contradicted(connection, device),
            "unconfirmed_erasures": unconfirmed,
        }


def _held(connection: Connection, device: DeviceRow, since: datetime) -> list[str]:
    """Customers whom the device's store, or one of its look-ups, had at any time since then."""
    ours = SCOPE_ROW.c.scope.in_([store_scope(device.store_id), lookup_scope(device.id)])
    is_there = SCOPE_ROW.c.state == RowState.LIVE.value, SCOPE_ROW.c.gone_at >= since
    query = sa.select(SCOPE_ROW.c.id).where(ours, SCOPE_ROW.c.kind == Kind.CUSTOMER, sa.or_(*is_there))
    return sorted(set(connection.execute(query).scalars()))


def _data(connection: Connection, people: Iterable[str]) -> dict[str, int]:
    """How many records of each kind are about them now."""
    counts: Counter[str] = Counter()
    listed = list(people)
    for portion in portions(listed):
        query = sa.select(CUSTOMER_CHILD.c.kind, sa.func.count()).group_by(CUSTOMER_CHILD.c.kind)
        for kind, count in connection.execute(query.where(among(connection, CUSTOMER_CHILD.c.customer_id, portion))):
            counts[kind] += count
    return {"customer": len(listed)} | dict(sorted(counts.items())) if listed else {}


def _opened(connection: Connection, device: DeviceRow, since: datetime) -> list[dict[str, Any]]:
    """Whom somebody opened on the device since then, as its audit log came here, by the device's own clock."""
    query = (
        sa.select(AUDIT_ENTRY.c.at, AUDIT_ENTRY.c.kind, AUDIT_ENTRY.c.actor, AUDIT_ENTRY.c.customer_id)
        .join(AUDIT_LOG, AUDIT_LOG.c.log_id == AUDIT_ENTRY.c.log_id)
        .where(
            AUDIT_LOG.c.registration_id == device.id,
            AUDIT_ENTRY.c.at >= to_wire(since).removesuffix("Z"),
            AUDIT_ENTRY.c.kind.in_([one.value for one in _OPENINGS]),
        )
        .order_by(AUDIT_ENTRY.c.at, AUDIT_ENTRY.c.log_id, AUDIT_ENTRY.c.n)
    )
    return [
        {"at": row.at, "what": row.kind, "associate_id": row.actor, "customer_id": row.customer_id}
        for row in connection.execute(query)
    ]


def _is_contradicted(connection: Connection, device: DeviceRow) -> bool:
    """Whether a log of the device was found other than it had told before."""
    broken = sa.select(AUDIT_BREAK.c.n).join(AUDIT_LOG, AUDIT_LOG.c.log_id == AUDIT_BREAK.c.log_id)
    return connection.execute(broken.where(AUDIT_LOG.c.registration_id == device.id).limit(1)).first() is not None
