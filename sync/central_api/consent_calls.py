"""The call by which an associate has a customer answer on a phone of their own."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from sync.central_api.acting import ActingAssociate
from sync.central_api.consent_links import make_consent_link
from sync.central_api.database import CentralDatabase
from sync.central_api.device_calls import json_reply
from sync.central_api.errors import ConsentLinkRefused
from sync.central_api.one_time_codes import HOLDS_FOR
from sync.central_api.pace import Pace, PaceOfAddresses
from sync.central_api.problems import problem_responses
from sync.central_api.tokens import RandomBytes
from sync.protocol.consent_links import ConsentLinkReply, ConsentLinkRequest
from sync.protocol.errors import ConsentLinksLimited
from sync.protocol.times import Clock

LINKS_PACE: Final = Pace(at_once=30, one_every=timedelta(seconds=20))
"""Of one device, in each process. A hub is one device for a whole store."""


def _hasty(wait_s: int) -> ConsentLinksLimited:
    return ConsentLinksLimited(retry_after_s=wait_s)


@dataclass(slots=True)
class ConsentCalls:
    """The call over one database. `phones_url`: where customers' phones reach the page, "" for nowhere."""

    database: CentralDatabase
    phones_url: str
    now: Clock
    random_bytes: RandomBytes = secrets.token_bytes
    links: PaceOfAddresses = field(default_factory=lambda: PaceOfAddresses(LINKS_PACE, refused=_hasty))

    def make_link(self, request: ConsentLinkRequest, principal: ActingAssociate) -> Response:
        """A link by which a customer of this device's store may answer these questions, once, within ten minutes."""
        if not self.phones_url:
            raise ConsentLinkRefused("consent_link.no_address")
        now, device_id = self.now(), principal.registration.id
        self.links.refuse_hasty(device_id, now)
        self.links.count(device_id, now)
        made = make_consent_link(self.database, principal, request, now=now, random_bytes=self.random_bytes)
        url = self.phones_url + made.path
        return json_reply(ConsentLinkReply(link_id=made.id, url=url, ends_in_s=round(HOLDS_FOR.total_seconds())))


def consent_routes(calls: ConsentCalls) -> APIRouter:
    """The route. It is asked by an associate on an enrolled device (`acting`)."""
    routes = APIRouter(tags=["consents"], responses=problem_responses(400, 401, 403, 413, 415, 422, 429, 503))
    routes.post("/v1/consents/links", response_model=ConsentLinkReply)(calls.make_link)
    return routes
