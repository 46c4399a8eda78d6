"""Sign-in codes: by one, somebody of the list of associates adds a key of theirs on one device (`one_time_codes`).

A manager or an operator makes it and reads it to them; they type it where they choose their PIN. Only devices that are
enrolled may try codes, and each device errs at its own pace as well (`associate_calls`).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from sync.central_api.access_tables import SIGN_IN_CODE
from sync.central_api.associate_keys import Associate, find_associate, keep_key, key_on_device
from sync.central_api.audit import append_own
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration
from sync.central_api.errors import AssociateRefused
from sync.central_api.one_time_codes import (
    HOLDS_FOR,
    WrongCodes,
    code_hash,
    codes_over,
    holds,
    locked_code,
    new_code,
)
from sync.central_api.recovery import recovery_key
from sync.central_api.transactions import write_transaction
from sync.protocol.associate_proofs import is_signed, key_message
from sync.protocol.audit import AuditKind
from sync.protocol.errors import SignInCodeLimited, SignInCodeRefused, SyncError
from sync.protocol.people_wire import AssociateKeyReply, AssociateKeyRequest
from sync.protocol.spoken_codes import read_one_time_code

_WRONG_CODES: Final = WrongCodes("wrong_sign_in_codes_until")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A new code, which is shown once and kept nowhere."""

    code: str
    associate: Associate
    ends_at: datetime


def make_sign_in_code(
    database: CentralDatabase,
    associate_id: str,
    *,
    made_by: str,
    now: datetime,
    random: Random,
    allowed: Callable[[Associate], None] = lambda _: None,
) -> MadeCode:
    """A code by which that associate may add a key on one device of a store where they work, within HOLDS_FOR.

    `allowed` raises where `made_by` may not make one for them. `random`: the system's own outside tests. Raises
    AssociateRefused, DatabaseBusy.
    """

    def make(connection: Connection) -> MadeCode:
        associate = find_associate(connection, associate_id)
        if associate is None or not associate.is_active:
            raise AssociateRefused("central.associate_gone")
        allowed(associate)
        code = new_code(connection, SIGN_IN_CODE, random)
        row = {
            "code_hash": code_hash(code), "associate_id": associate_id, "made_by": made_by, "made_at": now,
            "ends_at": now + HOLDS_FOR, "used_at": None, "registration_id": None,
        }  # fmt: skip
        connection.execute(sa.insert(SIGN_IN_CODE).values(row))
        details = {"associate": associate_id, "by": made_by}
        append_own(connection, AuditKind.SIGN_IN_CODE_MADE, details=details, now=now)
        return MadeCode(code, associate, now + HOLDS_FOR)

    return write_transaction(database, make)


def use_sign_in_code(
    database: CentralDatabase,
    registration: Registration,
    request: AssociateKeyRequest,
    *,
    now: datetime,
    on_wrong: Callable[[], None] = lambda: None,
) -> AssociateKeyReply:
    """Whose key it is now. The caller has checked that the device has signed the request.

    Whoever did not get the answer asks again with the same key. `on_wrong`: called for a code that nobody made. Raises
    SignInCodeRefused, SignInCodeLimited, DatabaseBusy.
    """
    code = read_one_time_code(request.code)
    if code is None:
        raise SignInCodeRefused("sign_in_code.bad_code")
    message = key_message(registration.id, request.associate_id, request.public_key)
    if not is_signed(request.public_key, message, request.proof):
        raise SignInCodeRefused("sign_in_code.bad_proof")

    def use(connection: Connection) -> AssociateKeyReply | SyncError:
        wait_s, count_wrong = _WRONG_CODES.wait_s(connection, now)
        if wait_s:
            return SignInCodeLimited(retry_after_s=wait_s)
        row = locked_code(connection, SIGN_IN_CODE, code)
        if row is None:
            count_wrong()
            return SignInCodeRefused()
        return _use(connection, row, registration, request, now)

    outcome = write_transaction(database, use)
    if isinstance(outcome, AssociateKeyReply):
        _log.info("associate key added", extra={"device_id": registration.id})
        return outcome
    _log.warning("associate key refused", extra={"code": outcome.code, "device_id": registration.id})
    if outcome.code == SignInCodeRefused.code:
        on_wrong()
    raise outcome


def end_sign_in_codes(database: CentralDatabase, now: datetime) -> int:
    """How many codes that are over went. Safe at any time. Raises DatabaseBusy."""
    over = codes_over(SIGN_IN_CODE, now)
    return write_transaction(database, lambda connection: connection.execute(over).rowcount)


def _use(
    connection: Connection, row: Row[Any], registration: Registration, request: AssociateKeyRequest, now: datetime
) -> AssociateKeyReply | SyncError:
    associate = find_associate(connection, row.associate_id)
    refused = _refusal(row, associate, registration, request)
    if refused is not None:
        return SignInCodeRefused(refused)
    assert associate is not None
    recovery = recovery_key(connection, registration.id)
    reply = AssociateKeyReply(associate_id=associate.id, role=associate.role, recovery=recovery)
    if row.used_at is not None:
        is_the_same = key_on_device(connection, registration.id, associate.id) == request.public_key
        return reply if is_the_same else SignInCodeRefused("sign_in_code.used")
    if not holds(row.ends_at, now):
        return SignInCodeRefused("sign_in_code.expired")
    keep_key(connection, registration.id, associate.id, request.public_key, now=now)
    used = sa.update(SIGN_IN_CODE).where(SIGN_IN_CODE.c.code_hash == row.code_hash)
    connection.execute(used.values(used_at=now, registration_id=registration.id))
    details = {"associate": associate.id, "device": registration.id, "by": row.made_by}
    append_own(connection, AuditKind.ASSOCIATE_KEY_ADDED, details=details, now=now)
    return reply


def _refusal(
    row: Row[Any], associate: Associate | None, registration: Registration, request: AssociateKeyRequest
) -> str | None:
    """Why the code is not for them or not for this device, or None."""
    if row.associate_id != request.associate_id:
        return "sign_in_code.other_associate"
    if associate is None or not associate.is_active:
        return "sign_in_code.ended"
    return None if associate.works_at(registration.store_id) else "sign_in_code.wrong_store"
