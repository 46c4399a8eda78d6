"""Who was erased is in no file of a PostgreSQL's tables once they are written anew: looked for byte by byte."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa

from sync.central_api.daily import work_daily
from sync.central_api.database import CentralDatabase, migrate
from sync.central_api.devices import revoke_device
from sync.central_api.erasure import erase_customer
from sync.central_api.privacy_erasing import certificate
from sync.central_api.table_files import (
    LOCK_TRIES,
    READER_TRIES,
    READER_WAIT_S,
    STATISTICS,
    TABLES,
    FilesWritten,
    number_erasure,
    read_erasures,
    write_files,
    write_files_if_due,
)
from sync.central_api.tables import METADATA, SETTING
from sync.protocol.kinds import Kind
from sync.protocol.times import utc_now
from tests.central_api.enrolled import enrolled
from tests.central_api.retailer import BANDUNG, BUDI, SITI, Central, customer, order, the_id
from tests.central_api.team import PUTRI, hire_leaders, signed_in
from tests.central_api.test_quarantine import hand_over
from tests.central_api.test_quarantine import note as quarantined_note
from tests.support.postgresql import PostgresqlServer, libpq_url

ZUL = the_id(Kind.CUSTOMER, "zul")
LONG = "".join(Random(5).choices("bcdfghjklmnpqrstvwxz", k=2_000))
"""Of a note that lies in a file of its own, as no packing makes it shorter."""
MIDDLE = LONG[900:1_000]
WORDS: Final = (
    "Zulkarnaen",
    "89912345678",
    "surel.example",
    "Tembagapura",
    "bungkus kado",
    "kain wol",
    "wamena",
    LONG[900:1_000],
)
ON_POSTGRESQL = pytest.mark.parametrize("central", ["postgresql"], indirect=True)
EVERYTHING = (*TABLES, STATISTICS)
DAY = timedelta(days=1)
RoleOf = Callable[..., CentralDatabase]


def for_others(seconds: float) -> bool:
    """Whether this wait is for transactions of other tests, in other databases of the cluster; then it is done."""
    return seconds == READER_WAIT_S and not threading.Event().wait(0.2)


def ask(database: CentralDatabase, statement: str) -> Any:
    with database.outside_transactions() as connection:
        result = connection.execute(sa.text(statement))
        return result.scalar() if result.returns_rows else None


def found_in_files(database: CentralDatabase) -> set[str]:
    """Which of the words are in any file of this database, once all of it is on disk."""
    ask(database, "CHECKPOINT")
    number = ask(database, "SELECT oid FROM pg_database WHERE datname = current_database()")
    folder = Path(ask(database, "SHOW data_directory")) / "base" / str(number)
    contents = [path.read_bytes().lower() for path in folder.rglob("*") if path.is_file()]
    assert len(contents) > 100
    return {word for word in WORDS if any(word.lower().encode() in content for content in contents)}


def write_of_zul(central: Central) -> None:
    """Everything of a customer that a database may have: records, values that were replaced, what a source said, an
    entry in the quarantine, and samples of all that."""
    bought = order("77", ZUL, BANDUNG, "2026-11-20T03:00:00Z")
    central.take(
        customer(
            "zul", "Zulkarnaen", phone="+6289912345678", email="zul@surel.example", city="Tembagapura",
            home_store_id=BANDUNG,
        ),
        type(bought)(bought.kind, bought.external_ref, {**bought.body, "note": "bungkus kado"}),
    )  # fmt: skip
    tablet = central.device()
    tablet.pull()
    notes = [tablet.note(ZUL, "alergi kain wol"), tablet.note(ZUL, LONG)]
    moved = tablet.entry("contact.edit", {"customer_id": ZUL, "fields": {"city": ["Tembagapura", "Wamena"]}})
    assert {status for status, _ in tablet.push(*notes, moved)} == {"applied"}
    lost = enrolled(central, number=9)
    revoke_device(central.database, lost.keyid, now=central.clock)
    entries = quarantined_note(lost, 1, ZUL, "alergi kain wol"), quarantined_note(lost, 2, SITI, "Suka biru")
    assert hand_over(lost, *entries).json() == {"kept": 2}
    ask(central.database, "ANALYZE")


@ON_POSTGRESQL
def test_who_was_erased_over_the_wire_is_in_no_file_once_the_tables_are_written_anew(central: Central) -> None:
    hire_leaders(central)
    putri = signed_in(central, enrolled(central), PUTRI)
    write_of_zul(central)
    opened = putri.ask("/v1/privacy/requests", {"kind": "erasure", "customer_id": ZUL}).json()
    for step in ({"step": "identity", "how": "document"}, {"step": "erase"}):
        answer = putri.ask(f"/v1/privacy/requests/{opened['id']}/steps", step)
    assert answer.json()["state"] == "waiting"
    assert found_in_files(central.database) == set(WORDS)
    ask(central.database, "VACUUM")
    ask(central.database, "ANALYZE")
    assert len(found_in_files(central.database)) > 4, "freed, and not written over"
    assert certificate(central.database, opened["id"])["files_clean_at"] is None

    central.clock.advance(DAY)
    done = write_files_if_due(central.database, central.clock())
    assert done == FilesWritten(EVERYTHING, {}, checkpointed=True)
    assert found_in_files(central.database) == set()
    assert certificate(central.database, opened["id"])["files_clean_at"] == central.clock().isoformat()
    assert putri.tablet.central.device().pull().last_page
    assert ask(central.database, "SELECT count(*) FROM record WHERE state = 'live' AND kind = 'customer'") == 2


@ON_POSTGRESQL
def test_nobody_is_left_in_the_samples_of_tables_that_are_empty_now(central: Central) -> None:
    write_of_zul(central)
    for one in (ZUL, SITI, BUDI):
        erase_customer(central.database, one, now=central.clock())
    write_files(central.database, central.clock())
    assert found_in_files(central.database) == set()
    assert write_files(central.database, central.clock()) == FilesWritten(), "once is enough"


@ON_POSTGRESQL
def test_the_files_are_written_the_day_after_an_erasure_and_once(central: Central) -> None:
    assert write_files_if_due(central.database, central.clock()) is None
    erase_customer(central.database, SITI, now=central.clock())
    assert write_files_if_due(central.database, central.clock()) is None
    central.clock.advance(DAY)
    assert write_files_if_due(central.database, central.clock()) is not None
    assert read_erasures(central.database).waiting_since is None
    central.clock.advance(DAY)
    assert write_files_if_due(central.database, central.clock()) is None
    erase_customer(central.database, BUDI, now=central.clock())
    central.clock.advance(DAY)
    assert write_files_if_due(central.database, central.clock()) is not None


@ON_POSTGRESQL
def test_a_running_server_writes_them_anew_in_its_hourly_work(
    central: Central, caplog: pytest.LogCaptureFixture
) -> None:
    erase_customer(central.database, SITI, now=central.clock())
    hours: list[float] = []

    async def sleep(seconds: float) -> None:
        hours.append(seconds)
        central.clock.advance(DAY)
        if len(hours) == 2:
            raise asyncio.CancelledError

    caplog.set_level("INFO")
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work_daily(central.database, now=central.clock, sleep=sleep))
    assert read_erasures(central.database).waiting_since is None
    assert [one.count for one in caplog.records if "written anew" in one.message] == [len(EVERYTHING)]  # type: ignore[attr-defined]


@ON_POSTGRESQL
def test_a_table_that_somebody_holds_is_left_for_the_next_hour_and_the_others_are_done(central: Central) -> None:
    erase_customer(central.database, SITI, now=central.clock())
    waited: list[float] = []

    def wait(seconds: float) -> None:
        if not for_others(seconds):
            waited.append(seconds)

    with central.database.writing() as connection:
        connection.execute(sa.text("LOCK TABLE imported IN ACCESS SHARE MODE"))
        done = write_files(central.database, central.clock(), sleep=wait)
        assert done.left == {"imported": "locked"}
        assert done.tables == tuple(one for one in EVERYTHING if one != "imported")
        assert len(waited) == LOCK_TRIES - 1
    assert read_erasures(central.database).waiting_since is not None
    assert write_files(central.database, central.clock()).tables == ("imported",)
    assert read_erasures(central.database).waiting_since is None


@ON_POSTGRESQL
def test_while_somebody_may_still_see_the_erased_nothing_is_called_clean(central: Central) -> None:
    write_of_zul(central)
    waited: list[float] = []
    with central.database.reading() as connection:
        connection.execute(sa.select(sa.func.count()).select_from(METADATA.tables["device"])).scalar_one()
        erase_customer(central.database, ZUL, now=central.clock())
        done = write_files(central.database, central.clock(), sleep=waited.append)
        assert done == FilesWritten((), dict.fromkeys(EVERYTHING, "read"))
        assert len(waited) == len(EVERYTHING) * (READER_TRIES - 1)
    assert found_in_files(central.database)
    write_files(central.database, central.clock())
    assert found_in_files(central.database) == set()


@ON_POSTGRESQL
def test_an_erasure_that_comes_meanwhile_waits_for_the_next_time(central: Central) -> None:
    erase_customer(central.database, SITI, now=central.clock())
    with psycopg.connect(libpq_url(central.database.url.render_as_string(hide_password=False))) as holder:
        holder.execute("LOCK TABLE quarantined_entry IN ACCESS SHARE MODE")

        def let_go(seconds: float) -> None:
            if for_others(seconds):
                return
            holder.commit()
            erase_customer(central.database, BUDI, now=central.clock())

        assert write_files(central.database, central.clock(), sleep=let_go).left == {}
    assert read_erasures(central.database).waiting_since == central.clock()
    assert write_files(central.database, central.clock()).tables == EVERYTHING
    assert read_erasures(central.database).waiting_since is None


@pytest.fixture
def role_of(postgresql_server: PostgresqlServer) -> Iterator[RoleOf]:
    """The same database for a role that is no superuser, once the statements have said what it may."""
    role = f"role_{postgresql_server.new_name()}"
    made: list[CentralDatabase] = []

    def open_for(central: Central, *statements: str) -> CentralDatabase:
        for statement in (f"CREATE ROLE {role}", *statements):
            ask(central.database, statement.format(role=role))
        url = central.database.url.update_query_dict({"options": f"-c role={role}"})
        made.append(CentralDatabase(url.render_as_string(hide_password=False)))
        return made[0]

    yield open_for
    made[0].close()
    with psycopg.connect(libpq_url(made[0].url.difference_update_query(["options"]).render_as_string(False))) as end:
        end.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
        end.execute(f"DROP OWNED BY {role}")
        end.execute(f"DROP ROLE {role}")


OWNED = "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE "
OWNED += "'ALTER TABLE ' || t || ' OWNER TO {role}'; END LOOP; END $$"


@ON_POSTGRESQL
def test_whoever_does_not_own_the_tables_is_told_so(central: Central, role_of: RoleOf) -> None:
    erase_customer(central.database, SITI, now=central.clock())
    database = role_of(central, "GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    assert write_files(database, central.clock()) == FilesWritten((), dict.fromkeys(EVERYTHING, "not_allowed"))
    assert read_erasures(central.database).waiting_since is not None


@ON_POSTGRESQL
def test_the_databases_owner_need_be_no_superuser_but_for_the_checkpoint(central: Central, role_of: RoleOf) -> None:
    write_of_zul(central)
    owns_it = f"ALTER DATABASE {central.database.url.database} OWNER TO {{role}}"
    database = role_of(central, OWNED, owns_it)
    erase_customer(database, ZUL, now=central.clock())
    assert write_files(database, central.clock()) == FilesWritten(EVERYTHING, {}, checkpointed=False)
    assert found_in_files(central.database) == set()


def test_a_database_from_before_is_written_anew_once(postgresql_url: str) -> None:
    with CentralDatabase(postgresql_url) as database:
        assert read_erasures(database).waiting_since is None, "of a new one there is nothing to write anew"
        with database.writing() as connection:
            connection.execute(sa.delete(SETTING).where(SETTING.c.name == "erasures"))
        migrate(postgresql_url)
        now = utc_now()
        assert write_files_if_due(database, now) is None
        done = write_files_if_due(database, now + DAY)
        assert done is not None
        assert done.tables == EVERYTHING
        assert write_files_if_due(database, now + DAY + DAY) is None


def test_on_sqlite_nothing_is_to_be_written_anew(sqlite_url: str) -> None:
    with CentralDatabase(sqlite_url) as database:
        with database.writing() as connection:
            assert number_erasure(connection, utc_now()) == 1
        assert write_files(database, utc_now()) == FilesWritten()
        assert write_files_if_due(database, utc_now() + DAY) is None


@ON_POSTGRESQL
def test_whoever_writes_in_another_database_of_the_cluster_is_waited_for_too(
    central: Central, postgresql_server: PostgresqlServer, migrated_postgresql: str
) -> None:
    with postgresql_server.database(migrated_postgresql) as elsewhere, CentralDatabase(elsewhere) as other:
        with other.writing() as connection:
            connection.execute(sa.update(SETTING).values(value=SETTING.c.value))
            write_of_zul(central)
            erase_customer(central.database, ZUL, now=central.clock())
            slept: list[float] = []
            write_files(central.database, central.clock(), sleep=slept.append)
            assert slept
            assert found_in_files(central.database)
        write_files(central.database, central.clock())
        assert found_in_files(central.database) == set()
