"""Where the store's tablets are answered: the whole app over TLS, behind the guard that knows their browsers."""

import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from clienteling.hosting.server import GRACE_S, MAX_MESSAGE_BYTES

MOST_AT_ONCE: Final = 256
"""Requests and sockets: thirty tablets that all load the app."""


class TabletServer(uvicorn.Server):
    """Answers tablets at one socket until `should_exit`. `certificate`: key and chain in one file of PEM.

    Raises OSError where the certificate cannot be used.
    """

    def __init__(self, app: ASGIApp, listening: socket.socket, *, certificate: Path) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",  # the app's own server has it
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            ssl_certfile=str(certificate),
            ws_max_size=MAX_MESSAGE_BYTES,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=GRACE_S,
        )
        config.load()
        if config.ssl is not None:
            config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
        super().__init__(config)
        self._listening = listening

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """The app's server is told to stop, and tells this one."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([self._listening])
