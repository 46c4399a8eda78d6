"""Keys that associates have on devices, as the server's records have those who hold them (ASVS 5.0 7.4.2, 7.4.5).

A key is made on the device with the associate's PIN. Who loses their place in the retailer's list of associates loses
every key and token with it, in the same transaction; who comes back needs a new sign-in code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.access_tables import ACTING_TOKEN, ASSOCIATE_KEY
from sync.central_api.bulk import among, portions
from sync.central_api.database import CentralDatabase
from sync.central_api.errors import AssociateRefused
from sync.central_api.tables import RECORD
from sync.central_api.transactions import write_transaction
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.roles import Role
from sync.protocol.wire import RowState


@dataclass(frozen=True, slots=True)
class Associate:
    """Somebody of the retailer's list as it is now. `store_ids`: where they work."""

    id: str
    name: str
    code: str
    role: Role
    store_ids: frozenset[str]
    is_active: bool

    def works_at(self, store_id: str) -> bool:
        """Whether they may come in on a device of that store."""
        return self.is_active and (self.role.is_of_every_store or store_id in self.store_ids)


_ASSOCIATE: Final = sa.select(RECORD.c.state, RECORD.c.body).where(
    RECORD.c.kind == Kind.ASSOCIATE.value, RECORD.c.id == sa.bindparam("asked")
)
_KEY: Final = sa.select(ASSOCIATE_KEY.c.public_key).where(
    ASSOCIATE_KEY.c.registration_id == sa.bindparam("device"),
    ASSOCIATE_KEY.c.associate_id == sa.bindparam("associate"),
    ASSOCIATE_KEY.c.ended_at.is_(None),
)


def associate_of(associate_id: str, state: str, body: str) -> Associate:
    """The associate that a record tells of."""
    read: Body = orjson.loads(body) if body else {}
    return Associate(
        associate_id,
        str(read.get("name", "")),
        str(read.get("code", "")),
        Role.named(str(read.get("role", ""))),
        frozenset(read.get("location_ids", ())),
        state == RowState.LIVE and bool(read.get("active", True)),
    )


def find_associate(connection: Connection, associate_id: str) -> Associate | None:
    """The associate with that id; None where there never was one."""
    row = connection.execute(_ASSOCIATE, {"asked": associate_id}).one_or_none()
    return associate_of(associate_id, row.state, row.body) if row is not None else None


def associate_named(database: CentralDatabase, named: str, store_id: str | None = None) -> Associate:
    """The active associate of that id, code, name or one word of it; of those who work at a store, where one is named.

    Raises AssociateRefused where nobody is, and where several are.
    """
    query = sa.select(RECORD.c.id, RECORD.c.state, RECORD.c.body).where(RECORD.c.kind == Kind.ASSOCIATE.value)
    with database.reading() as connection:
        rows = connection.execute(query).all()
    there = [associate_of(row.id, row.state, row.body) for row in rows]
    there = [one for one in there if one.is_active and (store_id is None or one.works_at(store_id))]
    wanted = " ".join(named.casefold().split())
    whole = [one for one in there if wanted in (one.id, one.code.casefold(), " ".join(one.name.casefold().split()))]
    found = whole or [one for one in there if wanted in one.name.casefold().split()]
    if len(found) != 1:
        raise AssociateRefused("central.associate_ambiguous" if found else "central.associate_gone", name=named)
    return found[0]


def key_on_device(connection: Connection, registration_id: str, associate_id: str) -> str | None:
    """The public key that the associate has on the device now, or None."""
    asked = {"device": registration_id, "associate": associate_id}
    return connection.execute(_KEY, asked).scalar_one_or_none()


def keep_key(
    connection: Connection, registration_id: str, associate_id: str, public_key: str, *, now: datetime
) -> None:
    """The key is the associate's on that device from now on, in place of the one they had; its tokens end."""
    row = {
        "registration_id": registration_id, "associate_id": associate_id, "public_key": public_key, "added_at": now,
        "ended_at": None,
    }  # fmt: skip
    for table in (ACTING_TOKEN, ASSOCIATE_KEY):
        theirs = table.c.registration_id == registration_id, table.c.associate_id == associate_id
        connection.execute(sa.delete(table).where(*theirs))
    connection.execute(sa.insert(ASSOCIATE_KEY).values(row))


def end_associate_sessions(database: CentralDatabase, associate_id: str, *, now: datetime) -> int:
    """On how many devices the associate had a key: none holds any longer, nor a token. Raises DatabaseBusy."""
    return write_transaction(database, lambda connection: end_sessions(connection, [associate_id], now=now))


def end_sessions(connection: Connection, associate_ids: list[str], *, now: datetime) -> int:
    """How many keys of these associates held until now; their tokens go."""
    ended = 0
    for portion in portions(sorted(associate_ids)):
        connection.execute(sa.delete(ACTING_TOKEN).where(among(connection, ACTING_TOKEN.c.associate_id, portion)))
        theirs = among(connection, ASSOCIATE_KEY.c.associate_id, portion), ASSOCIATE_KEY.c.ended_at.is_(None)
        ended += connection.execute(sa.update(ASSOCIATE_KEY).where(*theirs).values(ended_at=now)).rowcount
    return ended


def follow_associates(connection: Connection, changes: Mapping[RecordKey, Body | None], now: datetime) -> None:
    """Whoever leaves the list of associates, or is no longer active in it, loses keys and tokens."""
    gone = [
        key.id
        for key, body in changes.items()
        if key.kind == Kind.ASSOCIATE and (body is None or not body.get("active", True))
    ]
    if gone:
        end_sessions(connection, gone, now=now)
