"""What a manager sees of devices, and does with them: of the stores where they manage, and of no other.

A device of another store is as one that is none (`DeviceUnknown`), so that ids tell nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import DEVICE
from sync.central_api.audit import append_own
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Also, DeviceRow, StoreRow, list_devices, list_stores, rename_device, revoke_device
from sync.central_api.enrolment import make_enrolment_code
from sync.central_api.errors import DeviceUnknown, EntryUnknown
from sync.central_api.lists import list_bodies
from sync.central_api.one_time_codes import HOLDS_FOR
from sync.central_api.principal import Principal
from sync.central_api.quarantine import Quarantined, list_quarantine
from sync.central_api.settling import settle_quarantined
from sync.central_api.transactions import write_transaction
from sync.protocol.audit import AuditKind
from sync.protocol.errors import Forbidden
from sync.protocol.kinds import Kind
from sync.protocol.managing import (
    MOST_ENTRIES,
    CodeForDeviceReply,
    CodeForDeviceRequest,
    ManagedDevice,
    ManagedDevices,
    ManagedStore,
    QuarantinedEntry,
    QuarantineList,
    RenameDeviceRequest,
    SettleReply,
    SettleRequest,
)
from sync.protocol.roles import Permission, may
from sync.protocol.times import to_wire
from sync.protocol.wire import VerdictStatus

Unconfirmed = Callable[[Connection], Mapping[str, int]]
"""How many erasures each registration has not confirmed yet."""

UNKNOWN: Final = "devices.unknown"
"""The sentence of DeviceUnknown for a person at a screen."""
_MANAGE: Final = Permission.MANAGE_DEVICES


def none_unconfirmed(connection: Connection) -> Mapping[str, int]:
    """Where no device is asked to confirm."""
    return {}


@dataclass(frozen=True, slots=True)
class Managing:
    """The devices and the quarantine of one database. `random`: the system's own outside tests."""

    database: CentralDatabase
    random: Random
    unconfirmed: Unconfirmed = none_unconfirmed

    def devices(self, principal: Principal) -> ManagedDevices:
        """Raises Forbidden where whoever asks manages no devices."""
        stores = self._stores(principal)
        ids = {store.id for store in stores}
        with self.database.reading() as connection:
            unconfirmed = self.unconfirmed(connection)
        return ManagedDevices(
            this_id=principal.registration.id,
            stores=[ManagedStore(id=store.id, name=store.name) for store in stores],
            devices=[
                _told(row, unconfirmed.get(row.id, 0)) for row in list_devices(self.database) if row.store_id in ids
            ],
        )

    def code_for_device(
        self, principal: Principal, request: CodeForDeviceRequest, *, now: datetime
    ) -> CodeForDeviceReply:
        """Raises Forbidden, StoreUnknown."""
        principal.require(_MANAGE, request.store_id)
        who = principal.associate_id
        noted = _noting(AuditKind.DEVICE_CODE_MADE, principal, {"store": request.store_id}, now)
        write_transaction(self.database, noted)
        made = make_enrolment_code(
            self.database, request.store_id, name=request.name, made_by=who, now=now, random=self.random
        )
        return CodeForDeviceReply(
            code=made.code, store_name=made.store.name, ends_in_s=round(HOLDS_FOR.total_seconds())
        )

    def rename(self, principal: Principal, request: RenameDeviceRequest, *, now: datetime) -> None:
        """Raises Forbidden, DeviceUnknown."""
        registration_id, name = request.registration_id, request.name
        self._require_device(principal, registration_id)
        noted = _noting(AuditKind.DEVICE_RENAMED, principal, {"device": registration_id}, now)
        if not rename_device(self.database, registration_id, name, also=noted):
            raise DeviceUnknown(UNKNOWN)

    def revoke(self, principal: Principal, registration_id: str, *, now: datetime) -> None:
        """Raises Forbidden, and DeviceUnknown where it is revoked already as well."""
        self._require_device(principal, registration_id)
        noted = _noting(AuditKind.DEVICE_REVOKED, principal, {"device": registration_id}, now)
        if not revoke_device(self.database, registration_id, now=lambda: now, also=noted):
            raise DeviceUnknown(UNKNOWN)

    def quarantine(self, principal: Principal) -> QuarantineList:
        """Raises Forbidden."""
        ids = {store.id for store in self._stores(principal)}
        waiting = [one for one in list_quarantine(self.database) if one.store_id in ids]
        shown = waiting[:MOST_ENTRIES]
        names = self._names() if shown else {}
        return QuarantineList(entries=[_quarantined(one, names) for one in shown], count=len(waiting))

    def settle(self, principal: Principal, request: SettleRequest, *, now: datetime) -> SettleReply:
        """Raises Forbidden, and EntryUnknown where somebody has settled it already as well."""
        registration_id, by = request.registration_id, principal.associate_id
        try:
            self._require_device(principal, registration_id)
        except DeviceUnknown as error:
            raise EntryUnknown from error
        verdict = settle_quarantined(self.database, registration_id, request.uuid, keep=request.keep, by=by, now=now)
        if verdict is None or verdict.status != VerdictStatus.REJECTED:
            return SettleReply()
        return SettleReply(refused=verdict.code or "mutation.other")

    def _stores(self, principal: Principal) -> list[StoreRow]:
        if not may(principal.role, _MANAGE):
            raise Forbidden
        return [store for store in list_stores(self.database) if principal.may(_MANAGE, store.id)]

    def _require_device(self, principal: Principal, registration_id: str) -> None:
        if not may(principal.role, _MANAGE):
            raise Forbidden
        with self.database.reading() as connection:
            asked = sa.select(DEVICE.c.store_id).where(DEVICE.c.id == registration_id)
            store_id = connection.execute(asked).scalar_one_or_none()
        if store_id is None or not principal.may(_MANAGE, store_id):
            raise DeviceUnknown(UNKNOWN)

    def _names(self) -> dict[str, str]:
        return {body["id"]: body.get("name", "") for body in list_bodies(self.database, Kind.ASSOCIATE)}


def _noting(kind: AuditKind, principal: Principal, details: Mapping[str, str], now: datetime) -> Also:
    """What notes in the server's audit log that this associate did it."""
    return partial(append_own, kind=kind, actor=principal.associate_id, details=details, now=now)


def _told(row: DeviceRow, unconfirmed: int) -> ManagedDevice:
    return ManagedDevice(
        id=row.id,
        store_id=row.store_id,
        name=row.name,
        signs=row.signs,
        added_at=to_wire(row.added_at),
        last_seen_at=_at(row.last_seen_at),
        revoked_at=_at(row.revoked_at),
        app_version=row.app_version,
        platform=row.platform,
        waiting=row.waiting,
        unconfirmed_erasures=unconfirmed,
    )


def _at(moment: datetime | None) -> str | None:
    return to_wire(moment) if moment is not None else None


def _quarantined(one: Quarantined, names: Mapping[str, str]) -> QuarantinedEntry:
    entry = one.entry
    return QuarantinedEntry(
        registration_id=one.registration_id,
        device_name=one.device_name,
        store_id=one.store_id,
        uuid=entry.uuid,
        name=entry.name,
        args=entry.args,
        actor=entry.actor,
        actor_name=names.get(entry.actor or "", ""),
        at=entry.at,
        received_at=to_wire(one.received_at),
        refused=one.refused,
    )
