"""The network's edge: the engine's ports over httpx. Translates answers and failures, and nothing else; when to retry
is the loop's business.

Anything that is not our JSON is `Unreachable` (a captive portal answers 200 with HTML); JSON that is not of the
protocol is `ProtocolBroken`. An answer is read no further than our server's are long, packed or not.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from functools import cache
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from sync.client.callers import BareCaller, Caller, DeviceCredentials, SigningCaller
from sync.protocol.audit import AuditReply, AuditRequest
from sync.protocol.errors import (
    AccessEnded,
    ActingEnded,
    ActingRefused,
    ClockSkewed,
    ConsentLinksLimited,
    DeviceForked,
    DeviceRevoked,
    EnrolmentEnded,
    EnrolmentLimited,
    EnrolmentRefused,
    Forbidden,
    LookUpLimited,
    NumberGap,
    ProtocolBroken,
    QuarantineClosed,
    Replayed,
    SignatureRefused,
    SignedOut,
    SignInCodeLimited,
    SignInCodeRefused,
    SnapshotRefused,
    SyncError,
    Unreachable,
    UpgradeNeeded,
    ValidationFailed,
    WrongCredential,
)
from sync.protocol.leases import LeasesReply, LeasesRequest
from sync.protocol.people_wire import (
    ActingReply,
    ActingRequest,
    AssociateKeyReply,
    AssociateKeyRequest,
    RecoveryReply,
    RecoveryRequest,
)
from sync.protocol.snapshots import MEDIA_TYPE
from sync.protocol.times import Clock, utc_now
from sync.protocol.unpacking import BodyRefused, Unpacker
from sync.protocol.wire import (
    MAX_ANSWER_BYTES,
    EnrolReply,
    EnrolRequest,
    HelloReply,
    HelloRequest,
    LookUpReply,
    LookUpRequest,
    ProblemDocument,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    QuarantineReply,
    QuarantineRequest,
    RowsReply,
    RowsRequest,
    SnapshotManifest,
    SnapshotsReply,
    SnapshotsRequest,
    TokenReply,
    TokenRequest,
    VerifyReply,
    VerifyRequest,
)

Reply = TypeVar("Reply", bound=BaseModel)

BUSY_STATUSES = frozenset({408, 425, 429, 503})
RETRY_STATUSES = BUSY_STATUSES | {500, 502, 504}
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
LISTENING_TIMEOUT = httpx.Timeout(30.0, connect=5.0, read=40.0)
"""The server says that it is still there every 15 s."""
ANSWER_TIMEOUT_S = 120.0
"""From an answer's headers to its end: a full page takes 10 s over a line of 50 kB/s."""
MAX_LINE_BYTES = 4_096
"""Of news, which are the names of scopes."""
_TOLD = b"data:"
_OK: Final = frozenset({int(httpx.codes.OK)})
_WHOLE_OR_PART: Final = _OK | {int(httpx.codes.PARTIAL_CONTENT)}


@cache
def _tls() -> ssl.SSLContext:
    """The authorities that are trusted: reading their list takes 30 ms, each time that somebody comes in."""
    return httpx.create_ssl_context(trust_env=False)


class HttpxCentralApi:
    """A central profile API at `base_url`, spoken to as a device. Close it, or use it as a context.

    `credentials`: of a device that enrolled, or the token of one that did not. `app_version` and `platform` are told
    where tokens are renewed.
    """

    def __init__(
        self,
        base_url: str,
        credentials: str | DeviceCredentials,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        now: Clock = utc_now,
        app_version: str = "",
        platform: str = "",
    ) -> None:
        self._answer_timeout_s = answer_timeout_s
        self._credentials = credentials
        self._now = now
        self.about = {"app_version": app_version, "platform": platform}
        self._caller: Caller = (
            BareCaller(credentials)
            if isinstance(credentials, str)
            else SigningCaller(credentials, self._renew, now=now)
        )
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"accept": "application/json", "accept-encoding": "gzip"},
            timeout=TIMEOUT,
            transport=transport,
            follow_redirects=False,
            trust_env=False,
            verify=_tls(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def enrol(self, request: EnrolRequest) -> EnrolReply:
        """Who the device is from now on. Its credentials sign under `signing.ENROLLING`.

        Raises EnrolmentRefused, EnrolmentLimited.
        """
        return await self._post("/v1/enrol", request, EnrolReply, with_token=False)

    async def quarantine(self, request: QuarantineRequest) -> QuarantineReply:
        """How many of a revoked device's entries the server keeps. Raises ValidationFailed where it takes none."""
        return await self._post("/v1/quarantine", request, QuarantineReply, with_token=False)

    async def add_key(self, request: AssociateKeyRequest) -> AssociateKeyReply:
        """Whose key that is now. Raises SignInCodeRefused, SignInCodeLimited."""
        return await self._post("/v1/associates/keys", request, AssociateKeyReply)

    async def keep_recovery(self, request: RecoveryRequest) -> RecoveryReply:
        """The server keeps the sealed key. Raises ValidationFailed where it is one that keeps none."""
        return await self._post("/v1/devices/recovery", request, RecoveryReply)

    async def _renew(self, refresh_token: str) -> TokenReply:
        request = TokenRequest(refresh_token=refresh_token, **self.about)
        return await self._post("/v1/token", request, TokenReply, with_token=False)

    @property
    def registration_id(self) -> str:
        """Under which the device is known; "" where it has a token for good."""
        return "" if isinstance(self._credentials, str) else self._credentials.registration_id

    def server_time_s(self) -> int:
        """Seconds since 1970 by the server's clock, as far as it was told."""
        ahead = self._caller.server_ahead if isinstance(self._caller, SigningCaller) else timedelta()
        return int((self._now() + ahead).timestamp())

    async def ask(self, method: str, path: str, request: BaseModel | None, reply: type[Reply], *, acting: str) -> Reply:
        """The answer to an associate who acts by that token. Raises ActingEnded, Forbidden, ValidationFailed."""
        return await self._post(path, request, reply, method=method, acting=acting)

    async def hello(self, request: HelloRequest) -> HelloReply:
        return await self._post("/v1/sync/hello", request, HelloReply)

    async def pull(self, request: PullRequest) -> PullPage:
        return await self._post("/v1/sync/pull", request, PullPage)

    async def push(self, request: PushRequest) -> PushReply:
        return await self._post("/v1/sync/push", request, PushReply)

    async def look_up(self, request: LookUpRequest) -> LookUpReply:
        return await self._post("/v1/lookup", request, LookUpReply)

    async def audit(self, request: AuditRequest) -> AuditReply:
        return await self._post("/v1/audit", request, AuditReply)

    async def leases(self, request: LeasesRequest) -> LeasesReply:
        return await self._post("/v1/leases", request, LeasesReply)

    async def act(self, request: ActingRequest) -> ActingReply:
        """A token for the header `Acting`. Raises ActingRefused, Forbidden; ClockSkewed, by whose time to sign anew."""
        return await self._post("/v1/acting", request, ActingReply)

    async def verify(self, request: VerifyRequest) -> VerifyReply:
        return await self._post("/v1/sync/verify", request, VerifyReply)

    async def rows(self, request: RowsRequest) -> RowsReply:
        return await self._post("/v1/sync/rows", request, RowsReply)

    async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
        return await self._post("/v1/sync/snapshots", request, SnapshotsReply)

    async def snapshot(self, manifest: SnapshotManifest, offset: int) -> AsyncGenerator[bytes, None]:
        path, tag = f"/v1/sync/snapshots/{manifest.scope}/{manifest.id}", f'"{manifest.id}"'
        headers = {"accept": MEDIA_TYPE, "accept-encoding": "identity"}
        if offset:
            headers |= {"range": f"bytes={offset}-", "if-range": tag}
        with _unreachable(path), _gone_is_refused():
            async with self._answer("GET", path, headers=headers, good=_WHOLE_OR_PART) as response:
                if response.headers.get("content-type", "") != MEDIA_TYPE:
                    raise Unreachable("sync.not_our_server", path=path, kind="no_snapshot")
                if response.headers.get("etag") != tag or _begins_at(response) != offset:
                    raise SnapshotRefused(kind="changed")
                async for piece in response.aiter_raw():
                    yield piece

    async def listen(self) -> AsyncGenerator[str | None, None]:
        path = "/v1/sync/events"
        headers = {"accept": "text/event-stream", "accept-encoding": "identity"}
        with _unreachable(path):
            async with self._answer("GET", path, headers=headers, patience=LISTENING_TIMEOUT) as response:
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise Unreachable("sync.not_our_server", path=path, kind="not_events")
                line = b""
                async for piece in response.aiter_raw():
                    *lines, line = (line + piece).split(b"\n")
                    for told in lines:
                        if told.startswith(_TOLD):
                            yield told.removeprefix(_TOLD).strip().decode("utf-8", "replace") or None
                    if len(line) > MAX_LINE_BYTES:
                        raise Unreachable("sync.not_our_server", path=path, kind="no_end")

    async def _post(
        self,
        path: str,
        request: BaseModel | None,
        reply: type[Reply],
        *,
        method: str = "POST",
        with_token: bool = True,
        acting: str = "",
    ) -> Reply:
        body = request.model_dump_json().encode() if request is not None else b""
        said = ({"content-type": "application/json"} if body else {}) | ({"acting": acting} if acting else {})
        with _unreachable(path):
            async with self._answer(method, path, body, headers=said, with_token=with_token) as response:
                content = await self._read(response)
        if not response.headers.get("content-type", "").startswith("application/json"):
            raise Unreachable("sync.not_our_server", path=path, kind="not_json")
        try:
            return reply.model_validate_json(content)
        except ValidationError as error:
            raise ProtocolBroken("sync.unparsable", path=path, errors=error.error_count()) from None

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        *,
        headers: dict[str, str],
        with_token: bool = True,
        good: frozenset[int] = _OK,
        patience: httpx.Timeout = TIMEOUT,
    ) -> AsyncIterator[httpx.Response]:
        """The answer to a call where it is a good one, asked for again once for each thing that could be mended.

        Raises what any other answer means.
        """
        mended: set[type[SyncError]] = set()
        while True:
            said = await self._caller.headers(method, path, content, with_token=with_token)
            asking = self._http.stream(method, path, content=content or None, headers=headers | said, timeout=patience)
            async with asking as response:
                if response.status_code in good:
                    yield response
                    return
                problem = _problem(response, await self._read(response))
            if type(problem) in mended or not await self._caller.mend(problem, said):
                raise problem
            mended.add(type(problem))

    async def _read(self, response: httpx.Response) -> bytes:
        """The answer's body, unpacked. Raises BodyRefused, and TimeoutError where it does not come to an end."""
        unpacker = Unpacker(response.headers.get("content-encoding", "").strip().lower(), MAX_ANSWER_BYTES)
        async with asyncio.timeout(self._answer_timeout_s):
            async for piece in response.aiter_raw():
                unpacker.take(piece)
        return unpacker.whole()


@contextmanager
def _unreachable(path: str) -> Iterator[None]:
    """Inside, a line that fails and an answer that is none of our server's are Unreachable."""
    try:
        yield
    except httpx.TransportError as error:
        raise Unreachable(path=path, kind=type(error).__name__) from error
    except (BodyRefused, TimeoutError) as error:
        why = error.code if isinstance(error, BodyRefused) else "no_end"
        raise Unreachable("sync.not_our_server", path=path, kind=why) from error


def _problem(response: httpx.Response, content: bytes) -> SyncError:
    """The error a failed answer means."""
    status = response.status_code
    try:
        problem = ProblemDocument.model_validate_json(content)
    except ValidationError:
        problem = None
    for limited in (LookUpLimited, EnrolmentLimited, SignInCodeLimited, ConsentLinksLimited):
        if problem is not None and problem.code == limited.code:
            return limited(retry_after_s=_retry_after_s(response))
    if status in RETRY_STATUSES or problem is None:
        return Unreachable(_why_no_answer(status), status=status, retry_after_s=_retry_after_s(response))
    match problem.code:
        case "sync.device_forked":
            return DeviceForked()
        case "sync.wrong_credential":
            return WrongCredential()
        case "sync.gap":
            return NumberGap(expected=problem.expected)
        case "sync.upgrade_needed":
            return UpgradeNeeded()
        case "sync.forbidden":
            return Forbidden()
        case "sync.quarantine_closed":
            return QuarantineClosed(status=status)
    if status == httpx.codes.UNAUTHORIZED:
        return _signed_out(problem)
    if problem.code.startswith("enrolment."):
        return EnrolmentRefused(problem.code)
    if problem.code.startswith("sign_in_code."):
        return SignInCodeRefused(problem.code)
    return ValidationFailed(problem.code, status=status)


def _signed_out(problem: ProblemDocument) -> SignedOut:
    """Why who asks is not accepted."""
    if problem.code == ClockSkewed.code:
        return ClockSkewed(server_time=problem.server_time)
    for kind in (DeviceRevoked, AccessEnded, EnrolmentEnded, ActingEnded, ActingRefused, SignatureRefused, Replayed):
        if problem.code == kind.code:
            return kind()
    return SignedOut(problem.code)


@contextmanager
def _gone_is_refused() -> Iterator[None]:
    """Inside, a snapshot that is no longer there is one that cannot be had."""
    try:
        yield
    except ValidationFailed as error:
        raise SnapshotRefused(kind="gone") from error


def _begins_at(response: httpx.Response) -> int | None:
    """Where in the file the answer begins, None where it does not say."""
    if response.status_code == httpx.codes.OK:
        return 0
    unit, _, span = response.headers.get("content-range", "").partition(" ")
    first = span.partition("-")[0]
    return int(first) if unit == "bytes" and first.isdecimal() else None


def _why_no_answer(status: int) -> str:
    """The code of an answer that is none: the server is busy, has a fault, or something else answers in its place."""
    if status in BUSY_STATUSES:
        return "sync.busy"
    return "sync.server_failed" if status >= httpx.codes.INTERNAL_SERVER_ERROR else "sync.not_our_server"


def _retry_after_s(response: httpx.Response) -> float | None:
    """The pause the server asks for, at most an hour, or None."""
    asked = response.headers.get("retry-after", "")
    return min(float(asked), 3_600.0) if asked.isdecimal() else None
