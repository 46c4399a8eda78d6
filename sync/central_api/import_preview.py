"""What an import would change, found out by reading alone: the same stream, the same decisions, and nothing written.

Each chunk is judged against the database as it stands, in a read of its own. Counts are those of the import itself,
as long as nobody writes between the two.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from sync.central_api.bulk import portions
from sync.central_api.database import CentralDatabase
from sync.central_api.import_records import ImportResult, Run
from sync.central_api.import_words import Outcome, decide_words, differing_words, read_words
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
        chunk = run.records_of(portion)
        with database.reading() as connection:
            outcome = _judge(connection, chunk, run, seen)
        run.add(outcome)
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
    words, last = read_words(connection, first, outcome, source=run.source, run=run.number)
    seen |= marks
    differing = differing_words(words, last)
    stored = load_records(connection, differing)
    for key, decided in decide_words(words, differing, run.source, last, stored, now=run.now):
        outcome.fates[key.kind, decided.fate] += 1
    return outcome
