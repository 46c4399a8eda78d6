"""The first pull into an empty store: what search needs is made once, at its end, or where it was cut."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clienteling.store.generation import Step
from clienteling.store.search import look_up
from clienteling.store.unpack import ASKING
from sync.engine.run_once import run_once
from sync.protocol.errors import Unreachable
from sync.protocol.wire import PullPage, PullRequest
from tests.store.devices import Device, customer
from tests.store.model_server import STORE, ModelServer

NAMES = ("Siti Aminah", "Budi Hartono", "Ani Wijaya")


class CutServer(ModelServer):
    """A page for each customer; not reached any more after `pages`."""

    def __init__(self, pages: int = 100) -> None:
        super().__init__()
        self.page_rows = 1
        self.pages = pages
        for name in NAMES:
            key, body = customer(name)
            self.put(key, {**body, "phone": "+6281200000118"})
            self.join(STORE, key.id)

    async def pull(self, request: PullRequest) -> PullPage:
        if self.pages == 0:
            raise Unreachable
        self.pages -= 1
        return await super().pull(request)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    """A device whose store can be looked up in."""
    made = Device(tmp_path / "device", asking=ASKING)
    yield made
    made.store.close()


def found(device: Device, text: str) -> list[str]:
    with device.store.reading() as connection:
        rows, _ = look_up(connection, text, 10, store_id=None, now=device.clock())
    return sorted(row.name for row in rows)


def is_kept(device: Device) -> bool:
    with device.store.reading() as connection:
        return ASKING.keeps_search(connection)


def test_after_the_first_pull_everybody_is_found(device: Device) -> None:
    device.sync(CutServer())
    assert [found(device, text) for text in ("siti", "hartono", "wij")] == [[name] for name in NAMES]
    assert found(device, "081200000118") == sorted(NAMES)


def test_between_the_pages_of_a_first_pull_search_is_not_kept_up(device: Device) -> None:
    server = CutServer()
    device.pull_page(server)
    assert not is_kept(device)
    device.pull_page(server)
    device.pull_page(server)
    assert is_kept(device)


def test_where_the_first_pull_was_cut_those_who_have_come_are_found_without_a_network(device: Device) -> None:
    server = CutServer(pages=2)
    with suppress(Unreachable):
        device.sync(server)
    with suppress(Unreachable):
        device.sync(server)
    assert len([name for name in NAMES if found(device, name) == [name]]) == 2
    server.pages = 100
    device.sync(server)
    assert [found(device, name) for name in NAMES] == [[name] for name in NAMES]


@pytest.mark.parametrize("step", [Step.PAGE_KEPT, Step.MADE_SEARCHABLE])
def test_a_power_cut_in_the_first_pull_leaves_nobody_unfound(device: Device, step: Step) -> None:
    server = CutServer(pages=2)
    if step is Step.MADE_SEARCHABLE:
        with suppress(Unreachable):
            device.sync(server)
    with device.cut(step):
        asyncio.run(run_once(device.store, server))
    server.pages = 100
    device.sync(server)
    assert [found(device, name) for name in NAMES] == [[name] for name in NAMES]


def test_what_is_written_in_the_middle_of_a_first_pull_is_found_after_it(device: Device) -> None:
    server = CutServer()
    device.pull_page(server)
    ((first, _),) = device.bodies().items()
    device.contact(first.id, "email", None, "baru@example.com")
    device.pull_page(server)
    device.pull_page(server)
    assert len(found(device, "baru@example.com")) == 1


def test_a_pull_into_a_store_that_has_rows_keeps_search_up_page_by_page(device: Device) -> None:
    device.sync(CutServer())
    server = CutServer()
    for _ in NAMES:
        device.pull_page(server)
        assert is_kept(device)
