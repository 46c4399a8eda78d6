"""Saved lists that visitors hand over: made for the page at the shelf, and gone the day after.

A list is a record of its store's scope, so every device there has it before the visitor has found somebody to show the
code to, and none needs a network to read it. Nobody outside can ask whether a code exists.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Final

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import portions
from sync.central_api.database import CentralDatabase
from sync.central_api.errors import TooManyLists
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.tables import RECORD
from sync.central_api.transactions import write_transaction
from sync.protocol.bodies.handovers import MOST_WAITING, HandoverBody, SavedItem
from sync.protocol.ids import uuid7
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.spoken_codes import HANDOVER_CHARS, new_spoken_code
from sync.protocol.times import from_wire, to_wire
from sync.protocol.wire import RowState

KEPT_FOR: Final = timedelta(days=1)
"""After its code has expired: people look at a list that they took over, and so may a device without a network."""
_AT_ONCE: Final = 100
_TRIES: Final = 20

log = logging.getLogger(__name__)


def make_handover(
    database: CentralDatabase,
    store_id: str,
    items: Sequence[SavedItem],
    *,
    expires_at: datetime,
    now: datetime,
    random: Random,
) -> HandoverBody:
    """The list under a new code that no other list of any store has. Raises DatabaseBusy, and TooManyLists
    where MOST_WAITING of this store wait for somebody.

    `random` decides whether codes can be guessed: the system's own (`random.SystemRandom`) outside tests.
    """

    def make(connection: Connection) -> HandoverBody:
        lists = [body for _, body in _live(connection)]
        if sum(body["store_id"] == store_id and is_waiting(body, now) for body in lists) >= MOST_WAITING:
            raise TooManyLists
        taken = {body["code"] for body in lists}
        codes = (new_spoken_code(HANDOVER_CHARS, random) for _ in range(_TRIES))
        made = HandoverBody(
            id=uuid7(now, random_bits=random.getrandbits),
            code=next(code for code in codes if code not in taken),
            store_id=store_id,
            items=list(items),
            made_at=to_wire(now),
            expires_at=to_wire(expires_at),
        )
        write_batch(connection, Batch({RecordKey(Kind.HANDOVER, made.id): made.to_body()}, {}), now=now)
        return made

    made = write_transaction(database, make)
    log.info("list saved", extra={"store": store_id, "items": len(items)})
    return made


def is_taken(database: CentralDatabase, code: str) -> bool:
    """Whether the newest list under this code was taken over; False where there is none. Raises DBAPIError."""
    with database.reading() as connection:
        found = [body for _, body in _live(connection) if body["code"] == code]
    newest = max(found, key=lambda body: str(body["made_at"]), default=None)
    return newest is not None and newest.get("attached_at") is not None


def end_handovers(database: CentralDatabase, now: datetime) -> int:
    """How many lists are gone because their code expired KEPT_FOR ago. Safe at any time. Raises DatabaseBusy."""
    with database.reading() as connection:
        over = [handover_id for handover_id, body in _live(connection) if is_over(body, now)]
    for portion in portions(over, _AT_ONCE):
        write_transaction(database, partial(_remove, handover_ids=portion, now=now))
    return len(over)


def is_waiting(body: Body, now: datetime) -> bool:
    """Whether somebody may still take it over."""
    return body.get("attached_at") is None and now < from_wire(body["expires_at"])


def is_over(body: Body, now: datetime) -> bool:
    """Whether the list is to go."""
    return from_wire(body["expires_at"]) + KEPT_FOR <= now


def _remove(connection: Connection, handover_ids: Sequence[str], now: datetime) -> None:
    stored = load_records(connection, [RecordKey(Kind.HANDOVER, one) for one in handover_ids], lock=True)
    gone = {key: one for key, one in stored.items() if one.is_live}
    if gone:
        write_batch(connection, Batch(dict.fromkeys(gone), gone), now=now)


def _live(connection: Connection) -> Iterator[tuple[str, Body]]:
    """Every list there is: those of two days."""
    query = sa.select(RECORD.c.id, RECORD.c.body)
    query = query.where(RECORD.c.kind == Kind.HANDOVER, RECORD.c.state == RowState.LIVE.value)
    for handover_id, body in connection.execute(query.order_by(RECORD.c.id)):
        yield handover_id, orjson.loads(body)
