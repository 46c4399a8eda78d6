"""An answer that never ends, or is far larger than our server's ever are, is refused before it fills the memory."""

import asyncio
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.errors import Unreachable
from sync.protocol.wire import MAX_ANSWER_BYTES, SCHEMA, PullPage, PullRequest
from tests.support.serving import serve

REQUEST = PullRequest(device_id="018f0000-0000-7000-8000-000000000001", schema_number=SCHEMA)
MIB = 1024 * 1024
PIECE = b" " * (256 * 1024)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Body = Callable[[], AsyncIterator[bytes]]


class Stranger:
    """What answers in our server's place; `sent_bytes` counts what of its body went out."""

    def __init__(self, body: Body, *, coding: str = "") -> None:
        self._body = body
        self._headers = [(b"content-type", b"application/json")]
        self._headers += [(b"content-encoding", coding.encode())] if coding else []
        self.sent_bytes = 0

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        gone = asyncio.ensure_future(receive())
        async for piece in self._body():
            if gone.done():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            self.sent_bytes += len(piece)
        await gone


async def endless() -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(0)  # what is written to a connection that broke just now waits for nothing
        yield PIECE


async def unfinished() -> AsyncIterator[bytes]:
    yield b'{"epoch":'


def pull_from(stranger: Stranger, *, answer_timeout_s: float = 60.0) -> PullPage:
    async def pull(address: str) -> PullPage:
        async with HttpxCentralApi(address, "token", answer_timeout_s=answer_timeout_s) as api:
            return await api.pull(REQUEST)

    with serve(stranger) as address:
        return asyncio.run(pull(address))


def refused_kind(stranger: Stranger, *, answer_timeout_s: float = 60.0) -> object:
    with pytest.raises(Unreachable) as caught:
        pull_from(stranger, answer_timeout_s=answer_timeout_s)
    assert caught.value.code == "sync.not_our_server"
    return caught.value.fields["kind"]


def test_an_answer_without_end_is_left_once_it_is_too_large() -> None:
    stranger = Stranger(endless)
    assert refused_kind(stranger) == "sync.too_large"
    assert stranger.sent_bytes < 4 * MAX_ANSWER_BYTES


def test_an_answer_that_stays_silent_is_left_after_a_while() -> None:
    assert refused_kind(Stranger(unfinished), answer_timeout_s=0.05) == "no_end"


def test_a_packed_answer_is_unpacked_as_far_as_the_limit_and_no_further() -> None:
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = packer.compress(b" " * (64 * MIB)) + packer.flush()
    assert len(packed) < MIB

    async def bomb() -> AsyncIterator[bytes]:
        yield packed

    tracemalloc.start()
    try:
        assert refused_kind(Stranger(bomb, coding="gzip")) == "sync.too_large"
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 3 * MAX_ANSWER_BYTES


@pytest.mark.parametrize(("coding", "kind"), [("gzip", "sync.invalid_encoding"), ("br", "sync.unknown_encoding")])
def test_a_packing_that_was_not_asked_for_or_is_none_is_refused(coding: str, kind: str) -> None:
    assert refused_kind(Stranger(unfinished, coding=coding)) == kind
