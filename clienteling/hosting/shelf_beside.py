"""The customer's page beside the app: phones that read a label are answered on the same port, and see nothing else.

The page is for everybody and the app for this machine alone, so that a request is told apart before the app, with its
check of the Host header, sees it: by a path that only labels and their pages have, or by a host that labels are printed
with. The app's places and files have no such path.
"""

import asyncio
from collections.abc import Callable, Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from clienteling.shelf.paths import is_shelf_path


class MadeOnce:
    """An ASGI app that `make` makes in a thread when it is first asked: no start waits for it."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app or await self._made()
        await app(scope, receive, send)

    async def _made(self) -> ASGIApp:
        async with self._making:
            if self._app is None:
                self._app = await asyncio.to_thread(self._make)
            return self._app


class ShelfBeside:
    """An ASGI app made of two."""

    def __init__(self, app: ASGIApp, *, shelf: ASGIApp, hosts: Collection[str]) -> None:
        """`hosts`: lower case, without port; at them nothing of `app` is answered."""
        self._app = app
        self._shelf = shelf
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_for_the_shelf = scope["type"] == "http" and self._is_for_the_shelf(scope)
        await (self._shelf if is_for_the_shelf else self._app)(scope, receive, send)

    def _is_for_the_shelf(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host", "").rpartition("@")[2].partition(":")[0].lower().removesuffix(".")
        return host in self._hosts or is_shelf_path(scope["path"])
