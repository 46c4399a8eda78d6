"""How a request says who asks: by a token for good, or by a device's key and the tokens it gets for it.

A refresh token is kept durably before the access token that came with it is used. What is read is the token kept last,
by whichever process of the device: so an answer that is lost on the way, or a program killed at any moment, leaves the
one before it, and the server delivers the same successor once more.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from sync.protocol.errors import AccessEnded, ClockSkewed, Replayed, SyncError
from sync.protocol.signing import NONCE_BYTES, RequestParts, Stated, body_sha256, nonce_of, sign_request
from sync.protocol.times import Clock, from_wire
from sync.protocol.wire import TokenReply

Headers = dict[str, str]


class DeviceCredentials(Protocol):
    """What an enrolled device keeps. The methods may block; all but `sign` are called in threads.

    Raises StoreFailed where the place it is kept in cannot be reached.
    """

    @property
    def registration_id(self) -> str: ...

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature by the device's key."""
        ...

    def refresh_token(self) -> str:
        """The one kept last, also where another process did."""
        ...

    def keep_refresh_token(self, token: str) -> None:
        """Nothing; when this returns, the token outlives a power cut."""
        ...


class Caller(Protocol):
    """What goes with each request, and what to do where that was refused."""

    async def headers(self, method: str, target: str, content: bytes, *, with_token: bool) -> Headers: ...

    async def mend(self, problem: SyncError, sent: Headers) -> bool:
        """Whether the same request may do better now than the one that went with `sent`."""
        ...


class BareCaller:
    """A device that has a token for good."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def headers(self, method: str, target: str, content: bytes, *, with_token: bool) -> Headers:
        return {"authorization": f"Bearer {self._token}"}

    async def mend(self, problem: SyncError, sent: Headers) -> bool:
        return False


class SigningCaller:
    """A device that enrolled: signs every request, and gets another access token where the one it has is over.

    `renew` sends a refresh token and returns what came. Where the device's clock is wrong, signatures are made by the
    server's; the clock itself stays as it is.
    """

    def __init__(
        self,
        credentials: DeviceCredentials,
        renew: Callable[[str], Awaitable[TokenReply]],
        *,
        now: Clock,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._credentials = credentials
        self._renew = renew
        self._now = now
        self._random_bytes = random_bytes
        self.server_ahead = timedelta()
        self._access = ""
        self._one_at_a_time = asyncio.Lock()

    async def headers(self, method: str, target: str, content: bytes, *, with_token: bool) -> Headers:
        said = f"Bearer {await self._access_token()}" if with_token else None
        at = self._now() + self.server_ahead
        nonce = nonce_of(self._random_bytes(NONCE_BYTES))
        stated = Stated(self._credentials.registration_id, int(at.timestamp()), nonce)
        signed = sign_request(RequestParts(method, target, body_sha256(content), said), stated, self._credentials.sign)
        return signed if said is None else {"authorization": said, **signed}

    async def mend(self, problem: SyncError, sent: Headers) -> bool:
        match problem:
            case AccessEnded():
                await self._access_token(refused=sent.get("authorization", "").removeprefix("Bearer "))
                return True
            case ClockSkewed():
                return self._set_clock_by(str(problem.fields.get("server_time")))
            case Replayed():  # somebody on the way sent it twice: with another nonce it is another request
                return True
        return False

    async def _access_token(self, *, refused: str = "") -> str:
        """The access token; another one where it is the one refused. Of several who ask at once one fetches it."""
        async with self._one_at_a_time:
            if self._access == refused:
                reply = await self._renew(await asyncio.to_thread(self._credentials.refresh_token))
                await asyncio.to_thread(self._credentials.keep_refresh_token, reply.refresh_token)
                self._access = reply.access_token
            return self._access

    def _set_clock_by(self, server_time: str) -> bool:
        try:
            self.server_ahead = from_wire(server_time) - self._now()
        except ValueError:
            return False
        return True
