"""Snapshots of scopes, on SQLite and PostgreSQL: what they hold, who may have them, and when they are made anew."""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from clienteling.store.asking_side import NO_ASKING
from clienteling.store.replica import LocalStore
from sync.central_api.app import create_app
from sync.central_api.compaction import KEPT_FOR as TOMBSTONES_KEPT_FOR
from sync.central_api.compaction import compact
from sync.central_api.devices import Registration
from sync.central_api.erasure import erase_customer
from sync.central_api.restoring import new_epoch
from sync.central_api.settings import CentralSettings
from sync.central_api.snapshots import GOES_ON_FOR, KEPT_FOR, Snapshots
from sync.central_api.tables import SCOPE_ROW, SETTING
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.run_once import SyncResult, run_once
from sync.protocol.errors import Unreachable
from sync.protocol.ids import IdMaker, rule_id, uuid7
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from sync.protocol.snapshots import SnapshotReader
from sync.protocol.wire import SnapshotManifest, SnapshotsReply
from tests.central_api.retailer import BANDUNG, MAKASSAR, SITI, Central, Device, InProcess, customer
from tests.support.fakes import FakeClock

HERE = store_scope(BANDUNG)
THERE = store_scope(MAKASSAR)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def central(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Iterator[Central]:
    """A central API of the small retailer that finds every scope big."""
    url: str = request.getfixturevalue(f"{request.param}_retailer_url")
    settings = CentralSettings(url, snapshots_folder=tmp_path / "snapshots", snapshot_min_records=1, migrates=False)
    application = create_app(settings, now=clock)
    with httpx.Client(transport=InProcess(application), base_url="http://central") as http:
        yield Central(application.state.database, application, http, clock, tmp_path)
    application.state.database.close()


def snapshots_of(central: Central, folder: Path | None = None, *, min_records: int = 1) -> Snapshots:
    """As another process over the same database has them."""
    where = folder or central.pictures / "snapshots"
    return Snapshots(central.database, where, min_records=min_records, now=central.clock)


def registration(store_id: str = BANDUNG) -> Registration:
    return Registration(rule_id("registration"), store_id, None)


def offer(tablet: Device) -> dict[str, SnapshotManifest]:
    answer = tablet.post("snapshots")
    assert answer.status_code == 200, answer.text
    return {one.scope: one for one in SnapshotsReply.model_validate_json(answer.content).snapshots}


def fetch(tablet: Device, manifest: SnapshotManifest, **headers: str) -> httpx.Response:
    sent = {
        "authorization": f"Bearer {tablet.token}",
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    return tablet.http.get(f"/v1/sync/snapshots/{manifest.scope}/{manifest.id}", headers=sent)


def names_in(manifest: SnapshotManifest, file: bytes) -> set[tuple[str, str, int]]:
    reader = SnapshotReader(manifest)
    rows = [row for chunk in reader.take(file) for row in reader.open(chunk)]
    reader.finish()
    return {(row.kind, row.id, row.version) for row in rows}


def test_a_snapshot_holds_what_pages_would_bring_and_pull_goes_on_after_it(central: Central) -> None:
    tablet = central.device("BDG")
    tablet.push(tablet.note(rule_id("x"), "about nobody"))
    reply = SnapshotsReply.model_validate_json(tablet.post("snapshots").content)
    paged = central.device("BDG")
    paged.pull()
    for manifest in reply.snapshots:
        live = {
            (kind, record_id, change["version"])
            for (scope, kind, record_id), change in paged.rows.items()
            if scope == manifest.scope and change["state"] == "live"
        }
        assert names_in(manifest, fetch(tablet, manifest).content) == live
        assert manifest.digest.count == len(live)
    central.take(customer("wati", "Wati", home_store_id=BANDUNG))
    tablet.cursor = reply.cursor
    page = tablet.pull_page()
    assert page.last_page
    assert [change.id for change in page.changes if change.kind == Kind.CUSTOMER] == list(tablet.live(Kind.CUSTOMER))
    assert len(tablet.live(Kind.CUSTOMER)) == 1


def first_sync(central: Central, store: LocalStore, application: FastAPI | None = None) -> SyncResult:
    async def sync() -> SyncResult:
        transport = httpx.ASGITransport(application or central.application)
        async with HttpxCentralApi("http://central", central.device("BDG").token, transport=transport) as api:
            return await run_once(store, api)

    return asyncio.run(sync())


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[LocalStore]:
    store = LocalStore(tmp_path / "device", bytes(32), now=clock, new_id=IdMaker(clock), asking=NO_ASKING)
    yield store
    store.close()


def held(store: LocalStore) -> set[tuple[str, str]]:
    with store.reading() as connection:
        return {(kind, name) for kind, name in connection.exec_driver_sql("SELECT kind, id FROM record")}


def test_a_device_loads_what_it_may_have_in_five_requests_and_one_page(central: Central, store: LocalStore) -> None:
    result = first_sync(central, store)
    paged = central.device("BDG")
    paged.pull()
    assert held(store) == {(kind, name) for _, kind, name in paged.rows}
    assert (result.requests, result.pages) == (5, 1)


def test_where_none_can_be_made_a_device_pulls(central: Central, store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_bytes(b"no folder")
    assert first_sync(central, store).requests == 3
    assert len(held(store)) > 3


def test_only_scopes_that_the_device_holds_are_offered_and_sent(central: Central) -> None:
    here, there = central.device("BDG"), central.device("MKS")
    ours, theirs = offer(here), offer(there)
    assert (set(ours), set(theirs)) == ({GLOBAL_SCOPE, HERE}, {GLOBAL_SCOPE, THERE})
    assert fetch(here, ours[HERE]).status_code == 200
    for refused in (
        fetch(here, theirs[THERE]),
        fetch(here, ours[HERE].model_copy(update={"id": theirs[THERE].id})),
        fetch(here, ours[HERE].model_copy(update={"id": "../central"})),
        fetch(here, ours[HERE].model_copy(update={"id": "x"})),
        fetch(here, ours[HERE].model_copy(update={"scope": f"lookup:{here.device_id}"})),
    ):
        assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
    here.token = "0" * 64
    assert fetch(here, ours[HERE]).status_code == 401
    assert here.post("snapshots").status_code == 401


def test_what_lies_on_the_disk_says_nothing_of_anybody_and_is_its_owners(central: Central) -> None:
    manifests = offer(central.device("BDG"))
    files = sorted((central.pictures / "snapshots").iterdir())
    assert len(files) == len(manifests)
    for path in files:
        content = path.read_bytes()
        assert b"Siti" not in content
        assert b"6281234567890" not in content
        assert all(
            bytes.fromhex(one.key) not in content and one.key.encode() not in content for one in manifests.values()
        )
        assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600


def test_each_snapshot_has_a_key_of_its_own(central: Central) -> None:
    manifests = offer(central.device("BDG"))
    assert len({one.key for one in manifests.values()}) == len(manifests)
    assert {scope: one.key for scope, one in offer(central.device("BDG")).items()} == {
        scope: one.key for scope, one in manifests.items()
    }


def test_a_cut_transfer_goes_on_where_it_was(central: Central) -> None:
    tablet = central.device("BDG")
    manifest = offer(tablet)[HERE]
    tag = f'"{manifest.id}"'
    whole = fetch(tablet, manifest)
    assert (whole.headers["etag"], len(whole.content)) == (tag, manifest.size_bytes)
    rest = fetch(tablet, manifest, range="bytes=5-", if_range=tag, accept_encoding="gzip")
    assert (rest.status_code, rest.content) == (206, whole.content[5:])
    assert rest.headers["content-range"] == f"bytes 5-{manifest.size_bytes - 1}/{manifest.size_bytes}"
    changed = fetch(tablet, manifest, range="bytes=5-", if_range=f'"{rule_id("other")}"')
    assert (changed.status_code, changed.content) == (200, whole.content)
    for wrong in (f"bytes={manifest.size_bytes}-", "bytes=-5", "bytes=1-2,4-5", "lines=1-", "bytes=5-2", "x" * 5_000):
        refused = fetch(tablet, manifest, range=wrong)
        assert (refused.status_code, refused.json()["code"]) == (416, "sync.invalid_range")


def test_a_snapshot_serves_until_too_much_came_after_it(central: Central) -> None:
    tablet = central.device("BDG")
    few = snapshots_of(central, min_records=3)
    first = offer(tablet)[HERE]
    central.take(customer("wati", "Wati", home_store_id=BANDUNG))
    assert {one.scope: one.id for one in few.offer(registration()).snapshots}[HERE] == first.id
    assert offer(tablet)[HERE].id == first.id, "one row is no more than one"
    central.take(customer("dewi", "Dewi", home_store_id=BANDUNG))
    second = offer(tablet)[HERE]
    assert second.id != first.id
    assert second.digest.count == first.digest.count + 2
    assert fetch(tablet, first).status_code == 200, "a device may be on its way through it"
    central.clock.advance(GOES_ON_FOR + timedelta(seconds=1))
    snapshots_of(central).throw_away()
    assert (fetch(tablet, first).status_code, fetch(tablet, second).status_code) == (404, 200)


def test_a_new_epoch_an_erasure_a_floor_and_age_end_a_snapshot(central: Central) -> None:
    tablet = central.device("BDG")

    seen = {offer(tablet)[HERE].id}

    def is_new() -> bool:
        before = len(seen)
        seen.add(offer(tablet)[HERE].id)
        return len(seen) > before

    assert not is_new()
    new_epoch(central.database, rule_id("restored"))
    assert is_new()
    central.clock.advance(KEPT_FOR + timedelta(seconds=1))
    assert is_new()
    central.take(customer("wati", "Wati", home_store_id=BANDUNG))
    assert not is_new()
    (wati,) = _new_in(central, tablet)
    with central.database.writing() as connection:
        purged = SCOPE_ROW.c.id == wati
        connection.execute(sa.update(SCOPE_ROW).where(purged).values(state="purged", gone_at=central.clock()))
    assert is_new()
    compact(central.database, central.clock() + TOMBSTONES_KEPT_FOR)
    assert not is_new(), "it was made above the floor"


def test_a_restored_database_does_not_offer_what_was_made_of_what_it_lost(central: Central) -> None:
    tablet = central.device("BDG")
    with central.database.reading() as connection:
        backup = [dict(row) for row in connection.execute(sa.select(SETTING)).mappings()]
    made = offer(tablet)[HERE]
    with central.database.writing() as connection:
        connection.execute(sa.delete(SETTING))
        connection.execute(sa.insert(SETTING), backup)
    assert offer(tablet)[HERE].id != made.id


def _new_in(central: Central, tablet: Device) -> set[str]:
    tablet.cursor = SnapshotsReply.model_validate_json(tablet.post("snapshots").content).cursor
    tablet.rows.clear()
    tablet.pull()
    return set(tablet.live(Kind.CUSTOMER))


def test_what_is_left_half_made_and_what_is_stale_goes(central: Central) -> None:
    folder = central.pictures / "snapshots"
    offer(central.device("BDG"))
    half = folder / f"global.{IdMaker(central.clock)()}.part"
    half.write_bytes(b"half")
    assert snapshots_of(central).throw_away() == 0
    assert half.exists(), "another process may be making it"
    new_epoch(central.database, rule_id("restored"))
    central.clock.advance(GOES_ON_FOR + timedelta(seconds=1))
    assert snapshots_of(central).throw_away() == 3
    assert list(folder.iterdir()) == []


def test_several_who_ask_at_once_get_whole_ones_or_are_told_to_wait(central: Central) -> None:
    both = [snapshots_of(central), snapshots_of(central)]
    together = Barrier(4)

    def ask(number: int) -> SnapshotsReply | str:
        together.wait()
        try:
            return both[number % 2].offer(registration())
        except Unreachable as error:
            return str(error)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))
    replies = [one for one in answers if isinstance(one, SnapshotsReply)]
    assert replies
    assert {one for one in answers if isinstance(one, str)} <= {"sync.busy retry_after_s=2"}
    for reply in replies:
        for manifest in reply.snapshots:
            path = both[0].file(registration(), manifest.scope, manifest.id)
            assert path is not None
            assert names_in(manifest, path.read_bytes())


def test_small_scopes_and_a_server_without_a_folder_offer_none(central: Central) -> None:
    assert snapshots_of(central, min_records=2_000).offer(registration()) == SnapshotsReply()
    nowhere = Snapshots(central.database, None, min_records=1, now=central.clock)
    assert (nowhere.offer(registration()), nowhere.throw_away()) == (SnapshotsReply(), 0)
    assert nowhere.file(registration(), HERE, rule_id("x")) is None


def test_snapshots_that_hold_an_erased_customer_go_at_once_and_the_others_stay(central: Central) -> None:
    tablet = central.device("BDG")
    before = offer(tablet)
    folder = central.pictures / "snapshots"
    snapshots_of(central).offer(registration(MAKASSAR))
    in_the_making = folder / f"store-{BANDUNG}.{uuid7(central.clock())}.part"
    in_the_making.write_bytes(b"half")
    erase_customer(central.database, SITI, now=central.clock(), snapshots_folder=folder)
    left = {path.name.partition(".")[0] for path in folder.iterdir()}
    assert left == {"global", f"store-{MAKASSAR}"}
    assert fetch(tablet, before[HERE]).status_code == 404, "who was on the way through it goes on by pages"
    after = offer(tablet)
    assert after[GLOBAL_SCOPE] == before[GLOBAL_SCOPE]
    assert SITI not in {record_id for _, record_id, _ in names_in(after[HERE], fetch(tablet, after[HERE]).content)}


def test_erasing_where_no_snapshot_was_ever_made_is_no_error(central: Central) -> None:
    nowhere = central.pictures / "none"
    assert erase_customer(central.database, SITI, now=central.clock(), snapshots_folder=nowhere).customers == 1
