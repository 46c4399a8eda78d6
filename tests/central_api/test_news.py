"""Devices that listen are told which of their scopes changed, by whichever process, and nothing else."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from sync.central_api.database import CentralDatabase
from sync.central_api.errors import DatabaseBusy
from sync.central_api.news import News, read_seqs
from sync.client.httpx_api import HttpxCentralApi
from sync.protocol.errors import SignedOut, Unreachable
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from tests.central_api.retailer import BANDUNG, MAKASSAR, Central, customer, record
from tests.support.serving import serve

DAGO = store_scope(BANDUNG)


async def at_once(delay_s: float) -> None:
    await asyncio.sleep(0)


def within_a_minute(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await work()

    asyncio.run(bounded())


def change_bandung(central: Central, name: str) -> None:
    central.take(customer("siti", name, home_store_id=BANDUNG))


def test_a_change_by_another_process_is_told_to_those_who_hold_its_scope_and_to_nobody_else(central: Central) -> None:
    async def work() -> None:
        with CentralDatabase(central.database.url.render_as_string(hide_password=False)) as other:
            news = News(partial(read_seqs, other), sleep=at_once)
            here, elsewhere = news.listen([GLOBAL_SCOPE, DAGO]), news.listen([store_scope(MAKASSAR)])
            assert await anext(here) == await anext(elsewhere) == frozenset()
            await asyncio.to_thread(change_bandung, central, "Siti Rahmawati")
            assert await anext(here) == {DAGO}
            await asyncio.to_thread(central.take, record(Kind.PRODUCT, "shirt", name="Kemeja"))
            assert await anext(here) == {GLOBAL_SCOPE}
            await asyncio.to_thread(central.take, customer("budi", "Budi S", home_store_id=MAKASSAR))
            assert await anext(elsewhere) == {store_scope(MAKASSAR)}
            for stream in (here, elsewhere):
                await stream.aclose()

    within_a_minute(work)


class Looks:
    """The pause between two looks, ended by the test: one look after the other."""

    def __init__(self) -> None:
        self._over = asyncio.Event()
        self._next = asyncio.Event()

    async def sleep(self, delay_s: float) -> None:
        self._over.set()
        await self._next.wait()
        self._next.clear()

    async def one(self) -> None:
        """Nothing, once one more look is over."""
        self._over.clear()
        self._next.set()
        await self._over.wait()


def test_what_changes_while_nobody_asks_is_told_once(central: Central) -> None:
    async def work() -> None:
        looks = Looks()
        news = News(partial(read_seqs, central.database), sleep=looks.sleep)
        async with aclosing(news.listen([DAGO])) as told:
            await anext(told)
            for name in ("Siti A", "Siti B"):
                await asyncio.to_thread(change_bandung, central, name)
                await looks.one()
            assert await anext(told) == {DAGO}
            following = asyncio.ensure_future(anext(told))
            await looks.one()
            assert not following.done()
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    within_a_minute(work)


def test_who_listens_is_told_in_the_order_in_which_they_came() -> None:
    told: list[int] = []
    seqs = {DAGO: 1}
    looks = Looks()

    async def hear(news: News, number: int) -> None:
        async with aclosing(news.listen([DAGO])) as stream:
            await anext(stream)
            await anext(stream)
            told.append(number)

    async def work() -> None:
        news = News(lambda: dict(seqs), sleep=looks.sleep)
        hearing = [asyncio.create_task(hear(news, number)) for number in range(20)]
        await looks.one()
        seqs[DAGO] += 1
        await looks.one()
        await asyncio.gather(*hearing)

    within_a_minute(work)
    assert told == list(range(20))


def test_a_look_that_the_database_refuses_costs_nobody_the_next() -> None:
    answers: list[Mapping[str, int] | Exception] = [{DAGO: 1}, OperationalError("select", {}, Exception()), {DAGO: 2}]

    def read() -> Mapping[str, int]:
        answer = answers[0] if len(answers) == 1 else answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def work() -> None:
        async with aclosing(News(read, sleep=at_once).listen([DAGO])) as news:
            assert await anext(news) == frozenset()
            assert await anext(news) == {DAGO}

    within_a_minute(work)


def test_more_than_a_process_can_serve_are_asked_to_come_back() -> None:
    async def work() -> None:
        news = News(dict, sleep=at_once, most=1)
        news.refuse_crowd()
        async with aclosing(news.listen([DAGO])) as one:
            await anext(one)
            with pytest.raises(DatabaseBusy):
                news.refuse_crowd()
        news.refuse_crowd()

    within_a_minute(work)


def test_nobody_looks_while_nobody_listens() -> None:
    looks: list[int] = []

    def read() -> Mapping[str, int]:
        looks.append(1)
        return {}

    async def work() -> None:
        news = News(read, sleep=at_once)
        async with aclosing(news.listen([DAGO])) as one:
            await anext(one)
        await asyncio.sleep(0)
        before = len(looks)
        await asyncio.to_thread(int)
        assert len(looks) - before <= 1  # the look that was under way

    within_a_minute(work)


def test_over_the_wire_only_scopes_are_told_and_the_servers_end_ends_it(central: Central) -> None:
    told: list[str | None] = []
    token = central.device().token

    async def work(address: str) -> None:
        async with HttpxCentralApi(address, token) as api, aclosing(api.listen()) as news:
            told.append(await anext(news))
            await asyncio.to_thread(change_bandung, central, "Siti Rahmawati")
            told.append(await anext(news))
            central.application.state.news.close()
            assert [scope async for scope in news] == []

    with serve(central.application) as address:
        within_a_minute(partial(work, address))
    assert told == [None, DAGO]


def test_a_stranger_hears_nothing(central: Central) -> None:
    async def listen(address: str, token: str) -> None:
        async with HttpxCentralApi(address, token) as api:
            await anext(api.listen())

    with serve(central.application) as address:
        with pytest.raises(SignedOut):
            within_a_minute(partial(listen, address, "not a token"))
        assert httpx.get(f"{address}/v1/sync/events").status_code == 401


def test_what_is_no_stream_of_events_is_not_our_server() -> None:
    def captive_portal(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/html"}, text="<p>Wi-Fi</p>")

    async def work() -> None:
        async with HttpxCentralApi("http://central", "token", transport=httpx.MockTransport(captive_portal)) as api:
            with pytest.raises(Unreachable):
                await anext(api.listen())

    within_a_minute(work)


def test_a_stream_whose_line_never_ends_is_not_our_server() -> None:
    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            yield b"data: " * 100

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=endless())

    async def work() -> None:
        async with HttpxCentralApi("http://central", "token", transport=httpx.MockTransport(answer)) as api:
            with pytest.raises(Unreachable):
                await anext(api.listen())

    within_a_minute(work)
