"""Bounds every request body before anything reads it: 8 MiB, packed or not, so that no gzip bomb is ever unpacked.

Of a signed request it keeps the digest of the body as it was sent, which nobody after it sees.

A pure ASGI middleware: it reads the body whole (bounded), unpacks gzip, and hands the plain body on. A body that is
refused by its headers is not read at all.
"""

import hashlib
import re
from collections.abc import MutableMapping, Sequence
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.central_api.problems import problem_response
from sync.protocol.signing import CONTENT_DIGEST, body_sha256
from sync.protocol.unpacking import BodyRefused, Unpacker
from sync.protocol.wire import MAX_PUSH_BYTES

_STATUSES: Final = {"sync.too_large": 413, "sync.unknown_encoding": 415}
_SHA256: Final = "clienteling.content_sha256"
_EMPTY: Final = body_sha256(b"")
_SIZE: Final = re.compile(rb"[0-9]{1,18}")


def content_sha256(scope: MutableMapping[str, Any]) -> bytes:
    """The digest of a signed request's body as it was sent; of nothing where it has none."""
    found = scope.get(_SHA256, _EMPTY)
    assert isinstance(found, bytes)
    return found


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
        except BodyRefused as refused:
            await problem_response(_STATUSES.get(refused.code, 400), refused.code)(scope, receive, send)
            return
        if body is not None:
            await self._application(_plain(scope, len(body)), _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The plain body; None where the sender went away."""
        if _stated_size(_values(scope, b"content-length")) > self._limit_bytes:
            raise BodyRefused("sync.too_large")
        codings = b",".join(_values(scope, b"content-encoding")).decode("latin-1")
        unpacker = Unpacker(codings.strip().lower(), self._limit_bytes)
        sha256 = hashlib.sha256() if _values(scope, CONTENT_DIGEST.encode()) else None
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            piece = message.get("body", b"")
            unpacker.take(piece)
            if sha256 is not None:
                sha256.update(piece)
            if not message.get("more_body", False):
                if sha256 is not None:
                    scope[_SHA256] = sha256.digest()
                return unpacker.whole()


def _values(scope: Scope, wanted: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == wanted]


def _stated_size(values: Sequence[bytes]) -> int:
    """The size the sender states in bytes, 0 where it states none.

    Raises BodyRefused where it is no number or two that differ (RFC 9110 section 8.6).
    """
    if not values:
        return 0
    if len(set(values)) > 1 or not _SIZE.fullmatch(values[0]):
        raise BodyRefused("sync.invalid_encoding")
    return int(values[0])


def _plain(scope: Scope, size_bytes: int) -> dict[str, Any]:
    dropped = {b"content-encoding", b"content-length", b"transfer-encoding"}
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
