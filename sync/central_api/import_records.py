"""Takes a connector's stream into the central database: 500 records a transaction, only what differs from last time.

What each record comes to is decided by `import_words`. The number of the run is kept beside each record's hash: what a
whole stream no longer has can end, and a row that comes twice is refused.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import PORTION, delete_rows, portions, upsert
from sync.central_api.database import CentralDatabase
from sync.central_api.duplicates import possible_duplicates
from sync.central_api.errors import DatabaseBusy
from sync.central_api.holds import with_holds
from sync.central_api.import_words import Fate, Outcome, Word, decide_words, differing_words, read_words
from sync.central_api.record_store import Batch, load_records, lock_customers, lock_imports, write_batch
from sync.central_api.suppression import keep_barred
from sync.central_api.tables import IMPORTED, METADATA, RECORD, SETTING
from sync.central_api.transactions import write_transaction
from sync.protocol.bodies import customers_of
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import DOWN_ONLY_KINDS, Body, Kind, RecordKey
from sync.protocol.serving_signs import Served, served_by
from sync.protocol.times import Clock, utc_now
from sync.protocol.wire import RowState

MOST_REFUSALS = 10_000
"""Refusals kept one by one; beyond that they are only counted."""

ENDING_KINDS = DOWN_ONLY_KINDS | {Kind.WISHLIST_ITEM}
"""Kinds whose records end when a whole stream of their source no longer has them."""

_USUAL_PAGES, _SELDOM_PAGES = 1_000, 16_000
"""Of SQLite's write-ahead log, 4 KiB each; the first is SQLite's own default."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Counts by fate, in all and for each kind. `older`: stock records left alone, since what is known of them was
    counted later. `kept`: records taken over without one of their cells.

    `refusals` names at most MOST_REFUSALS of what was refused or kept.
    """

    created: int
    changed: int
    unchanged: int
    older: int
    ended: int
    refused: int
    kept: int
    by_kind: Mapping[str, Mapping[Fate, int]]
    refusals: tuple[Refusal, ...]


@dataclass(slots=True)
class Run:
    """One import from its first record to its last."""

    source: str
    number: int
    now: datetime
    counts: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    refused: int = 0
    kept: int = 0
    on_refusal: Callable[[Refusal], None] | None = None

    def refuse(self, refusal: Refusal, kind: str | None = None) -> None:
        if self.on_refusal is not None:
            self.on_refusal(refusal)
        self.refused += not refusal.kept
        self.kept += refusal.kept
        if kind is not None:
            self.counts[kind, Fate.REFUSED] += 1
        if len(self.refusals) < MOST_REFUSALS:
            self.refusals.append(refusal)

    def records_of(self, portion: Iterable[ImportedRecord | Refusal]) -> list[ImportedRecord]:
        """The portion's records; its refusals are kept here."""
        records: list[ImportedRecord] = []
        for item in portion:
            if isinstance(item, Refusal):
                self.refuse(item)
            else:
                records.append(item)
        return records

    def add(self, outcome: Outcome) -> None:
        """Keep what became of one chunk."""
        self.counts.update(outcome.fates)
        for refusal, kind in outcome.refusals:
            self.refuse(refusal, kind)

    def result(self) -> ImportResult:
        by_kind: dict[str, dict[Fate, int]] = {}
        totals: Counter[Fate] = Counter()
        for (kind, fate), count in sorted(self.counts.items()):
            by_kind.setdefault(kind, {})[fate] = count
            totals[fate] += count
        return ImportResult(
            created=totals[Fate.CREATED],
            changed=totals[Fate.CHANGED],
            unchanged=totals[Fate.UNCHANGED],
            older=totals[Fate.OLDER],
            ended=totals[Fate.ENDED],
            refused=self.refused,
            kept=self.kept,
            by_kind=by_kind,
            refusals=tuple(self.refusals),
        )


def read_stores(connection: Connection) -> dict[str, Body]:
    """Every location that is a store, by id."""
    query = sa.select(RECORD.c.id, RECORD.c.body)
    query = query.where(RECORD.c.kind == Kind.LOCATION, RECORD.c.state == RowState.LIVE.value)
    bodies = ((record_id, orjson.loads(body)) for record_id, body in connection.execute(query))
    return {record_id: body for record_id, body in bodies if body.get("place") == "store"}


def _signs(connection: Connection, changes: Mapping[RecordKey, Body | None]) -> list[Served]:
    """Who was served at which store, by the changed records; a warehouse or web shop serves nobody in person."""
    signs = [sign for key, body in changes.items() if body is not None for sign in served_by(key, body)]
    if not signs:
        return []
    stores: set[str] = set(read_stores(connection))
    stores.update(
        key.id for key, body in changes.items() if key.kind == Kind.LOCATION and body and body["place"] == "store"
    )
    return [sign for sign in signs if sign.store_id in stores]


def _without_known(connection: Connection, records: Mapping[RecordKey, Body]) -> dict[RecordKey, Body]:
    known = load_records(connection, records)
    return {key: body for key, body in records.items() if key not in known}


def _take_chunk(connection: Connection, chunk: list[ImportedRecord], run: Run) -> Outcome:
    outcome = Outcome(Counter(), [])
    lock_imports(connection)
    words, last = read_words(connection, chunk, outcome, source=run.source, run=run.number)
    differing = differing_words(words, last)
    lock_customers(connection, {one for key, word in differing.items() for one in customers_of(key, word.body)})
    stored = load_records(connection, differing, lock=True)
    changes: dict[RecordKey, Body | None] = {}
    conflicts: dict[RecordKey, Body] = {}
    for key, decided in decide_words(words, differing, run.source, last, stored, now=run.now):
        outcome.fates[key.kind, decided.fate] += 1
        conflicts.update(decided.conflicts)
        if decided.body is not None:
            changes[key] = decided.body
    changes.update(_without_known(connection, conflicts))
    changes.update(possible_duplicates(connection, changes, stored))
    changes.update(with_holds(connection, changes, run.now))
    _remember(connection, run, words)
    keep_barred(connection, outcome.barred)
    if changes:
        write_batch(connection, Batch(changes, stored, _signs(connection, changes)), now=run.now)
    return outcome


def _remember(connection: Connection, run: Run, words: Mapping[RecordKey, Word]) -> None:
    """Keeps what the source said: the hash of all, the body of kinds that people change too."""
    rows = [
        {
            "source": run.source, "kind": key.kind, "id": key.id, "body_hash": word.body_hash,
            "body": None if key.kind in DOWN_ONLY_KINDS else word.text, "run": run.number,
        }
        for key, word in words.items()
    ]  # fmt: skip
    upsert(connection, IMPORTED, rows)


def _end_portion(connection: Connection, kind: str, run: Run) -> int | None:
    """Ends up to 500 records that the stream no longer has; how many were live, None where none is left."""
    lock_imports(connection)
    query = sa.select(IMPORTED.c.id).where(
        IMPORTED.c.source == run.source, IMPORTED.c.kind == kind, IMPORTED.c.run < run.number
    )
    keys = [RecordKey(kind, record_id) for record_id in connection.execute(query.limit(PORTION)).scalars()]
    if not keys:
        return None
    stored = load_records(connection, keys, lock=True)
    changes: dict[RecordKey, Body | None] = {key: None for key in keys if key in stored and stored[key].is_live}
    delete_rows(connection, IMPORTED, [{"source": run.source, "kind": key.kind, "id": key.id} for key in keys])
    if changes:
        write_batch(connection, Batch(changes, stored), now=run.now)
    return len(changes)


@contextmanager
def _copying_back_seldom(database: CentralDatabase) -> Iterator[None]:
    """SQLite: while it lasts, the write-ahead log goes back into the file every 64 MiB and not every 4.

    Ids come in no order, so that every transaction writes the same pages of the trees again: half of all writing.
    """
    _set_checkpoint(database, _SELDOM_PAGES)
    try:
        yield
    finally:
        with suppress(DatabaseBusy):
            _set_checkpoint(database, _USUAL_PAGES)


def _set_checkpoint(database: CentralDatabase, pages: int) -> None:
    if database.is_sqlite:
        write_transaction(database, lambda one: one.exec_driver_sql(f"PRAGMA wal_autocheckpoint={pages}"))


def _start_run(connection: Connection) -> int:
    number = sa.cast(sa.cast(SETTING.c.value, sa.BigInteger) + 1, sa.String)
    taken = sa.update(SETTING).where(SETTING.c.name == "import_run").values(value=number).returning(SETTING.c.value)
    return int(connection.execute(taken).scalar_one())


def import_records(
    database: CentralDatabase,
    records: Iterable[ImportedRecord | Refusal],
    *,
    source: str,
    now: Clock = utc_now,
    progress: Callable[[int], None] | None = None,
    complete_kinds: Collection[str] = (),
    on_refusal: Callable[[Refusal], None] | None = None,
) -> ImportResult:
    """What became of the stream's records. Writes in transactions of 500; an import cut off is run again whole.

    `progress` gets the number of records handled so far. `complete_kinds`: kinds of which the stream has every record,
    so that what is missing has ended; only the platform's own kinds and wishlist items end so; it is looked at once the
    stream has ended, so that the stream itself may shorten it. Refusals in the stream are counted and passed on;
    `on_refusal` gets every one as it is found. Raises DatabaseBusy.
    """
    run = Run(source, write_transaction(database, _start_run), now(), on_refusal=on_refusal)
    with _copying_back_seldom(database):
        _take_all(database, records, run, progress)
        for kind in sorted(ENDING_KINDS.intersection(complete_kinds)):
            _end_missing(database, kind, run)
    return run.result()


def _take_all(
    database: CentralDatabase,
    records: Iterable[ImportedRecord | Refusal],
    run: Run,
    progress: Callable[[int], None] | None,
) -> None:
    handled, look_again_at = 0, PORTION
    for portion in portions(records):
        run.add(write_transaction(database, partial(_take_chunk, chunk=run.records_of(portion), run=run)))
        handled += len(portion)
        if handled >= look_again_at:
            look_again_at *= 10
            _count_rows(database)
        if progress is not None:
            progress(handled)


def _count_rows(database: CentralDatabase) -> None:
    """Nothing; PostgreSQL's planner learns how large the tables have become.

    It takes a table it has no statistics of for a small one and reads it whole: among 70,000 customers each 500 more
    took 2 s instead of a quarter. Autovacuum comes a minute later, or not at all.
    Source: PostgreSQL manual, "Populating a Database", Run ANALYZE Afterwards.
    """
    if not database.is_sqlite:
        names = ", ".join(table.name for table in METADATA.sorted_tables)
        write_transaction(database, lambda connection: connection.exec_driver_sql(f"ANALYZE {names}"))


def _end_missing(database: CentralDatabase, kind: str, run: Run) -> None:
    while True:
        ended = write_transaction(database, lambda connection: _end_portion(connection, kind, run))
        if ended is None:
            return
        run.counts[kind, Fate.ENDED] += ended
