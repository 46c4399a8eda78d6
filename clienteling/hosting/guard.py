"""Before the app, for whoever comes over the store's network: a browser that is known, or a form for a code.

Flet's session id is no credential: the app behind this guard hears of nobody who has not shown the cookie, and is told
which browser it is, so that a session goes on at the one that began it (`own_sessions`). A browser that is forgotten is
sent out within seconds, also where its socket is open.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs

from markupsafe import Markup
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clienteling.hosting.known_browsers import KnownBrowsers
from clienteling.hosting.own_sessions import BROWSER
from clienteling.i18n import Translator, choose_locale
from clienteling.shelf.limits import RateLimit

COOKIE: Final = "__Host-clienteling-browser"
FORM: Final = "/browser"
ALIVE: Final = "/alive"
"""Answered to anybody, and to the page of the stand-in: so it learns that the hub is back."""
TRIES_A_MINUTE: Final = 10
"""Wrong codes from one address."""
LOOKED_AT_EVERY_S: Final = 5.0
POLICY_VIOLATION: Final = 1008
_MOST_TYPED: Final = 1_000
_YEAR_S: Final = 365 * 24 * 3600
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=31536000",
}
_PAGE: Final = Markup(
    "<!doctype html><html lang='{lang}'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    "<title>{title}</title><style>body{{font:18px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0"
    " 1.5rem;color:#1f2328;background:#f8f7f3}}h1{{font-size:1.4rem}}input,button{{font:inherit;width:100%;"
    "min-height:3.2rem;box-sizing:border-box;border-radius:.7rem;margin-top:.8rem}}input{{border:1px solid #77736a;"
    "padding:0 1rem;text-transform:uppercase;letter-spacing:.12em}}button{{border:0;background:#2a4a8c;color:#fff}}"
    ".problem{{color:#a52a1c}}@media(prefers-color-scheme:dark){{body{{color:#e8e6e1;background:#1b1c1f}}input{{"
    "background:#26272b;color:inherit}}.problem{{color:#ff9c8f}}}}</style>"
    "<h1>{title}</h1><p>{words}</p><p class='problem' role='alert'>{problem}</p>"
    "<form method='post' action='{form}'><label>{label}<input name='code' required autofocus autocomplete='off'"
    " autocapitalize='characters' spellcheck='false' maxlength='40'></label><button>{button}</button></form></html>"
)


class BrowserGuard:
    """An ASGI app that lets known browsers through to another one.

    texts     what the form says, by language
    stand_in  the address whose page may ask whether this hub answers
    """

    def __init__(
        self,
        app: ASGIApp,
        browsers: KnownBrowsers,
        *,
        texts: Mapping[str, Translator],
        monotonic: Callable[[], float],
        stand_in: str = "",
        looked_at_every_s: float = LOOKED_AT_EVERY_S,
    ) -> None:
        self._app, self._browsers, self._texts = app, browsers, texts
        self._tries = RateLimit(TRIES_A_MINUTE, monotonic=monotonic)
        self._looked_at_every_s = looked_at_every_s
        asked_by = {"access-control-allow-origin": stand_in, "vary": "origin"} if stand_in else {}
        self._alive = Response(status_code=204, headers={**_HEADERS, **asked_by})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _token(scope)
        if scope["type"] == "websocket":
            if await self._knows(token):
                told = {**scope, BROWSER: hashlib.sha256(token.encode()).hexdigest()}
                await self._watched(token, told, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        elif scope["type"] == "http":
            if scope["path"] == ALIVE:
                await self._alive(scope, receive, send)
            elif scope["path"] == FORM:
                await (await self._form(Request(scope, receive), token))(scope, receive, send)
            elif await self._knows(token):
                await self._app(scope, receive, _keeping(token, scope, send))
            else:
                await _turned_away(scope)(scope, receive, send)

    async def _knows(self, token: str) -> bool:
        return bool(token) and await asyncio.to_thread(self._browsers.knows, token)

    async def _watched(self, token: str, scope: Scope, receive: Receive, send: Send) -> None:
        """The app's socket, which ends once the browser is forgotten."""
        forgotten = asyncio.Event()

        async def watch() -> None:
            while True:
                await asyncio.sleep(self._looked_at_every_s)
                if not await self._knows(token):
                    forgotten.set()
                    return

        async def received() -> Message:
            asking, ending = asyncio.ensure_future(receive()), asyncio.ensure_future(forgotten.wait())
            await asyncio.wait((asking, ending), return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            if asking.done() and not forgotten.is_set():
                return asking.result()
            asking.cancel()
            with suppress(RuntimeError):  # the app has closed it meanwhile
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}

        watching = asyncio.create_task(watch())
        try:
            await self._app(scope, received, send)
        finally:
            watching.cancel()

    async def _form(self, request: Request, token: str) -> Response:
        words = self._texts[choose_locale(request.headers.get("accept-language", ""))]
        if request.method == "GET":
            return RedirectResponse("/", 303) if await self._knows(token) else _page(words)
        if request.method != "POST":
            return Response(status_code=405, headers={"allow": "GET, POST"})
        address = request.client.host if request.client is not None else ""
        wait_s = self._tries.wait_s(address)
        if wait_s:
            problem = words.text("hub.browser_wait", count=wait_s)
            return _page(words, problem=problem, status=429, headers={"retry-after": str(wait_s)})
        new = await asyncio.to_thread(self._browsers.take_code, await _typed(request))
        if new is None:
            return _page(words, problem=words.text("hub.browser_wrong_code"), status=422)
        return RedirectResponse("/", 303, headers={**_HEADERS, "set-cookie": _cookie(new)})


def _token(scope: Scope) -> str:
    if scope["type"] not in ("http", "websocket"):
        return ""
    cookies: SimpleCookie = SimpleCookie()
    with suppress(CookieError):
        cookies.load("; ".join(Headers(scope=scope).getlist("cookie")))
    return cookies[COOKIE].value if COOKIE in cookies else ""


def _cookie(token: str) -> str:
    return f"{COOKIE}={token}; Path=/; Max-Age={_YEAR_S}; Secure; HttpOnly; SameSite=Lax"


def _keeping(token: str, scope: Scope, send: Send) -> Send:
    """Sends on; with a page the cookie goes too, so that whoever opens the app once a year needs no other code."""
    if not _wants_page(scope):
        return send

    async def with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", _cookie(token))
        await send(message)

    return with_cookie


async def _typed(request: Request) -> str:
    """The code in the form; "" where it holds none, or far too much."""
    content = b""
    with suppress(ClientDisconnect):
        async for piece in request.stream():
            content += piece
            if len(content) > _MOST_TYPED:
                return ""
    return parse_qs(content.decode("ascii", "replace")).get("code", [""])[0]


def _wants_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _turned_away(scope: Scope) -> Response:
    """A person is led to the form; whatever else asks is refused."""
    if _wants_page(scope):
        return RedirectResponse(FORM, 303, headers=_HEADERS)
    return Response(status_code=403, headers=_HEADERS)


def _page(
    words: Translator, *, problem: str = "", status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    told = {name: words.text(f"hub.browser_{name}") for name in ("title", "words", "label", "button")}
    content = _PAGE.format(lang=words.locale, problem=problem, form=FORM, **told)
    return Response(content, status, headers={**_HEADERS, **(headers or {})}, media_type="text/html; charset=utf-8")
