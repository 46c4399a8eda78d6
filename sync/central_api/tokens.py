"""Tokens of enrolled devices: an access token for ten minutes, and a refresh token for the next pair.

Access tokens are 256 random bits, of which the SHA-256 is kept. Refresh tokens are numbered, and none is kept: each is
made anew from the database's own secret, the registration, its salt and the number. So the same successor can be
delivered again to a device whose answer was lost, and a token is known for one of ours by itself.

Using one delivers the next. An older one is used by somebody who has a copy, or by a copy of the device: then the
family ends and the device has to enrol again. Not older is the one whose successor was never used, however long ago it
was delivered (the answer may have been lost, and the device away since), and for DELIVERED_AGAIN_FOR after delivering
its successor also one whose successor was used (another process of the device was quicker). One with a higher number
than any delivered is from before the database was restored, and goes on from there.

All of it only for requests that the device's key has signed (`gate`): a token without the key is of no use.
"""

import hashlib
import hmac
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from sync.central_api.access_tables import ACCESS_TOKEN, DEVICE, REFRESH_FAMILY
from sync.central_api.database import CentralDatabase
from sync.central_api.tables import SETTING
from sync.central_api.transactions import write_transaction
from sync.protocol.errors import EnrolmentEnded
from sync.protocol.wire import TokenReply, TokenRequest

ACCESS_FOR: Final = timedelta(minutes=10)
REFRESH_FOR: Final = timedelta(days=90)
"""After the last use."""
DELIVERED_AGAIN_FOR: Final = timedelta(seconds=60)

_FORM: Final = re.compile(r"(?P<n>[1-9][0-9]{0,14})\.[0-9a-f]{64}")

RandomBytes = Callable[[int], bytes]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Family:
    """How far a device's refresh tokens are (`tables.RefreshFamily`)."""

    newest_n: int
    newest_at: datetime
    before_at: datetime | None


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def successor(family: Family, used_n: int, now: datetime) -> int | None:
    """The number of the token to deliver for the one with `used_n`, None where that is an older one. Pure."""
    if used_n >= family.newest_n:
        return used_n + 1
    if used_n == family.newest_n - 1:
        return family.newest_n
    is_the_one_before = used_n == family.newest_n - 2 and family.before_at is not None
    if is_the_one_before and family.before_at is not None and now - family.before_at <= DELIVERED_AGAIN_FOR:
        return family.newest_n - 1
    return None


def begin_family(
    connection: Connection, registration_id: str, *, now: datetime, random_bytes: RandomBytes
) -> TokenReply:
    """The first tokens of a new registration."""
    row = {
        "registration_id": registration_id, "salt": random_bytes(16).hex(), "newest_n": 1, "newest_at": now,
        "before_at": None, "ended_at": None,
    }  # fmt: skip
    connection.execute(sa.insert(REFRESH_FAMILY).values(row))
    return _deliver(connection, registration_id, str(row["salt"]), 1, now=now, random_bytes=random_bytes)


def first_again(
    connection: Connection, registration_id: str, *, now: datetime, random_bytes: RandomBytes
) -> TokenReply | None:
    """The first tokens once more, for a device that did not get the answer; None where it has used them."""
    row = _locked_family(connection, registration_id)
    if row is None or row.ended_at is not None or row.newest_n != 1:
        return None
    return _deliver(connection, registration_id, row.salt, 1, now=now, random_bytes=random_bytes)


def refresh(
    database: CentralDatabase,
    registration_id: str,
    request: TokenRequest,
    *,
    now: datetime,
    random_bytes: RandomBytes,
) -> TokenReply:
    """The next tokens, and the version and platform that the device tells are kept.

    Raises EnrolmentEnded for a token that is none of this registration's, one that was last used REFRESH_FOR ago, and
    one used before: then no token of the registration is accepted any longer.
    """

    def work(connection: Connection) -> TokenReply | None:
        row = _locked_family(connection, registration_id)
        used_n = _number(connection, registration_id, row, request.refresh_token) if row is not None else None
        if row is None or used_n is None or row.ended_at is not None or now - row.newest_at > REFRESH_FOR:
            return None
        next_n = successor(Family(row.newest_n, row.newest_at, row.before_at), used_n, now)
        if next_n is None:
            _end(connection, registration_id, now)
            return None
        if next_n > row.newest_n:
            moved = {"newest_n": next_n, "newest_at": now, "before_at": row.newest_at}
            connection.execute(_of(REFRESH_FAMILY, registration_id).values(moved))
        told = {"app_version": request.app_version, "platform": request.platform}
        connection.execute(sa.update(DEVICE).where(DEVICE.c.id == registration_id).values(told))
        return _deliver(connection, registration_id, row.salt, next_n, now=now, random_bytes=random_bytes)

    reply = write_transaction(database, work)
    if reply is None:
        raise EnrolmentEnded
    return reply


def end_access(database: CentralDatabase, now: datetime) -> int:
    """How many access tokens that are over were dropped. Safe at any time. Raises DatabaseBusy."""
    over = sa.delete(ACCESS_TOKEN).where(ACCESS_TOKEN.c.ends_at <= now - ACCESS_FOR)
    return write_transaction(database, lambda connection: connection.execute(over).rowcount)


def _of(table: sa.Table, registration_id: str) -> sa.Update:
    return sa.update(table).where(table.c.registration_id == registration_id)


def _locked_family(connection: Connection, registration_id: str) -> "Row[tuple[object, ...]] | None":
    query = sa.select(REFRESH_FAMILY).where(REFRESH_FAMILY.c.registration_id == registration_id)
    return connection.execute(query.with_for_update()).one_or_none()


def _number(connection: Connection, registration_id: str, row: "Row[tuple[object, ...]]", token: str) -> int | None:
    """The number of a token of this family, None where it is none of it."""
    found = _FORM.fullmatch(token)
    if found is None:
        return None
    n = int(found["n"])
    return n if hmac.compare_digest(token, _token(connection, registration_id, row.salt, n)) else None


def _token(connection: Connection, registration_id: str, salt: str, n: int) -> str:
    key = bytes.fromhex(connection.execute(_TOKEN_KEY).scalar_one())
    about = "\x1f".join(("refresh", registration_id, salt, str(n)))
    return f"{n}.{hmac.new(key, about.encode(), hashlib.sha256).hexdigest()}"


_TOKEN_KEY: Final = sa.select(SETTING.c.value).where(SETTING.c.name == "token_key")


def _deliver(
    connection: Connection, registration_id: str, salt: str, n: int, *, now: datetime, random_bytes: RandomBytes
) -> TokenReply:
    """The refresh token with that number and a new access token. Those that are over go."""
    over = ACCESS_TOKEN.c.registration_id == registration_id, ACCESS_TOKEN.c.ends_at <= now
    connection.execute(sa.delete(ACCESS_TOKEN).where(*over))
    access = random_bytes(32).hex()
    row = {"token_hash": token_hash(access), "registration_id": registration_id, "ends_at": now + ACCESS_FOR}
    connection.execute(sa.insert(ACCESS_TOKEN).values(row))
    return TokenReply(
        access_token=access,
        access_ends_in_s=int(ACCESS_FOR.total_seconds()),
        refresh_token=_token(connection, registration_id, salt, n),
    )


def _end(connection: Connection, registration_id: str, now: datetime) -> None:
    """No token of the registration is accepted any longer."""
    _log.warning("a refresh token was used again", extra={"device_id": registration_id})
    connection.execute(_of(REFRESH_FAMILY, registration_id).values(ended_at=now))
    connection.execute(sa.delete(ACCESS_TOKEN).where(ACCESS_TOKEN.c.registration_id == registration_id))
