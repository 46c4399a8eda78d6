"""What a server's pages count is kept in its database, counts once however often told, and is not lost at its end."""

from pathlib import Path
from random import Random

import anyio

from clienteling.central_shelf.beside_api import ApiBesideShelf
from clienteling.central_shelf.desk import keep_counts
from clienteling.domain.shelf_counting import ShelfCounter
from clienteling.shelf.source import ShelfUnavailable
from clienteling.use_cases.tell_counts import tell_counts
from sync.central_api.database import sqlite_url
from sync.central_api.shelf_days import make_shelf_days
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from tests.support.fakes import SEED, FakeClock
from tests.support.shelf_shop import SHIRT_M, small_retailer
from tests.support.shops import Shops, ref_id

BANDUNG = ref_id(Kind.LOCATION, "BDG")
PROGRAM = rule_id("program")


def test_counts_of_pages_and_of_a_hub_come_to_the_stores_day_once_each(tmp_path: Path) -> None:
    clock = FakeClock()
    shops = Shops(tmp_path, sqlite_url(tmp_path / "central.db"), now=clock, random=Random(SEED))
    shops.put(*small_retailer())
    hub = shops.device("BDG", "hub")
    anyio.run(hub.sync)
    pages, tablets = ShelfCounter(clock), ShelfCounter(clock)
    for _ in range(3):
        pages.count(BANDUNG, [SHIRT_M], "scanned", source="phone")
        tablets.count(BANDUNG, [SHIRT_M], "scanned", source="tablet")
        keep_counts(shops.database, pages, program_id=PROGRAM, now=clock)
        assert tell_counts(hub.store, tablets, program_id=rule_id("hub"), now=clock) == 1
        anyio.run(hub.sync)
    keep_counts(shops.database, pages, program_id=PROGRAM, now=clock)
    assert tell_counts(hub.store, tablets, program_id=rule_id("hub"), now=clock) == 0
    make_shelf_days(shops.database, clock())
    anyio.run(hub.sync)
    (day,) = hub.records(Kind.SHELF_DAY).values()
    assert day["labels"] == {SHIRT_M: {"phone": {"scanned": 3}, "tablet": {"scanned": 3}}}
    assert hub.store.attention() == ()
    assert hub.records(Kind.SCAN_TALLY) == {}
    shops.close()


def test_a_server_that_ends_keeps_what_it_counted_last_and_ends_where_it_cannot() -> None:
    kept: list[str] = []

    def cannot() -> None:
        kept.append("tried")
        raise ShelfUnavailable

    async def nobody(scope: object, receive: object, send: object) -> None: ...

    ApiBesideShelf(nobody, nobody, keep_counts=lambda: kept.append("kept")).end()
    ApiBesideShelf(nobody, nobody, keep_counts=cannot).end()
    assert kept == ["kept", "tried"]
