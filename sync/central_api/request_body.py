"""Bounds every request body before anything reads it: 8 MiB, packed or not, so that no gzip bomb is ever unpacked.

A pure ASGI middleware: it reads the body whole (bounded), unpacks gzip, and hands the plain body on.
"""

import zlib
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.central_api.problems import problem_response
from sync.protocol.wire import MAX_PUSH_BYTES


class _Refused(Exception):
    """The body cannot be taken; `status` and `code` say why."""

    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.code = code
        super().__init__(code)


class _Unpacker:
    """Unpacks gzip (or nothing) piece by piece, never past the limit."""

    def __init__(self, encoding: str, limit_bytes: int) -> None:
        if encoding not in {"", "identity", "gzip"}:
            raise _Refused(415, "sync.unknown_encoding")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
        self._limit_bytes = limit_bytes
        self._taken = False
        self.body = bytearray()

    def take(self, piece: bytes) -> None:
        self._taken = self._taken or bool(piece)
        left = self._limit_bytes - len(self.body) + 1
        if self._inflate is not None and piece:
            if self._inflate.eof:
                raise _Refused(400, "sync.invalid_encoding")
            try:
                piece = self._inflate.decompress(piece, left)
            except zlib.error:
                raise _Refused(400, "sync.invalid_encoding") from None
        self.body += piece[:left]
        if len(self.body) > self._limit_bytes:
            raise _Refused(413, "sync.too_large")

    def whole(self) -> bytes:
        if self._inflate is not None and self._taken and (not self._inflate.eof or self._inflate.unused_data):
            raise _Refused(400, "sync.invalid_encoding")
        return bytes(self.body)


class BoundedBody:
    """Passes on requests whose body is at most `limit_bytes`, unpacked; answers the others with a problem document."""

    def __init__(self, application: ASGIApp, *, limit_bytes: int = MAX_PUSH_BYTES) -> None:
        self._application = application
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._application(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
        except _Refused as refused:
            await problem_response(refused.status, refused.code)(scope, receive, send)
            return
        if body is not None:
            await self._application(_plain(scope, len(body)), _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The plain body; None where the sender went away."""
        headers = dict(scope["headers"])
        if int(headers.get(b"content-length", b"0") or b"0") > self._limit_bytes:
            raise _Refused(413, "sync.too_large")
        unpacker = _Unpacker(headers.get(b"content-encoding", b"").decode("latin-1").strip().lower(), self._limit_bytes)
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            unpacker.take(message.get("body", b""))
            if not message.get("more_body", False):
                return unpacker.whole()


def _plain(scope: Scope, size_bytes: int) -> dict[str, Any]:
    dropped = {b"content-encoding", b"content-length"}
    headers = [(name, value) for name, value in scope["headers"] if name not in dropped]
    return {**scope, "headers": [*headers, (b"content-length", str(size_bytes).encode())]}


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
