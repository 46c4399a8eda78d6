"""Two browsers at one hub, and the sessions that each began: over real sockets, in Flet's own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import flet as ft
import msgpack
import pytest
from flet.messaging.session import Session
from starlette.types import Receive, Scope, Send
from websockets.sync.client import ClientConnection, connect

from clienteling.hosting import app_of, own_app
from clienteling.hosting.guard import COOKIE, BrowserGuard
from clienteling.hosting.known_browsers import KnownBrowsers
from clienteling.hosting.own_sessions import OwnSessions
from clienteling.settings import assets_dir
from sync.protocol.times import utc_now
from tests.app.test_hosting import TEXTS
from tests.support.serving import serve
from tests.support.waiting import wait_until

REGISTER: Final = 1


@dataclass(slots=True)
class Hub:
    """A hub's app: `url` where tablets are, behind their guard, and `own` where its own machine is."""

    url: str
    own: str
    browsers: KnownBrowsers
    sessions: list[Session]
    """Those that were begun, in order."""

    def let_in(self) -> str:
        """The cookie of another browser."""
        token = self.browsers.take_code(self.browsers.new_code(""))
        assert token is not None
        return token


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    sessions: list[Session] = []

    def main(page: ft.Page) -> None:
        sessions.append(page.session)
        page.add(ft.Text("Siti"))

    app = app_of(main, pictures=tmp_path, assets=assets_dir(), texts=TEXTS, label=None, synced=lambda: True)
    browsers = KnownBrowsers(tmp_path, now=utc_now)
    guarded = BrowserGuard(app, browsers, texts=TEXTS, monotonic=lambda: 0.0)
    with serve(_both(guarded, own_app(app))) as url:
        yield Hub(url, url.replace("127.0.0.1", "localhost"), browsers, sessions)


def _both(guarded: Any, own: Any) -> Any:
    """One server, which two names lead to: Flet's sessions live in one event loop."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        host = dict(scope.get("headers", ())).get(b"host", b"")
        await (own if host.startswith(b"localhost") else guarded)(scope, receive, send)

    return app


@contextmanager
def opened(url: str, cookie: str) -> Iterator[ClientConnection]:
    headers = {"cookie": f"{COOKIE}={cookie}"} if cookie else {}
    with connect(url.replace("http", "ws") + "/ws", additional_headers=headers, proxy=None) as connection:
        yield connection


def begin(connection: ClientConnection, packet: bytes) -> str:
    """The session that the hub answers a registration with, once its screen is there too: before, Flet must not lose
    its socket."""
    connection.send(packet)
    session_id, screen = "", ""
    while not session_id or "Siti" not in screen:
        answer = connection.recv(timeout=20)
        assert isinstance(answer, bytes)
        action, body = msgpack.unpackb(answer[1:], strict_map_key=False)
        screen += repr(body)
        if action == REGISTER:
            session_id = str(body["session_id"])
    return session_id


def register(session_id: Any) -> bytes:
    return b"\x00" + bytes(
        msgpack.packb([REGISTER, {"session_id": session_id, "page_name": "", "page": {"route": "/"}}])
    )


def session_of(hub: Hub, cookie: str, asked: Any = None, *, url: str = "") -> str:
    """The session that a browser gets which asks for one; it has no socket any longer."""
    with opened(url or hub.url, cookie) as connection:
        given = begin(connection, register(asked))
    wait_until(lambda: all(one.connection is None for one in hub.sessions), what="the socket's end")
    return given


def test_a_browser_goes_on_with_the_session_that_it_began(hub: Hub) -> None:
    cookie = hub.let_in()
    first = session_of(hub, cookie)
    assert session_of(hub, cookie, first) == first
    assert [one.id for one in hub.sessions] == [first]


def test_a_browser_that_knows_anothers_session_begins_one_of_its_own(hub: Hub) -> None:
    mine, other = hub.let_in(), hub.let_in()
    first = session_of(hub, mine)
    assert session_of(hub, other, first) != first
    assert session_of(hub, mine, first) == first, "and its own goes on"
    assert len(hub.sessions) == 2


def test_the_hubs_own_machine_and_its_tablets_do_not_share_sessions(hub: Hub) -> None:
    cookie = hub.let_in()
    tablets, machines = session_of(hub, cookie), session_of(hub, "", url=hub.own)
    assert session_of(hub, cookie, machines) != machines
    assert session_of(hub, "", tablets, url=hub.own) != tablets
    assert session_of(hub, "", machines, url=hub.own) == machines


@pytest.mark.parametrize("spelt", ["text", "extension", "twice", "second registration"])
def test_no_spelling_of_anothers_session_hands_it_over(hub: Hub, spelt: str) -> None:
    mine, other = hub.let_in(), hub.let_in()
    first = session_of(hub, mine)
    packed = msgpack.packb(first)
    whole = register(first)
    packets = {
        "text": whole,
        "extension": whole.replace(packed, msgpack.packb(msgpack.ExtType(4, first.encode()))),
        "twice": whole.replace(
            b"\x83" + msgpack.packb("session_id") + packed,
            b"\x84" + msgpack.packb("session_id") + b"\xc0" + msgpack.packb("session_id") + packed,
        ),
        "second registration": whole,
    }
    with opened(hub.url, other) as connection:
        if spelt == "second registration":
            begin(connection, register(None))
        assert begin(connection, packets[spelt]) != first


@pytest.mark.parametrize("head", [b"\xdc\x00\x02\x01", b"\x92\xcc\x01", b"\x92\xca\x3f\x80\x00\x00", b"\x92\xc3"])
def test_a_registration_whose_head_is_spelt_otherwise_is_not_passed_on(hub: Hub, head: bytes) -> None:
    mine, other = hub.let_in(), hub.let_in()
    first = session_of(hub, mine)
    body = register(first)[3:]
    with opened(hub.url, other) as connection:
        connection.send(b"\x00" + head + body)
        connection.send(b"\x00\x92\x01" + body[:-3])
        assert begin(connection, register(None)) != first
    assert len(hub.sessions) == 2, "what was odd began none either"


def test_sessions_of_long_ago_are_forgotten_and_begun_anew() -> None:
    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        """Never called."""

    remembered = OwnSessions(nothing, most_remembered=2)
    for session_id in ("a", "b", "c"):
        remembered._remember(session_id, "mine")
    asked = [remembered._asking_for_its_own(register(one), "mine") for one in "abc"]
    told = [msgpack.unpackb(packet[1:])[1]["session_id"] for packet in asked if packet is not None]
    assert told == [None, "b", "c"]
