"""Many writers at once, and a real server on a real port."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import sqlalchemy as sa

from build_scripts.benchmarks.writers import tail_writers
from sync.central_api.app import create_app
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import Identity, Registration, add_device, sign_in
from sync.central_api.import_records import import_records
from sync.central_api.pull import pull_page
from sync.central_api.push import push_entries
from sync.central_api.settings import CentralSettings
from sync.protocol.digest import digest_of
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind, store_scope
from sync.protocol.wire import SCHEMA, PullPage, PullRequest, PushRequest
from tests.central_api.retailer import BANDUNG, NOW, RANI, SITI, SOURCE, Device, customer, small_retailer, the_id
from tests.support.fakes import START_AT, FakeClock
from tests.support.postgresql import PostgresqlServer
from tests.support.serving import serve

WRITERS = 8
PUSHES = 12
READER = rule_id("reader")


@pytest.fixture
def registered(postgresql_url: str) -> tuple[CentralDatabase, Registration]:
    database = CentralDatabase(postgresql_url)
    customers = [customer(f"of writer {number}", "Nama", home_store_id=BANDUNG) for number in range(WRITERS)]
    import_records(database, [*small_retailer(), *customers], source=SOURCE, now=FakeClock())
    token = add_device(database, "BDG", "tablet")
    with database.reading() as connection:
        return database, sign_in(connection, token)


def note_entry(name: str, n: int, customer_id: str) -> dict[str, object]:
    """A note's entry; its ids follow from `name` and `n`."""
    args = {
        "note_id": rule_id("note", name, str(n)), "customer_id": customer_id, "text": "x", "store_id": BANDUNG,
        "written_at": NOW,
    }  # fmt: skip
    return {
        "n": n, "uuid": rule_id("entry", name, str(n)), "name": "note.write", "version": 1, "args": args,
        "actor": RANI, "at": NOW,
    }  # fmt: skip


def push(
    database: CentralDatabase, registration: Registration, device_id: str, entries: list[dict[str, object]]
) -> None:
    """Pushes the entries; every one must be applied."""
    whole = {"device_id": device_id, "schema_number": SCHEMA, "entries": entries}
    reply = push_entries(database, registration, PushRequest.model_validate(whole), now=START_AT)
    assert {verdict.status for verdict in reply.verdicts} == {"applied"}


def write_notes(database: CentralDatabase, registration: Registration, writer: int) -> None:
    """Pushes a few notes at a time, about a customer of this writer's own: only the scope's number is shared."""
    chance = random.Random(writer)
    device_id = rule_id("writer", str(writer))
    customer_id = the_id(Kind.CUSTOMER, f"of writer {writer}")
    n = 1
    for _ in range(PUSHES):
        count = chance.randint(1, 20)
        push(database, registration, device_id, [note_entry(device_id, n + i, customer_id) for i in range(count)])
        n += count


def follow(database: CentralDatabase, registration: Registration, done: threading.Event) -> dict[str, int]:
    """What a tailing reader saw of the store's scope: key -> version; reads on until all is written."""
    seen: dict[str, int] = {}
    cursor: str | None = None
    finishing = False
    while True:
        request = PullRequest(device_id=READER, schema_number=SCHEMA, cursor=cursor)
        with database.reading() as connection:
            page = PullPage.model_validate_json(
                pull_page(connection, registration, Identity(READER, 0, None), request=request, now=START_AT)
            )
        cursor = page.cursor
        for change in page.changes:
            if change.scope == store_scope(BANDUNG):
                seen[f"{change.kind}|{change.id}"] = change.version
        if page.last_page:
            digest = digest_of((*key.split("|"), version) for key, version in seen.items())  # type: ignore[misc]
            said = page.digests[store_scope(BANDUNG)]
            assert (said.total, said.count) == (str(digest.total), digest.count)
            if finishing:
                return seen
            finishing = done.is_set()


@pytest.mark.postgresql
def test_a_tailing_reader_loses_no_row_of_eight_writers(
    registered: tuple[CentralDatabase, Registration],
) -> None:
    database, granted = registered
    done = threading.Event()
    with database, ThreadPoolExecutor(WRITERS + 1) as threads:
        reader = threads.submit(follow, database, granted, done)
        writers = [threads.submit(write_notes, database, granted, number) for number in range(WRITERS)]
        try:
            for writer in writers:
                writer.result(timeout=60)
        finally:
            done.set()
        seen = reader.result(timeout=60)
        with database.reading() as connection:
            rows = connection.execute(sa.text("SELECT count(*) FROM record WHERE kind = 'note'")).scalar_one()
        assert rows > WRITERS * PUSHES
        assert sum(key.startswith(Kind.NOTE) for key in seen) == rows


@pytest.mark.postgresql
def test_thirty_seconds_of_open_idle_and_rolled_back_transactions_hide_no_row(
    postgresql_server: PostgresqlServer,
) -> None:
    with postgresql_server.database() as url:
        tail = tail_writers(url, seconds=30, writers=WRITERS, rest_s=0.05)
    assert (tail.missed, tail.differing) == (0, 0)
    assert len(tail.written_at) > 1_000
    assert tail.rolled_back > 0
    assert tail.idled > 20


@pytest.mark.postgresql
def test_two_copies_of_a_device_that_send_the_same_entries_at_once_decide_each_once(
    registered: tuple[CentralDatabase, Registration],
) -> None:
    database, granted = registered
    with database, ThreadPoolExecutor(2) as threads:
        copies = [threads.submit(write_copy, database, granted, number) for number in range(2)]
        for copy in copies:
            copy.result(timeout=60)
        with database.reading() as connection:
            count = "SELECT count(*) FROM {} WHERE {}"
            notes = connection.execute(sa.text(count.format("record", "kind = 'note'"))).scalar_one()
            decided = connection.execute(sa.text(count.format("sync_result", "repeats = 0"))).scalar_one()
            repeated = connection.execute(sa.text(count.format("sync_result", "repeats = 1"))).scalar_one()
        assert notes == decided == repeated == PUSHES


def write_copy(database: CentralDatabase, registration: Registration, copy: int) -> None:
    """Pushes the same entries as every other copy, one at a time, under a device id of its own."""
    for n in range(1, PUSHES + 1):
        push(database, registration, rule_id("copy", str(copy)), [note_entry("same", n, SITI)])


def test_a_real_server_answers_on_a_real_port(sqlite_url: str) -> None:
    application = create_app(CentralSettings(sqlite_url))
    database: CentralDatabase = application.state.database
    import_records(database, small_retailer(), source=SOURCE)
    token = add_device(database, "BDG", "tablet")
    with serve(application) as url, httpx.Client(base_url=url) as http:
        assert http.get("/healthz").json() == {"status": "ok"}
        tablet = Device(http, token, rule_id("device"), RANI, BANDUNG)
        assert tablet.push(tablet.note(SITI, "lewat jaringan")) == [("applied", None)]
        with ThreadPoolExecutor(6) as threads:
            others = [Device(http, token, rule_id("d", str(number)), RANI, BANDUNG) for number in range(12)]
            pages = list(threads.map(lambda device: device.pull(), others))
        assert all(page.last_page for page in pages)
        assert all(len(device.live(Kind.NOTE)) == 1 for device in others)
