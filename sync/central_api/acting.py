"""Who acts: an associate's token beside the device's signature, and the principal that routes ask for.

The token is 256 random bits, of which the SHA-256 is kept. It holds ACTING_FOR, on the device that got it, as long as
the associate's key there does. Role and stores are not in it: they are read from the associate's record at each
request, so that whoever loses a role has lost it with the next one.

A route that acts for a person takes a `Principal` as `ActingAssociate` and asks it (`Principal.require`); it must not
ask the gate as well, because a request's nonce is taken once.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import Depends, Header, Request
from sqlalchemy import Connection

from sync.central_api.access_tables import ACTING_TOKEN, ASSOCIATE_KEY
from sync.central_api.associate_keys import Associate, associate_of, find_associate, key_on_device
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Registration
from sync.central_api.gate import Gate, Shown, ShownBy
from sync.central_api.principal import Principal
from sync.central_api.tables import RECORD
from sync.central_api.tokens import RandomBytes, token_hash
from sync.central_api.transactions import write_transaction
from sync.protocol.associate_proofs import acting_message, is_signed
from sync.protocol.errors import ActingEnded, ActingRefused, ClockSkewed, Forbidden, SignatureRefused
from sync.protocol.kinds import Kind
from sync.protocol.people_wire import ActingReply, ActingRequest
from sync.protocol.signing import SKEW_S
from sync.protocol.times import Clock, to_wire

ACTING_FOR: Final = timedelta(minutes=10)

# Built once: every request of a person begins with it.
_OF_TOKEN: Final = (
    sa.select(ACTING_TOKEN.c.associate_id, ACTING_TOKEN.c.ends_at, RECORD.c.state, RECORD.c.body)
    .join(
        ASSOCIATE_KEY,
        sa.and_(
            ASSOCIATE_KEY.c.registration_id == ACTING_TOKEN.c.registration_id,
            ASSOCIATE_KEY.c.associate_id == ACTING_TOKEN.c.associate_id,
        ),
    )
    .join(RECORD, sa.and_(RECORD.c.kind == Kind.ASSOCIATE.value, RECORD.c.id == ACTING_TOKEN.c.associate_id))
    .where(
        ACTING_TOKEN.c.token_hash == sa.bindparam("asked"),
        ACTING_TOKEN.c.registration_id == sa.bindparam("device"),
        ASSOCIATE_KEY.c.ended_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class ActingGate:
    """Lets associates act, over one database."""

    database: CentralDatabase
    gate: Gate
    now: Clock
    random_bytes: RandomBytes = secrets.token_bytes

    def signing_device(self, asking: Shown) -> Registration:
        """The enrolled device that has signed the request. Raises SignedOut and what it is the base of."""
        if asking.proof is None:
            raise SignatureRefused
        with self.database.reading() as connection:
            return self.gate.admit(connection, asking)

    def begin(self, request: ActingRequest, asking: Shown) -> ActingReply:
        """A token for the associate whose key has signed the request.

        Raises ActingRefused, ClockSkewed, Replayed, Forbidden where they do not work at the device's store.
        """
        registration = self.signing_device(asking)
        now = self.now()
        with self.database.reading() as connection:
            self._check(connection, registration, request, now)
        self.gate.nonces.take(f"{registration.id} {request.associate_id}", request.nonce, now)

        def deliver(connection: Connection) -> ActingReply:
            if key_on_device(connection, registration.id, request.associate_id) is None:
                raise ActingRefused
            return _deliver(connection, registration.id, request.associate_id, now, self.random_bytes)

        return write_transaction(self.database, deliver)

    def _check(self, connection: Connection, registration: Registration, request: ActingRequest, now: datetime) -> None:
        """Nothing; the associate's key on this device has signed this, now and once."""
        public_key = key_on_device(connection, registration.id, request.associate_id)
        message = acting_message(registration.id, request.associate_id, request.created_s, request.nonce)
        if public_key is None or not is_signed(public_key, message, request.proof):
            raise ActingRefused
        if abs(now.timestamp() - request.created_s) > SKEW_S:
            raise ClockSkewed(server_time=to_wire(now))
        associate = find_associate(connection, request.associate_id)
        if associate is None or not associate.is_active:
            raise ActingRefused
        if not associate.works_at(registration.store_id):
            raise Forbidden

    def admit(self, asking: Shown, token: str | None) -> Principal:
        """Who acts on this request. Raises SignedOut and what it is the base of, and Forbidden."""
        if asking.proof is None:
            raise SignatureRefused
        with self.database.reading() as connection:
            registration = self.gate.admit(connection, asking)
            associate = self._of_token(connection, registration, token)
        if not associate.works_at(registration.store_id):
            raise Forbidden
        return Principal(registration, associate.id, associate.role, associate.store_ids)

    def _of_token(self, connection: Connection, registration: Registration, token: str | None) -> Associate:
        asked = {"asked": token_hash(token or ""), "device": registration.id}
        row = connection.execute(_OF_TOKEN, asked).one_or_none() if token else None
        # One that is to end later than any is made for was made by another clock.
        if row is None or not timedelta() < row.ends_at - self.now() <= ACTING_FOR:
            raise ActingEnded
        associate = associate_of(row.associate_id, row.state, row.body)
        if not associate.is_active:
            raise ActingEnded
        return associate


def acting_associate(
    request: Request,
    asking: ShownBy,
    acting: Annotated[str | None, Header(max_length=200, description="The token of POST /v1/acting")] = None,
) -> Principal:
    """Who acts on this request (`ActingGate.admit`)."""
    gate: ActingGate = request.app.state.acting
    return gate.admit(asking, acting)


ActingAssociate = Annotated[Principal, Depends(acting_associate)]


def end_acting(database: CentralDatabase, now: datetime) -> int:
    """How many tokens that are over were dropped. Safe at any time. Raises DatabaseBusy."""
    over = sa.delete(ACTING_TOKEN).where(ACTING_TOKEN.c.ends_at <= now - ACTING_FOR)
    return write_transaction(database, lambda connection: connection.execute(over).rowcount)


def _deliver(
    connection: Connection, registration_id: str, associate_id: str, now: datetime, random_bytes: RandomBytes
) -> ActingReply:
    """A new token. Those of this associate on this device that are over go."""
    table = ACTING_TOKEN.c
    theirs = table.registration_id == registration_id, table.associate_id == associate_id, table.ends_at <= now
    connection.execute(sa.delete(ACTING_TOKEN).where(*theirs))
    token = random_bytes(32).hex()
    row = {
        "token_hash": token_hash(token), "registration_id": registration_id, "associate_id": associate_id,
        "ends_at": now + ACTING_FOR,
    }  # fmt: skip
    connection.execute(sa.insert(ACTING_TOKEN).values(row))
    return ActingReply(token=token, ends_in_s=int(ACTING_FOR.total_seconds()))
