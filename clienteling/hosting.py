"""The app as browsers of this machine see it: Flet's web client, product pictures and a health check, in one process.

Only fonts are handed to Flet as assets: whatever lies in an assets folder is served to anyone who asks.
"""

import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import flet as ft
import flet_web.fastapi as flet_fastapi
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from clienteling.loopback import LOOPBACK
from clienteling.pictures import TYPES, picture_file, picture_name
from clienteling.ui.browser_language import RememberLanguage

SESSION_TIMEOUT_S = 900
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
POLICY_VIOLATION = 1008
GRACE_S = 2

log = logging.getLogger(__name__)


def picture_address(picture: str) -> str:
    """Where the app's browser finds a product's picture; "" where there is none."""
    name = picture_name(picture)
    return f"/pictures/{name}" if name else ""


def web_app(
    main: Callable[[ft.Page], None], *, pictures: Path, fonts: Path, label: Path | None, synced: Callable[[], bool]
) -> FastAPI:
    """The ASGI app: `/healthz`, `/pictures/<name>`, `/label.png` where the demo has one, and the app at `/`.

    `synced`: whether a sync has ever ended well, told by the health check.
    """
    app: FastAPI = flet_fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "synced": synced()})

    async def picture(request: Request) -> Response:
        path = picture_file(pictures, request.path_params["name"])
        if path is None:
            return Response(status_code=404)
        return FileResponse(path, media_type=TYPES[path.suffix.lower()], headers={"cache-control": "max-age=86400"})

    async def shelf_label(request: Request) -> Response:
        return FileResponse(label, media_type="image/png") if label is not None else Response(status_code=404)

    app.add_route("/healthz", health)
    app.add_route("/pictures/{name}", picture)
    app.add_route("/label.png", shelf_label)
    app.mount("/fonts", StaticFiles(directory=fonts))
    flet_app = flet_fastapi.app(
        main,
        no_cdn=True,
        app_name="Clienteling",
        app_short_name="Clienteling",
        session_timeout_seconds=SESSION_TIMEOUT_S,
    )
    app.mount("/", OwnPagesOnly(RememberLanguage(flet_app)))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])
    return app


class OwnPagesOnly:
    """An ASGI wrapper that refuses websockets opened by pages that are not ours.

    Browsers let any page open a websocket to this machine and only tell who asks; Flet itself does not look. Together
    with the check of the Host header it keeps other sites, and names that lead here, away from customers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                await receive()
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})
                return
        await self._app(scope, receive, send)


class Server(uvicorn.Server):
    """Serves on this machine only until the process is told to stop; `when_ready` is called once it answers."""

    def __init__(self, app: FastAPI, *, port: int, when_ready: Callable[[], None]) -> None:
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
