"""The calls by which a device becomes known, stays so, and leaves: a code, the next tokens, and the quarantine."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from sync.central_api.database import CentralDatabase
from sync.central_api.enrolment import take_enrolment_code
from sync.central_api.gate import Gate, ShownBy
from sync.central_api.one_time_codes import ADDRESS_PACE
from sync.central_api.pace import PaceOfAddresses
from sync.central_api.problems import problem_responses
from sync.central_api.quarantine import quarantine_entries
from sync.central_api.tokens import RandomBytes, refresh
from sync.protocol.errors import DeviceRevoked, EnrolmentLimited
from sync.protocol.times import Clock
from sync.protocol.wire import (
    EnrolReply,
    EnrolRequest,
    Message,
    QuarantineReply,
    QuarantineRequest,
    TokenReply,
    TokenRequest,
)

ClientOf = Callable[[Request], str]
"""The address that asks: the peer's, or what a trusted proxy says."""


def peer_address(request: Request) -> str:
    """The address of whoever opened the connection."""
    return request.client.host if request.client is not None else ""


def _hasty(wait_s: int) -> EnrolmentLimited:
    return EnrolmentLimited(retry_after_s=wait_s)


def json_reply(reply: Message) -> Response:
    """The answer, kept by nobody on the way."""
    headers = {"cache-control": "no-store"}
    return Response(reply.model_dump_json(), media_type="application/json", headers=headers)


@dataclass(slots=True)
class DeviceCalls:
    """The calls over one database."""

    database: CentralDatabase
    gate: Gate
    now: Clock
    client_of: ClientOf = peer_address
    random_bytes: RandomBytes = secrets.token_bytes
    wrong_codes: PaceOfAddresses = field(default_factory=lambda: PaceOfAddresses(ADDRESS_PACE, refused=_hasty))

    def enrol(self, request: EnrolRequest, asking: ShownBy, address: str) -> Response:
        """A registration for the key that has signed this, for the code of somebody at the server."""
        now = self.now()
        self.gate.check_new_key(asking, request.public_key)
        self.wrong_codes.refuse_hasty(address, now)
        reply = take_enrolment_code(
            self.database,
            request,
            now=now,
            random_bytes=self.random_bytes,
            on_wrong=lambda: self.wrong_codes.count(address, now),
        )
        return json_reply(reply)

    def token(self, request: TokenRequest, asking: ShownBy) -> Response:
        """The next access token and the next refresh token; the same once more where the answer was lost."""
        with self.database.reading() as connection:
            holder = self.gate.holder(connection, asking)
        if holder.revoked_at is not None:
            raise DeviceRevoked
        reply = refresh(self.database, holder.id, request, now=self.now(), random_bytes=self.random_bytes)
        return json_reply(reply)

    def quarantine(self, request: QuarantineRequest, asking: ShownBy) -> Response:
        """Takes what a device had not sent when it was revoked, for a day; nothing of it is applied."""
        with self.database.reading() as connection:
            holder = self.gate.holder(connection, asking)
        kept = quarantine_entries(self.database, holder.id, request, revoked_at=holder.revoked_at, now=self.now())
        return json_reply(QuarantineReply(kept=kept))


def device_routes(calls: DeviceCalls) -> APIRouter:
    """The routes, outside /v1/sync: they are asked without an access token."""
    routes = APIRouter(tags=["devices"], responses=problem_responses(400, 401, 413, 415, 422, 429, 503))

    async def address(request: Request) -> str:
        return calls.client_of(request)

    @routes.post("/v1/enrol", response_model=EnrolReply)
    def enrol(request: EnrolRequest, asking: ShownBy, address: Annotated[str, Depends(address)]) -> Response:
        """A registration for the key that has signed this, for the code of somebody at the server."""
        return calls.enrol(request, asking, address)

    routes.post("/v1/token", response_model=TokenReply)(calls.token)
    quarantine = routes.post("/v1/quarantine", response_model=QuarantineReply, responses=problem_responses(403))
    quarantine(calls.quarantine)
    return routes
