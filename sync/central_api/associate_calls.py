"""The calls of associates on a device: a key by a sign-in code, a token to act by, and a code for somebody else."""

from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from sync.central_api.acting import ActingAssociate, ActingGate
from sync.central_api.associate_keys import Associate
from sync.central_api.device_calls import json_reply
from sync.central_api.gate import ShownBy
from sync.central_api.leases import issue_leases
from sync.central_api.one_time_codes import ADDRESS_PACE, HOLDS_FOR
from sync.central_api.pace import PaceOfAddresses
from sync.central_api.principal import Principal
from sync.central_api.problems import problem_responses
from sync.central_api.reading_counts import reading_counts
from sync.central_api.recovery import keep_recovery_key
from sync.central_api.sign_in_codes import make_sign_in_code, use_sign_in_code
from sync.protocol.errors import Forbidden, SignInCodeLimited
from sync.protocol.leases import LeasesReply, LeasesRequest
from sync.protocol.people_wire import (
    ActingReply,
    ActingRequest,
    AssociateKeyReply,
    AssociateKeyRequest,
    ReadingOf,
    ReadingReply,
    ReadingRequest,
    RecoveryReply,
    RecoveryRequest,
    SignInCodeReply,
    SignInCodeRequest,
)
from sync.protocol.roles import Permission

DEVICE_PACE: Final = ADDRESS_PACE
"""Wrong sign-in codes of one device."""


def _hasty(wait_s: int) -> SignInCodeLimited:
    return SignInCodeLimited(retry_after_s=wait_s)


@dataclass(slots=True)
class AssociateCalls:
    """The calls over one database. `wrong_codes`: of each device; `require_sign_in`: as in `CentralSettings`."""

    acting: ActingGate
    require_sign_in: bool = False
    random: Random = field(default_factory=SystemRandom)
    wrong_codes: PaceOfAddresses = field(default_factory=lambda: PaceOfAddresses(DEVICE_PACE, refused=_hasty))

    def add_key(self, request: AssociateKeyRequest, asking: ShownBy) -> Response:
        """A key that an associate has on this device from now on, for the code that somebody made for them."""
        registration = self.acting.signing_device(asking)
        now = self.acting.now()
        self.wrong_codes.refuse_hasty(registration.id, now)
        reply = use_sign_in_code(
            self.acting.database,
            registration,
            request,
            now=now,
            on_wrong=lambda: self.wrong_codes.count(registration.id, now),
        )
        return json_reply(reply)

    def leases(self, request: LeasesRequest, asking: ShownBy) -> Response:
        """Who may come in on this device for the next three days, each as what; signed by the server."""
        acting = self.acting
        registration = acting.signing_device(asking)
        with acting.database.reading() as connection:
            told = issue_leases(connection, registration, acting.now(), require_sign_in=self.require_sign_in)
            return json_reply(told)

    def begin(self, request: ActingRequest, asking: ShownBy) -> Response:
        """A token by which an associate acts on this device, for ten minutes, for the signature of their key."""
        return json_reply(self.acting.begin(request, asking))

    def keep_recovery(self, request: RecoveryRequest, asking: ShownBy) -> Response:
        """Keeps the store's key of this device as it has sealed it, until it is revoked."""
        registration = self.acting.signing_device(asking)
        return json_reply(keep_recovery_key(self.acting.database, registration, request, now=self.acting.now()))

    def sign_in_code(self, request: SignInCodeRequest, principal: ActingAssociate) -> Response:
        """A code by which somebody else may add a key on one device, once: nobody who may more than its maker."""
        made = make_sign_in_code(
            self.acting.database,
            request.associate_id,
            made_by=principal.associate_id,
            now=self.acting.now(),
            random=self.random,
            allowed=lambda associate: require_over(principal, associate),
        )
        return json_reply(SignInCodeReply(code=made.code, ends_in_s=int(HOLDS_FOR.total_seconds())))

    def reading(self, request: ReadingRequest, principal: ActingAssociate) -> Response:
        """Who opened how many customers within the hour, on all devices of a store."""
        principal.require(Permission.MANAGE_TEAM, request.store_id)
        counts = reading_counts(self.acting.database, [request.store_id], self.acting.now())
        told = [
            ReadingOf(
                associate_id=one.associate_id,
                name=one.name,
                opened=one.opened,
                looked_up=one.looked_up,
                devices=one.devices,
                marked=one.is_marked,
            )
            for one in counts
        ]
        return json_reply(ReadingReply(readings=told))


def require_over(principal: Principal, associate: Associate) -> None:
    """Nothing, where the principal manages all that the associate is. Raises Forbidden.

    Whoever has the code can be that associate: it must not open more than its maker has.
    """
    if not associate.role.is_within(principal.role):
        raise Forbidden
    for store_id in associate.store_ids or {principal.registration.store_id}:
        principal.require(Permission.MANAGE_TEAM, store_id)


def associate_routes(calls: AssociateCalls) -> APIRouter:
    """The routes. All are asked by enrolled devices alone."""
    responses = problem_responses(400, 401, 403, 413, 415, 422, 429, 503)
    routes = APIRouter(tags=["associates"], responses=responses)
    routes.post("/v1/associates/keys", response_model=AssociateKeyReply)(calls.add_key)
    routes.post("/v1/associates/sign-in-codes", response_model=SignInCodeReply)(calls.sign_in_code)
    routes.post("/v1/devices/recovery", response_model=RecoveryReply)(calls.keep_recovery)
    routes.post("/v1/leases", response_model=LeasesReply)(calls.leases)
    routes.post("/v1/associates/reading", response_model=ReadingReply)(calls.reading)
    routes.post("/v1/acting", response_model=ActingReply)(calls.begin)
    return routes
