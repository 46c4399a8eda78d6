"""What the handshake of a browser's websocket tells of it, for the session that it starts.

Flet hands sessions no request headers. A context variable set around the handshake is inherited by the task in which
Flet then runs `main`. Wrap the mounted app: `RememberLanguage(flet_web.fastapi.app(main, ...))`.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

Scope = MutableMapping[str, Any]
AsgiApp = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

browser_language: ContextVar[str] = ContextVar("browser_language", default="")
"""The Accept-Language header of the browser that this task serves; "" outside a browser."""

own_page: ContextVar[bool] = ContextVar("own_page", default=False)
"""Whether the client stands in our own page (`assets/client/hub.js` says so), which keeps drafts in memory only."""


class RememberLanguage:
    """An ASGI wrapper that keeps what each websocket's handshake tells for `build_main`."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope["type"] == "websocket":
            header = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
            browser_language.set(header.decode("latin-1"))
            own_page.set(b"page=1" in scope.get("query_string", b"").split(b"&"))
        await self._app(scope, receive, send)
