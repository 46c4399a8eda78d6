"""The sealed store keys of devices that open with PINs alone: for the day when no PIN opens one any more.

Sealed with a secret that never leaves the device; here they are words without meaning. They are given to whoever sets a
new PIN on that very device by a one-time code (`sign_in_codes`), and go when the device is revoked.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import RECOVERY_KEY
from sync.central_api.bulk import upsert
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration
from sync.central_api.transactions import write_transaction
from sync.protocol.people_wire import RecoveryReply, RecoveryRequest


def keep_recovery_key(
    database: CentralDatabase, registration: Registration, request: RecoveryRequest, *, now: datetime
) -> RecoveryReply:
    """Kept for the device that asks, in place of an earlier one. Raises DatabaseBusy."""
    row = {"registration_id": registration.id, "sealed": request.sealed, "kept_at": now}
    write_transaction(database, lambda connection: upsert(connection, RECOVERY_KEY, [row]))
    return RecoveryReply()


def recovery_key(connection: Connection, registration_id: str) -> str | None:
    """What the device has sealed last, or None."""
    query = sa.select(RECOVERY_KEY.c.sealed).where(RECOVERY_KEY.c.registration_id == registration_id)
    return connection.execute(query).scalar_one_or_none()
