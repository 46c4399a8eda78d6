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


class ShelfBeside:
    """An ASGI app made of two. `make_shelf` is called in a thread at the first request for it: no start waits."""

    def __init__(self, app: ASGIApp, *, make_shelf: Callable[[], ASGIApp], hosts: Collection[str]) -> None:
        """`hosts`: lower case, without port; at them nothing of `app` is answered."""
        self._app = app
        self._make_shelf = make_shelf
        self._hosts = frozenset(hosts)
        self._shelf: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_for_the_shelf(scope):
            shelf = self._shelf or await self._made()
            await shelf(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_for_the_shelf(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host", "").rpartition("@")[2].partition(":")[0].lower().removesuffix(".")
        return host in self._hosts or is_shelf_path(scope["path"])

    async def _made(self) -> ASGIApp:
        async with self._making:
            if self._shelf is None:
                self._shelf = await asyncio.to_thread(self._make_shelf)
            return self._shelf
