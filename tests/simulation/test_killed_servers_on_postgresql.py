"""`kill -9` of a server, of PostgreSQL's side of a connection, and of PostgreSQL itself: the device is told that nobody
answers, sends again, and every word counts once.

Two servers work over one database. `build_scripts/torture.py --kill-processes --postgresql` kills at every step.
"""

import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, event

from build_scripts.postgresql_server import MISSING, Cluster, find_binaries, running_cluster
from clienteling.store.replica import LocalStore
from sync.central_api.database import CentralDatabase
from sync.central_api.tables import SETTING
from sync.engine.run_once import run_once
from sync.protocol.errors import Unreachable
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from sync.protocol.mutations import Entry
from tests.simulation.authority import Authority
from tests.simulation.killing import World, processes
from tests.simulation.ledger import Ledger
from tests.simulation.people import write_note
from tests.simulation.processes import DONE, Kill
from tests.simulation.scenes import DEVICE, SCENES, survives
from tests.simulation.stage import Stage
from tests.simulation.steps import STARTING, AtServer, step_of
from tests.simulation.tablet import Line, Tablet
from tests.support.postgresql import PostgresqlServer, libpq_url
from tests.support.shops import ref_id

pytestmark = pytest.mark.postgresql
needs_sigkill = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
SCENE = {scene.name: scene for scene in SCENES}


# Servers killed.


@pytest.fixture
def world(stage_on_postgresql: Stage) -> Iterator[World]:
    with World(stage_on_postgresql, processes()) as made:
        yield made


@needs_sigkill
def test_push_cut_off_at_any_step_is_finished_by_the_other_server(world: World) -> None:
    world.add_device(DEVICE)
    world.start_second_server()
    for reached in AtServer:
        world.start_server(Kill(step_of("push", reached)))
        assert world.run(DEVICE, world.note(), world.note(by="nobody"), "sync") != DONE, "nobody answered"
        assert world.run(DEVICE, "sync") == DONE
    assert world.kills.total() == len(AtServer)
    world.heal()
    world.require_all()
    assert len(world.ledger.written) == 2 * len(AtServer)


@needs_sigkill
def test_snapshot_that_nobody_was_told_of_is_made_again_by_the_other_server(stage_on_postgresql: Stage) -> None:
    kill = Kill(step_of("snapshots", AtServer.DECIDED))
    assert survives(stage_on_postgresql, processes(), SCENE["restored server"], kill, server=True, second=True)


@needs_sigkill
def test_days_work_cut_off_at_any_commit_is_gone_on_with_by_whoever_comes_next(world: World) -> None:
    scene = SCENE["old rows go"]
    scene.begin(world)
    world.stop_server()
    last_commits = (2, 3)  # of the tombstones; once they are gone, of the mark that all is done
    for nth in last_commits:
        world.stage.clock.advance(timedelta(hours=1))
        world.start_server(Kill(step_of(STARTING, AtServer.DECIDED), nth))
        world.see_killed_server()
        assert days_work(world.stage.shops.database) != f"{world.stage.clock():%Y-%m-%d}"
        world.start_second_server()
        assert world.run(DEVICE, *scene.script(world)) == DONE
        world.stop_server()
    assert world.kills.total() == len(last_commits)
    world.stage.clock.advance(timedelta(hours=1))
    assert world.run(DEVICE, "sync") == DONE
    world.stop_server()
    assert days_work(world.stage.shops.database) == f"{world.stage.clock():%Y-%m-%d}"
    scene.end(world)
    world.heal()
    world.require_all()


def days_work(database: CentralDatabase) -> str:
    """The last day whose work is done."""
    with database.reading() as connection:
        return str(connection.execute(sa.select(SETTING.c.value).where(SETTING.c.name == "days_work")).scalar_one())


# PostgreSQL's side of a connection ended, and PostgreSQL itself.


class Shop:
    """One device and a server in this process, over a database of `stage`. Shut the tablet."""

    def __init__(self, stage: Stage) -> None:
        folder = stage.begin()
        enrolled = stage.enrolled[0]
        line = Line(stage.shops.app)
        line.before, line.after = _nothing, lambda step: None
        self.stage = stage
        self.database = stage.shops.database
        self.written: dict[str, Entry] = {}
        self.authority = Authority(self.database, self.written)
        self.tablet = Tablet(
            enrolled.name,
            enrolled,
            enrolled.folder,
            folder / enrolled.name,
            random=Random(0),
            line=line,
            on_step=lambda tablet, step: None,
            open_store=LocalStore,
        )

    def write(self, *, actor: str | None = None) -> None:
        """A note."""
        args, at = write_note(self.tablet.screen()), self.tablet.clock()
        entry = self.tablet.store.write("note.write", 1, args, actor=actor or self.tablet.enrolled.actor, at=at)
        self.written[entry.uuid] = entry

    def is_answered(self) -> bool:
        """Whether a sync came to its end; else the device was told that it is to try again."""
        try:
            self.stage.run(run_once(self.tablet.store, self.tablet.api))
        except Unreachable:
            return False
        return True

    def require_each_once(self) -> None:
        """I1, I2, I3, I9."""
        self.authority.require_records_replayed()
        self.tablet.require_converged(self.authority, {GLOBAL_SCOPE, store_scope(self.tablet.store_id)})
        ledger = Ledger(self.written)
        ledger.require_nothing_lost([self.tablet], self.authority)
        ledger.require_everything_decided([self.tablet], self.authority)
        assert self.authority.known.verdicts.keys() == self.written.keys()


async def _nothing() -> None:
    """Nobody does anything while a request is on its way."""


@contextmanager
def at_the_nth(database: CentralDatabase, nth: int, do: Callable[[Connection], None]) -> Iterator[Counter[str]]:
    """In the block, `do` comes before the nth statement or commit of the server; told what came, by its first word."""
    came = Counter[str]()

    def comes(connection: Connection, statement: str) -> None:
        came[statement.split()[0]] += 1
        if came.total() == nth:
            do(connection)

    def executes(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        comes(connection, statement)

    def commits(connection: Connection) -> None:
        comes(connection, "COMMIT")

    event.listen(database._writer, "before_cursor_execute", executes)
    event.listen(database._writer, "commit", commits)
    try:
        yield came
    finally:
        event.remove(database._writer, "before_cursor_execute", executes)
        event.remove(database._writer, "commit", commits)


def end_backend(operator: psycopg.Connection, connection: Connection) -> None:
    """PostgreSQL ends the process that serves the connection, as it does to whoever holds up an operator."""
    pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
    assert operator.execute("SELECT pg_terminate_backend(%s, 10000)", [pid]).fetchone() == (True,)


def test_connection_ended_before_any_statement_of_a_sync_costs_no_word(
    stage_on_postgresql: Stage, postgresql_server: PostgresqlServer
) -> None:
    shop = Shop(stage_on_postgresql)
    ended = Counter[str]()
    shop.write(actor=ref_id(Kind.ASSOCIATE, "nobody"))
    with psycopg.connect(libpq_url(postgresql_server.url), autocommit=True) as operator:
        for nth in count(1):
            shop.write()
            with at_the_nth(shop.database, nth, partial(end_backend, operator)) as came:
                answered = shop.is_answered()
            if came.total() < nth:
                break
            assert not answered, "nobody was told"
            ended += came
            assert shop.is_answered()
    shop.require_each_once()
    assert ended.keys() >= {"SELECT", "INSERT", "UPDATE", "COMMIT"}
    shop.tablet.shut()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A cluster of this module's own; fails the tests where there is none."""
    binaries = find_binaries(Path(sysconfig.get_path("purelib")))
    if binaries is None:
        pytest.fail(MISSING, pytrace=False)
    with running_cluster(binaries) as made:
        yield made


def test_postgresql_that_crashes_in_the_midst_of_a_push_and_comes_back_has_every_word_once(cluster: Cluster) -> None:
    with Stage(postgresql=PostgresqlServer(url=cluster.address, prefix="crashes")) as stage:
        shop = Shop(stage)
        for decided in (True, False):
            shop.write()
            shop.write(actor=ref_id(Kind.ASSOCIATE, "nobody"))
            with crash_at_push(shop.database, cluster, decided=decided) as crashed:
                assert not shop.is_answered()
            assert crashed
            assert not shop.is_answered(), "it is away"
            cluster.start()
            assert shop.is_answered()
        shop.require_each_once()
        shop.tablet.shut()


@contextmanager
def crash_at_push(database: CentralDatabase, cluster: Cluster, *, decided: bool) -> Iterator[list[str]]:
    """In the block, PostgreSQL crashes when a push is `decided` and not yet committed, or else right after its commit;
    told once it did."""
    crashed: list[str] = []
    wrote: set[object] = set()

    def executes(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO sync_result"):
            wrote.add(connection.connection.dbapi_connection)

    def commits(connection: Connection) -> None:
        if decided and connection.connection.dbapi_connection in wrote:
            crash()

    def checked_in(connection: object, _record: object) -> None:
        if connection in wrote:
            crash()

    def crash() -> None:
        if not crashed:
            cluster.crash()
            crashed.append("once")

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": executes,
        "commit": commits,
        "checkin": checked_in,
    }
    for name, listener in listeners.items():
        event.listen(database._writer, name, listener)
    try:
        yield crashed
    finally:
        for name, listener in listeners.items():
            event.remove(database._writer, name, listener)
