"""The web server of one device and, where a person wants no browser, Flet's own window on it."""

import logging
import socket
import threading
from collections.abc import Callable
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
    """Serves on this machine only until the process is told to stop; `when_ready` is called once it answers."""

    def __init__(self, app: ASGIApp, *, port: int, when_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=LOOPBACK,
                port=port,
                access_log=False,
                log_config=None,
                ws_max_size=MAX_MESSAGE_BYTES,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()


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
