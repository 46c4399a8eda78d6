"""What the doctor says of clock, server and token; the network is a fake."""

import asyncio
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from clienteling.doctor.examining import Surroundings
from clienteling.doctor.facts import Check, Verdict
from clienteling.settings import remember
from sync.protocol.times import utc_now
from tests.app.doctors import codes, found, keys_of
from tests.app.shop import SITI
from tests.support.answers import unread
from tests.support.command_line import run

AWAY = "http://127.0.0.1:9"


AT = utc_now() + timedelta(hours=2)
"""A time when the device's last sync is behind it, and not yet a day."""


def server(at: datetime = AT, **answers: httpx.Response) -> httpx.MockTransport:
    """A server that says this time and accepts everybody, unless told to answer a path otherwise."""

    def answer(request: httpx.Request) -> httpx.Response:
        told = answers.get(request.url.path.rpartition("/")[2])
        if told is not None:
            return unread(told)
        headers = {"date": format_datetime(at, usegmt=True)}
        return unread(httpx.Response(200, json={"status": "ok"}, headers=headers))

    return httpx.MockTransport(answer)


def around(transport: httpx.AsyncBaseTransport, at: datetime = AT) -> Surroundings:
    return Surroundings(now=lambda: at, transport=transport)


def signed_out() -> httpx.Response:
    return httpx.Response(401, json={"type": "about:blank", "title": "x", "status": 401, "code": "sync.device_revoked"})


@pytest.mark.parametrize(
    ("ahead", "verdict", "code"),
    [
        (timedelta(seconds=119), Verdict.OK, "doctor.clock_ok"),
        (timedelta(seconds=-119), Verdict.OK, "doctor.clock_ok"),
        (timedelta(seconds=121), Verdict.WARNING, "doctor.clock_behind"),
        (timedelta(seconds=-121), Verdict.WARNING, "doctor.clock_ahead"),
        (timedelta(days=400), Verdict.WARNING, "doctor.clock_behind"),
    ],
)
def test_a_clock_two_minutes_off_is_said(ahead: timedelta, verdict: Verdict, code: str, device: Path) -> None:
    finding = found(device, around(server(AT + ahead)))[Check.CLOCK]
    assert codes(finding)[:2] == (verdict, code)


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 22 Nov 2026 03:42:00 -0000"])
def test_a_server_without_a_usable_date_leaves_the_clock_uncompared(date: str, device: Path) -> None:
    told = server(healthz=httpx.Response(200, json={"status": "ok"}, headers={"date": date} if date else {}))
    assert codes(found(device, around(told))[Check.CLOCK])[:2] == (Verdict.WARNING, "doctor.clock_not_compared")


def test_a_clock_set_back_is_seen_without_a_network(device: Path) -> None:
    remember(device, central_url=AWAY)
    findings = found(device, Surroundings(now=lambda: utc_now() - timedelta(days=3)))
    assert codes(findings[Check.CLOCK])[:2] == (Verdict.WARNING, "doctor.clock_set_back")


def test_without_a_network_everything_still_works_and_is_said_so(device: Path) -> None:
    remember(device, central_url=AWAY)
    findings = found(device)
    assert codes(findings[Check.CONNECTION])[:2] == (Verdict.WARNING, "doctor.unreachable")
    assert codes(findings[Check.CLOCK])[:2] == (Verdict.WARNING, "doctor.clock_not_compared")
    assert findings[Check.ENCRYPTION].verdict is Verdict.OK
    assert run("doctor", "--data-dir", device).status == 0


@pytest.mark.parametrize(
    ("response", "verdict", "code"),
    [
        (httpx.Response(200, html="<p>Welcome"), Verdict.WARNING, "doctor.not_ours"),
        (httpx.Response(302, headers={"location": "http://portal"}), Verdict.WARNING, "doctor.not_ours"),
        (httpx.Response(200, json=[]), Verdict.WARNING, "doctor.not_ours"),
        (httpx.Response(404, json={}), Verdict.WARNING, "doctor.not_ours"),
        (httpx.Response(503, json={"status": "ok"}), Verdict.WARNING, "doctor.faulty"),
    ],
)
def test_what_answers_in_the_servers_place_is_told_apart(
    response: httpx.Response, verdict: Verdict, code: str, device: Path
) -> None:
    findings = found(device, around(server(healthz=response)))
    assert codes(findings[Check.CONNECTION])[:2] == (verdict, code)
    assert findings[Check.CLOCK].found[0].key == "doctor.clock_not_compared"


def test_a_revoked_device_is_told_so(device: Path) -> None:
    finding = found(device, around(server(hello=signed_out())))[Check.CONNECTION]
    assert codes(finding) == (Verdict.WRONG, "sync.device_revoked", "doctor.refused_mend")


def test_a_real_server_that_does_not_know_the_token_is_told_so(device: Path) -> None:
    keys_of(device).keep("device-token", "0" * 64)
    assert codes(found(device)[Check.CONNECTION])[:2] == (Verdict.WRONG, "sync.signed_out")


def test_a_device_without_its_token_is_not_enrolled(device: Path) -> None:
    keys_of(device).forget("device-token")
    assert codes(found(device)[Check.CONNECTION])[:2] == (Verdict.WARNING, "doctor.not_set_up")


@pytest.mark.parametrize("url", ["central.example", "ftp://central.example", "http://", "http://[::1", "http://a:b"])
def test_an_address_that_is_none_is_said(url: str, device: Path) -> None:
    remember(device, central_url=url)
    assert codes(found(device)[Check.CONNECTION])[:2] == (Verdict.WRONG, "doctor.bad_address")


def test_a_server_elsewhere_without_tls_is_said(device: Path) -> None:
    remember(device, central_url="http://user:pass@central.example")
    with (device / "settings.toml").open("a") as settings:
        settings.write("plain_http = true\n")
    keys_of(device).keep("store-key", "ab" * 32)  # no device id is known: only the sign of life is asked for
    finding = found(device, around(server()))[Check.CONNECTION]
    assert codes(finding)[:2] == (Verdict.WRONG, "doctor.plain_network")
    assert finding.found[0].values == {"host": "central.example"}


def test_a_server_elsewhere_is_asked_nothing_without_tls(device: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing was to be sent")

    remember(device, central_url="http://user:pass@central.example")
    finding = found(device, around(httpx.MockTransport(answer)))[Check.CONNECTION]
    assert codes(finding) == (Verdict.WRONG, "doctor.plain_refused", "doctor.plain_network_mend")
    assert finding.found[0].values == {"host": "central.example"}


def test_a_server_that_never_ends_its_answer_is_not_waited_for_for_ever(device: Path) -> None:
    class Endless(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    finding = found(device, Surroundings(transport=Endless(), server_timeout_s=0.05))[Check.CONNECTION]
    assert codes(finding)[:2] == (Verdict.WARNING, "doctor.unreachable")


def test_a_day_without_a_sync_is_said(device: Path) -> None:
    later = utc_now() + timedelta(days=5)
    told = server(later, hello=httpx.Response(200, json=hello_reply(later)))
    finding = found(device, around(told, later))[Check.CONNECTION]
    assert codes(finding) == (Verdict.WARNING, "doctor.accepted", "doctor.sync_now_mend")


def hello_reply(at: datetime) -> dict[str, object]:
    return {
        "server_time": at.isoformat(), "epoch": SITI, "last_n": 0, "last_uuid": None, "grants": [],
        "schema_min": 1, "schema_max": 1, "store_id": SITI, "limits": {},
    }  # fmt: skip
