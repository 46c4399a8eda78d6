"""An answer that leads elsewhere is followed nowhere: neither token nor body leaves for another address."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.errors import Unreachable
from sync.protocol.wire import SCHEMA, LookUpRequest, PullRequest
from tests.client.test_snapshot_transfer import MANIFEST
from tests.support.answers import unread

ASKING = PullRequest(device_id="018f0000-0000-7000-8000-000000000001", schema_number=SCHEMA)


async def first_of(pieces: AsyncIterator[object]) -> None:
    await anext(pieces)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["http://central.example/v1/sync/pull", "https://elsewhere.example/", "//other/"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda api: api.pull(ASKING),
        lambda api: api.look_up(LookUpRequest(schema_number=SCHEMA, text="+6281234567890")),
        lambda api: first_of(api.snapshot(MANIFEST, 0)),
        lambda api: first_of(api.listen()),
    ],
    ids=["pull", "look-up", "snapshot", "news"],
)
def test_a_redirect_is_no_answer_and_nothing_is_asked_there(
    ask: Callable[[HttpxCentralApi], Awaitable[object]], location: str, status: int
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.copy_with(path="/")))
        return unread(httpx.Response(status, headers={"location": location}))

    async def main() -> None:
        transport = httpx.MockTransport(answer)
        async with HttpxCentralApi("https://central.example", "token", transport=transport) as api:
            await ask(api)

    with pytest.raises(Unreachable) as refused:
        asyncio.run(main())
    assert refused.value.code == "sync.not_our_server"
    assert asked == ["https://central.example/"]
