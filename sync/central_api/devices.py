"""Registrations: which device may speak for which store.

A device that enrolled (`enrolment`) has a key and signs what it asks (`gate`). One that was added here has a token for
good: 256 random bits, of which only the SHA-256 is kept.
"""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import DEVICE, RECOVERY_KEY
from sync.central_api.bulk import insert_missing
from sync.central_api.database import CentralDatabase
from sync.central_api.errors import DatabaseBusy, StoreAmbiguous, StoreUnknown
from sync.central_api.import_records import read_stores
from sync.central_api.tables import SYNC_IDENTITY
from sync.central_api.transactions import write_transaction
from sync.protocol.errors import DeviceRevoked, SignedOut, WrongCredential
from sync.protocol.ids import uuid7
from sync.protocol.kinds import GLOBAL_SCOPE, lookup_scope, store_scope
from sync.protocol.times import Clock, utc_now

# Built once: building a statement costs as much as five runs of it, and every request begins with these.
_OF_TOKEN = sa.select(
    DEVICE.c.id, DEVICE.c.store_id, DEVICE.c.last_seen_at, DEVICE.c.waiting, DEVICE.c.revoked_at
).where(DEVICE.c.token_hash == sa.bindparam("asked"), DEVICE.c.public_key.is_(None))
_IDENTITY = sa.select(SYNC_IDENTITY).where(SYNC_IDENTITY.c.device_id == sa.bindparam("asked"))
_LOCKED_IDENTITY = _IDENTITY.with_for_update()

SEEN_EVERY = timedelta(minutes=1)
"""How fine `last_seen_at` is: a pull that finds nothing new then writes nothing."""


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store as an operator names it."""

    id: str
    code: str
    name: str
    city: str


@dataclass(frozen=True, slots=True)
class Registration:
    """Who is asking: a device and the store it is for. `signs`: it enrolled with a key, and has signed this."""

    id: str
    store_id: str
    last_seen_at: datetime | None
    waiting: int | None = None
    signs: bool = False

    @property
    def grants(self) -> list[str]:
        """The scopes this device holds, sorted."""
        return sorted((GLOBAL_SCOPE, lookup_scope(self.id), store_scope(self.store_id)))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def list_stores(database: CentralDatabase) -> list[StoreRow]:
    """Every store, by code and name. Warehouses and web shops are not among them."""
    with database.reading() as connection:
        bodies = read_stores(connection)
    rows = [
        StoreRow(store_id, body.get("code", ""), body["name"], body.get("city", ""))
        for store_id, body in bodies.items()
    ]
    return sorted(rows, key=lambda row: (row.code, row.name, row.id))


def find_store(database: CentralDatabase, named: str) -> StoreRow:
    """The store of that id, code or name. Raises StoreUnknown or StoreAmbiguous."""
    wanted = named.strip().casefold()
    stores = list_stores(database)
    for field in ("id", "code", "name"):
        matches = [store for store in stores if getattr(store, field).casefold() == wanted]
        if len(matches) > 1:
            raise StoreAmbiguous(store=named)
        if matches:
            return matches[0]
    raise StoreUnknown(store=named)


def add_device(
    database: CentralDatabase,
    store: str,
    name: str,
    *,
    now: Clock = utc_now,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """The new device's token, which is shown once and kept nowhere. `store` is a store's id, code or name.

    Raises StoreUnknown or StoreAmbiguous.
    """
    found = find_store(database, store)
    token = random_bytes(32).hex()
    row = {
        "id": uuid7(now()), "token_hash": _token_hash(token), "store_id": found.id, "name": name, "added_at": now(),
        "last_seen_at": None, "revoked_at": None,
    }  # fmt: skip
    write_transaction(database, lambda connection: connection.execute(sa.insert(DEVICE).values(row)))
    return token


Also = Callable[[Connection], None]
"""What is done in the same transaction, where something was changed."""


def _nothing_else(connection: Connection) -> None:
    """The change alone."""


def revoke_device(
    database: CentralDatabase, registration_id: str, *, now: Clock = utc_now, also: Also = _nothing_else
) -> bool:
    """Whether a device was there to revoke; whatever it asks is refused from now on."""
    revoke = sa.update(DEVICE).where(DEVICE.c.id == registration_id, DEVICE.c.revoked_at.is_(None))
    forget_recovery = sa.delete(RECOVERY_KEY).where(RECOVERY_KEY.c.registration_id == registration_id)

    def forget_too(connection: Connection) -> None:
        connection.execute(forget_recovery)
        also(connection)

    return _changed(database, revoke.values(revoked_at=now()), forget_too)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A registration as a manager or an operator sees it.

    `signs`: it enrolled with a key. `waiting`: changes that were still to come from it when it was last here, None
    before. `app_version`, `platform`: as it last told, "" before.
    """

    id: str
    store_id: str
    name: str
    signs: bool
    added_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    app_version: str
    platform: str
    waiting: int | None


def list_devices(database: CentralDatabase, store_id: str | None = None) -> list[DeviceRow]:
    """Every registration, or those of one store: those in use first, then by name."""
    query = sa.select(DEVICE)
    if store_id is not None:
        query = query.where(DEVICE.c.store_id == store_id)
    with database.reading() as connection:
        rows = [
            DeviceRow(
                row.id,
                row.store_id,
                row.name,
                row.public_key is not None,
                row.added_at,
                row.last_seen_at,
                row.revoked_at,
                row.app_version,
                row.platform,
                row.waiting,
            )
            for row in connection.execute(query)
        ]
    return sorted(rows, key=lambda row: (row.revoked_at is not None, row.name.casefold(), row.added_at, row.id))


def rename_device(database: CentralDatabase, registration_id: str, name: str, *, also: Also = _nothing_else) -> bool:
    """Whether there was such a device to rename."""
    rename = sa.update(DEVICE).where(DEVICE.c.id == registration_id).values(name=" ".join(name.split()))
    return _changed(database, rename, also)


def _changed(database: CentralDatabase, change: sa.Update, also: Also) -> bool:
    """Whether there was such a device."""

    def work(connection: Connection) -> bool:
        if not connection.execute(change).rowcount:
            return False
        also(connection)
        return True

    return write_transaction(database, work)


def sign_in(connection: Connection, token: str) -> Registration:
    """The registration of a token that needs no key. Raises SignedOut, DeviceRevoked."""
    row = connection.execute(_OF_TOKEN, {"asked": _token_hash(token)}).one_or_none()
    if row is None:
        raise SignedOut
    if row.revoked_at is not None:
        raise DeviceRevoked
    return Registration(row.id, row.store_id, row.last_seen_at, row.waiting)


@dataclass(frozen=True, slots=True)
class Identity:
    """A device id and how far its entries are decided."""

    device_id: str
    last_n: int
    last_uuid: str | None


def read_identity(
    connection: Connection, registration: Registration, device_id: str, *, lock: bool = False
) -> Identity | None:
    """The identity, or None where it was never used. Raises WrongCredential where another token used it first."""
    row = connection.execute(_LOCKED_IDENTITY if lock else _IDENTITY, {"asked": device_id}).one_or_none()
    if row is None:
        return None
    if row.registration_id != registration.id:
        raise WrongCredential
    return Identity(device_id, row.last_n, row.last_uuid)


def claim_identity(connection: Connection, registration: Registration, device_id: str) -> Identity:
    """The identity, made where it is new, and locked until commit. Raises WrongCredential."""
    identity = read_identity(connection, registration, device_id, lock=True)
    if identity is not None:
        return identity
    row = {"device_id": device_id, "registration_id": registration.id, "last_n": 0, "last_uuid": None, "settled_n": 0}
    insert_missing(connection, SYNC_IDENTITY, [row])
    claimed = read_identity(connection, registration, device_id, lock=True)
    if claimed is None:
        raise WrongCredential
    return claimed


def note_seen(
    database: CentralDatabase,
    registration: Registration,
    *,
    now: datetime,
    identity: Identity | None = None,
    settled_n: int = 0,
    next_n: int = 1,
    app_version: str | None = None,
) -> None:
    """Keeps that the device was here, and up to which number it has every verdict (never above what is decided).

    `next_n`: the number of its next entry, which tells how many are still to come. Writes at most once in SEEN_EVERY,
    or where that number is another one than before, and not at all where the database is busy.
    """
    told: dict[str, object] = {}
    waiting = registration.waiting if identity is None else max(0, next_n - 1 - identity.last_n)
    if waiting != registration.waiting:
        told["waiting"] = waiting
    # One that is to come was written before the clock was set back.
    if registration.last_seen_at is None or not timedelta() <= now - registration.last_seen_at < SEEN_EVERY:
        told["last_seen_at"] = now
        if app_version is not None:
            told["app_version"] = app_version
    if not told:
        return
    seen = sa.update(DEVICE).where(DEVICE.c.id == registration.id).values(told)

    def note(connection: Connection) -> None:
        if identity is not None:
            settled = min(settled_n, identity.last_n)
            ours = SYNC_IDENTITY.c.device_id == identity.device_id, SYNC_IDENTITY.c.settled_n < settled
            connection.execute(sa.update(SYNC_IDENTITY).where(*ours).values(settled_n=settled))
        connection.execute(seen)

    with suppress(DatabaseBusy):
        write_transaction(database, note)
