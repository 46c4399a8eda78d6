"""The web server of one device and, where a person wants no browser, Flet's own window on it."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from clienteling.loopback import LOOPBACK
from clienteling.scanning.image_decode import MAX_PICTURE_BYTES

GRACE_S: Final = 2
_AROUND_A_PICTURE: Final = 1_000_000
MAX_MESSAGE_BYTES: Final = MAX_PICTURE_BYTES + _AROUND_A_PICTURE
"""A larger message ends the socket, so the page refuses larger pictures before it sends them."""

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Serves on this machine only until the process is told to stop; `when_ready` is called once it answers.

    open_to_guests  gives the servers for others than this machine, once the app answers: none may take its port
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        port: int,
        when_ready: Callable[[], None],
        open_to_guests: Callable[[], Sequence[uvicorn.Server]] = tuple,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=LOOPBACK,
                port=port,
                proxy_headers=False,
                access_log=False,
                log_config=None,
                ws_max_size=MAX_MESSAGE_BYTES,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._when_ready = when_ready
        self._open_to_guests = open_to_guests
        self._for_guests: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()
            for server in self._open_to_guests():
                serving = asyncio.create_task(server.serve(), name="guest-server")
                serving.add_done_callback(_log_failure)
                self._for_guests.append((server, serving))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server, _ in self._for_guests:
            server.should_exit = True
        await super().shutdown(sockets)
        await asyncio.gather(*(serving for _, serving in self._for_guests), return_exceptions=True)


def _log_failure(serving: asyncio.Task[None]) -> None:
    error = None if serving.cancelled() else serving.exception()
    if error is not None:
        log.error("guests are answered no more", exc_info=error, extra={"code": "hub.shelf_not_listening"})


def open_window(url: str, *, closed: Callable[[], None]) -> bool:
    """Whether Flet's own window opened on `url`; its client is fetched at first use. `closed` is called at its end."""
    try:
        from flet_desktop import open_flet_view

        process, _ = open_flet_view(url, None, False)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        log.warning("no window", extra={"code": f"window.{type(error).__name__}"})
        return False

    def wait() -> None:
        process.wait()
        closed()

    threading.Thread(target=wait, name="window", daemon=True).start()
    return True
