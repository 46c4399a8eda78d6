"""What every answer tells the browser to refuse: other hosts, guessed types, frames, and telling others where it was.

`POLICY` allows what Flutter's client needs and no more: WebAssembly, a worker made from a blob (drawing has its own
thread), styles that the engine writes into the page, pictures and camera shots handed over as blobs. Isolation from
other origins (the two `cross-origin` policies) is what gives a page the shared memory that such a thread needs.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self' blob: data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class SafeHeaders:
    """An ASGI wrapper that puts `HEADERS` on every HTTP answer, in place of what the app says there.

    may_ask  the one other origin that the page may ask, if there is one
    """

    def __init__(self, app: ASGIApp, *, may_ask: str = "") -> None:
        self._app = app
        asks = "connect-src 'self'"
        policy = POLICY.replace(asks, f"{asks} {may_ask}") if may_ask else POLICY
        self._headers = {**HEADERS, "content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                del headers["access-control-allow-origin"]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
