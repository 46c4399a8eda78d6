"""The central profile API: devices' enrolment, hello, push and pull, online look-up, pictures, and a sign of life.

Routes only translate: each opens one transaction and calls the module that knows. They are plain functions, so that
FastAPI runs them in threads and a slow database holds up nobody else.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from random import SystemRandom
from typing import Annotated, Any, Final, NamedTuple

import sqlalchemy as sa
from fastapi import APIRouter, Depends, FastAPI, Header
from fastapi.openapi.utils import get_openapi
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import Connection
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import FileResponse, Response

from sync.central_api.acting import ActingGate
from sync.central_api.associate_calls import AssociateCalls, associate_routes
from sync.central_api.audit import keep_audit
from sync.central_api.consent_calls import ConsentCalls, consent_routes
from sync.central_api.daily import work_daily
from sync.central_api.database import CentralDatabase, migrate
from sync.central_api.described_security import describe_security
from sync.central_api.device_calls import ClientOf, DeviceCalls, device_routes, peer_address
from sync.central_api.devices import Identity, Registration, claim_identity, note_seen, read_identity
from sync.central_api.gate import Gate, Shown, ShownBy
from sync.central_api.look_ups import due_to_prolong, look_up, prolong
from sync.central_api.manage_calls import ManageCalls, manage_routes
from sync.central_api.managing import Managing
from sync.central_api.news import News, read_seqs
from sync.central_api.pictures import read_picture
from sync.central_api.privacy_calls import PrivacyCalls, privacy_routes
from sync.central_api.privacy_erasing import Places, unconfirmed_erasures
from sync.central_api.problems import PROBLEM_RESPONSES, add_problem_handlers, problem_response, problem_responses
from sync.central_api.pull import pull_page
from sync.central_api.push import push_entries
from sync.central_api.reading_counts import mark_readers
from sync.central_api.request_body import BoundedBody
from sync.central_api.settings import CentralSettings
from sync.central_api.snapshots import Snapshots
from sync.central_api.stamping import read_epoch
from sync.central_api.team import TeamManaging
from sync.central_api.transactions import write_transaction
from sync.central_api.verify import rows_page, verify_page
from sync.protocol.audit import AuditReply, AuditRequest
from sync.protocol.errors import UpgradeNeeded
from sync.protocol.snapshots import MEDIA_TYPE
from sync.protocol.times import Clock, to_wire, utc_now
from sync.protocol.wire import (
    SCHEMA,
    HelloReply,
    HelloRequest,
    Limits,
    LookUpReply,
    LookUpRequest,
    ProblemDocument,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    RowsReply,
    RowsRequest,
    SnapshotsReply,
    SnapshotsRequest,
    VerifyReply,
    VerifyRequest,
)

SCHEMA_MIN = max(1, SCHEMA - 2)
_GZIP_LEVEL = 1
"""Level 9 costs ten times the time for a tenth of the size."""

LISTEN_AT_MOST_S = 900
"""Then a device asks again, and its token is looked at again."""

_NO_STORE = {"cache-control": "no-store"}
_FROM_THERE_ON: Final = re.compile(r"bytes=([0-9]{1,15})-")
"""The one range that a cut transfer needs."""


def _check_schema(schema_number: int) -> None:
    if not SCHEMA_MIN <= schema_number <= SCHEMA:
        raise UpgradeNeeded


def _json(content: bytes | str) -> Response:
    return Response(content, media_type="application/json", headers=_NO_STORE)


_Asking = PullRequest | VerifyRequest | RowsRequest | SnapshotsRequest


class _Asked(NamedTuple):
    """What a request is answered from. `identity`: None for a device id that was never used."""

    connection: Connection
    registration: Registration
    identity: Identity | None


class _Sync:
    """The sync calls over one database."""

    def __init__(
        self,
        database: CentralDatabase,
        gate: Gate,
        news: News,
        *,
        settings: CentralSettings,
        snapshots: Snapshots,
        now: Clock,
    ) -> None:
        self._database = database
        self._settings = settings
        self._gate = gate
        self._news = news
        self._snapshots = snapshots
        self._now = now

    def _registration(self, asking: Shown) -> Registration:
        with self._database.reading() as connection:
            return self._gate.admit(connection, asking)

    @contextmanager
    def _asking(self, request: _Asking, asking: Shown) -> Iterator[_Asked]:
        """One snapshot of the database, and whose device asks. Raises SignedOut, UpgradeNeeded, WrongCredential."""
        _check_schema(request.schema_number)
        with self._database.reading() as connection:
            registration = self._gate.admit(connection, asking)
            yield _Asked(connection, registration, read_identity(connection, registration, request.device_id))

    def hello(self, request: HelloRequest, asking: ShownBy) -> Response:
        """What a device needs to begin: epoch, the highest number known from it, grants and limits."""
        registration = self._registration(asking)
        _check_schema(request.schema_number)

        def begin(connection: Connection) -> tuple[str, int, str | None]:
            identity = claim_identity(connection, registration, request.device_id)
            return read_epoch(connection), identity.last_n, identity.last_uuid

        epoch, last_n, last_uuid = write_transaction(self._database, begin)
        now = self._now()
        note_seen(self._database, registration, now=now, app_version=request.app_version)
        reply = HelloReply(
            server_time=to_wire(now),
            epoch=epoch,
            last_n=last_n,
            last_uuid=last_uuid,
            grants=registration.grants,
            schema_min=SCHEMA_MIN,
            schema_max=SCHEMA,
            store_id=registration.store_id,
            limits=Limits(),
        )
        return _json(reply.model_dump_json())

    def pull(self, request: PullRequest, asking: ShownBy) -> Response:
        """The next page of changes in every granted scope, with ack and digests of the same moment."""
        now = self._now()
        with self._asking(request, asking) as (connection, registration, identity):
            page = pull_page(connection, registration, identity, request=request, now=now)
            prolongs = due_to_prolong(connection, registration, request.pinned, now)
        if prolongs:
            prolong(self._database, registration, request.pinned, now=now)
        if identity is None:
            identity = write_transaction(
                self._database, lambda connection: claim_identity(connection, registration, request.device_id)
            )
        note_seen(
            self._database, registration, now=now, identity=identity, settled_n=request.settled_n, next_n=request.next_n
        )
        return _json(page)

    def push(self, request: PushRequest, asking: ShownBy) -> Response:
        """A verdict for each entry; sending the same entries again gives the same verdicts and changes nothing."""
        registration = self._registration(asking)
        _check_schema(request.schema_number)
        now = self._now()
        reply = push_entries(
            self._database, registration, request, now=now, require_sign_in=self._settings.require_sign_in
        )
        note_seen(self._database, registration, now=now)
        return _json(reply.model_dump_json())

    def look_up(self, request: LookUpRequest, asking: ShownBy) -> Response:
        """Customers of any store with this phone, e-mail or loyalty number; the next pull brings them for a day.

        Nobody where nobody has it, and where it is no whole key.
        """
        registration = self._registration(asking)
        _check_schema(request.schema_number)
        found = look_up(self._database, registration, request.text, now=self._now())
        return _json(LookUpReply(customer_ids=found).model_dump_json())

    def audit(self, request: AuditRequest, asking: ShownBy) -> Response:
        """How far the server has a device's audit log. Sending entries again changes nothing."""
        registration = self._registration(asking)
        _check_schema(request.schema_number)
        now = self._now()
        reply = keep_audit(self._database, registration, request, now=now)
        mark_readers(self._database, request.entries, now)
        return _json(reply.model_dump_json())

    def verify(self, request: VerifyRequest, asking: ShownBy) -> Response:
        """What a scope has: the digests of its buckets, or the versions of the rows in some of them."""
        with self._asking(request, asking) as (connection, registration, _):
            return _json(verify_page(connection, registration, request))

    def rows(self, request: RowsRequest, asking: ShownBy) -> Response:
        """Records of a scope by name, as a page would bring them."""
        with self._asking(request, asking) as (connection, registration, _):
            return _json(rows_page(connection, registration, request))

    def snapshots(self, request: SnapshotsRequest, asking: ShownBy) -> Response:
        """Snapshots of the big scopes that the device holds, and where to pull from once they are loaded."""
        with self._asking(request, asking) as asked:
            registration = asked.registration
        return _json(self._snapshots.offer(registration).model_dump_json())

    def snapshot(
        self,
        scope: str,
        snapshot_id: str,
        asking: ShownBy,
        range: Annotated[str | None, Header(description="`bytes=N-`, to go on where a transfer was cut")] = None,
    ) -> Response:
        """A snapshot's file, sealed. Its entity tag is its id."""
        path = self._snapshots.file(self._registration(asking), scope, snapshot_id)
        if path is None:
            return problem_response(404, "sync.not_found")
        if range is not None:
            asked = _FROM_THERE_ON.fullmatch(range)
            if asked is None or int(asked[1]) >= path.stat().st_size:
                return problem_response(416, "sync.invalid_range")
        return FileResponse(path, headers={**_NO_STORE, "etag": f'"{snapshot_id}"'}, media_type=MEDIA_TYPE)

    def listener(self, asking: ShownBy) -> Registration:
        """Who wants to listen. Raises SignedOut, and DatabaseBusy where too many do."""
        registration = self._registration(asking)
        self._news.refuse_crowd()
        return registration

    async def events(self, registration: Registration) -> AsyncGenerator[ServerSentEvent, None]:
        """`ready` once every later change will be told, then `changed` with a scope, each time a granted one did.

        Nothing is said of what changed: pull. The stream ends after a while; ask again.
        """
        news = self._news.listen(registration.grants)
        try:
            async with asyncio.timeout(LISTEN_AT_MOST_S):
                async for scopes in news:
                    if not scopes:
                        yield ServerSentEvent(event="ready", raw_data="")
                    for scope in sorted(scopes):
                        yield ServerSentEvent(event="changed", raw_data=scope)
        except TimeoutError:
            return
        finally:
            await news.aclose()


def _sync_routes(sync: _Sync) -> APIRouter:
    routes = APIRouter(prefix="/v1/sync", tags=["sync"], responses=PROBLEM_RESPONSES)

    @routes.get("/events", response_class=EventSourceResponse)
    async def events(registration: Annotated[Registration, Depends(sync.listener)]) -> AsyncIterator[ServerSentEvent]:
        """Which granted scopes change, as server-sent events without data; the stream ends after a while."""
        async for event in sync.events(registration):
            yield event

    routes.post("/hello", response_model=HelloReply)(sync.hello)
    routes.post("/pull", response_model=PullPage)(sync.pull)
    routes.post("/push", response_model=PushReply)(sync.push)
    routes.post("/verify", response_model=VerifyReply)(sync.verify)
    routes.post("/rows", response_model=RowsReply)(sync.rows)
    routes.post("/snapshots", response_model=SnapshotsReply)(sync.snapshots)
    routes.get(
        "/snapshots/{scope}/{snapshot_id}",
        response_class=FileResponse,
        responses={206: {"description": "From there on"}, **problem_responses(404, 416)},
    )(sync.snapshot)
    return routes


def _look_up_routes(sync: _Sync) -> APIRouter:
    routes = APIRouter(tags=["look-up"], responses=problem_responses(400, 401, 413, 415, 422, 426, 429, 503))
    routes.post("/v1/lookup", response_model=LookUpReply)(sync.look_up)
    return routes


def _audit_routes(sync: _Sync) -> APIRouter:
    routes = APIRouter(tags=["audit"], responses=PROBLEM_RESPONSES)
    routes.post("/v1/audit", response_model=AuditReply)(sync.audit)
    return routes


def _open_routes(database: CentralDatabase, settings: CentralSettings) -> APIRouter:
    """What is answered without a token."""
    routes = APIRouter(tags=["open"])

    @routes.get("/healthz", responses=problem_responses(503))
    def healthz() -> dict[str, str]:
        """Whether the API and its database answer."""
        with database.reading() as connection:
            connection.execute(sa.select(1))
        return {"status": "ok"}

    @routes.get("/v1/pictures/{name}", response_class=Response, responses=problem_responses(404))
    def picture(name: str) -> Response:
        """A product picture of the import folder. Public, as in the web shop."""
        found = read_picture(settings.pictures_folder, name)
        if found is None:
            return problem_response(404, "sync.not_found")
        content, media_type = found
        headers = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}
        return Response(content, media_type=media_type, headers=headers)

    return routes


def _describe(application: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, with the problem document among its schemas."""
    if application.openapi_schema is None:
        description = get_openapi(title=application.title, version=application.version, routes=application.routes)
        schemas = description.setdefault("components", {}).setdefault("schemas", {})
        schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
        describe_security(description)
        application.openapi_schema = description
    return application.openapi_schema


def create_app(settings: CentralSettings, *, now: Clock = utc_now, client_of: ClientOf = peer_address) -> FastAPI:
    """The application, its database open (`app.state.database`) and migrated; closed with the application's lifespan.

    `client_of`: the address that asks, by which wrong enrolment codes are counted.
    While the lifespan lasts, the day's work is done once a day (`daily`).
    Whoever serves it calls `app.state.news.close()` before it waits for open answers: those who listen go then.

    Raises DatabaseNewer where a newer program made the database.
    """
    if settings.migrates:
        migrate(settings.database_url)
    database = CentralDatabase(settings.database_url)
    news = News(partial(read_seqs, database))
    snapshots = Snapshots(database, settings.snapshots_folder, min_records=settings.snapshot_min_records, now=now)

    @asynccontextmanager
    async def lifespan(_application: FastAPI) -> AsyncIterator[None]:
        daily = asyncio.create_task(work_daily(database, now=now, each_hour=snapshots.throw_away))
        yield
        daily.cancel()
        with suppress(asyncio.CancelledError):
            await daily
        database.close()

    application = FastAPI(
        title="Clienteling central profile API", version=f"v{SCHEMA}", lifespan=lifespan, redirect_slashes=False
    )
    application.state.database = database
    application.state.news = news
    gate = Gate(now)
    application.state.acting = ActingGate(database, gate, now)
    sync = _Sync(database, gate, news, settings=settings, snapshots=snapshots, now=now)
    application.include_router(_sync_routes(sync))
    application.include_router(_look_up_routes(sync))
    application.include_router(_audit_routes(sync))
    application.include_router(device_routes(DeviceCalls(database, gate, now, client_of)))
    application.include_router(associate_routes(AssociateCalls(application.state.acting, settings.require_sign_in)))
    places = Places(settings.snapshots_folder, settings.erasure_list)
    application.include_router(privacy_routes(PrivacyCalls(database, places, now)))
    managing = Managing(database, SystemRandom(), unconfirmed_erasures)
    application.include_router(
        manage_routes(ManageCalls(managing, TeamManaging(database, settings.require_sign_in), now))
    )
    application.include_router(consent_routes(ConsentCalls(database, settings.phones_url, now)))
    application.include_router(_open_routes(database, settings))
    add_problem_handlers(application)
    application.add_middleware(
        GZipMiddleware,
        minimum_size=1_024,
        compresslevel=_GZIP_LEVEL,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, MEDIA_TYPE),
    )
    application.add_middleware(BoundedBody)
    application.openapi = lambda: _describe(application)  # type: ignore[method-assign]  # FastAPI's documented hook
    return application
