"""Who asks: a device by its token, and one that enrolled by its key as well.

A registration with a key is never let in by a token alone, and a token only together with the key it was given to. A
registration without a key (`devices.add_device`) has a token for good and signs nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection

from sync.central_api.access_tables import ACCESS_TOKEN, DEVICE
from sync.central_api.devices import Registration, sign_in
from sync.central_api.nonces import Nonces
from sync.central_api.request_body import content_sha256
from sync.central_api.tokens import token_hash
from sync.protocol.errors import AccessEnded, DeviceRevoked, SignatureRefused, SignedOut
from sync.protocol.signing import (
    CONTENT_DIGEST,
    ENROLLING,
    SIGNATURE,
    SIGNATURE_INPUT,
    Proof,
    RequestParts,
    check_signature,
    read_stated,
)
from sync.protocol.times import Clock

_bearer = HTTPBearer(auto_error=False)

# Built once: every request begins with one of these.
_OF_KEY: Final = (
    DEVICE.c.id, DEVICE.c.store_id, DEVICE.c.last_seen_at, DEVICE.c.waiting, DEVICE.c.revoked_at, DEVICE.c.public_key,
)  # fmt: skip
_OF_ACCESS = sa.select(*_OF_KEY, ACCESS_TOKEN.c.ends_at).where(
    ACCESS_TOKEN.c.token_hash == sa.bindparam("asked"), DEVICE.c.id == ACCESS_TOKEN.c.registration_id
)
_OF_KEYID = sa.select(*_OF_KEY).where(DEVICE.c.id == sa.bindparam("asked"), DEVICE.c.public_key.is_not(None))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of who asks. `proof`: None where it is not signed."""

    token: str | None
    proof: Proof | None
    parts: RequestParts


async def shown(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Shown:
    """What the request shows; nothing of it is checked yet."""
    headers, scope = request.headers, request.scope
    fields = [headers.get(name) for name in (CONTENT_DIGEST, SIGNATURE_INPUT, SIGNATURE)]
    target, query = scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
    parts = RequestParts(
        method=request.method,
        target=(target + b"?" + query if query else target).decode("latin-1"),
        content_sha256=content_sha256(scope),
        authorization=headers.get("authorization"),
    )
    proof = None if None in fields else Proof(*(field or "" for field in fields))
    return Shown(credentials.credentials if credentials is not None else None, proof, parts)


@dataclass(frozen=True, slots=True)
class Holder:
    """A registration whose key has signed a request; one that was revoked too."""

    id: str
    store_id: str
    last_seen_at: datetime | None
    waiting: int | None
    revoked_at: datetime | None
    public_key: str


ShownBy = Annotated[Shown, Depends(shown)]


class Gate:
    """Lets devices in. One in each process: it remembers which requests it has seen."""

    def __init__(self, now: Clock, nonces: Nonces | None = None) -> None:
        self._now = now
        self.nonces = nonces or Nonces()

    def admit(self, connection: Connection, asking: Shown) -> Registration:
        """Whose request this is. Raises SignedOut and what it is the base of, and Unreachable (`Nonces.take`)."""
        if asking.token is None:
            raise SignedOut
        if asking.proof is None:
            return sign_in(connection, asking.token)
        row = connection.execute(_OF_ACCESS, {"asked": token_hash(asking.token)}).one_or_none()
        if row is None:
            raise AccessEnded
        now = self._now()
        *about, ends_at = row
        holder = Holder(*about)
        self._check(holder, asking, asking.proof, now)
        if holder.revoked_at is not None:
            raise DeviceRevoked
        if ends_at <= now:
            raise AccessEnded
        return Registration(holder.id, holder.store_id, holder.last_seen_at, holder.waiting, signs=True)

    def holder(self, connection: Connection, asking: Shown) -> Holder:
        """Whose key has signed a request that goes without a token. Raises SignatureRefused and what it is base of."""
        if asking.proof is None:
            raise SignatureRefused
        keyid = read_stated(asking.proof).keyid
        row = connection.execute(_OF_KEYID, {"asked": keyid}).one_or_none() if keyid != ENROLLING else None
        if row is None:
            raise SignatureRefused
        holder = Holder(*row)
        self._check(holder, asking, asking.proof, self._now())
        return holder

    def check_new_key(self, asking: Shown, public_key: str) -> None:
        """Nothing; the request is signed by a key that has no registration yet. Raises SignatureRefused, ClockSkewed.

        No nonce is remembered for keys that anybody can make: taking a code twice with one key changes nothing.
        """
        if asking.proof is None or read_stated(asking.proof).keyid != ENROLLING:
            raise SignatureRefused
        check_signature(asking.parts, asking.proof, public_key=bytes.fromhex(public_key), now=self._now())

    def _check(self, holder: Holder, asking: Shown, proof: Proof, now: datetime) -> None:
        """Nothing; the registration's key has signed this request, now and once."""
        if read_stated(proof).keyid != holder.id:
            raise SignatureRefused
        stated = check_signature(asking.parts, proof, public_key=bytes.fromhex(holder.public_key), now=now)
        self.nonces.take(holder.id, stated.nonce, now)
