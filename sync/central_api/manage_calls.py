"""The calls by which an associate manages devices and people; each asks the principal what they may, and where."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.responses import Response

from sync.central_api.acting import ActingAssociate
from sync.central_api.device_calls import json_reply
from sync.central_api.managing import Managing
from sync.central_api.problems import problem_responses
from sync.central_api.team import TeamManaging
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


@dataclass(frozen=True, slots=True)
class ManageCalls:
    """The calls over one database."""

    devices_of: Managing
    team_of: TeamManaging
    now: Callable[[], datetime]

    def devices(self, principal: ActingAssociate) -> Response:
        """The devices of the stores where the associate manages them."""
        return json_reply(self.devices_of.devices(principal))

    def code_for_device(self, request: CodeForDeviceRequest, principal: ActingAssociate) -> Response:
        """A code by which one device may enrol at a store, once, within ten minutes."""
        return json_reply(self.devices_of.code_for_device(principal, request, now=self.now()))

    def rename(self, request: RenameDeviceRequest, principal: ActingAssociate) -> Response:
        """Gives a device another name."""
        self.devices_of.rename(principal, request, now=self.now())
        return json_reply(Done())

    def revoke(self, request: DeviceRequest, principal: ActingAssociate) -> Response:
        """Takes a device's access away, for good."""
        self.devices_of.revoke(principal, request.registration_id, now=self.now())
        return json_reply(Done())

    def quarantine(self, principal: ActingAssociate) -> Response:
        """What devices of those stores had not sent when access was taken away, for somebody to decide."""
        return json_reply(self.devices_of.quarantine(principal))

    def settle(self, request: SettleRequest, principal: ActingAssociate) -> Response:
        """Takes an entry over, or discards it. What the rules refuse stays, and the answer says why."""
        return json_reply(self.devices_of.settle(principal, request, now=self.now()))

    def team(self, principal: ActingAssociate) -> Response:
        """The associates whom whoever asks manages, and on which devices each has a key."""
        return json_reply(self.team_of.team(principal))

    def end_sign_ins(self, request: AssociateRequest, principal: ActingAssociate) -> Response:
        """Ends every key and token of an associate, on every device."""
        return json_reply(self.team_of.end_sign_ins(principal, request.associate_id, now=self.now()))


def manage_routes(calls: ManageCalls) -> APIRouter:
    """The routes. Each is asked by an associate on an enrolled device (`acting`)."""
    common = problem_responses(400, 401, 403, 413, 415, 422, 503)
    routes = APIRouter(prefix="/v1/manage", tags=["manage"], responses=common)
    of_one = problem_responses(404)
    routes.get("/devices", response_model=ManagedDevices)(calls.devices)
    routes.post("/devices/codes", response_model=CodeForDeviceReply)(calls.code_for_device)
    routes.post("/devices/rename", response_model=Done, responses=of_one)(calls.rename)
    routes.post("/devices/revoke", response_model=Done, responses=of_one)(calls.revoke)
    routes.get("/quarantine", response_model=QuarantineList)(calls.quarantine)
    routes.post("/quarantine/settle", response_model=SettleReply, responses=of_one)(calls.settle)
    routes.get("/team", response_model=Team)(calls.team)
    routes.post("/team/end-sign-ins", response_model=SignInsEnded, responses=of_one)(calls.end_sign_ins)
    return routes
