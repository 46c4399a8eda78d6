"""The engine inside a running program: what people are told, what wakes it, who may ask it, and how it ends."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.engine_host import (
    NEW_IDENTITY,
    TOLD_FOR,
    Counts,
    EngineHost,
    status_of,
)
from clienteling.engine_requests import ask_running_engine, result_of
from clienteling.store.generation import StoreReplica
from clienteling.store.unpack import ASKING
from clienteling.switchable_api import SwitchableApi
from sync.central_api.access_tables import DEVICE
from sync.central_api.audit import accesses_of
from sync.central_api.devices import add_device
from sync.central_api.tables import SETTING
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.loop import Phase, SyncState
from sync.engine.ports import Replica
from sync.engine.run_once import Progress, SyncResult
from sync.protocol.audit import AuditKind
from sync.protocol.errors import Unreachable
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from sync.protocol.wire import PullRequest
from tests.app.engines import Patient, engine_of
from tests.simulation.known_bugs import WrappedReplicas
from tests.store.full_disk import leave_pages
from tests.support.fakes import FakeClock
from tests.support.serving import serve
from tests.support.shops import Fault, Shops, customer, ref_id
from tests.support.waiting import wait_until

NOW = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)
COUNTS = Counts(waiting=2, needs_attention=1, cached_customers=7)
DONE = SyncResult(pushed=1, changed=2, pages=1, requests=2, new_store=False, new_identity=False)


# What people are told


@pytest.mark.parametrize(
    ("state", "connection"),
    [
        (SyncState(Phase.STARTING), Connection.UNKNOWN),
        (SyncState(Phase.SYNCING), Connection.UNKNOWN),
        (SyncState(Phase.SYNCING, round=1), Connection.ONLINE),
        (SyncState(Phase.SYNCING, unreachable_since=NOW, round=1), Connection.OFFLINE),
        (SyncState(Phase.SYNCING, problem="sync.signed_out", round=1), Connection.REFUSED),
        (SyncState(Phase.IDLE, NOW, round=1), Connection.ONLINE),
        (SyncState(Phase.UNREACHABLE, unreachable_since=NOW, round=1), Connection.OFFLINE),
        (SyncState(Phase.REFUSED, problem="sync.signed_out", round=1), Connection.REFUSED),
    ],
)
def test_every_phase_has_its_word_and_a_run_under_way_does_not_change_it(
    state: SyncState, connection: Connection
) -> None:
    status = status_of(state, COUNTS, pretend_offline=False)
    assert status.connection is connection
    assert (status.waiting, status.needs_attention, status.cached_customers) == (2, 1, 7)
    assert (status.offline_since, status.problem) == (state.unreachable_since, state.problem)


def test_every_phase_is_among_those_tested() -> None:
    assert {status_of(SyncState(phase), COUNTS, pretend_offline=False).connection for phase in Phase} == set(Connection)


@pytest.mark.parametrize(("pages", "syncing"), [(None, False), (1, False), (2, True)])
def test_only_a_long_run_is_shown_as_syncing(pages: int | None, syncing: bool) -> None:
    progress = Progress(pushed=0, changed=0, pages=pages, filling=False) if pages is not None else None
    state = SyncState(Phase.SYNCING, NOW, round=1, progress=progress)
    assert status_of(state, COUNTS, pretend_offline=False).syncing is syncing
    assert status_of(SyncState(Phase.IDLE, NOW, progress=progress), COUNTS, pretend_offline=False).syncing is False


def test_a_finished_run_is_told_to_scripts_as_plain_values() -> None:
    good = result_of(SyncState(Phase.IDLE, NOW, result=DONE))
    assert (good["ok"], good["code"], good["last_synced_at"], good["pushed"]) == (True, None, "2026-11-22T03:42:00Z", 1)
    assert result_of(SyncState(Phase.UNREACHABLE)) == {"ok": False, "code": "sync.unreachable", "last_synced_at": None}
    assert result_of(SyncState(Phase.REFUSED, problem="sync.gap"))["code"] == "sync.gap"


# An engine over a real store and a real server


def threads_of_engines() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "sync-engine"]


def test_it_syncs_at_start_and_tells_how_much_is_here(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        wait_until(lambda: running.status.cached_customers == 2, what="two customers")
        assert (running.status.last_synced_at, running.status.waiting) == (shops.now(), 0)
    assert running.told[-1].connection is Connection.ONLINE
    assert threads_of_engines() == []


def test_a_write_wakes_it_and_is_sent_without_waiting_for_the_next_poll(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        running.write_note(1)
        wait_until(lambda: "/v1/sync/push" in running.device.transport.requests, what="the push")
        wait_until(lambda: running.status.waiting == 0, what="the acknowledgement")
    assert 1 in [status.waiting for status in running.told]


def test_pretending_offline_keeps_what_is_written_and_ending_it_sends_it(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        running.engine.pretend_offline(True)
        running.wait_for(Connection.OFFLINE)
        assert running.status.pretend_offline is True
        before = list(running.device.transport.requests)
        running.write_note(1)
        wait_until(lambda: running.status.waiting == 1, what="the note waiting")
        answer = running.ask()
        assert answer is not None
        assert (answer["ok"], answer["code"]) == (False, "sync.unreachable")
        assert running.device.transport.requests == before
        running.engine.pretend_offline(False)
        wait_until(lambda: running.status.waiting == 0, what="the note sent")
        running.wait_for(Connection.ONLINE)
        assert running.status.pretend_offline is False


def test_a_cut_line_is_told_since_when_and_the_time_stays_while_it_tries(shops: Shops, clock: FakeClock) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        since = clock.advance(timedelta(minutes=1))
        running.device.transport.fault = lambda path: Fault.REQUEST_LOST
        running.engine.wake()
        running.wait_for(Connection.OFFLINE)
        clock.advance(timedelta(minutes=5))
        assert running.ask() is not None
        assert running.status.offline_since == since
        assert Connection.ONLINE not in [status.connection for status in running.told if status.offline_since]


def test_a_token_that_is_revoked_is_refused_and_stays_refused_while_it_tries(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        with shops.database.writing() as connection:
            connection.execute(DEVICE.update().values(revoked_at=shops.now()))
        running.engine.wake()
        running.wait_for(Connection.REFUSED)
        before = len(running.told)
        answer = running.ask()
        assert answer is not None
        assert (answer["ok"], answer["code"]) == (False, "sync.device_revoked")
        assert {status.connection for status in running.told[before:]} <= {Connection.REFUSED}


def test_a_full_disk_is_told_and_what_came_is_taken_once_there_is_room(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        rows = running.device.store._current()
        leave_pages(rows, 0)
        for number in range(20):
            shops.put(customer(f"baru {number}", "BDG"))
        running.engine.wake()
        running.wait_for(Connection.REFUSED)
        assert running.status.problem == "error.disk_full"
        leave_pages(rows, None)
        running.engine.wake()
        wait_until(lambda: running.status.cached_customers == 22, what="the new customers")
        wait_until(lambda: running.status.problem is None, what="the end of the problem")


class FullWhenNew(WrappedReplicas):
    """Whose new stores find the disk full as soon as they are made."""

    def begin_new_store(self) -> Replica:
        replica = super().begin_new_store()
        assert isinstance(replica, StoreReplica)
        leave_pages(replica._database(), 0)
        return replica


def test_a_new_store_that_found_the_disk_full_takes_no_room_any_more(shops: Shops) -> None:
    for number in range(60):
        shops.put(customer(f"baru {number}", "BDG"))
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        running.engine._replicas = FullWhenNew(running.device.store)
        with shops.database.writing() as connection:
            connection.execute(SETTING.update().where(SETTING.c.name == "cursor_key").values(value="00" * 32))
        running.engine.wake()
        running.wait_for(Connection.REFUSED)
        assert running.status.problem == "error.disk_full"
        assert [path.name for path in running.folder.glob("store-*.db")] == ["store-1.db"]
        assert running.status.cached_customers == 62


def test_what_another_device_writes_arrives_by_news_and_not_by_the_next_poll(shops: Shops) -> None:
    with serve(shops.app) as address, engine_of(shops, address=address) as running:
        running.wait_for(Connection.ONLINE)
        wait_until(lambda: running.status.cached_customers == 2, what="two customers")
        shops.put(customer("baru", "BDG"))
        wait_until(lambda: running.status.cached_customers == 3, what="the new customer")
        shops.app.state.news.close()
    assert threads_of_engines() == []


# Requests of other processes


def test_a_request_is_answered_by_a_run_that_begins_after_it(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        shops.put(customer("baru", "BDG"))
        pulls = running.pulls
        answer = running.ask()
        assert answer is not None
        assert (answer["ok"], answer["changed"], running.pulls > pulls) == (True, 1, True)
    assert [path.name for path in running.folder.iterdir() if "sync-re" in path.name] == []


def test_two_who_ask_at_once_both_get_an_answer(shops: Shops) -> None:
    answers: list[dict[str, object] | None] = []
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        asking = [threading.Thread(target=lambda: answers.append(running.ask())) for _ in range(2)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert [answer is not None and answer["ok"] for answer in answers] == [True, True]


def test_a_request_left_before_the_start_is_answered_too(shops: Shops) -> None:
    answers: list[dict[str, object] | None] = []
    folder = shops.folder / "tablet"
    folder.mkdir()
    tries = iter(range(600))
    pause = threading.Event()

    def wait() -> bool:
        pause.wait(0.05)
        return next(tries, None) is not None

    asking = threading.Thread(target=lambda: answers.append(ask_running_engine(folder, wait=wait)))
    asking.start()
    wait_until(lambda: any(folder.glob("*.sync-request")), what="the request")
    with engine_of(shops):
        asking.join()
    assert [answer is not None and answer["ok"] for answer in answers] == [True]


def test_whoever_gives_up_leaves_nothing_and_harms_nothing(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        assert ask_running_engine(running.folder, wait=lambda: False) is None
        answer = running.ask()
        assert answer is not None
        assert answer["ok"] is True
    assert [path.name for path in running.folder.iterdir() if "sync-re" in path.name] == []


def test_a_request_that_is_no_file_costs_its_answer_and_not_the_engine(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        (running.folder / "odd.sync-request").mkdir()
        assert running.ask() is not None
        running.write_note(1)
        wait_until(lambda: running.status.waiting == 0, what="the note sent")


# Its end


def test_stopping_cuts_a_run_and_what_was_written_is_sent_next_time(shops: Shops) -> None:
    reached = threading.Event()

    async def never_done(result: SyncResult) -> None:
        reached.set()
        await asyncio.Event().wait()

    with engine_of(shops, after_sync=never_done) as running:
        assert reached.wait(30)
        running.write_note(1)
    assert threads_of_engines() == []
    assert running.device.store.waiting() == 1
    running.device.store.close()
    with engine_of(shops, token=running.device.token) as again:
        wait_until(lambda: again.status.waiting == 0 and again.pulls > 0, what="the note sent")


def test_after_its_end_waking_and_stopping_it_again_do_nothing(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
    running.engine.wake()
    running.engine.pretend_offline(True)
    running.engine.stop()


def test_a_device_that_became_another_one_tells_people_so_for_a_working_day(shops: Shops, clock: FakeClock) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        assert not running.engine.status.value.notices
    token = add_device(shops.database, "BDG", "registered again", now=shops.now)
    with engine_of(shops, token=token) as running:
        running.wait_for(Connection.ONLINE)
        assert running.engine.status.value.notices == (NEW_IDENTITY,)
        clock.advance(TOLD_FOR)
        running.engine.refresh()
        assert not running.engine.status.value.notices


def test_an_engine_that_breaks_says_so(shops: Shops, caplog: pytest.LogCaptureFixture) -> None:
    """A data directory that vanishes is outside what a run expects: the thread ends, and people are told."""
    device = shops.device("BDG", "tablet", asking=ASKING)

    def no_line() -> HttpxCentralApi:
        raise AttributeError("a defect")

    engine = EngineHost(
        device.store, no_line, data_dir=shops.folder, counts=lambda: COUNTS, initial=SyncState(),
        after_sync=lambda result: asyncio.sleep(0), status=Signal(SyncStatus()), now=shops.now, random=Patient(),
        app_version="test",
    )  # fmt: skip
    engine.start()
    wait_until(lambda: engine.status.value.connection is Connection.REFUSED, what="being told")
    engine.stop()
    assert engine.status.value.problem == "sync.error"
    assert "the engine has stopped" in caplog.text


def test_a_switched_off_line_asks_nothing() -> None:
    api = SwitchableApi(object())  # type: ignore[arg-type]  # nothing may be called on it
    api.offline = True
    request = PullRequest(device_id=rule_id("d"), schema_number=1, cursor=None, settled_n=0, next_n=1)
    with pytest.raises(Unreachable):
        asyncio.run(api.pull(request))


def test_who_looked_is_at_the_server_after_the_next_sync_and_stays_there(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        siti = ref_id(Kind.CUSTOMER, "siti")
        rina = ref_id(Kind.ASSOCIATE, "rina")
        for _ in range(2):
            running.device.store.audit.append(AuditKind.CUSTOMER_OPENED, actor=rina, customer_id=siti, at=shops.now())
            assert running.ask() is not None
        looked = [access.entry for access in accesses_of(shops.database, siti)]
        assert [(one.n, one.actor) for one in looked] == [(1, rina), (2, rina)]
        told = running.device.transport.requests.count("/v1/audit")
        assert running.ask() is not None
        assert running.device.transport.requests.count("/v1/audit") == told, "an idle sync is one request"


def test_a_log_that_cannot_be_sent_holds_no_sync_up_and_goes_with_the_next(shops: Shops) -> None:
    with engine_of(shops) as running:
        running.wait_for(Connection.ONLINE)
        running.device.transport.fault = lambda path: Fault.HTML if path == "/v1/audit" else Fault.NONE
        running.device.store.audit.append(AuditKind.PRINTED, actor=None, at=shops.now())
        answer = running.ask()
        assert answer is not None
        assert answer["ok"], "the sync is whole whatever becomes of the log"
        running.device.transport.fault = lambda path: Fault.NONE
        assert running.ask() is not None
        assert running.device.store.audit.unsent(1) == []
