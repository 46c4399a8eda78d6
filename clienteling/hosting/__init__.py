"""The app as browsers of this machine see it: the web client, product pictures and a health check, in one process.

Flet answers the websocket alone; every file comes from `client`, so that nothing is served which is not named there.
"""

import asyncio
import secrets as random_bytes
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import flet as ft
import flet_web.fastapi as flet_fastapi
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clienteling.catalogue.pictures import TYPES, picture_name
from clienteling.hosting.client import NOWHERE, Elsewhere, WebClient
from clienteling.hosting.control_numbers import number_run_anew, number_session_anew
from clienteling.hosting.headers import SafeHeaders
from clienteling.hosting.own_sessions import OwnSessions
from clienteling.hosting.server import Server, open_window
from clienteling.hosting.shelf_beside import MadeOnce, ShelfBeside
from clienteling.i18n import Translator
from clienteling.loopback import LOOPBACK
from clienteling.pictures import picture_file
from clienteling.scanning.image_decode import MAX_PICTURE_BYTES
from clienteling.ui.browser_language import RememberLanguage

__all__ = [
    "Elsewhere",
    "MadeOnce",
    "Server",
    "app_of",
    "open_window",
    "own_app",
    "picture_address",
    "tablets_app",
]

SESSION_TIMEOUT_S = 900
POLICY_VIOLATION = 1008
RUN_BYTES = 8


def picture_address(picture: str) -> str:
    """Where the app's browser finds a product's picture; "" where there is none."""
    name = picture_name(picture)
    return f"/pictures/{name}" if name else ""


def own_app(
    app: ASGIApp, *, shelf: ASGIApp | None = None, shelf_hosts: Collection[str] = (), stands_in_for: str = ""
) -> ASGIApp:
    """The app for browsers of this machine, who reach it under its own names alone.

    shelf   the customer's pages, answered at their own paths and at `shelf_hosts` whatever the path
    stands_in_for   as in `tablets_app`
    """
    safe = SafeHeaders(TrustedHostMiddleware(app, allowed_hosts=[LOOPBACK, "localhost"]), may_ask=stands_in_for)
    return safe if shelf is None else ShelfBeside(safe, shelf=shelf, hosts=shelf_hosts)


def tablets_app(app: ASGIApp, *, host: str, stands_in_for: str = "") -> ASGIApp:
    """The app for tablets, who reach it under the hub's name alone. A guard stands before it.

    stands_in_for  the address that the page of a stand-in may ask whether the hub answers again
    """
    return SafeHeaders(TrustedHostMiddleware(app, allowed_hosts=[host]), may_ask=stands_in_for)


def app_of(
    main: Callable[[ft.Page], None],
    *,
    pictures: Path,
    assets: Path,
    texts: Mapping[str, Translator],
    label: Path | None,
    synced: Callable[[], bool],
    elsewhere: Elsewhere = NOWHERE,
) -> ASGIApp:
    """The ASGI app: `/healthz`, `/pictures/<name>`, `/fonts/<name>`, `/label.png` in the demo, and the app at `/`.

    assets  the program's own; of it, `client` and the fonts are served and nothing else
    texts   by language, for what the page says without the app
    synced  whether a sync has ever ended well, told by the health check
    elsewhere  where the page leads while this hub is gone, or back from here
    """
    number_run_anew()
    app: FastAPI = flet_fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    run = random_bytes.token_hex(RUN_BYTES)  # pages tell by it that their session ended with an earlier process

    def show(page: ft.Page) -> None:
        page.on_disconnect = lambda _: number_session_anew(page)
        main(page)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "synced": synced(), "run": run}, headers={"cache-control": "no-store"})

    async def picture(request: Request) -> Response:
        path = picture_file(pictures, request.path_params["name"])
        if path is None:
            return Response(status_code=404)
        return FileResponse(path, media_type=TYPES[path.suffix.lower()], headers={"cache-control": "max-age=86400"})

    async def font(request: Request) -> Response:
        path = assets / "fonts" / request.path_params["name"]
        if path.suffix != ".ttf" or not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type="font/ttf", headers={"cache-control": "max-age=86400"})

    async def shelf_label(request: Request) -> Response:
        return FileResponse(label, media_type="image/png") if label is not None else Response(status_code=404)

    app.add_route("/healthz", health)
    app.add_route("/pictures/{name}", picture)
    app.add_route("/fonts/{name}", font)
    app.add_route("/label.png", shelf_label)
    flet_app = flet_fastapi.app(show, no_cdn=True, session_timeout_seconds=SESSION_TIMEOUT_S)
    client = WebClient(assets, texts, max_picture_bytes=MAX_PICTURE_BYTES, elsewhere=elsewhere)
    app.mount("/", SocketOrFile(socket=OwnPagesOnly(OwnSessions(RememberLanguage(flet_app))), file=client))
    return app


class SocketOrFile:
    """An ASGI app made of two: one for websockets, one for everything else."""

    def __init__(self, *, socket: ASGIApp, file: ASGIApp) -> None:
        self._socket = socket
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._file(scope, receive, send)
            return
        with suppress(asyncio.CancelledError):  # the server ends, and Flet waits for words to send: no error to log
            await self._socket(scope, receive, send)


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
