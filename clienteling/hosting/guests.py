"""Where phones on the store's guest Wi-Fi are answered: the customer's page over TLS, and nothing else.

In the app's process and event loop, since page and app share one store; therefore what a guest can take of either is
bounded, whatever they send: `GuestLimits` connections, each for a while, and heads of requests of `MAX_HEAD_BYTES`.
Whoever comes when all are taken waits in the system's queue. A guest who means it can keep other guests waiting, and
never the app.
"""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from errno import EADDRINUSE, EADDRNOTAVAIL
from typing import Final

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from clienteling.domain.errors import ClientelingError
from clienteling.hosting.served_certificate import LOOKED_AT_EVERY_TICKS, ServedCertificate
from clienteling.shelf.limits import RateLimit

HTTPS_PORT: Final = 443
MAX_HEAD_BYTES: Final = 16_384
GRACE_S: Final = 2
BACKLOG: Final = 128
_ACCEPT_AGAIN_S: Final = 1.0

log = logging.getLogger(__name__)
_of_errors = logging.getLogger(f"{__name__}.http")
_of_errors.setLevel(logging.ERROR)  # no guest fills the log with what uvicorn warns of: what they sent is no HTTP


class GuestsUnanswered(ClientelingError):
    """Guests cannot be answered at a port; the hub runs on without.

    Codes: hub.shelf_port_forbidden, hub.shelf_port_taken (field `port`), hub.shelf_no_address (`address`),
    hub.shelf_not_listening (`port`, `kind`).
    """

    code = "hub.shelf_not_listening"


@dataclass(frozen=True, slots=True)
class GuestLimits:
    """`connections` at once, each for `life_s` after a handshake of `handshake_s`, and for `parting_s` to finish an
    answer; `connections_a_minute` from one address, since a handshake costs a millisecond.

    Few enough at once for a process that may have 256 files open, as launchd's do.
    """

    connections: int = 128
    connections_a_minute: int = 1_800
    handshake_s: float = 10.0
    life_s: float = 30.0
    parting_s: float = 10.0

    def for_less(self) -> "GuestLimits":
        """For those who are only led on."""
        return replace(self, connections=self.connections // 4)


def listen(address: str, port: int) -> socket.socket:
    """A socket that listens there. Raises GuestsUnanswered."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    both = address == "::" and socket.has_dualstack_ipv6()
    try:
        listening = socket.create_server((address, port), family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except PermissionError as error:
        raise GuestsUnanswered("hub.shelf_port_forbidden", port=str(port)) from error
    except OSError as error:
        if error.errno == EADDRINUSE:
            raise GuestsUnanswered("hub.shelf_port_taken", port=str(port)) from error
        if error.errno == EADDRNOTAVAIL:
            raise GuestsUnanswered("hub.shelf_no_address", address=address) from error
        raise GuestsUnanswered(port=str(port), kind=type(error).__name__) from error
    listening.setblocking(False)
    return listening


class PageAlone:
    """An ASGI wrapper around the customer's page for those who come without a proxy of ours: none is believed."""

    def __init__(self, page: ASGIApp) -> None:
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        told = [one for one in scope["headers"] if one[0] != b"forwarded" and not one[0].startswith(b"x-forwarded-")]
        await self._page({**scope, "headers": told}, receive, send)


class ToHttps:
    """An ASGI app that leads whoever asks without TLS to the same address with it, at the labels' host."""

    def __init__(self, host: str, port: int) -> None:
        self._base = https_url(host, port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"allow": "GET, HEAD"})
        raw: bytes = scope["raw_path"]
        path = raw.decode("latin-1") if raw.startswith(b"/") else "/"
        query = scope["query_string"].decode("latin-1")
        return Response(
            status_code=308,
            headers={"location": f"{self._base}{path}" + (f"?{query}" if query else ""), "cache-control": "no-store"},
        )


def https_url(host: str, port: int) -> str:
    """`https://toko.example`; the port where it is not the web's own."""
    return f"https://{host}" if port == HTTPS_PORT else f"https://{host}:{port}"


class _GuestProtocol(H11Protocol):
    """One guest's connection. Of uvicorn's two readers of HTTP this is the one with a bound on a request's head."""

    def __init__(self, config: uvicorn.Config, server_state: uvicorn.server.ServerState) -> None:
        super().__init__(config, server_state, app_state={})
        self.logger = _of_errors
        self._gone = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._gone.set()

    async def is_gone_within(self, seconds: float) -> bool:
        """Whether the connection ended by itself."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), seconds)
        return self._gone.is_set()


class GuestServer(uvicorn.Server):
    """Answers guests at one socket until `should_exit`. `certificate`: None for plain HTTP."""

    def __init__(
        self,
        app: ASGIApp,
        listening: socket.socket,
        *,
        certificate: ServedCertificate | None = None,
        limits: GuestLimits = GuestLimits(),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_GuestProtocol,
                ws="none",
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_config=None,
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._listening, self._certificate, self._limits = listening, certificate, limits
        self._rate = RateLimit(limits.connections_a_minute, monotonic=monotonic)
        self._room = asyncio.Semaphore(limits.connections)
        self._accepting: asyncio.Task[None] | None = None
        self._visits: set[asyncio.Task[None]] = set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """The app's server is told to stop, and tells this one."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.servers = []
        self._accepting = asyncio.create_task(self._accept(), name="guests")
        self.started = True

    async def on_tick(self, counter: int) -> bool:
        if self._certificate is not None and counter % LOOKED_AT_EVERY_TICKS == 0:
            self._certificate.look_again()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._accepting is not None:
            self._accepting.cancel()
        await super().shutdown(sockets)
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        self._listening.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._room.acquire()
            try:
                connection, address = await loop.sock_accept(self._listening)
            except OSError as error:  # out of files, or gone before it was taken
                self._room.release()
                log.warning("a guest was not let in", extra={"code": type(error).__name__})
                await asyncio.sleep(_ACCEPT_AGAIN_S)
                continue
            if self._rate.wait_s(str(address[0])):
                connection.close()
                self._room.release()
                continue
            visit = asyncio.create_task(self._visit(connection))
            self._visits.add(visit)
            visit.add_done_callback(self._left)

    def _left(self, visit: asyncio.Task[None]) -> None:
        self._visits.discard(visit)
        self._room.release()

    async def _visit(self, connection: socket.socket) -> None:
        """One connection from its handshake to its end."""
        context = self._certificate.context if self._certificate is not None else None
        if self._certificate is not None and self._certificate.shown is None:
            connection.close()
            return
        guest = _GuestProtocol(self.config, self.server_state)
        transport: asyncio.Transport | None = None
        try:
            transport = await self._greeted(connection, guest, context)
            if not await guest.is_gone_within(self._limits.life_s):
                guest.shutdown()
                await guest.is_gone_within(self._limits.parting_s)
        except OSError:  # no TLS, too slow, or gone
            pass
        finally:
            if transport is not None:
                transport.abort()
            else:
                connection.close()

    async def _greeted(
        self, connection: socket.socket, guest: _GuestProtocol, context: ssl.SSLContext | None
    ) -> asyncio.Transport:
        times = {"ssl_handshake_timeout": self._limits.handshake_s, "ssl_shutdown_timeout": self._limits.parting_s}
        transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
            lambda: guest, connection, ssl=context, **(times if context is not None else {})
        )
        return transport
