"""The app as browsers of this machine see it: Flet's web client, product pictures and a health check, in one process.

Only fonts are handed to Flet as assets: whatever lies in an assets folder is served to anyone who asks.
"""

import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import flet as ft
import flet_web.fastapi as flet_fastapi
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from clienteling.pictures import TYPES, picture_file, picture_name
from clienteling.ui.browser_language import RememberLanguage

SESSION_TIMEOUT_S = 900
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
LOOPBACK = "127.0.0.1"
GRACE_S = 2

log = logging.getLogger(__name__)


def address(port: int) -> str:
    """Where browsers of this machine find the app."""
    return f"http://{LOOPBACK}:{port}"


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
    app.mount("/", RememberLanguage(flet_app))
    return app


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
