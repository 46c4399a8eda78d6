"""`clienteling audit`: who looked, told by ids, and a bent log named by its first entry that does not hold."""

from datetime import UTC, datetime
from pathlib import Path

from clienteling.bootstrap.device import open_device
from clienteling.central_host import central_database
from clienteling.settings import read_settings
from sync.central_api.tables import AUDIT_ENTRY
from sync.protocol.audit import AuditKind
from sync.protocol.ids import rule_id
from sync.protocol.times import utc_now
from tests.app.shop import SITI, Counter, enrol
from tests.support.command_line import run

RINA = rule_id("rina")


def look(device: Path, *, times: int = 1) -> None:
    with open_device(read_settings(device), now=utc_now) as opened:
        for _ in range(times):
            opened.store.audit.append(
                AuditKind.CUSTOMER_OPENED, actor=RINA, customer_id=SITI, at=datetime(2026, 11, 22, tzinfo=UTC)
            )


def bend(device: Path, statement: str) -> None:
    with (
        open_device(read_settings(device), now=utc_now) as opened,
        opened.store._outbox_database.writing() as connection,
    ):
        connection.exec_driver_sql(statement)


def test_a_device_tells_who_looked_and_that_its_log_is_whole(device: Path) -> None:
    look(device)
    assert run("customer", SITI, "--data-dir", device).status == 0
    looked = run("audit", "list", "--customer", SITI, "--data-dir", device, "--json").json
    told = [(one["kind"], one["actor"]) for one in looked]
    assert told[-2:] == [("customer.opened", RINA), ("customer.opened", None)]
    assert RINA in run("audit", "list", "--customer", SITI, "--data-dir", device).output
    ran = run("audit", "verify", "--data-dir", device)
    assert (ran.status, ran.output.rstrip().endswith("as they were written.")) == (0, True)


def test_a_search_is_kept_with_how_many_it_found_and_nothing_of_what_was_typed(device: Path) -> None:
    run("find", "siti", "--data-dir", device)
    with open_device(read_settings(device), now=utc_now) as opened:
        *_, entry = opened.store.audit.unsent(1_000)
    assert entry.details == {"found": 1, "online": 0, "by": "command line"}


def test_a_bent_log_is_told_of_by_its_first_wrong_entry(device: Path) -> None:
    look(device, times=4)
    bend(device, "UPDATE audit_entry SET at = '' WHERE n = 3")
    ran = run("audit", "verify", "--data-dir", device)
    assert ran.status == 1
    assert "entry 3 is not as it was written" in ran.output
    bend(device, "DELETE FROM audit_entry WHERE n >= 3")
    ran = run("audit", "verify", "--data-dir", device, "--json")
    assert (ran.status, ran.json[0]["broken"]) == (1, {"n": 3, "fault": "cut_off"})


def test_the_server_tells_of_all_devices_after_a_sync(counter: Counter, tmp_path: Path) -> None:
    tablet = enrol(tmp_path / "tablet", counter.server, counter.url)
    assert run("sync", "--data-dir", tablet).status == 0
    look(tablet, times=2)
    assert run("sync", "--data-dir", tablet).status == 0
    looked = run("audit", "list", "--customer", SITI, "--server", "--data-dir", counter.server, "--json").json
    assert [one["actor"] for one in looked] == [RINA, RINA]
    assert looked[0]["device"] is not None
    assert run("audit", "list", "--customer", RINA, "--server", "--data-dir", counter.server).output.startswith(
        "Nothing was done"
    )
    assert run("audit", "verify", "--server", "--data-dir", counter.server).status == 0
    with central_database(counter.server, None) as database, database.writing() as connection:
        ours = AUDIT_ENTRY.c.log_id == looked[0]["log"], AUDIT_ENTRY.c.n == 2
        kept = connection.execute(AUDIT_ENTRY.select().where(*ours)).one()
        connection.execute(AUDIT_ENTRY.delete().where(*ours))
    ran = run("audit", "verify", "--server", "--data-dir", counter.server)
    assert ran.status == 1
    assert "it was cut off; entry 2" in ran.output
    with central_database(counter.server, None) as database, database.writing() as connection:
        connection.execute(AUDIT_ENTRY.insert(), kept._asdict())
