"""Phones on a store's guest Wi-Fi: its DNS leads one name to the hub, and what they trust is up to the test."""

import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import httpx
from starlette.types import ASGIApp

from clienteling.hosting import Server
from clienteling.hosting.guests import GuestServer
from clienteling.loopback import LOOPBACK, free_ports
from tests.support.certificates import HOST

START_TIMEOUT_S: Final = 30.0


class LedHere(httpx.BaseTransport):
    """The network of a guest Wi-Fi: every name leads to this machine, 443 and 80 to these ports. The TLS is real, and
    checks the name that was asked for."""

    def __init__(self, port: int, *, http_port: int = 0, trusting: ssl.SSLContext | None = None) -> None:
        self._ports = {"https": port, "http": http_port}
        self._inner = httpx.HTTPTransport(verify=trusting or ssl.create_default_context(), trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(host=LOOPBACK, port=self._ports[request.url.scheme])
        extensions = {**request.extensions, "sni_hostname": request.url.host}
        led = httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)
        return self._inner.handle_request(led)

    def close(self) -> None:
        self._inner.close()


@contextmanager
def phone(
    port: int, trusting: ssl.SSLContext | None, *, http_port: int = 0, host: str = HOST
) -> Iterator[httpx.Client]:
    """A phone's browser: cookies, no redirects followed."""
    transport = LedHere(port, http_port=http_port, trusting=trusting)
    headers = {"accept-language": "id-ID", "user-agent": "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0 Mobile"}
    with httpx.Client(transport=transport, base_url=f"https://{host}", headers=headers, timeout=60) as client:
        yield client


@contextmanager
def serving_guests(app: ASGIApp, open_to_guests: Callable[[], Sequence[GuestServer]]) -> Iterator[str]:
    """The address of the app on this machine, beside which guests are answered inside the block."""
    (port,) = free_ports([0])
    ready = threading.Event()
    opened: list[GuestServer] = []

    def open_them() -> Sequence[GuestServer]:
        opened.extend(open_to_guests())
        ready.set()
        return opened

    server = Server(app, port=port, when_ready=lambda: None, open_to_guests=open_them)
    thread = threading.Thread(target=server.run, name="hub-for-guests")
    thread.start()
    try:
        assert ready.wait(START_TIMEOUT_S), "the hub did not start"
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join()
