"""What the server answers to an associate who manages devices and people or asks a customer, by a token of theirs.

The token is got with the associate's key when it is first needed, and again where the server says that it is over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from sync.protocol.associate_proofs import acting_request
from sync.protocol.consent_links import ConsentLinkReply, ConsentLinkRequest
from sync.protocol.errors import ActingEnded, ClockSkewed
from sync.protocol.managing import (
    AssociateRequest,
    CodeForDeviceReply,
    CodeForDeviceRequest,
    DeviceRequest,
    Done,
    ManagedDevices,
    QuarantineList,
    RenameDeviceRequest,
    SettleReply,
    SettleRequest,
    SignInsEnded,
    Team,
)
from sync.protocol.people_wire import (
    ActingReply,
    ActingRequest,
    ReadingReply,
    ReadingRequest,
    SignInCodeReply,
    SignInCodeRequest,
)
from sync.protocol.signing import Signer

Reply = TypeVar("Reply", bound=BaseModel)


class ActingLine(Protocol):
    """The line to the server as an enrolled device has it."""

    @property
    def registration_id(self) -> str: ...

    def server_time_s(self) -> int:
        """Seconds since 1970 by the server's clock, as far as it was told."""
        ...

    async def act(self, request: ActingRequest) -> ActingReply: ...

    async def ask(
        self, method: str, path: str, request: BaseModel | None, reply: type[Reply], *, acting: str
    ) -> Reply: ...


@dataclass(slots=True)
class Acting:
    """An associate who is signed in on this device. `sign`: by their key. `token`: the one that was got last."""

    associate_id: str
    sign: Signer = field(repr=False)
    new_nonce: Callable[[], str] = field(repr=False)
    token: str = field(default="", repr=False)


class AnyFields(BaseModel):
    """JSON whose form is the business of whoever asks."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, slots=True)
class ManagingCalls:
    """The calls, over a line and in somebody's name. Each raises ActingRefused, Forbidden, Unreachable,
    ValidationFailed."""

    line: ActingLine
    acting: Acting

    async def devices(self) -> ManagedDevices:
        return await self._ask("GET", "/v1/manage/devices", None, ManagedDevices)

    async def code_for_device(self, request: CodeForDeviceRequest) -> CodeForDeviceReply:
        return await self._ask("POST", "/v1/manage/devices/codes", request, CodeForDeviceReply)

    async def rename_device(self, request: RenameDeviceRequest) -> Done:
        return await self._ask("POST", "/v1/manage/devices/rename", request, Done)

    async def revoke_device(self, request: DeviceRequest) -> Done:
        return await self._ask("POST", "/v1/manage/devices/revoke", request, Done)

    async def quarantine(self) -> QuarantineList:
        return await self._ask("GET", "/v1/manage/quarantine", None, QuarantineList)

    async def settle(self, request: SettleRequest) -> SettleReply:
        return await self._ask("POST", "/v1/manage/quarantine/settle", request, SettleReply)

    async def team(self) -> Team:
        return await self._ask("GET", "/v1/manage/team", None, Team)

    async def end_sign_ins(self, request: AssociateRequest) -> SignInsEnded:
        return await self._ask("POST", "/v1/manage/team/end-sign-ins", request, SignInsEnded)

    async def sign_in_code(self, request: SignInCodeRequest) -> SignInCodeReply:
        return await self._ask("POST", "/v1/associates/sign-in-codes", request, SignInCodeReply)

    async def reading(self, request: ReadingRequest) -> ReadingReply:
        return await self._ask("POST", "/v1/associates/reading", request, ReadingReply)

    async def consent_link(self, request: ConsentLinkRequest) -> ConsentLinkReply:
        return await self._ask("POST", "/v1/consents/links", request, ConsentLinkReply)

    async def raw(self, path: str, fields: Mapping[str, Any] | None) -> bytes:
        """The answer's JSON as it came. `fields` None: a GET."""
        request = AnyFields.model_validate(fields) if fields is not None else None
        reply = await self._ask("GET" if request is None else "POST", path, request, AnyFields)
        return reply.model_dump_json().encode()

    async def _ask(self, method: str, path: str, request: BaseModel | None, reply: type[Reply]) -> Reply:
        if self.acting.token:
            try:
                return await self.line.ask(method, path, request, reply, acting=self.acting.token)
            except ActingEnded:
                self.acting.token = ""
        self.acting.token = await self._new_token()
        return await self.line.ask(method, path, request, reply, acting=self.acting.token)

    async def _new_token(self) -> str:
        try:
            return (await self.line.act(self._request())).token
        except ClockSkewed:  # the line knows the server's time by now
            return (await self.line.act(self._request())).token

    def _request(self) -> ActingRequest:
        return acting_request(
            registration_id=self.line.registration_id,
            associate_id=self.acting.associate_id,
            created_s=self.line.server_time_s(),
            nonce=self.acting.new_nonce(),
            signer=self.acting.sign,
        )
