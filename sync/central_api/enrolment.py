"""Enrolment: a one-time code that somebody at the server makes, and a device takes with a key of its own.

What a code is and how often one may err says `one_time_codes`; wrong codes are counted for each address as well (in
each process). While the pace of all is used up no device can enrol; those enrolled notice nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from sync.central_api.access_tables import DEVICE, ENROLMENT_CODE
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import StoreRow, find_store
from sync.central_api.import_records import read_stores
from sync.central_api.leases import server_key
from sync.central_api.one_time_codes import (
    HOLDS_FOR,
    WrongCodes,
    code_hash,
    codes_over,
    holds,
    locked_code,
    new_code,
)
from sync.central_api.tokens import RandomBytes, begin_family, first_again
from sync.central_api.transactions import write_transaction
from sync.protocol.errors import EnrolmentLimited, EnrolmentRefused, SyncError
from sync.protocol.ids import uuid7
from sync.protocol.spoken_codes import read_enrolment_code
from sync.protocol.wire import EnrolReply, EnrolRequest, TokenReply

_WRONG_CODES: Final = WrongCodes("wrong_codes_until")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A new code, which is shown once and kept nowhere."""

    code: str
    store: StoreRow
    ends_at: datetime


def make_enrolment_code(
    database: CentralDatabase, store: str, *, name: str, made_by: str, now: datetime, random: Random
) -> MadeCode:
    """A code by which one device may enrol at that store within HOLDS_FOR. `store` is a store's id, code or name.

    `random` decides whether codes can be guessed: the system's own (`random.SystemRandom`) outside tests. Raises
    StoreUnknown, StoreAmbiguous, DatabaseBusy.
    """
    found = find_store(database, store)
    row = {
        "store_id": found.id, "name": " ".join(name.split()), "made_by": made_by, "made_at": now,
        "ends_at": now + HOLDS_FOR, "taken_at": None, "registration_id": None,
    }  # fmt: skip

    def make(connection: Connection) -> str:
        code = new_code(connection, ENROLMENT_CODE, random)
        connection.execute(sa.insert(ENROLMENT_CODE).values(code_hash=code_hash(code), **row))
        return code

    code = write_transaction(database, make)
    _log.info("enrolment code made")
    return MadeCode(code, found, now + HOLDS_FOR)


def take_enrolment_code(
    database: CentralDatabase,
    request: EnrolRequest,
    *,
    now: datetime,
    random_bytes: RandomBytes,
    on_wrong: Callable[[], None] = lambda: None,
) -> EnrolReply:
    """The new registration with its first tokens. The caller has checked that the key has signed the request.

    Whoever took the code and did not get the answer asks again with the same key. `on_wrong`: called for a code that
    nobody made. Raises EnrolmentRefused, EnrolmentLimited, DatabaseBusy.
    """
    code = read_enrolment_code(request.code)
    if code is None:
        raise EnrolmentRefused("enrolment.bad_code")

    def take(connection: Connection) -> EnrolReply | SyncError:
        wait_s, count_wrong = _WRONG_CODES.wait_s(connection, now)
        if wait_s:
            return EnrolmentLimited(retry_after_s=wait_s)
        row = locked_code(connection, ENROLMENT_CODE, code)
        if row is None:
            count_wrong()
            return EnrolmentRefused()
        return _take(connection, row, request, now, random_bytes)

    outcome = write_transaction(database, take)
    if isinstance(outcome, EnrolReply):
        _log.info("device enrolled", extra={"device_id": outcome.registration_id})
        return outcome
    _log.warning("enrolment refused", extra={"code": outcome.code})
    if outcome.code == EnrolmentRefused.code:
        on_wrong()
    raise outcome


def end_codes(database: CentralDatabase, now: datetime) -> int:
    """How many codes that are over went. Safe at any time. Raises DatabaseBusy."""
    over = codes_over(ENROLMENT_CODE, now)
    return write_transaction(database, lambda connection: connection.execute(over).rowcount)


def _take(
    connection: Connection, row: Row[Any], request: EnrolRequest, now: datetime, random_bytes: RandomBytes
) -> EnrolReply | SyncError:
    if row.registration_id is not None:
        device = connection.execute(sa.select(DEVICE).where(DEVICE.c.id == row.registration_id)).one()
        is_the_same = device.public_key == request.public_key and device.revoked_at is None
        again = first_again(connection, device.id, now=now, random_bytes=random_bytes) if is_the_same else None
        return EnrolmentRefused("enrolment.used") if again is None else _reply(connection, device, again)
    if not holds(row.ends_at, now):
        return EnrolmentRefused("enrolment.expired")
    device_id = uuid7(now)
    made = {
        "id": device_id, "token_hash": None, "store_id": row.store_id, "name": row.name or request.name.strip(),
        "added_at": now, "last_seen_at": None, "revoked_at": None, "public_key": request.public_key,
        "app_version": request.app_version, "platform": request.platform,
    }  # fmt: skip
    connection.execute(sa.insert(DEVICE).values(made))
    taken = sa.update(ENROLMENT_CODE).where(ENROLMENT_CODE.c.code_hash == row.code_hash)
    connection.execute(taken.values(taken_at=now, registration_id=device_id))
    tokens = begin_family(connection, device_id, now=now, random_bytes=random_bytes)
    return _reply(connection, connection.execute(sa.select(DEVICE).where(DEVICE.c.id == device_id)).one(), tokens)


def _reply(connection: Connection, device: Row[Any], tokens: TokenReply) -> EnrolReply:
    store = read_stores(connection).get(device.store_id, {})
    return EnrolReply(
        **tokens.model_dump(),
        registration_id=device.id,
        store_id=device.store_id,
        store_name=store.get("name", ""),
        name=device.name,
        server_key=server_key(connection),
    )
