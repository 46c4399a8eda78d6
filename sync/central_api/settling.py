"""A manager settles what a revoked device had not sent (`quarantine`): each entry is taken over, or discarded.

What is taken over is decided as a push decides it, once, with the uuid and the author that it had, under numbers of
this server's for that device: the device's own numbers are over. A refused entry stays where it can be read.
"""

from datetime import datetime
from functools import partial
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import DEVICE
from sync.central_api.audit import append_own
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration
from sync.central_api.errors import EntryUnknown
from sync.central_api.push import POISON, take_entry
from sync.central_api.tables import QUARANTINED_ENTRY
from sync.central_api.transactions import write_transaction
from sync.protocol.audit import AuditKind
from sync.protocol.ids import is_uuid, rule_id
from sync.protocol.wire import EntryMessage, Verdict, VerdictStatus

OPERATOR: Final = "operator"


def settle_quarantined(
    database: CentralDatabase, registration_id: str, uuid: str, *, keep: bool, by: str, now: datetime
) -> Verdict | None:
    """The verdict of an entry that was taken over (`keep`), None for one that was discarded. `by`: an associate's id,
    or OPERATOR.

    Of several who settle one entry the first decides, and the others get EntryUnknown. Raises DatabaseBusy.
    """
    settle = partial(_settle, registration_id=registration_id, uuid=uuid, keep=keep, by=by, now=now)
    try:
        return write_transaction(database, partial(settle, failed=False))
    except POISON:
        if not keep:
            raise
        return write_transaction(database, partial(settle, failed=True))


def _settle(
    connection: Connection, *, registration_id: str, uuid: str, keep: bool, by: str, now: datetime, failed: bool
) -> Verdict | None:
    store_id = connection.execute(
        sa.select(DEVICE.c.store_id).where(DEVICE.c.id == registration_id).with_for_update()
    ).scalar_one_or_none()
    columns = QUARANTINED_ENTRY.c
    ours = columns.registration_id == registration_id, columns.uuid == uuid
    body = connection.execute(sa.select(columns.body).where(*ours)).scalar_one_or_none()
    if store_id is None or body is None:
        raise EntryUnknown
    verdict = None
    if keep:
        message = EntryMessage.model_validate_json(body)
        registration = Registration(registration_id, store_id, None)
        device_id = rule_id("taken from the quarantine", registration_id)
        verdict = take_entry(connection, registration, message, device_id=device_id, now=now, failed=failed)
    if verdict is None or verdict.status != VerdictStatus.REJECTED:
        connection.execute(sa.delete(QUARANTINED_ENTRY).where(*ours))
    _note(connection, registration_id, uuid, verdict, by=by, now=now)
    return verdict


def _note(
    connection: Connection, registration_id: str, uuid: str, verdict: Verdict | None, *, by: str, now: datetime
) -> None:
    details = {"device": registration_id, "entry": uuid}
    if verdict is not None:
        details["status"] = verdict.status.value
    actor = by if is_uuid(by) else None
    if actor is None:
        details["by"] = by
    kind = AuditKind.QUARANTINE_DISCARDED if verdict is None else AuditKind.QUARANTINE_TAKEN
    append_own(connection, kind, actor=actor, details=details, now=now)
