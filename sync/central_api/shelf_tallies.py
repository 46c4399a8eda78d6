"""Counts of the shelf pages that this server shows itself; those of devices come as entries (`scans.tally@1`)."""

from datetime import datetime

from sqlalchemy import Connection

from sync.central_api.database import CentralDatabase
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.transactions import write_transaction
from sync.protocol.bodies.shelf_figures import ScanTallyBody
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations.shelf_tallies import highest


def keep_tally(database: CentralDatabase, tally: ScanTallyBody, *, now: datetime) -> None:
    """Keep what was counted in an hour so far; told again it counts once. Raises DatabaseBusy."""
    key = RecordKey(Kind.SCAN_TALLY, tally.id)

    def keep(connection: Connection) -> None:
        stored = load_records(connection, [key], lock=True)
        there = stored.get(key)
        before = ScanTallyBody.model_validate(there.body) if there is not None and there.is_live else None
        counts = highest(before.counts if before is not None else {}, tally.counts)
        if before is None or counts != before.counts:
            kept = tally.model_copy(update={"counts": counts})
            write_batch(connection, Batch({key: kept.to_body()}, stored), now=now)

    write_transaction(database, keep)
