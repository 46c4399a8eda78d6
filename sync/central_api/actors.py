"""Who may be the actor of what a device writes: asked once for each batch of a push.

    a device on which associates have keys   whoever has one there now
    one that signs and has none              whoever is active at its store or every one, unless sign-in is required
    one with a token for good                whoever is active at its store or every one

A visitor's entries have no actor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import ASSOCIATE_KEY
from sync.central_api.associate_keys import associate_of, find_associate
from sync.central_api.devices import Registration
from sync.central_api.tables import RECORD, SCOPE_ROW
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from sync.protocol.roles import Permission, Role, may
from sync.protocol.wire import RowState

ACTOR_ENDED: Final = "mutation.actor_ended"
"""Their key on the device was ended: what they wrote there is kept in the quarantine, and a manager decides."""


@dataclass(frozen=True, slots=True)
class Actors:
    """Associates who may write from a device, with what they are. `ended`: whose key there was ended."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()

    def refusal(self, actor: str | None, permission: Permission) -> str | None:
        """Why nothing of that actor is taken that needs the permission, or None."""
        if actor in self.ended:
            return ACTOR_ENDED
        if actor is None or actor not in self.roles:
            return "mutation.actor_unknown"
        return None if may(self.roles[actor], permission) else "mutation.not_allowed"


# Built once: every push begins with one of these.
OF_KEYS: Final = (
    sa.select(ASSOCIATE_KEY.c.associate_id, ASSOCIATE_KEY.c.ended_at, RECORD.c.state, RECORD.c.body)
    .outerjoin(RECORD, sa.and_(RECORD.c.kind == Kind.ASSOCIATE.value, RECORD.c.id == ASSOCIATE_KEY.c.associate_id))
    .where(ASSOCIATE_KEY.c.registration_id == sa.bindparam("device"))
)
"""Associates who have a key on a device or had one, as they are now."""
_OF_STORE: Final = (
    sa.select(RECORD.c.id, RECORD.c.state, RECORD.c.body)
    .join(SCOPE_ROW, sa.and_(RECORD.c.kind == SCOPE_ROW.c.kind, RECORD.c.id == SCOPE_ROW.c.id))
    .where(
        SCOPE_ROW.c.scope.in_((sa.bindparam("scope"), GLOBAL_SCOPE)),
        SCOPE_ROW.c.kind == Kind.ASSOCIATE.value,
        SCOPE_ROW.c.state == RowState.LIVE.value,
    )
)


def read_actors(connection: Connection, registration: Registration, *, require_sign_in: bool) -> Actors:
    """Who may write from that device now."""
    if registration.signs:
        rows = connection.execute(OF_KEYS, {"device": registration.id}).all()
        known = {row.associate_id: associate_of(row.associate_id, row.state or "", row.body or "") for row in rows}
        ended = {row.associate_id for row in rows if row.ended_at is not None or not known[row.associate_id].is_active}
        if rows or require_sign_in:
            roles = {one: associate.role for one, associate in known.items() if one not in ended}
            return Actors(roles, frozenset(ended))
    found = connection.execute(_OF_STORE, {"scope": store_scope(registration.store_id)}).all()
    working = (associate_of(row.id, row.state, row.body) for row in found)
    return Actors({associate.id: associate.role for associate in working if associate.is_active})


def vouched_for(connection: Connection, actor: str | None) -> Actors:
    """The author of an entry that a manager takes over: anybody who is or was in the list of associates."""
    associate = find_associate(connection, actor) if actor is not None else None
    return Actors({associate.id: associate.role} if associate is not None else {})
