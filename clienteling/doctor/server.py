"""Asks the central profile API whether it is there, what time it has, and whether it knows this device.

The sign of life needs no token. `hello` is what the engine says itself at its start: it changes nothing on either side
beyond what the server notes of any call.
"""

import asyncio
import ssl
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Final

import httpx

from clienteling.bootstrap.credentials import Credentials, open_api
from clienteling.doctor.facts import Answer, ServerFacts
from clienteling.loopback import leaves_unencrypted
from sync.protocol.errors import SyncError, Unreachable
from sync.protocol.ids import is_uuid
from sync.protocol.times import Clock
from sync.protocol.wire import SCHEMA, HelloRequest

_SERVER_FAULTS: Final = 500


async def ask_server(
    url: str,
    *,
    credentials: Credentials | None,
    device_id: str | None,
    now: Clock,
    timeout_s: float,
    plain_http: bool = False,
    transport: httpx.AsyncBaseTransport | None = None,
) -> ServerFacts:
    """What answers at the address. Nothing is asked over a line that is unencrypted and not allowed (`plain_http`); the
    device is asked about only where both its credentials and its id are known.
    """
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        return ServerFacts(Answer.BAD_ADDRESS)
    if address.scheme not in {"http", "https"} or not address.host:
        return ServerFacts(Answer.BAD_ADDRESS)
    plain = leaves_unencrypted(url)
    if plain and not plain_http:
        return ServerFacts(Answer.PLAIN, address.host)
    code = None
    try:
        async with asyncio.timeout(timeout_s):
            answer, ahead = await _sign_of_life(url, now, transport)
            if answer is Answer.ANSWERS and credentials and device_id and is_uuid(device_id):
                answer, code = await _hello(url, credentials, device_id, now=now, transport=transport)
    except TimeoutError:
        return ServerFacts(Answer.UNREACHABLE, address.host)
    return ServerFacts(answer, address.host, code, ahead, plain)


async def _sign_of_life(
    url: str, now: Clock, transport: httpx.AsyncBaseTransport | None
) -> tuple[Answer, timedelta | None]:
    """Whether our server answers, and how far its clock is ahead of ours."""
    async with httpx.AsyncClient(base_url=url, timeout=None, transport=transport, trust_env=False) as http:
        asked_at = now()
        try:
            response = await http.get("/healthz")
        except httpx.TransportError as error:
            return (Answer.CERTIFICATE if _is_about_certificate(error) else Answer.UNREACHABLE), None
        except httpx.DecodingError:
            return Answer.NOT_OURS, None
        answered_at = now()
    if response.status_code >= _SERVER_FAULTS:
        return Answer.FAULTY, None
    if not _is_ours(response):
        return Answer.NOT_OURS, None
    return Answer.ANSWERS, _ahead(response.headers.get("date", ""), asked_at + (answered_at - asked_at) / 2)


def _is_about_certificate(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _is_ours(response: httpx.Response) -> bool:
    """A shop's Wi-Fi answers everything with a page of its own until somebody has agreed to something."""
    try:
        told = response.json()
    except ValueError:
        return False
    return response.status_code == httpx.codes.OK and isinstance(told, dict) and told.get("status") == "ok"


def _ahead(date: str, at: datetime) -> timedelta | None:
    """How far the server's clock is ahead; its header has whole seconds, so half a second is added."""
    try:
        told_at = parsedate_to_datetime(date)
    except ValueError:
        return None
    return None if told_at.tzinfo is None else told_at + timedelta(seconds=0.5) - at


async def _hello(
    url: str, credentials: Credentials, device_id: str, *, now: Clock, transport: httpx.AsyncBaseTransport | None
) -> tuple[Answer, str | None]:
    request = HelloRequest(device_id=device_id, schema_number=SCHEMA, app_version=version("clienteling"))
    try:
        async with open_api(url, credentials, now=now, transport=transport) as api:
            await api.hello(request)
    except Unreachable:
        return Answer.FAULTY, None
    except SyncError as error:
        return Answer.REFUSED, error.code
    return Answer.ACCEPTED, None
