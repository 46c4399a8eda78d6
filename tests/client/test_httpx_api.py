"""The network's edge: what every kind of answer means."""

import asyncio

import httpx
import pytest

from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.errors import (
    ConsentLinksLimited,
    DeviceForked,
    LookUpLimited,
    NumberGap,
    ProtocolBroken,
    SignedOut,
    SyncError,
    Unreachable,
    UpgradeNeeded,
    ValidationFailed,
    WrongCredential,
)
from sync.protocol.wire import SCHEMA, PullPage, PullRequest
from tests.support.answers import unread

REQUEST = PullRequest(device_id="018f0000-0000-7000-8000-000000000001", schema_number=SCHEMA)
JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html"}
PROBLEM = {"content-type": "application/problem+json"}
PAGE = (
    '{"epoch":"018f0000-0000-7000-8000-00000000000a","server_time":"2026-11-22T00:00:00Z","changes":[],'
    '"cursor":"c","last_page":true,"ack":{"n":0}}'
)


def pull(answer: httpx.Response | Exception) -> PullPage:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer token"
        if isinstance(answer, Exception):
            raise answer
        return unread(answer)

    async def main() -> PullPage:
        async with HttpxCentralApi("http://central", "token", transport=httpx.MockTransport(handler)) as api:
            return await api.pull(REQUEST)

    return asyncio.run(main())


def problem(status: int, code: str, extra: str = "") -> httpx.Response:
    return httpx.Response(status, headers=PROBLEM, text=f'{{"title":"x","status":{status},"code":"{code}"{extra}}}')


def test_a_page_is_read() -> None:
    assert pull(httpx.Response(200, headers=JSON, text=PAGE)).last_page


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(200, headers=JSON, text="{}"), ProtocolBroken),
        (httpx.Response(200, headers=JSON, text='{"epoch":'), ProtocolBroken),
        (problem(401, "sync.signed_out"), SignedOut),
        (problem(401, "sync.device_revoked"), SignedOut),
        (problem(409, "sync.device_forked"), DeviceForked),
        (problem(403, "sync.wrong_credential"), WrongCredential),
        (problem(426, "sync.upgrade_needed"), UpgradeNeeded),
        (problem(422, "sync.invalid"), ValidationFailed),
    ],
)
def test_every_answer_of_ours_has_one_meaning(answer: httpx.Response, expected: type[SyncError]) -> None:
    with pytest.raises(expected):
        pull(answer)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.ConnectError("refused"), "sync.unreachable"),
        (httpx.ReadTimeout("slow"), "sync.unreachable"),
        (httpx.RemoteProtocolError("cut"), "sync.unreachable"),
        (httpx.Response(200, headers=HTML, text="<html>Log in to Wi-Fi</html>"), "sync.not_our_server"),
        (httpx.Response(404, headers=HTML, text="<html>"), "sync.not_our_server"),
        (httpx.Response(302, headers={"location": "http://portal/"}), "sync.not_our_server"),
        (httpx.Response(500, text="Internal Server Error"), "sync.server_failed"),
        (httpx.Response(502, text=""), "sync.server_failed"),
        (httpx.Response(503, text=""), "sync.busy"),
    ],
)
def test_no_network_is_told_from_a_server_that_cannot_serve(answer: httpx.Response | Exception, code: str) -> None:
    with pytest.raises(Unreachable) as caught:
        pull(answer)
    assert caught.value.code == code


def test_a_gap_names_the_number_the_server_wants() -> None:
    with pytest.raises(NumberGap) as caught:
        pull(problem(409, "sync.gap", ',"expected":12'))
    assert caught.value.fields["expected"] == 12


@pytest.mark.parametrize("limited", [LookUpLimited, ConsentLinksLimited])
def test_too_many_look_ups_are_told_from_a_busy_server_with_the_pause(limited: type[SyncError]) -> None:
    answer = problem(429, limited.code)
    answer.headers["retry-after"] = "60"
    with pytest.raises(limited) as caught:
        pull(answer)
    assert caught.value.fields["retry_after_s"] == 60.0


def test_the_pause_a_server_asks_for_reaches_the_loop() -> None:
    with pytest.raises(Unreachable) as caught:
        pull(httpx.Response(429, headers={"retry-after": "30"}, text=""))
    assert caught.value.fields["retry_after_s"] == 30.0


@pytest.mark.parametrize("pause", ["soon", "-1", "1e9", b"\xb2"])
def test_a_pause_that_is_no_number_is_none(pause: str | bytes) -> None:
    with pytest.raises(Unreachable) as caught:
        pull(httpx.Response(503, headers=[(b"retry-after", pause if isinstance(pause, bytes) else pause.encode())]))
    assert caught.value.fields["retry_after_s"] is None
