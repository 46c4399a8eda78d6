"""The server is restored from a backup that lacks what devices had sent: nothing is lost and nothing comes twice."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from sync.central_api.app import create_app
from sync.central_api.database import CentralDatabase
from sync.central_api.hold_rules import HELD_BRIEFLY
from sync.central_api.holds import end_holds
from sync.central_api.import_records import import_records
from sync.central_api.settings import CentralSettings
from sync.central_api.tables import SYNC_RESULT
from sync.engine.run_once import SyncResult
from sync.protocol.ids import stock_id
from sync.protocol.kinds import Kind
from sync.protocol.times import Clock, to_wire
from tests.support.command_line import run
from tests.support.fakes import FakeClock
from tests.support.postgresql import PostgresqlServer, database_name
from tests.support.shops import SOURCE, Device, Shops, customer, record, ref_id, two_shops

SITI = ref_id(Kind.CUSTOMER, "siti")
RINA = ref_id(Kind.ASSOCIATE, "rina")
AGUS = ref_id(Kind.ASSOCIATE, "agus")

Copy = Callable[[], str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shops_and_copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Shops, Copy]]:
    """Two shops, and what makes a copy of their database as it is and tells its address."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    made = Shops(tmp_path, url, now=FakeClock(), random=Random(7))
    made.put(*two_shops())
    with ExitStack() as copies:

        def copy_sqlite() -> str:
            made.database.close()
            shutil.copyfile(tmp_path / "central.db", tmp_path / "backup.db")
            return f"sqlite:///{tmp_path / 'backup.db'}"

        def copy_postgresql() -> str:
            made.database.close()
            server: PostgresqlServer = request.getfixturevalue("postgresql_server")
            return copies.enter_context(server.database(database_name(url)))

        yield made, copy_sqlite if request.param == "sqlite" else copy_postgresql
        made.close()


def sync(device: Device) -> SyncResult:
    return asyncio.run(device.sync())


def write_note(shops: Shops, device: Device, text: str, actor: str = RINA) -> None:
    store = ref_id(Kind.LOCATION, "BDG" if actor == RINA else "SBY")
    args = {"note_id": shops.new_id(), "customer_id": SITI, "text": text, "store_id": store}
    device.store.write("note.write", 1, {**args, "written_at": "2026-11-22T03:42:00Z"}, actor=actor, at=shops.now())


def texts(device: Device) -> list[str]:
    return sorted(body["text"] for body in device.records(Kind.NOTE).values())


def serve(url: str, *devices: Device, now: Clock | None = None) -> FastAPI:
    """The API over another database, which the devices are connected to from now on."""
    app = create_app(CentralSettings(url, migrates=False), now=now or FakeClock())
    for device in devices:
        device.transport.app = app
    return app


def test_what_a_restored_server_has_lost_goes_up_again_once(shops_and_copy: tuple[Shops, Copy], tmp_path: Path) -> None:
    shops, copy = shops_and_copy
    bandung, surabaya = shops.device("BDG", "a"), shops.device("SBY", "b")
    write_note(shops, bandung, "in the backup")
    sync(bandung)
    sync(surabaya)
    url = copy()
    for text in ("lost 1", "lost 2"):
        write_note(shops, bandung, text)
        sync(bandung)
    write_note(shops, surabaya, "lost 3", AGUS)
    sync(surabaya)
    write_note(shops, bandung, "not yet sent")

    told = run("central", "new-epoch", "--json", "--database-url", url, "--data-dir", tmp_path / "server")
    assert told.json["scopes"] == 3
    app = serve(url, bandung, surabaya)
    restored: CentralDatabase = app.state.database
    others = [customer(f"new{number}", "BDG") for number in range(12)]
    import_records(restored, others, source=SOURCE, now=shops.now)  # its numbers are past every cursor again
    assert [sync(device).new_store for device in (bandung, surabaya, bandung)] == [True, True, False]

    assert texts(bandung) == texts(surabaya) == ["in the backup", "lost 1", "lost 2", "lost 3", "not yet sent"]
    assert len(bandung.records(Kind.CUSTOMER)) == 2 + len(others)
    assert (bandung.store.waiting(), surabaya.store.waiting()) == (0, 0)
    assert {device.store.current().position().epoch for device in (bandung, surabaya)} == {told.json["epoch"]}
    assert sync(bandung).requests == 1
    with restored.reading() as connection:
        assert connection.execute(sa.select(SYNC_RESULT.c.n).order_by(SYNC_RESULT.c.n)).scalars().all() == [
            1,
            1,
            2,
            3,
            4,
        ]
    restored.close()


def test_a_new_epoch_alone_sends_nothing_again(shops_and_copy: tuple[Shops, Copy], tmp_path: Path) -> None:
    shops, copy = shops_and_copy
    bandung = shops.device("BDG", "a")
    write_note(shops, bandung, "kept")
    sync(bandung)
    url = copy()
    said = run("central", "new-epoch", "--database-url", url, "--data-dir", tmp_path / "server")
    assert said.output.startswith("The server has a new epoch.")
    app = serve(url, bandung)
    result = sync(bandung)
    assert (result.pushed, result.new_store, texts(bandung)) == (0, True, ["kept"])
    app.state.database.close()


def test_a_hold_that_ended_before_the_server_was_restored_does_not_begin_again(
    shops_and_copy: tuple[Shops, Copy], tmp_path: Path
) -> None:
    shops, copy = shops_and_copy
    clock = FakeClock()
    level = {"on_hand": 1, "reserved": 0, "as_of": to_wire(clock())}
    store, variant = ref_id(Kind.LOCATION, "BDG"), shops.new_id()
    shops.put(
        record(Kind.STOCK, "BDG/M", id=stock_id(store, variant), store_id=store, variant_id=variant,
               product_id=variant, levels={store: level})
    )  # fmt: skip
    device, url = shops.device("BDG", "a"), copy()
    hold_id = shops.new_id()
    args = {"hold_id": hold_id, "customer_id": SITI, "product_id": variant, "variant_id": variant, "store_id": store}
    device.store.write("hold.request", 1, {**args, "requested_at": to_wire(clock())}, actor=RINA, at=clock())
    sync(device)
    assert device.records(Kind.HOLD)[hold_id]["status"] == "confirmed"

    clock.advance(timedelta(days=5))
    run("central", "new-epoch", "--database-url", url, "--data-dir", tmp_path / "server")
    app = serve(url, device, now=clock)
    sync(device)
    assert device.records(Kind.HOLD)[hold_id]["until"] == to_wire(clock() + HELD_BRIEFLY)
    clock.advance(HELD_BRIEFLY)
    assert end_holds(app.state.database, clock()) == 1
    sync(device)
    assert device.records(Kind.HOLD)[hold_id]["status"] == "expired"
    app.state.database.close()
