"""The calls of a privacy officer: customers' requests, their steps and papers, and the report on a lost device.

Whoever asks acts by a key of their own (`acting`) and handles requests of every store. The server's own clock counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from sync.central_api import privacy_fulfilling, privacy_requests
from sync.central_api.acting import ActingAssociate
from sync.central_api.breach_report import breach_report
from sync.central_api.database import CentralDatabase
from sync.central_api.device_calls import json_reply
from sync.central_api.devices import list_devices, list_stores
from sync.central_api.errors import DatabaseFull, StepNotAllowed
from sync.central_api.privacy_copy import make_copy
from sync.central_api.privacy_erasing import (
    DeviceStanding,
    Places,
    carry_out,
    certificate,
    finish_if_confirmed,
    read_standings,
)
from sync.central_api.privacy_requests import Lookalike, PrivacyRequest
from sync.central_api.problems import problem_responses
from sync.protocol.privacy_wire import (
    MAX_LISTED,
    DeviceMessage,
    DeviceStandingMessage,
    LookalikeMessage,
    OpenPrivacyRequest,
    PrivacyDevicesReply,
    PrivacyDocument,
    PrivacyRequestMessage,
    PrivacyRequestsReply,
    PrivacyStep,
)
from sync.protocol.roles import Permission
from sync.protocol.times import Clock, from_wire, to_wire

_NO_STORE: Final = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class PrivacyCalls:
    """The calls over one database."""

    database: CentralDatabase
    places: Places
    now: Clock

    def list_requests(self, principal: ActingAssociate) -> Response:
        """Every request; of an erasure, how many devices are awaited."""
        principal.require(Permission.HANDLE_REQUESTS)
        found = privacy_requests.list_requests(self.database)[:MAX_LISTED]
        told = [_message(one, devices=read_standings(self.database, one), whole=False) for one in found]
        return json_reply(PrivacyRequestsReply(server_time=to_wire(self.now()), requests=told))

    def open_request(self, asked: OpenPrivacyRequest, principal: ActingAssociate) -> Response:
        """The new request; its time runs from receipt."""
        principal.require(Permission.HANDLE_REQUESTS)
        received = from_wire(asked.received_at) if asked.received_at is not None else None
        made = privacy_requests.open_request(
            self.database,
            asked.kind,
            asked.customer_id,
            by=principal.associate_id,
            received_at=received,
            now=self.now(),
        )
        return json_reply(self._whole(made))

    def show(self, request_id: str, principal: ActingAssociate) -> Response:
        """One request, who may be the same person, and where each device stands."""
        principal.require(Permission.HANDLE_REQUESTS)
        return json_reply(self._whole(finish_if_confirmed(self.database, request_id, now=self.now())))

    def take_step(self, request_id: str, asked: PrivacyStep, principal: ActingAssociate) -> Response:
        """The request after its next step. An erasure goes on from where it was cut off."""
        principal.require(Permission.HANDLE_REQUESTS)
        return json_reply(self._whole(self._steps(request_id, asked, by=principal.associate_id)[asked.step]()))

    def copy(self, request_id: str, principal: ActingAssociate) -> Response:
        """Everything that is known of the customer; the request is done with it."""
        principal.require(Permission.HANDLE_REQUESTS)
        return _document(make_copy(self.database, request_id, by=principal.associate_id, now=self.now()))

    def certificate(self, request_id: str, principal: ActingAssociate) -> Response:
        """What an erasure came to; devices that have not confirmed are named in it."""
        principal.require(Permission.HANDLE_REQUESTS)
        return _document(certificate(self.database, request_id))

    def breach(self, registration_id: str, principal: ActingAssociate, since: str | None = None) -> Response:
        """Whom a lost device held and who was opened there. `since`: when it was last in safe hands, RFC 3339."""
        principal.require(Permission.HANDLE_REQUESTS)
        return _document(breach_report(self.database, registration_id, since=_moment(since), now=self.now()))

    def devices(self, principal: ActingAssociate) -> Response:
        """Every device, to choose the one that was lost."""
        principal.require(Permission.HANDLE_REQUESTS)
        stores = {one.id: one.name for one in list_stores(self.database)}
        found = sorted(list_devices(self.database), key=lambda one: one.last_seen_at or one.added_at, reverse=True)
        told = [
            DeviceMessage(
                id=one.id,
                name=one.name,
                store_name=stores.get(one.store_id, ""),
                last_seen_at=_told(one.last_seen_at),
                revoked_at=_told(one.revoked_at),
            )
            for one in found[:MAX_LISTED]
        ]
        return json_reply(PrivacyDevicesReply(devices=told))

    def _steps(self, request_id: str, asked: PrivacyStep, *, by: str) -> dict[str, Callable[[], PrivacyRequest]]:
        database, now = self.database, self.now()

        def identity() -> PrivacyRequest:
            if asked.how is None:
                raise StepNotAllowed("sync.invalid")
            return privacy_requests.check_identity(database, request_id, asked.how, by=by, now=now)

        def refuse() -> PrivacyRequest:
            if asked.reason is None:
                raise StepNotAllowed("sync.invalid")
            return privacy_requests.refuse(database, request_id, asked.reason, by=by, now=now)

        def extend() -> PrivacyRequest:
            if asked.delay is None:
                raise StepNotAllowed("sync.invalid")
            return privacy_requests.extend(database, request_id, asked.delay, by=by, now=now)

        def erase() -> PrivacyRequest:
            if asked.also or asked.others:
                privacy_requests.say_who(database, request_id, also=asked.also, others=asked.others)
            try:
                return carry_out(database, request_id, places=self.places, by=by, now=now)
            except OSError as error:
                raise DatabaseFull from error

        def restrict(*, lifted: bool) -> PrivacyRequest:
            return privacy_fulfilling.restrict(database, request_id, by=by, lifted=lifted, now=now)

        return {
            "identity": identity,
            "doubt": lambda: privacy_requests.doubt_identity(database, request_id, by=by, now=now),
            "refuse": refuse,
            "reconsider": lambda: privacy_requests.reconsider(database, request_id, by=by, now=now),
            "extend": extend,
            "correct": lambda: privacy_fulfilling.correct(database, request_id, asked.fields, by=by, now=now),
            "restrict": lambda: restrict(lifted=False),
            "lift": lambda: restrict(lifted=True),
            "withdraw": lambda: privacy_fulfilling.withdraw(database, request_id, by=by, now=now),
            "erase": erase,
        }

    def _whole(self, request: PrivacyRequest) -> PrivacyRequestMessage:
        alike: list[Lookalike] = []
        if not request.state.is_over and "versions" not in request.outcome:
            alike = privacy_requests.in_step(self.database, request.id, privacy_requests.lookalikes)
        return _message(request, lookalikes=alike, devices=read_standings(self.database, request))


def privacy_routes(calls: PrivacyCalls) -> APIRouter:
    """The routes. All are asked by enrolled devices alone, in the name of somebody who may."""
    responses = problem_responses(400, 401, 403, 404, 413, 415, 422, 503)
    routes = APIRouter(prefix="/v1/privacy", tags=["privacy"], responses=responses)
    routes.get("/requests", response_model=PrivacyRequestsReply)(calls.list_requests)
    routes.post("/requests", response_model=PrivacyRequestMessage)(calls.open_request)
    routes.get("/requests/{request_id}", response_model=PrivacyRequestMessage)(calls.show)
    routes.post("/requests/{request_id}/steps", response_model=PrivacyRequestMessage)(calls.take_step)
    routes.post("/requests/{request_id}/copy", response_model=PrivacyDocument)(calls.copy)
    routes.get("/requests/{request_id}/certificate", response_model=PrivacyDocument)(calls.certificate)
    routes.get("/devices", response_model=PrivacyDevicesReply)(calls.devices)
    routes.get("/breach-reports/{registration_id}", response_model=PrivacyDocument)(calls.breach)
    return routes


def _message(
    request: PrivacyRequest,
    *,
    lookalikes: list[Lookalike] | None = None,
    devices: list[DeviceStanding],
    whole: bool = True,
) -> PrivacyRequestMessage:
    return PrivacyRequestMessage(
        id=request.id,
        kind=request.kind.value,
        customer_id=request.customer_id,
        also=list(request.also),
        others=list(request.others),
        regime=request.regime.value,
        received_at=to_wire(request.received_at),
        due_at=to_wire(request.due_at),
        extended_at=_told(request.extended_at),
        extended_reason=request.extended_reason,
        state=request.state.value,
        identity_how=request.identity_how,
        ended_at=_told(request.ended_at),
        refused_reason=request.refused_reason,
        devices_awaited=sum(one.state == "awaited" for one in devices),
        lookalikes=[LookalikeMessage(customer_id=one.customer_id, reason=one.reason) for one in lookalikes or ()],
        devices=[_standing(one) for one in devices] if whole else [],
    )


def _standing(one: DeviceStanding) -> DeviceStandingMessage:
    return DeviceStandingMessage(
        registration_id=one.registration_id,
        name=one.name,
        store_id=one.store_id,
        state=one.state,
        confirmed_at=one.confirmed_at,
        last_seen_at=_told(one.last_seen_at),
        revoked_at=_told(one.revoked_at),
        lease_ends_at=_told(one.lease_ends_at),
    )


def _told(moment: datetime | None) -> str | None:
    return to_wire(moment) if moment is not None else None


def _moment(text: str | None) -> datetime | None:
    try:
        return from_wire(text) if text is not None else None
    except ValueError as error:
        raise StepNotAllowed("sync.invalid") from error


def _document(document: dict[str, Any]) -> Response:
    content = orjson.dumps({"document": document}, option=orjson.OPT_UTC_Z)
    return Response(content, media_type="application/json", headers=_NO_STORE)
