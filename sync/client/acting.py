"""Calls that a person makes: an associate's token goes along, got by their key and renewed where it is over.

Nothing of it is kept: it ends with the object, and so with the sign-in that it was made for.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.associate_proofs import acting_request
from sync.protocol.errors import ActingEnded, ClockSkewed, ProtocolBroken
from sync.protocol.signing import NONCE_BYTES, Signer, nonce_of
from sync.protocol.times import Clock, from_wire
from sync.protocol.wire import ReadingReply, ReadingRequest, SignInCodeReply, SignInCodeRequest

T = TypeVar("T")


class ActingCalls:
    """What one associate asks on one device. Each call raises ActingRefused, Forbidden, and what the line raises.

    signer  by the associate's own key, which a PIN has opened
    """

    def __init__(
        self,
        api: HttpxCentralApi,
        *,
        registration_id: str,
        associate_id: str,
        signer: Signer,
        now: Clock,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._api, self._registration_id, self._associate_id = api, registration_id, associate_id
        self._signer, self._now, self._random_bytes = signer, now, random_bytes
        self._token = ""
        self._one_at_a_time = asyncio.Lock()

    async def make_sign_in_code(self, associate_id: str) -> SignInCodeReply:
        """A code by which that associate may add a key on one device. For managers."""
        request = SignInCodeRequest(associate_id=associate_id)
        return await self._ask(lambda token: self._api.make_sign_in_code(request, acting=token))

    async def reading(self, store_id: str) -> ReadingReply:
        """Who opened how many customers within the hour on the devices of that store. For managers."""
        request = ReadingRequest(store_id=store_id)
        return await self._ask(lambda token: self._api.reading(request, acting=token))

    async def _ask(self, call: Callable[[str], Awaitable[T]]) -> T:
        token = await self._acting()
        try:
            return await call(token)
        except ActingEnded:
            return await call(await self._acting(ended=token))

    async def _acting(self, *, ended: str = "") -> str:
        """The token; another one where it is the one that ended. Of several who ask at once one fetches it."""
        async with self._one_at_a_time:
            if self._token == ended:
                self._token = await self._begin()
            return self._token

    async def _begin(self) -> str:
        try:
            return await self._act(self._now())
        except ClockSkewed as skewed:
            try:
                server_time = from_wire(str(skewed.fields.get("server_time")))
            except ValueError:
                raise ProtocolBroken("sync.unparsable") from skewed
        return await self._act(server_time)

    async def _act(self, at: datetime) -> str:
        request = acting_request(
            registration_id=self._registration_id,
            associate_id=self._associate_id,
            created_s=int(at.timestamp()),
            nonce=nonce_of(self._random_bytes(NONCE_BYTES)),
            signer=self._signer,
        )
        return (await self._api.act(request)).token
