"""Leases for the associates of a device, signed by the server's own key, which is made once with the database."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from sync.central_api.actors import OF_KEYS
from sync.central_api.associate_keys import Associate, associate_of
from sync.central_api.devices import Registration
from sync.central_api.tables import SETTING
from sync.protocol.leases import LEASE_FOR, Lease, LeasesReply, SignedLease, server_id, sign_lease
from sync.protocol.times import to_wire

_LEASE_KEY: Final = sa.select(SETTING.c.value).where(SETTING.c.name == "lease_key")


def server_key(connection: Connection) -> str:
    """The public half of the server's key, hexadecimal."""
    return _private_key(connection).public_key().public_bytes_raw().hex()


def issue_leases(
    connection: Connection, registration: Registration, now: datetime, *, require_sign_in: bool = False
) -> LeasesReply:
    """Leases of everybody who has a key on the device, is active, and works at its store or at every one.

    `require_sign_in`: as for `actors.read_actors`, whose rule the reply tells.
    """
    private = _private_key(connection)
    public = private.public_key().public_bytes_raw().hex()
    rows = connection.execute(OF_KEYS, {"device": registration.id}).all()
    leases: list[SignedLease] = []
    for row in rows:
        associate = associate_of(row.associate_id, row.state or "", row.body or "")
        if row.ended_at is None and associate.works_at(registration.store_id):
            leases.append(sign_lease(_lease(public, registration, associate, now), private.sign))
    keyed = sorted(row.associate_id for row in rows)
    return LeasesReply(server_key=public, keyed=keyed, leases=leases, required=require_sign_in)


def _lease(public: str, registration: Registration, associate: Associate, now: datetime) -> Lease:
    return Lease(
        server=server_id(public),
        registration_id=registration.id,
        associate_id=associate.id,
        role=associate.role,
        store_ids=sorted(associate.store_ids),
        issued_at=to_wire(now),
        not_after=to_wire(now + LEASE_FOR),
    )


def _private_key(connection: Connection) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(connection.execute(_LEASE_KEY).scalar_one()))
