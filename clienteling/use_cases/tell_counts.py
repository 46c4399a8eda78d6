"""What this program counts at the shelf, and how that goes to the server with the rest of what waits: nobody is its
author."""

from clienteling.domain.shelf_counting import HourTotals, ShelfCounter
from clienteling.store.replica import LocalStore
from sync.protocol.bodies.shelf_figures import ScanSource, ShelfAction
from sync.protocol.ids import rule_id
from sync.protocol.mutations.shelf_tallies import SCANS_TALLY
from sync.protocol.times import Clock, to_wire


def count_scan(counter: ShelfCounter, store_id: str, gtin: str, *, sold_out: bool) -> None:
    """Count that a product was opened by its label with a device of the store, `sold_out` if none was left there.

    `gtin`: 14 digits. In memory alone: it can be called where a person waits.
    """
    for action in (ShelfAction.SCANNED, ShelfAction.SCANNED_SOLD_OUT)[: 1 + sold_out]:
        counter.count(store_id, (gtin,), action.value, source=ScanSource.TABLET.value)


def tally_id(program_id: str, totals: HourTotals) -> str:
    """The id of what one program counts in one hour at one store: told again it is the same record."""
    return rule_id("scan_tally", program_id, totals.store_id, to_wire(totals.hour), totals.source)


def tell_counts(store: LocalStore, counter: ShelfCounter, *, program_id: str, now: Clock) -> int:
    """Put the hours in which something was counted since the last time into the outbox; returns how many there were.

    `program_id`: made anew at each start of the program. Raises StoreUnusable; what was not told is told next time.
    """
    hours = counter.untold()
    for totals in hours:
        args = {
            "tally_id": tally_id(program_id, totals),
            "store_id": totals.store_id,
            "hour": to_wire(totals.hour),
            "source": totals.source,
            "counts": totals.counts,
        }
        store.write(SCANS_TALLY.name, SCANS_TALLY.version, args, actor=None, at=now())
        counter.told(totals)
    return len(hours)
