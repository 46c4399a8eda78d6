"""The network's edge of a snapshot: what is asked for, and what every kind of answer means."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.errors import SignedOut, SnapshotRefused, SyncError, Unreachable, ValidationFailed
from sync.protocol.wire import SCHEMA, ScopeDigest, SnapshotManifest, SnapshotsReply, SnapshotsRequest

ID = "018f0000-0000-7000-8000-00000000000a"
MANIFEST = SnapshotManifest(
    scope="store:018f0000-0000-7000-8000-00000000000b",
    id=ID,
    epoch=ID,
    seq=1,
    size_bytes=10,
    sha256="0" * 64,
    digest=ScopeDigest(total="0", count=0),
    key="0" * 64,
)
OURS = {"content-type": "application/octet-stream", "etag": f'"{ID}"'}
REST = {**OURS, "content-range": "bytes 4-9/10"}
PROBLEM = {"content-type": "application/problem+json"}


class Cut(httpx.AsyncByteStream):
    """Some bytes, then no more line."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"01"
        raise httpx.ReadError("cut")


def transfer(answer: httpx.Response, offset: int, asked: list[httpx.Request] | None = None) -> list[bytes]:
    """What came before the answer's end."""

    def handler(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        return answer

    pieces = []

    async def main() -> None:
        async with HttpxCentralApi("http://central", "token", transport=httpx.MockTransport(handler)) as api:
            async for piece in api.snapshot(MANIFEST, offset):
                pieces.append(piece)

    asyncio.run(main())
    return pieces


def unread(status: int, headers: dict[str, str], content: bytes) -> httpx.Response:
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))


def test_a_transfer_is_asked_for_from_where_the_last_one_ended() -> None:
    asked: list[httpx.Request] = []
    assert b"".join(transfer(unread(200, OURS, b"0123456789"), 0, asked)) == b"0123456789"
    assert b"".join(transfer(unread(206, REST, b"456789"), 4, asked)) == b"456789"
    assert [request.headers.get("range") for request in asked] == [None, "bytes=4-"]
    assert asked[1].headers["if-range"] == f'"{ID}"'
    assert {request.headers["authorization"] for request in asked} == {"Bearer token"}
    assert {request.headers["accept-encoding"] for request in asked} == {"identity"}
    assert asked[0].url.path == f"/v1/sync/snapshots/{MANIFEST.scope}/{ID}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (unread(200, OURS, b"0123456789"), SnapshotRefused),
        (unread(206, {**REST, "etag": '"other"'}, b"456789"), SnapshotRefused),
        (unread(206, {**REST, "content-range": "bytes 3-9/10"}, b"456789"), SnapshotRefused),
        (unread(206, OURS, b"456789"), SnapshotRefused),
        (unread(404, PROBLEM, b'{"title":"x","status":404,"code":"sync.not_found"}'), SnapshotRefused),
        (unread(401, PROBLEM, b'{"title":"x","status":401,"code":"sync.signed_out"}'), SignedOut),
        (unread(503, PROBLEM, b'{"title":"x","status":503,"code":"sync.busy"}'), Unreachable),
        (unread(404, {"content-type": "text/html"}, b"<html>"), Unreachable),
        (unread(200, {"content-type": "text/html"}, b"<html>Log in to Wi-Fi</html>"), Unreachable),
        (httpx.Response(206, headers=REST, stream=Cut()), Unreachable),
    ],
)
def test_every_answer_has_one_meaning(answer: httpx.Response, expected: type[SyncError]) -> None:
    with pytest.raises(expected):
        transfer(answer, 4)


def test_a_server_that_knows_no_snapshots_says_so() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return unread(404, PROBLEM, b'{"title":"x","status":404,"code":"sync.not_found"}')

    async def ask() -> SnapshotsReply:
        async with HttpxCentralApi("http://central", "token", transport=httpx.MockTransport(handler)) as api:
            return await api.snapshots(SnapshotsRequest(device_id=ID, schema_number=SCHEMA))

    with pytest.raises(ValidationFailed):
        asyncio.run(ask())
