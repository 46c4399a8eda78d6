"""The store's tablets at a hub: a certificate that vouches for one host, a code for each browser, and nobody else."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from clienteling.bootstrap.tablets import TabletsUnanswered, begin_local_authority, renew_if_due, tablet_server
from clienteling.hosting.guard import COOKIE, FORM, TRIES_A_MINUTE, BrowserGuard
from clienteling.hosting.known_browsers import BROWSERS_FILE, CODE_HOLDS_FOR, KnownBrowsers
from clienteling.hub_certificate import AUTHORITY_FILE, CERTIFICATE_FILE, HOLDS_FOR, Authority, issue, make_authority
from clienteling.i18n import load_translators
from clienteling.loopback import LOOPBACK, address, free_ports
from clienteling.secrets import KeyFile
from clienteling.settings import assets_dir, read_settings, remember
from sync.protocol.times import utc_now
from tests.app.shop import Counter, enrol
from tests.support.command_line import run
from tests.support.fakes import SEED, FakeClock
from tests.support.pins import PIN
from tests.support.serving import serve
from tests.support.waiting import is_up, wait_until

PAGE = {"accept": "text/html", "accept-language": "id"}


@pytest.fixture
def browsers(tmp_path: Path, clock: FakeClock) -> KnownBrowsers:
    return KnownBrowsers(tmp_path, now=clock, random=Random(SEED))


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the guard."""
    if scope["type"] == "http":
        await PlainTextResponse("inside")(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


@dataclass(slots=True)
class Tablet:
    """A browser at the guard. Without TLS, so that it keeps its cookie by itself."""

    url: str
    cookie: str = ""

    def ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        headers = {"cookie": f"{COOKIE}={self.cookie}", **asked.pop("headers", {})}
        answer = httpx.request(method, f"{self.url}{path}", headers=headers, trust_env=False, verify=False, **asked)
        told = answer.headers.get("set-cookie", "")
        if told.startswith(f"{COOKIE}="):
            self.cookie = told.removeprefix(f"{COOKIE}=").partition(";")[0]
        return answer

    def get(self, path: str, **asked: Any) -> httpx.Response:
        return self.ask("GET", path, **asked)

    def post(self, path: str, **asked: Any) -> httpx.Response:
        return self.ask("POST", path, **asked)

    def socket(self) -> ClientConnection:
        address_there = self.url.replace("http", "ws") + "/ws"
        return connect(address_there, additional_headers={"cookie": f"{COOKIE}={self.cookie}"}, proxy=None)


@pytest.fixture
def tablet(browsers: KnownBrowsers, clock: FakeClock) -> Iterator[Tablet]:
    """A browser that has not shown a code."""
    texts = load_translators(assets_dir() / "i18n")
    guarded = BrowserGuard(app, browsers, texts=texts, monotonic=lambda: clock().timestamp(), looked_at_every_s=0.01)
    with serve(guarded) as url:
        yield Tablet(url)


def come_in(tablet: Tablet, browsers: KnownBrowsers) -> None:
    answer = tablet.post(FORM, data={"code": browsers.new_code("iPad kasir")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


# Codes and browsers


def test_a_code_lets_one_browser_in_once(browsers: KnownBrowsers) -> None:
    code = browsers.new_code("iPad kasir")
    token = browsers.take_code(f" {code[:4].lower()}-{code[4:]} ")
    assert token is not None
    assert browsers.knows(token)
    assert browsers.take_code(code) is None
    (known,) = browsers.all()
    assert known.name == "iPad kasir"


@pytest.mark.parametrize("passed", [CODE_HOLDS_FOR, -timedelta(days=1)], ids=["later", "the clock was set back"])
def test_a_code_holds_for_ten_minutes(browsers: KnownBrowsers, clock: FakeClock, passed: timedelta) -> None:
    code = browsers.new_code("")
    clock.advance(passed)
    assert browsers.take_code(code) is None


@pytest.mark.parametrize("typed", ["", "K7M2", "K7M2PXQ0", "K7M2PXQR", "K" * 900])
def test_what_is_no_code_lets_nobody_in(browsers: KnownBrowsers, typed: str) -> None:
    assert browsers.take_code(typed) is None
    browsers.new_code("")
    assert browsers.take_code(typed) is None


def test_neither_codes_nor_tokens_are_kept(browsers: KnownBrowsers, tmp_path: Path) -> None:
    code = browsers.new_code("iPad kasir")
    in_between = (tmp_path / BROWSERS_FILE).read_bytes()
    token = browsers.take_code(code)
    assert token is not None
    kept = in_between + (tmp_path / BROWSERS_FILE).read_bytes()
    assert b"iPad kasir" in kept
    assert code.encode() not in kept
    assert token.encode() not in kept


# The guard


def test_a_person_with_a_new_tablet_is_led_to_the_form(tablet: Tablet) -> None:
    for path in ("/", "/customers/1"):
        answer = tablet.get(path, headers=PAGE)
        assert (answer.status_code, answer.headers["location"]) == (303, FORM)
    form = tablet.get(FORM, headers=PAGE)
    assert form.status_code == 200
    assert "Tablet ini masih baru di sini" in form.text
    assert "inside" not in form.text


@pytest.mark.parametrize("path", ["/client/x/main.dart.js", "/healthz", "/pictures/a.webp", "/fonts/x.ttf", "/ws"])
def test_nothing_else_is_answered_to_a_browser_that_is_not_known(tablet: Tablet, path: str) -> None:
    assert tablet.get(path).status_code == 403
    assert tablet.post(path).status_code == 403
    tablet.cookie = "guessed"
    assert tablet.get(path).status_code == 403


def test_no_socket_is_opened_without_the_cookie(tablet: Tablet) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        tablet.socket()


def test_a_code_opens_the_app_for_this_browser_from_then_on(tablet: Tablet, browsers: KnownBrowsers) -> None:
    code = browsers.new_code("iPad kasir")
    wrong = tablet.post(FORM, data={"code": "K7M2PXQR"}, headers=PAGE)
    assert wrong.status_code == 422
    assert "Hub tidak mengenal kode ini" in wrong.text
    answer = tablet.post(FORM, data={"code": code})
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in (f"{COOKIE}=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert tablet.get("/").text == "inside"
    assert tablet.get(FORM).headers["location"] == "/"
    with tablet.socket() as opened:
        opened.send("halo")
        assert opened.recv() == "halo"


def test_a_page_keeps_the_cookie_for_another_year_and_files_do_not(tablet: Tablet, browsers: KnownBrowsers) -> None:
    come_in(tablet, browsers)
    told = tablet.get("/", headers=PAGE).headers["set-cookie"]
    assert told.startswith(f"{COOKIE}={tablet.cookie}; Path=/; Max-Age=31536000; Secure; HttpOnly")
    assert "set-cookie" not in tablet.get("/healthz").headers


def test_a_browser_that_is_forgotten_is_sent_out_of_an_open_socket(tablet: Tablet, browsers: KnownBrowsers) -> None:
    come_in(tablet, browsers)
    with tablet.socket() as opened:
        (known,) = browsers.all()
        assert browsers.forget(known.id)
        with pytest.raises(ConnectionClosed):
            opened.recv(timeout=20)
    assert tablet.get("/").status_code == 403
    assert not browsers.forget(known.id)


def test_who_tries_codes_is_made_to_wait(tablet: Tablet, browsers: KnownBrowsers, clock: FakeClock) -> None:
    for _ in range(TRIES_A_MINUTE):
        assert tablet.post(FORM, data={"code": "K7M2PXQR"}).status_code == 422
    code = browsers.new_code("")
    refused = tablet.post(FORM, data={"code": code}, headers=PAGE)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "6")
    assert "Tunggu 6 detik" in refused.text
    clock.advance(timedelta(seconds=6))
    assert tablet.post(FORM, data={"code": code}).status_code == 303


@pytest.mark.parametrize("content", [b"", b"code=" + b"A" * 5_000, b"\xff\xfe", b"kode=K7M2PXQR"])
def test_what_is_no_form_is_no_code(tablet: Tablet, content: bytes) -> None:
    assert tablet.post(FORM, content=content).status_code == 422
    assert tablet.ask("PUT", FORM, content=content).status_code == 405


# The certificate


@pytest.fixture
def authority() -> Authority:
    return make_authority("hub.toko.example", at=utc_now())


def handshake(pem: bytes, trusted: bytes, host: str, folder: Path) -> None:
    """A client that trusts the authority meets a server with the certificate. Raises ssl.SSLError."""
    path = folder / "served.pem"
    path.write_bytes(pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cadata=trusted.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = server.wrap_bio(to_server, to_client, server_side=True)
    here = client.wrap_bio(to_client, to_server, server_hostname=host)
    for _ in range(4):
        for side in (here, there):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("host", ["hub.toko.example", "192.168.1.20", "fd00::20"])
def test_a_tablet_that_trusts_the_authority_trusts_the_hub(host: str, tmp_path: Path) -> None:
    made = make_authority(host, at=utc_now())
    handshake(issue(made, host, at=utc_now()), made.certificate, host, tmp_path)


def test_the_authority_vouches_for_no_other_host(authority: Authority, tmp_path: Path) -> None:
    other = issue(authority, "bank.example", at=utc_now())
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(other, authority.certificate, "bank.example", tmp_path)


def test_a_certificate_that_ends_soon_is_renewed_by_the_same_authority(tmp_path: Path) -> None:
    secrets, settings = KeyFile(tmp_path / "keys.json"), read_settings(tmp_path)
    clock = FakeClock()
    begin_local_authority(settings, secrets, LOOPBACK, at=clock)
    remember(tmp_path, hub_host=LOOPBACK)
    settings = read_settings(tmp_path)
    first, trusted = (tmp_path / CERTIFICATE_FILE).read_bytes(), (tmp_path / AUTHORITY_FILE).read_bytes()
    assert not renew_if_due(settings, secrets, now=clock)
    clock.advance(HOLDS_FOR - timedelta(days=30))
    assert renew_if_due(settings, secrets, now=clock)
    assert (tmp_path / CERTIFICATE_FILE).read_bytes() != first
    assert (tmp_path / AUTHORITY_FILE).read_bytes() == trusted
    secrets.forget("hub-authority")
    clock.advance(HOLDS_FOR)
    assert not renew_if_due(settings, secrets, now=clock), "the retailer's own is theirs to renew"


# The hub


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub that runs. `url`: where tablets are answered; `own`: where its own machine is."""

    url: str
    own: str
    folder: Path

    def client(self, *, trusts: bool = True) -> httpx.Client:
        trusted = ssl.create_default_context()
        if trusts:
            trusted.load_verify_locations(self.folder / AUTHORITY_FILE)
        return httpx.Client(base_url=self.url, verify=trusted, trust_env=False, headers=PAGE, timeout=30)


@contextmanager
def hub_running(folder: Path, *, at: int = 0) -> Iterator[Hub]:
    own, tls = free_ports([0, at])
    remember(folder, hub_port=str(tls))
    command = [sys.executable, "-m", "clienteling", "hub", "run", "--data-dir", str(folder), "--port", str(own)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
    ) as process:
        try:
            wait_until(lambda: is_up(address(own)), what="the hub")
            yield Hub(f"https://{LOOPBACK}:{tls}", address(own), folder)
        finally:
            process.terminate()


@pytest.fixture
def device(counter: Counter, tmp_path: Path) -> Path:
    """A hub's data directory, synced, with a PIN of Rina's."""
    made = enrol(tmp_path / "hub", counter.server, counter.url)
    assert run("sync", "--data-dir", made).status == 0
    assert run("pin", "set", "Rina", "--stdin", "--data-dir", made, stdin=f"{PIN}\n".encode()).status == 0
    return made


def upgrade(hub: Hub, cookie: str) -> bytes:
    """The first line of the answer to a request for the app's socket."""
    trusted = ssl.create_default_context(cafile=str(hub.folder / AUTHORITY_FILE))
    port = httpx.URL(hub.url).port
    assert port is not None
    lines = (
        "GET /ws HTTP/1.1", f"Host: {LOOPBACK}:{port}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", f"Cookie: {cookie}", "", "",
    )  # fmt: skip
    plain = socket.create_connection((LOOPBACK, port), timeout=10)
    with trusted.wrap_socket(plain, server_hostname=LOOPBACK) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return connection.recv(200).split(b"\r\n")[0]


def test_a_hub_answers_a_tablet_that_trusts_it_and_has_shown_a_code(device: Path) -> None:
    begun = run("hub", "init", "--host", LOOPBACK, "--data-dir", device)
    assert begun.status == 0, begun.errors
    assert AUTHORITY_FILE in begun.output
    with hub_running(device) as hub:
        with hub.client(trusts=False) as stranger, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY"):
            stranger.get("/")
        with hub.client() as tablet:
            assert tablet.get("/").headers["location"] == FORM
            assert upgrade(hub, "") == b"HTTP/1.1 403 Forbidden"
            code = run("hub", "browser-code", "--name", "iPad", "--data-dir", device, "--json").json["code"]
            assert tablet.post(FORM, data={"code": code}).status_code == 303
            page = tablet.get("/")
            assert (page.status_code, "flutter" in page.text.lower()) == (200, True)
            cookie = f"{COOKIE}={tablet.cookies[COOKIE]}"
            assert upgrade(hub, cookie) == b"HTTP/1.1 101 Switching Protocols"
            (known,) = run("hub", "browsers", "--data-dir", device, "--json").json
            assert known["name"] == "iPad"
            assert run("hub", "forget-browser", known["id"], "--data-dir", device).status == 0
            assert upgrade(hub, cookie) == b"HTTP/1.1 403 Forbidden"
        other: dict[str, Any] = {"headers": {"host": "hub.example"}, "trust_env": False}
        assert httpx.get(f"{hub.own}/", **other).status_code == 400


def test_a_hub_without_pins_answers_no_tablet_and_says_why(tmp_path: Path) -> None:
    secrets = KeyFile(tmp_path / "keys.json")
    begin_local_authority(read_settings(tmp_path), secrets, LOOPBACK, at=utc_now)
    remember(tmp_path, hub_host=LOOPBACK)
    with pytest.raises(TabletsUnanswered, match=r"hub\.tablets_need_pins"):
        tablet_server(read_settings(tmp_path), secrets, app, texts={}, now=utc_now)


def test_a_certificate_for_another_host_is_refused_at_once(tmp_path: Path, authority: Authority) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    pem = issue(authority, "hub.toko.example", at=utc_now())
    parts = pem.partition(b"-----BEGIN CERTIFICATE-----")
    key.write_bytes(parts[0])
    chain.write_bytes(parts[1] + parts[2])
    words = ("hub", "init", "--certificate", chain, "--key", key, "--data-dir", tmp_path / "hub")
    keys = ("--host", "hub.other.example")
    remember(tmp_path / "hub", key_file=str(tmp_path / "keys.json"))
    assert run(*words, *keys).status == 1
    first = run(*words, "--host", "hub.toko.example")
    assert (first.status, "Start the hub again" in first.output) == (0, True)
    assert "nothing needs to be started anew" in run(*words, "--host", "hub.toko.example").output
    assert run("hub", "init", "--host", "not a host", "--data-dir", tmp_path / "hub").status == 2
