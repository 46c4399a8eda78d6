"""What an import would change, found out by reading alone: the same stream, the same decisions, and nothing written.

Each chunk is judged against the database as it stands, in a read of its own. Counts are those of the import itself,
as long as nobody writes between the two.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from sync.central_api.bulk import portions
from sync.central_api.database import CentralDatabase
from sync.central_api.import_records import Decided, Fate, ImportResult, Outcome, Run, decide_import, read_words
from sync.central_api.record_store import load_records
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.times import Clock, utc_now

_NO_RUN = 0
"""The number of no import: the first is 1."""


def preview_records(
    database: CentralDatabase,
    records: Iterable[ImportedRecord | Refusal],
    *,
    source: str,
    now: Clock = utc_now,
    on_refusal: Callable[[Refusal], None] | None = None,
) -> ImportResult:
    """What would become of the stream's records. Writes nothing; memory holds a hash for each record."""
    run = Run(source, _NO_RUN, now(), on_refusal=on_refusal)
    seen: set[int] = set()
    for portion in portions(records):
        chunk = [record for record in portion if isinstance(record, ImportedRecord)]
        for record in portion:
            if isinstance(record, Refusal):
                run.refuse(record)
        with database.reading() as connection:
            outcome = _judge(connection, chunk, run, seen)
        run.counts.update(outcome.fates)
        for refusal, kind in outcome.refusals:
            run.refuse(refusal, kind)
    return run.result()


def _judge(connection: Connection, chunk: list[ImportedRecord], run: Run, seen: set[int]) -> Outcome:
    outcome = Outcome(Counter(), [])
    first: list[ImportedRecord] = []
    marks: set[int] = set()
    for record in chunk:
        mark = hash((record.kind, record.record_id(run.source)))
        if mark in seen:
            outcome.refusals.append((Refusal(record.file, record.line, "import.duplicate"), record.kind))
        else:
            first.append(record)
            marks.add(mark)
    words, last = read_words(connection, first, run, outcome)
    seen |= marks
    differing = {key for key in words if key not in last or last[key]["body_hash"] != words[key].body_hash}
    stored = load_records(connection, differing)
    for key in words:
        decided = Decided(Fate.UNCHANGED)
        if key in differing:
            decided = decide_import(key, run.source, words[key], last.get(key), stored.get(key))
        outcome.fates[key.kind, decided.fate] += 1
    return outcome
