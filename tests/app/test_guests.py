"""A hub that answers phones on the store's guest Wi-Fi: real TLS over loopback, the labels' host, no central API.

What a guest can reach, what they are shown, and that whatever they send leaves the app alone.
"""

import logging
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from clienteling.hosting.guests import GuestLimits
from clienteling.loopback import LOOPBACK
from clienteling.scanning.code_rules import CodeRules
from clienteling.use_cases.resolve_scan import resolve_scan
from sync.protocol.times import utc_now
from tests.app.guest_wifi import LABEL, ROOT, TRUSTED, Wifi
from tests.support.certificates import HOST
from tests.support.guests import phone
from tests.support.shelf_hub import SITE, ShelfHub
from tests.support.shelf_shop import SHIRT_M, TROUSERS

QUICK: Final = GuestLimits(connections=4, handshake_s=0.2, life_s=0.4, parting_s=0.2)


@pytest.fixture(scope="module")
def wifi(tmp_path_factory: pytest.TempPathFactory, open_hub: ShelfHub) -> Iterator[Wifi]:
    """A hub in Bandung where nothing changes."""
    with Wifi(tmp_path_factory.mktemp("wifi"), open_hub.app).running() as made:
        yield made


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side hangs up; waits for it."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        pass
    return True


# What a guest is shown


def test_the_labels_address_opens_the_page_from_the_hub(wifi: Wifi) -> None:
    page = wifi.get(LABEL)
    assert (page.status_code, page.http_version) == (200, "HTTP/1.1")
    assert str(page.url) == f"https://toko.example{LABEL}"
    assert "Kemeja Linen" in page.text
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "server" not in page.headers
    assert "date" in page.headers


def test_a_list_saved_without_a_central_api_is_found_by_the_associate_under_its_code(
    tmp_path: Path, shelf_hub: ShelfHub
) -> None:
    with Wifi(tmp_path, shelf_hub.app).running() as wifi, phone(wifi.port, TRUSTED) as client:
        for gtin in (SHIRT_M, TROUSERS):
            form = {"gtin": gtin, "store": "SBDG"}
            saved = client.post("/shelf/save", data=form, headers={"origin": "https://toko.example"})
            assert saved.status_code == 303
            assert "; Secure" in saved.headers["set-cookie"]
        made = client.post("/shelf/handover", data={"store": "SBDG"}, headers={"origin": "https://toko.example"})
        assert (made.status_code, made.headers["location"]) == (303, "/shelf/handover?store=SBDG")
        assert "; Secure" in made.headers["set-cookie"]
        shown = client.get(made.headers["location"]).text
    (code,) = re.findall(r'<p class="code"[^>]*>(\w+)</p>', shown)
    assert resolve_scan(shelf_hub.device.store, code, rules=CodeRules()).handover_id is not None


def test_a_phone_that_does_not_trust_the_certificate_gets_nothing(wifi: Wifi) -> None:
    with phone(wifi.port, None) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        client.get(LABEL)


def test_the_certificate_is_for_the_labels_host_and_no_other(wifi: Wifi) -> None:
    with phone(wifi.port, TRUSTED, host="lain.example") as client, pytest.raises(httpx.ConnectError):
        client.get(LABEL)


def test_older_tls_is_refused(wifi: Wifi) -> None:
    old = ROOT.trusting()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with wifi.connect() as connection, pytest.raises((ssl.SSLError, ConnectionError)):
        old.wrap_socket(connection, server_hostname=HOST)


@pytest.mark.parametrize("path", [LABEL, f"{LABEL}?linkType=all&x=%2F", "//lain.example/a", "/"])
def test_without_tls_a_phone_is_led_to_the_same_address_with_it(wifi: Wifi, path: str) -> None:
    with phone(wifi.port, TRUSTED, http_port=wifi.http_port) as client:
        answer = client.get(f"http://toko.example{path}")
    assert (answer.status_code, answer.headers["location"]) == (308, f"https://toko.example{path}")
    assert answer.content == b""


def test_a_hosts_name_in_the_request_leads_nobody_elsewhere(wifi: Wifi) -> None:
    with socket.create_connection((LOOPBACK, wifi.http_port), timeout=30) as connection:
        connection.sendall(b"GET http://lain.example/a HTTP/1.1\r\nhost: lain.example\r\nconnection: close\r\n\r\n")
        answer = connection.makefile("rb").read()
    assert b"location: https://toko.example/\r\n" in answer


def test_a_form_is_not_taken_without_tls(wifi: Wifi) -> None:
    with phone(wifi.port, TRUSTED, http_port=wifi.http_port) as client:
        answer = client.post("http://toko.example/shelf/save", data={"gtin": SHIRT_M})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


# What a guest cannot reach


def inside(app: Any) -> FastAPI:
    """The app within its wrappers."""
    while not isinstance(app, FastAPI):
        app = app.app if isinstance(app, TrustedHostMiddleware) else app._app
    return app


def paths_of(app: ASGIApp) -> Iterator[str]:
    """Every route of the app, with every file and screen below those that have some of their own."""
    routes: list[BaseRoute] = list(inside(app).routes)
    assert len(routes) >= 5
    for route in routes:
        if isinstance(route, Mount):
            client = getattr(route.app, "_file", None)
            assert client is not None, "a mount whose paths this test does not know"
            yield from (f"{client.base}{name}" for name in client._files)
            yield from ("/", "/ws", "/customers/siti", "/scan", "/settings", "/today", "/find")
        else:
            assert isinstance(route, Route), "a kind of route that this test does not know"
            yield route.path.replace("{name}", "PlusJakartaSans.ttf")
            yield route.path.replace("{name}", "kemeja.png")


@pytest.mark.parametrize("host", [HOST, "127.0.0.1", "localhost"])
def test_no_route_of_the_app_is_answered(wifi: Wifi, host: str) -> None:
    paths = set(paths_of(wifi.app))
    assert {"/healthz", "/label.png", "/pictures/kemeja.png", "/fonts/PlusJakartaSans.ttf", "/ws"} <= paths
    assert any(path.startswith("/client/") and path.endswith("main.dart.js") for path in paths)
    with phone(wifi.port, TRUSTED) as client:
        for path in sorted(paths):
            answer = client.get(path, headers={"host": host, "accept": "text/html"})
            assert (answer.status_code, "Halaman ini tidak ada" in answer.text) == (404, True), path
            assert answer.headers["content-security-policy"].startswith("default-src 'none'"), path


def test_what_the_page_answers_is_not_the_apps_even_for_its_own_paths(wifi: Wifi) -> None:
    at_home = httpx.get(f"{wifi.url}/healthz", trust_env=False)
    assert at_home.json()["status"] == "ok"
    assert b'"status"' not in wifi.get("/healthz").content


@pytest.mark.parametrize("path", ["/ws", "/", LABEL])
def test_no_socket_of_the_app_opens(wifi: Wifi, path: str) -> None:
    asked = wifi.get(
        path,
        connection="Upgrade",
        upgrade="websocket",
        sec_websocket_key="dGhlIHNhbXBsZSBub25jZQ==",
        sec_websocket_version="13",
    )
    assert asked.status_code in (200, 404)
    assert "flutter" not in asked.text.lower()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "NONSENSE"])
def test_no_other_method_does_anything(wifi: Wifi, method: str) -> None:
    with phone(wifi.port, TRUSTED) as client:
        assert client.request(method, LABEL).status_code in (400, 405)


def test_nobody_at_the_guests_port_is_believed_to_be_a_proxy(tmp_path: Path, shelf_hub: ShelfHub) -> None:
    site = replace(SITE, requests_a_minute=2, trusted_proxies=("127.0.0.0/8",))
    with Wifi(tmp_path, shelf_hub.app_over(shelf_hub.source, site)).running() as wifi:
        statuses = [wifi.get(LABEL, x_forwarded_for=f"192.0.2.{n}").status_code for n in range(3)]
    assert statuses == [200, 200, 429]


def test_no_program_of_this_machine_is_believed_to_be_a_proxy_unless_the_setting_says_so(
    tmp_path: Path, shelf_hub: ShelfHub
) -> None:
    site = replace(SITE, requests_a_minute=2)
    with Wifi(tmp_path, shelf_hub.app_over(shelf_hub.source, site)).running() as wifi:
        asked = [{"x-forwarded-for": f"192.0.2.{n}"} for n in range(3)]
        statuses = [httpx.get(f"{wifi.url}{LABEL}", headers=one, trust_env=False).status_code for one in asked]
    assert statuses == [200, 200, 429]


# Whatever guests send


def test_guests_who_say_nothing_keep_nobody_out_for_long(tmp_path: Path, open_hub: ShelfHub) -> None:
    with Wifi(tmp_path, open_hub.app, QUICK).running() as wifi, ExitStack() as held:
        silent = [held.enter_context(wifi.connect()) for _ in range(3 * QUICK.connections)]
        assert wifi.app_answers()
        assert wifi.get(LABEL).status_code == 200
        assert all(is_closed(one) for one in silent)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nhost: toko.example\r\nx: ",
        b"POST /shelf/save HTTP/1.1\r\nhost: toko.example\r\norigin: https://toko.example\r\ncontent-length: 9\r\n\r\n",
    ],
    ids=["nothing", "half a head", "half a form"],
)
def test_guests_who_do_not_finish_are_hung_up_on(tmp_path: Path, open_hub: ShelfHub, sent: bytes) -> None:
    with Wifi(tmp_path, open_hub.app, QUICK).running() as wifi:
        with wifi.connect_tls() as connection:
            connection.sendall(sent)
            assert is_closed(connection)
        assert wifi.get(LABEL).status_code == 200


def test_a_head_without_end_is_refused(wifi: Wifi) -> None:
    with wifi.connect_tls() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: toko.example\r\n" + b"x: aaaaaaaaaaaaaaaa\r\n" * 2_000)
        assert b" 400 " in connection.recv(65_536)
        assert is_closed(connection)


def test_guests_cannot_fill_the_log(wifi: Wifi, caplog: pytest.LogCaptureFixture) -> None:
    for sent in (
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    ):
        with wifi.connect_tls() as connection:
            connection.sendall(sent)
            assert connection.recv(65_536)
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x00\x05hello", b"GET / HTTP/1.1\r\n\r\n", bytes(200)])
def test_what_is_no_tls_is_hung_up_on(wifi: Wifi, sent: bytes) -> None:
    with wifi.connect() as connection:
        connection.sendall(sent)
        assert is_closed(connection)
    assert wifi.get(LABEL).status_code == 200


def test_an_address_that_comes_too_often_is_sent_away_before_its_handshake(tmp_path: Path, open_hub: ShelfHub) -> None:
    with Wifi(tmp_path, open_hub.app, GuestLimits(connections_a_minute=3)).running() as wifi:
        assert [wifi.get(LABEL).status_code for _ in range(3)] == [200] * 3
        with pytest.raises((ssl.SSLError, ConnectionError)):
            wifi.connect_tls()
        assert wifi.app_answers()


def test_a_hub_that_is_told_to_stop_does_not_wait_for_its_guests(tmp_path: Path, open_hub: ShelfHub) -> None:
    with ExitStack() as held:
        with Wifi(tmp_path, open_hub.app).running() as wifi:
            client = held.enter_context(phone(wifi.port, TRUSTED))
            assert client.get(LABEL).status_code == 200
            waiting = [held.enter_context(one) for one in (wifi.connect(), wifi.connect_tls())]
            before = utc_now()
        assert utc_now() - before < timedelta(seconds=10)
        assert all(is_closed(one) for one in waiting)
        with pytest.raises(ConnectionRefusedError):
            wifi.connect()
