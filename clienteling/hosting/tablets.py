"""Where the store's tablets are answered: the whole app over TLS, behind the guard that knows their browsers."""

import asyncio
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from clienteling.hosting.served_certificate import LOOKED_AT_EVERY_TICKS, ServedCertificate
from clienteling.hosting.server import GRACE_S, MAX_MESSAGE_BYTES
from sync.protocol.times import Clock

MOST_AT_ONCE: Final = 256
"""Requests and sockets: thirty tablets that all load the app."""
RENEWED_EVERY: Final = timedelta(hours=1)
"""So often is looked whether the certificate ends soon."""


class TabletServer(uvicorn.Server):
    """Answers tablets at one socket until `should_exit`.

    renew   puts another certificate in the place of one that ends soon, where it can; blocks, and so runs in a thread
    """

    def __init__(
        self,
        app: ASGIApp,
        listening: socket.socket,
        *,
        certificate: ServedCertificate,
        renew: Callable[[], None],
        now: Clock,
    ) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",  # the app's own server has it
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            ssl_context_factory=lambda config, default: certificate.context,
            ws_max_size=MAX_MESSAGE_BYTES,
            limit_concurrency=MOST_AT_ONCE,
            timeout_graceful_shutdown=GRACE_S,
        )
        super().__init__(config)
        self._listening, self._certificate = listening, certificate
        self._renew, self._now = renew, now
        self._looked_at = now()
        self._renewing: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """The app's server is told to stop, and tells this one."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([self._listening])

    async def on_tick(self, counter: int) -> bool:
        if counter % LOOKED_AT_EVERY_TICKS == 0:
            self._certificate.look_again()
            self._renew_at_times()
        return await super().on_tick(counter)

    def _renew_at_times(self) -> None:
        """Nothing; a clock that was set back makes it no later than one that goes on."""
        is_busy = self._renewing is not None and not self._renewing.done()
        if not is_busy and abs(self._now() - self._looked_at) >= RENEWED_EVERY:
            self._looked_at = self._now()
            self._renewing = asyncio.create_task(asyncio.to_thread(self._renew), name="renewing")
