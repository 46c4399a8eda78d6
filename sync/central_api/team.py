"""The team at the server, for who manages it: who has a key on which device, and the end of somebody's sign-ins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from sync.central_api.access_tables import ASSOCIATE_KEY, DEVICE
from sync.central_api.associate_calls import require_over
from sync.central_api.associate_keys import Associate, associate_of, end_sessions, find_associate
from sync.central_api.audit import append_own
from sync.central_api.database import CentralDatabase
from sync.central_api.errors import AssociateUnknown
from sync.central_api.principal import Principal
from sync.central_api.tables import RECORD
from sync.central_api.transactions import write_transaction
from sync.protocol.audit import AuditKind
from sync.protocol.errors import Forbidden
from sync.protocol.kinds import Kind
from sync.protocol.managing import SignInsEnded, Team, TeamDevice, TeamKey, TeamMember
from sync.protocol.roles import Permission, may
from sync.protocol.times import to_wire

_MANAGE: Final = Permission.MANAGE_TEAM


@dataclass(frozen=True, slots=True)
class TeamManaging:
    """The associates of one database. `require_sign_in`: as in `CentralSettings`."""

    database: CentralDatabase
    require_sign_in: bool = False

    def team(self, principal: Principal) -> Team:
        """Those whom the principal manages, by name, and who of them is ready where. Raises Forbidden where they
        manage nobody."""
        if not may(principal.role, _MANAGE):
            raise Forbidden
        people = sa.select(RECORD.c.id, RECORD.c.state, RECORD.c.body).where(RECORD.c.kind == Kind.ASSOCIATE.value)
        with self.database.reading() as connection:
            known = [associate_of(row.id, row.state, row.body) for row in connection.execute(people)]
            keys = _keys(connection, principal)
            devices = _devices(connection, principal)
            ever = set(connection.execute(sa.select(ASSOCIATE_KEY.c.registration_id).distinct()).scalars())
        managed = [one for one in known if one.is_active and _is_managed(principal, one)]
        managed.sort(key=lambda one: (one.name.casefold(), one.id))
        return Team(
            members=[TeamMember(id=one.id, name=one.name, role=one.role, keys=keys.get(one.id, [])) for one in managed],
            devices=[
                _readiness(row, managed, keys, asks_for_keys=self.require_sign_in or row.id in ever) for row in devices
            ],
            this_id=principal.registration.id,
        )

    def end_sign_ins(self, principal: Principal, associate_id: str, *, now: datetime) -> SignInsEnded:
        """On how many devices their key was ended: they need a sign-in code on each. Raises Forbidden,
        AssociateUnknown."""
        if not may(principal.role, _MANAGE):
            raise Forbidden
        work = partial(_end, principal=principal, associate_id=associate_id, now=now)
        return SignInsEnded(count=write_transaction(self.database, work))


def _end(connection: Connection, *, principal: Principal, associate_id: str, now: datetime) -> int:
    associate = find_associate(connection, associate_id)
    if associate is None or not _is_managed(principal, associate):
        raise AssociateUnknown
    ended = end_sessions(connection, [associate_id], now=now)
    details: dict[str, str | int] = {"associate": associate_id, "keys": ended}
    append_own(connection, AuditKind.SIGN_INS_ENDED, actor=principal.associate_id, details=details, now=now)
    return ended


def _is_managed(principal: Principal, associate: Associate) -> bool:
    try:
        require_over(principal, associate)
    except Forbidden:
        return False
    return True


def _devices(connection: Connection, principal: Principal) -> list[Row[Any]]:
    """The devices in use that sign, of the stores that the principal manages, by name."""
    query = sa.select(DEVICE).order_by(DEVICE.c.name, DEVICE.c.id)
    in_use = connection.execute(query.where(DEVICE.c.revoked_at.is_(None), DEVICE.c.public_key.is_not(None)))
    return [row for row in in_use if principal.may(_MANAGE, row.store_id)]


def _readiness(
    device: Row[Any],
    people: Sequence[Associate],
    keys: Mapping[str, Sequence[TeamKey]],
    *,
    asks_for_keys: bool,
) -> TeamDevice:
    """Who of these may write on the device (`actors.read_actors` decides it)."""
    keyed = {one for one, theirs in keys.items() if any(key.registration_id == device.id for key in theirs)}
    missing = [one.id for one in people if device.store_id in one.store_ids and one.id not in keyed]
    return TeamDevice(
        registration_id=device.id,
        name=device.name,
        store_id=device.store_id,
        asks_for_keys=asks_for_keys,
        ready=[one.id for one in people if one.id in keyed],
        missing=missing if asks_for_keys else [],
    )


def _keys(connection: Connection, principal: Principal) -> dict[str, list[TeamKey]]:
    """The keys that hold, by associate, on devices of the stores that the principal manages."""
    same = DEVICE.c.id == ASSOCIATE_KEY.c.registration_id
    query = sa.select(ASSOCIATE_KEY, DEVICE.c.name, DEVICE.c.store_id).join(DEVICE, same)
    query = query.where(ASSOCIATE_KEY.c.ended_at.is_(None), DEVICE.c.revoked_at.is_(None))
    found: dict[str, list[TeamKey]] = {}
    for row in connection.execute(query.order_by(DEVICE.c.name, DEVICE.c.id)):
        if principal.may(_MANAGE, row.store_id):
            key = TeamKey(registration_id=row.registration_id, name=row.name, added_at=to_wire(row.added_at))
            found.setdefault(row.associate_id, []).append(key)
    return found
