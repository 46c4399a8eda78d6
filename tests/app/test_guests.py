"""A hub that answers phones on the store's guest Wi-Fi: real TLS over loopback, the labels' host, no central API.

What a guest can reach, what they are shown, and that whatever they send leaves the app alone.
"""

import logging
import re
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from clienteling.bootstrap.app import ToldOfGuests
from clienteling.bootstrap.guests import guest_servers
from clienteling.domain.errors import ClientelingError
from clienteling.hosting import web_app
from clienteling.hosting.guests import GuestLimits, GuestServer, GuestsUnanswered, PageAlone, ToHttps, listen
from clienteling.hosting.served_certificate import CertificateUnusable, ServedCertificate
from clienteling.loopback import LOOPBACK, free_ports
from clienteling.scanning.code_rules import CodeRules
from clienteling.settings import assets_dir, certificate_file, read_settings, remember
from clienteling.shelf_certificate import check_files, install
from clienteling.use_cases.resolve_scan import resolve_scan
from sync.protocol.times import utc_now
from tests.app.test_doctor import without_superpowers
from tests.app.test_hosting import TEXTS, nothing
from tests.support.certificates import HOST, Issued, authority, issue, key_pem
from tests.support.fakes import FakeClock
from tests.support.guests import phone, serving_guests
from tests.support.shelf_hub import SITE, ShelfHub
from tests.support.shelf_shop import SHIRT_M, TROUSERS
from tests.support.waiting import wait_until

ROOT: Final = authority("Root")
BETWEEN: Final = authority("Between", issuer=ROOT)
TRUSTED: Final = ROOT.trusting()
OWN: Final = issue(issuer=BETWEEN)
LABEL: Final = f"/SBDG/01/{SHIRT_M}"
USUAL: Final = GuestLimits()
QUICK: Final = GuestLimits(connections=4, handshake_s=0.2, life_s=0.4, parting_s=0.2)


def put(data_dir: Path, issued: Issued) -> Path:
    """Installs a certificate as the command does; returns its file."""
    files = issued.files(data_dir.parent)
    install(data_dir, check_files(*files, host=HOST, at=utc_now()))
    return certificate_file(data_dir)


class Wifi:
    """A hub's app with its servers for guests, and the ports at which those are."""

    def __init__(self, folder: Path, page: ASGIApp, limits: GuestLimits = USUAL) -> None:
        self.port, self.http_port = free_ports([0, 0])
        self.data_dir = folder / "hub"
        self.app = web_app(
            nothing,
            pictures=folder,
            assets=assets_dir(),
            texts=TEXTS,
            label=None,
            synced=lambda: True,
            shelf=page,
            shelf_hosts=[HOST],
        )
        self.url = ""
        self._page, self._limits = page, limits
        put(self.data_dir, OWN)

    def servers(self) -> tuple[GuestServer, ...]:
        certificate = ServedCertificate(certificate_file(self.data_dir), now=utc_now)
        page = PageAlone(self._page)
        return (
            GuestServer(page, listen(LOOPBACK, self.port), certificate=certificate, limits=self._limits),
            GuestServer(ToHttps(HOST, 443), listen(LOOPBACK, self.http_port), limits=self._limits),
        )

    @contextmanager
    def running(self) -> Iterator["Wifi"]:
        with serving_guests(self.app, self.servers) as self.url:
            yield self

    def get(self, path: str, **headers: str) -> httpx.Response:
        """What a phone gets that opens a connection for this alone."""
        with phone(self.port, TRUSTED, http_port=self.http_port) as client:
            return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def app_answers(self) -> bool:
        return httpx.get(f"{self.url}/healthz", trust_env=False).status_code == 200

    def connect(self) -> socket.socket:
        """A connection that has said nothing yet."""
        return socket.create_connection((LOOPBACK, self.port), timeout=30)

    def connect_tls(self) -> ssl.SSLSocket:
        return TRUSTED.wrap_socket(self.connect(), server_hostname=HOST)


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
        app = app._app
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


# The certificate while the hub runs


def shown_by(wifi: Wifi) -> bytes | None:
    """The certificate of a new connection, None where there is none."""
    try:
        with wifi.connect_tls() as connection:
            return connection.getpeercert(binary_form=True)
    except (ssl.SSLError, ConnectionError):
        return None


def shows(wifi: Wifi, issued: Issued) -> bool:
    return shown_by(wifi) == issued.certificate.public_bytes(Encoding.DER)


RSA: Final = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def test_a_renewed_certificate_is_used_at_once_also_with_a_key_of_another_kind(
    tmp_path: Path, open_hub: ShelfHub
) -> None:
    with Wifi(tmp_path, open_hub.app).running() as wifi, phone(wifi.port, TRUSTED) as client:
        assert client.get(LABEL).status_code == 200
        assert shows(wifi, OWN)
        for key in (RSA, None, RSA):
            renewed = issue(issuer=BETWEEN, key=key)
            put(wifi.data_dir, renewed)
            wait_until(partial(shows, wifi, renewed), what="the renewed certificate")
        assert client.get(LABEL).status_code == 200, "a connection that was open goes on"


def test_a_certificate_that_is_taken_away_is_shown_no_more_and_one_put_back_is(
    tmp_path: Path, open_hub: ShelfHub
) -> None:
    with Wifi(tmp_path, open_hub.app).running() as wifi:
        certificate_file(wifi.data_dir).unlink()
        wait_until(lambda: shown_by(wifi) is None, what="nothing shown")
        with wifi.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: toko.example\r\n\r\n")
            assert connection.recv(1) == b"", "without a certificate the page is not shown without TLS"
        assert wifi.app_answers()
        put(wifi.data_dir, OWN)
        wait_until(partial(shows, wifi, OWN), what="the certificate again")


def test_a_file_of_the_same_size_is_another_one(tmp_path: Path) -> None:
    path = put(tmp_path / "hub", OWN)
    served = ServedCertificate(path, now=utc_now)
    before, ended_at, size = served.context, served.ends_at, path.stat().st_size
    others = (issue(issuer=BETWEEN, lasts=timedelta(days=80)) for _ in range(1_000))
    put(tmp_path / "hub", next(one for one in others if len(key_pem(one.key) + one.chain) == size))
    served.look_again()
    assert (served.context is before, served.ends_at < ended_at) == (False, True)


def test_a_damaged_file_in_the_certificates_place_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = put(tmp_path / "hub", OWN)
    served = ServedCertificate(path, now=utc_now)
    before = served.context
    for damaged in (b"", OWN.chain, key_pem(OWN.key), OWN.chain[:300] + key_pem(OWN.key)):
        path.write_bytes(damaged)
        served.look_again()
        assert served.context is before
    assert {getattr(one, "code", "") for one in caplog.records} == {"hub.shelf_certificate_unusable"}


def test_one_that_has_ended_is_still_shown_and_logged_once_a_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock(utc_now())
    path = put(tmp_path / "hub", OWN)
    served = ServedCertificate(path, now=clock)

    def said() -> int:
        served.look_again()
        return [getattr(one, "code", "") for one in caplog.records].count("hub.certificate_ended")

    with caplog.at_level(logging.WARNING):
        assert said() == 0
        clock.advance(timedelta(days=91))
        assert [said(), said()] == [1, 1]
        clock.advance(timedelta(hours=23))
        assert said() == 1
        clock.advance(timedelta(hours=1))
        assert [said(), said()] == [2, 2]
    assert served.context is not None


# Where it cannot be answered


class Heard:
    """Who is told of guests."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.errors: list[ClientelingError] = []
        self.told = ToldOfGuests(self.urls.append, self.errors.append)


def opened(data_dir: Path, app: ASGIApp, **flags: object) -> tuple[list[str], list[str], int]:
    """What is said at the start of a hub: addresses, codes of what is wrong, and how many servers there are."""
    remember(data_dir, own_hosts=[HOST])
    heard = Heard()
    settings = read_settings(data_dir, **{"shelf_bind": LOOPBACK, **flags})
    servers = guest_servers(settings, app, tell=heard.told, now=utc_now)
    for server in servers:
        server._listening.close()
    return heard.urls, [error.code for error in heard.errors], len(servers)


def test_without_a_certificate_no_port_is_taken_and_nothing_said(tmp_path: Path) -> None:
    assert opened(tmp_path / "hub", nothing_at_all) == ([], [], 0)


async def nothing_at_all(scope: object, receive: object, send: object) -> None:
    """An app that answers nothing."""


def test_the_address_that_is_told_has_the_port_where_it_is_not_the_webs_own(tmp_path: Path) -> None:
    put(tmp_path / "hub", OWN)
    port, http_port = free_ports([0, 0])
    flags = {"shelf_port": port, "shelf_http_port": http_port}
    assert opened(tmp_path / "hub", nothing_at_all, **flags) == ([f"https://toko.example:{port}"], [], 2)
    assert opened(tmp_path / "hub", nothing_at_all, **{**flags, "shelf_http_port": 0})[2] == 1


def test_a_taken_port_is_said_and_the_other_one_is_taken_without_it(tmp_path: Path) -> None:
    put(tmp_path / "hub", OWN)
    port, free = free_ports([0, 0])
    with listen(LOOPBACK, port):
        for flags, expected in (
            ({"shelf_port": port, "shelf_http_port": free}, ([], ["hub.shelf_port_taken"], 0)),
            (
                {"shelf_port": free, "shelf_http_port": port},
                ([f"https://toko.example:{free}"], ["hub.shelf_port_taken"], 1),
            ),
        ):
            assert opened(tmp_path / "hub", nothing_at_all, **flags) == expected


def test_an_address_that_this_machine_does_not_have_is_said(tmp_path: Path) -> None:
    put(tmp_path / "hub", OWN)
    assert opened(tmp_path / "hub", nothing_at_all, shelf_bind="192.0.2.1") == ([], ["hub.shelf_no_address"], 0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every user may take these ports")
def test_a_port_that_this_user_may_not_take_is_said() -> None:
    with without_superpowers(), pytest.raises(GuestsUnanswered) as refused:
        listen(LOOPBACK, 443)
    assert (refused.value.code, refused.value.fields) == ("hub.shelf_port_forbidden", {"port": "443"})


def test_a_damaged_certificate_is_said_and_no_port_taken(tmp_path: Path) -> None:
    put(tmp_path / "hub", OWN).write_bytes(b"nonsense")
    assert opened(tmp_path / "hub", nothing_at_all)[1:] == (["hub.shelf_certificate_unusable"], 0)
    with pytest.raises(CertificateUnusable):
        ServedCertificate(certificate_file(tmp_path / "hub"), now=utc_now)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="needs IPv6")
def test_every_address_of_both_kinds_may_be_listened_at() -> None:
    (port,) = free_ports([0])
    with listen("::", port), socket.create_connection((LOOPBACK, port), timeout=5):
        pass
