"""Serves an ASGI application for tests on a loopback port, in a thread, by the real uvicorn."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from uvicorn.config import HTTPProtocolType

START_TIMEOUT_S: Final = 30.0


class _AnnouncingServer(uvicorn.Server):
    """uvicorn, which says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()


@contextmanager
def serve(
    application: Any, *, port: int = 0, http: type[asyncio.Protocol] | HTTPProtocolType = "auto"
) -> Iterator[str]:
    """The address (`http://127.0.0.1:<port>`) at which the application answers inside the block.

    Give the port of an earlier block to let a "restarted" server answer at the same address.
    """
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        application,
        http=http,
        proxy_headers=False,  # as what people start
        log_config=None,  # what uvicorn sets up would outlive this block
        ws="websockets-sansio",
        ws_max_size=16 * 2**20,
        timeout_graceful_shutdown=1,
    )
    server = _AnnouncingServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="served-for-a-test")
    thread.start()
    try:
        if not server.answering.wait(START_TIMEOUT_S):
            raise AssertionError("the application did not start; what it said is in the captured output")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
