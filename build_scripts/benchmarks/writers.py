"""Eight writers of one PostgreSQL and a device that reads along: rows it never saw, and how late it saw the others.

What loses rows elsewhere happens all the time: transactions stay open up to 8 ms after their numbers were given, one in
ten is rolled back then, and beside them one that has a number of PostgreSQL's own idles for a second, again and again.
A feed by sequence loses a fifth to a half of the rows so (design.md, The feed); this one may lose none.
"""

import argparse
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from build_scripts.benchmarks.central_postgresql import postgresql
from build_scripts.benchmarks.crowd import ASSOCIATE_ID, NOW, STORE_ID
from build_scripts.benchmarks.report import MS, Report, Row, Samples, machine_load
from build_scripts.benchmarks.sync_records import SOURCE, customer_id, imported
from sync.central_api.database import CentralDatabase, migrate
from sync.central_api.devices import Identity, Registration, add_device, sign_in
from sync.central_api.import_records import import_records
from sync.central_api.pull import pull_page
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.transactions import write_transaction
from sync.protocol.digest import digest_of
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind, RecordKey, store_scope
from sync.protocol.times import to_wire
from sync.protocol.wire import SCHEMA, PullPage, PullRequest

HELP: Final = "rows that a reader misses of eight writers on PostgreSQL, and how late it sees the others"
CUSTOMERS: Final = 200
MOST_ROWS: Final = 20
MOST_OPEN_S: Final = 0.008
ROLLED_BACK: Final = 0.1
IDLE_S: Final = 1.0
POLL_S: Final = 0.002
_READER: Final = rule_id("writers", "reader")


class _RollBack(Exception):
    """The writer changed its mind, with its numbers already given."""


@dataclass(slots=True)
class Tail:
    """What was written and what the reader saw of it: note -> when, by one clock.

    `differing`: 1 where the digest of what it saw is not the server's at the end.
    """

    written_at: dict[str, float] = field(default_factory=dict)
    seen_at: dict[str, float] = field(default_factory=dict)
    rolled_back: int = 0
    idled: int = 0
    differing: int = 0

    @property
    def missed(self) -> int:
        """Rows that were committed and never came, and rows that came and were not committed."""
        return len(self.written_at.keys() ^ self.seen_at.keys())

    @property
    def delays_ms(self) -> Samples:
        """From the end of a writer's transaction to the page that has its row, in ms; 0 where the page was quicker."""
        both = self.written_at.keys() & self.seen_at.keys()
        return Samples([max(0.0, self.seen_at[one] - self.written_at[one]) * MS for one in both])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For how long, and by how many."""
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--writers", type=int, default=8)


def run(options: argparse.Namespace) -> Report:
    """How late rows were seen. Raises RuntimeError where PostgreSQL is not installed."""
    before = machine_load()
    with postgresql() as url:
        tail = tail_writers(url, seconds=options.seconds, writers=options.writers)
    return Report(
        title=f"A reader behind {options.writers} writers on PostgreSQL, {options.seconds:g} s",
        unit="ms",
        rows=[Row("end of a transaction to the page with its row", tail.delays_ms)],
        floor_is="none",
        lines=[
            f"{tail.missed} of {len(tail.written_at):,} rows missed; {tail.differing} pages whose digest differed.",
            f"{tail.rolled_back:,} transactions rolled back after their numbers were given, {tail.idled} idle ones.",
        ],
        load=(before, machine_load()),
    )


def tail_writers(url: str, *, seconds: float, writers: int, rest_s: float = 0.0) -> Tail:
    """What `writers` wrote for so long into an empty database, and what a reader saw meanwhile.

    `rest_s`: at most so long a writer rests after each transaction.
    """
    migrate(url)
    tail, done, written = Tail(), threading.Event(), threading.Event()
    with CentralDatabase(url) as database:
        import_records(database, imported(CUSTOMERS), source=SOURCE, now=lambda: NOW)
        token = add_device(database, "BDG", "reader")
        with database.reading() as connection:
            registration = sign_in(connection, token)
        with ThreadPoolExecutor(writers + 2) as threads:
            reader = threads.submit(_follow, database, registration, tail, written)
            writing = [threads.submit(_write, url, number, tail, done, rest_s) for number in range(writers)]
            idle = threads.submit(_idle, url, done)
            try:
                done.wait(seconds)
            finally:
                done.set()
                for one in (*writing, idle):
                    one.exception()
                written.set()
            reader.result()
            tail.rolled_back, tail.idled = sum(one.result() for one in writing), idle.result()
    return tail


def _write(url: str, number: int, tail: Tail, done: threading.Event, rest_s: float) -> int:
    """Writes a few notes at a time until `done`; how many transactions were rolled back."""
    random, rolled_back = Random(number), 0
    with CentralDatabase(url) as database:
        for turn in _until(done):
            keys = [
                RecordKey(Kind.NOTE, rule_id("writers", f"{number}-{turn}-{place}"))
                for place in range(random.randint(1, MOST_ROWS))
            ]
            about = [random.randrange(CUSTOMERS) for _ in keys]
            open_s = random.random() * MOST_OPEN_S
            rolls_back = random.random() < ROLLED_BACK

            def change(
                connection: Connection,
                keys: Sequence[RecordKey] = keys,
                about: Sequence[int] = about,
                open_s: float = open_s,
                rolls_back: bool = rolls_back,
            ) -> None:
                changes = {key: _note(key, of) for key, of in zip(keys, about, strict=True)}
                write_batch(connection, Batch(changes, load_records(connection, keys)), now=NOW)
                done.wait(open_s)
                if rolls_back:
                    raise _RollBack

            try:
                write_transaction(database, change)
            except _RollBack:
                rolled_back += 1
            else:
                tail.written_at.update(dict.fromkeys((key.id for key in keys), time.monotonic()))
            done.wait(random.random() * rest_s)
    return rolled_back


def _note(key: RecordKey, of: int) -> dict[str, object]:
    return {
        "id": key.id, "customer_id": customer_id(of), "text": "Suka linen", "author_id": ASSOCIATE_ID,
        "store_id": STORE_ID, "written_at": to_wire(NOW),
    }  # fmt: skip


def _until(done: threading.Event) -> Iterator[int]:
    turn = 0
    while not done.is_set():
        yield turn
        turn += 1


def _idle(url: str, done: threading.Event) -> int:
    """How many transactions had a number of PostgreSQL's own and did nothing for a second, until `done`."""
    idled = 0
    with CentralDatabase(url) as database:
        for _ in _until(done):
            with database.writing() as connection:
                connection.execute(sa.text("SELECT pg_current_xact_id()"))
                done.wait(IDLE_S)
            idled += 1
    return idled


def _follow(database: CentralDatabase, registration: Registration, tail: Tail, written: threading.Event) -> None:
    """Pulls to the last page, again and again, and once more after everything is written."""
    cursor: str | None = None
    versions: dict[RecordKey, int] = {}
    pause = threading.Event()
    finishing = False
    while True:
        request = PullRequest(device_id=_READER, schema_number=SCHEMA, cursor=cursor)
        with database.reading() as connection:
            answer = pull_page(connection, registration, Identity(_READER, 0, None), request=request, now=NOW)
        page, at = PullPage.model_validate_json(answer), time.monotonic()
        cursor = page.cursor
        for change in page.changes:
            if change.scope == store_scope(STORE_ID):
                versions[RecordKey(change.kind, change.id)] = change.version
                if change.kind == Kind.NOTE:
                    tail.seen_at.setdefault(change.id, at)
        if not page.last_page:
            continue
        if finishing:
            digest = digest_of((*key, version) for key, version in versions.items())
            said = page.digests[store_scope(STORE_ID)]
            tail.differing += (said.total, said.count) != (str(digest.total), digest.count)
            return
        finishing = written.is_set()
        pause.wait(POLL_S)
