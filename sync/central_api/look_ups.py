"""Online look-up: a customer of any store, found by a whole key, comes to the device that asked (design: Scopes).

The answer is a membership in `lookup:<device>`: the next pull brings the customer with everything about them, and so do
corrections and erasure while it lasts. It ends after LOOKED_UP_FOR, unless the device says that the customer is on an
open screen; whoever is served meanwhile belongs to the store besides.

How many a device may look up is counted in the database, so that it holds for all server processes together: one
moment for each device (`pace`).
"""

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import DEVICE
from sync.central_api.bulk import among, portions
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration
from sync.central_api.errors import DatabaseBusy
from sync.central_api.memberships import LookedUp, ended_look_ups, read_memberships
from sync.central_api.pace import Pace
from sync.central_api.push_records import read_aliases
from sync.central_api.record_store import Batch, write_batch
from sync.central_api.tables import CUSTOMER_KEY, CUSTOMER_LOOK_UP
from sync.central_api.transactions import write_transaction
from sync.protocol.errors import LookUpLimited
from sync.protocol.search_keys import ExactKey, whole_keys
from sync.protocol.serving_signs import LOOKED_UP_FOR
from sync.protocol.wire import MAX_LOOKED_UP

AT_ONCE: Final = 30
"""Look-ups one after the other; from then on one in each ONE_EVERY. A hub is one device for a whole store."""
ONE_EVERY: Final = timedelta(minutes=1)
_PACE: Final = Pace(AT_ONCE, ONE_EVERY)

PROLONG_AFTER: Final = timedelta(hours=1)
"""How fine the end of a look-up is that an open screen pins: a pull then seldom writes."""

_CUSTOMERS_AT_ONCE: Final = 100

_log = logging.getLogger(__name__)


def after_one_more(until: datetime | None, now: datetime) -> datetime:
    """`device.look_ups_until` after a look-up made now. Raises LookUpLimited. Pure."""
    wait_s = _PACE.wait_s(until, now)
    if wait_s:
        raise LookUpLimited(retry_after_s=wait_s)
    return _PACE.after_one_more(until, now)


def _count(connection: Connection, device_id: str, now: datetime) -> None:
    """Raises LookUpLimited where this device has looked up too many."""
    ours = DEVICE.c.id == device_id
    until = connection.execute(sa.select(DEVICE.c.look_ups_until).where(ours).with_for_update()).scalar_one()
    connection.execute(sa.update(DEVICE).where(ours).values(look_ups_until=after_one_more(until, now)))


def _holders(connection: Connection, keys: Iterable[ExactKey]) -> list[str]:
    """The customers with one of the keys, at most MAX_LOOKED_UP, the likeliest key first."""
    found: dict[str, None] = {}
    for kind, key in keys:
        query = sa.select(CUSTOMER_KEY.c.customer_id).where(CUSTOMER_KEY.c.key_kind == kind, CUSTOMER_KEY.c.key == key)
        found.update(dict.fromkeys(connection.execute(query.order_by(CUSTOMER_KEY.c.customer_id)).scalars()))
    return list(found)[:MAX_LOOKED_UP]


def _look_up(connection: Connection, registration: Registration, text: str, now: datetime) -> list[str]:
    _count(connection, registration.id, now)
    named = _holders(connection, whole_keys(text))
    became = read_aliases(connection, set(named))
    wanted = {*named, *became.values()}
    # Who belongs to the device's own store comes to it anyway.
    ours = {one for one, stores in read_memberships(connection, wanted).items() if registration.store_id in stores}
    looked_up = [LookedUp(one, registration.id) for one in sorted(wanted - ours)]
    if looked_up:
        write_batch(connection, Batch({}, {}, looked_up=looked_up), now=now)
    return list(dict.fromkeys(became.get(one, one) for one in named))


def look_up(database: CentralDatabase, registration: Registration, text: str, *, now: datetime) -> list[str]:
    """The customers with this phone, e-mail or loyalty number, who are in the device's scope from now on.

    Nobody for a text that is no whole key, and that counts as a look-up too. Raises LookUpLimited, DatabaseBusy.
    """
    try:
        found = write_transaction(database, partial(_look_up, registration=registration, text=text, now=now))
    except LookUpLimited:
        _log.warning("look-ups limited", extra={"device": registration.id})
        raise
    _log.info("looked up", extra={"device": registration.id, "found": len(found)})
    return found


def due_to_prolong(connection: Connection, registration: Registration, pinned: Sequence[str], now: datetime) -> bool:
    """Whether one of the device's look-ups of these customers is to be prolonged."""
    return bool(pinned) and connection.execute(_due(connection, registration, pinned, now).limit(1)).first() is not None


def _due(connection: Connection, registration: Registration, pinned: Sequence[str], now: datetime) -> sa.Select[Any]:
    table = CUSTOMER_LOOK_UP.c
    return sa.select(table.customer_id).where(
        table.device_id == registration.id,
        among(connection, table.customer_id, pinned),
        table.ends_at < now + LOOKED_UP_FOR - PROLONG_AFTER,
    )


def prolong(database: CentralDatabase, registration: Registration, pinned: Sequence[str], *, now: datetime) -> None:
    """The device's look-ups of these customers last from now on; nothing where the database is busy."""

    def write(connection: Connection) -> None:
        due = list(connection.execute(_due(connection, registration, pinned, now).with_for_update()).scalars())
        table = CUSTOMER_LOOK_UP.c
        ours = table.device_id == registration.id, among(connection, table.customer_id, due)
        connection.execute(sa.update(CUSTOMER_LOOK_UP).where(*ours).values(ends_at=now + LOOKED_UP_FOR))

    with suppress(DatabaseBusy):
        write_transaction(database, write)


def end_look_ups(database: CentralDatabase, now: datetime) -> int:
    """How many customers left a device because their look-up is over; they are stamped `left` there.

    Safe at any time, also twice at once. Raises DatabaseBusy.
    """
    over = sa.select(CUSTOMER_LOOK_UP.c.customer_id).where(ended_look_ups(now)).distinct()
    with database.reading() as connection:
        customer_ids = sorted(connection.execute(over).scalars())
    for portion in portions(customer_ids, _CUSTOMERS_AT_ONCE):
        batch = Batch({}, {}, reviewed=frozenset(portion))
        write_transaction(database, partial(write_batch, batch=batch, now=now))
    return len(customer_ids)
