"""The line to the central profile API as the engine holds it: one that a demo can pretend away."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from pydantic import BaseModel

from sync.client.managing_api import ActingLine, Reply
from sync.engine.ports import AuditKeeper, CentralApi, CustomerDirectory, LeaseSource, NewsSource, RecoveryKeeper
from sync.protocol.audit import AuditReply, AuditRequest
from sync.protocol.errors import Unreachable
from sync.protocol.leases import LeasesReply, LeasesRequest
from sync.protocol.people_wire import ActingReply, ActingRequest, RecoveryReply, RecoveryRequest
from sync.protocol.wire import (
    HelloReply,
    HelloRequest,
    LookUpReply,
    LookUpRequest,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    RowsReply,
    RowsRequest,
    SnapshotManifest,
    SnapshotsReply,
    SnapshotsRequest,
    VerifyReply,
    VerifyRequest,
)


class OpenApi(
    CentralApi, CustomerDirectory, AuditKeeper, RecoveryKeeper, LeaseSource, NewsSource, ActingLine, Protocol
):
    """A central profile API with connections to close."""

    async def close(self) -> None: ...


class SwitchableApi:
    """A central profile API that can be pretended away: while `offline`, every call is Unreachable."""

    def __init__(self, api: OpenApi) -> None:
        self._api = api
        self.offline = False

    def _refuse_offline(self) -> None:
        if self.offline:
            raise Unreachable(kind="pretended")

    async def hello(self, request: HelloRequest) -> HelloReply:
        self._refuse_offline()
        return await self._api.hello(request)

    async def pull(self, request: PullRequest) -> PullPage:
        self._refuse_offline()
        return await self._api.pull(request)

    async def push(self, request: PushRequest) -> PushReply:
        self._refuse_offline()
        return await self._api.push(request)

    async def verify(self, request: VerifyRequest) -> VerifyReply:
        self._refuse_offline()
        return await self._api.verify(request)

    async def rows(self, request: RowsRequest) -> RowsReply:
        self._refuse_offline()
        return await self._api.rows(request)

    async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
        self._refuse_offline()
        return await self._api.snapshots(request)

    async def snapshot(self, manifest: SnapshotManifest, offset: int) -> AsyncGenerator[bytes, None]:
        self._refuse_offline()
        async with aclosing(self._api.snapshot(manifest, offset)) as pieces:
            async for piece in pieces:
                self._refuse_offline()
                yield piece

    async def look_up(self, request: LookUpRequest) -> LookUpReply:
        self._refuse_offline()
        return await self._api.look_up(request)

    async def audit(self, request: AuditRequest) -> AuditReply:
        self._refuse_offline()
        return await self._api.audit(request)

    async def leases(self, request: LeasesRequest) -> LeasesReply:
        self._refuse_offline()
        return await self._api.leases(request)

    async def keep_recovery(self, request: RecoveryRequest) -> RecoveryReply:
        self._refuse_offline()
        return await self._api.keep_recovery(request)

    async def listen(self) -> AsyncGenerator[str | None, None]:
        self._refuse_offline()
        async with aclosing(self._api.listen()) as news:
            async for scope in news:
                self._refuse_offline()
                yield scope

    @property
    def registration_id(self) -> str:
        return self._api.registration_id

    def server_time_s(self) -> int:
        return self._api.server_time_s()

    async def act(self, request: ActingRequest) -> ActingReply:
        self._refuse_offline()
        return await self._api.act(request)

    async def ask(self, method: str, path: str, request: BaseModel | None, reply: type[Reply], *, acting: str) -> Reply:
        self._refuse_offline()
        return await self._api.ask(method, path, request, reply, acting=acting)
