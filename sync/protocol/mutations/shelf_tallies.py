"""scans.tally@1: what a program has counted at the shelf in one hour, each time with everything of that hour so far.

Totals and no additions: sent twice, late or out of order they come to the same, because of every count the highest
stands (a grow-only counter; Shapiro et al., "A comprehensive study of Convergent and Commutative Replicated Data
Types", G-Counter).
"""

from sync.protocol.bodies.base import Moment
from sync.protocol.bodies.shelf_figures import ScanSource, ScanTallyBody, Tally
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, rejected
from sync.protocol.wire import Id


class ScansTallyArgs(Args):
    tally_id: Id
    store_id: Id
    hour: Moment
    source: ScanSource
    counts: Tally


def _key(args: ScansTallyArgs) -> RecordKey:
    return RecordKey(Kind.SCAN_TALLY, args.tally_id)


def _touches(args: ScansTallyArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return (_key(args),)


def highest(first: Tally, second: Tally) -> Tally:
    """Of each count the higher one."""
    return {
        gtin: {
            action: max(first.get(gtin, {}).get(action, 0), second.get(gtin, {}).get(action, 0))
            for action in sorted({*first.get(gtin, {}), *second.get(gtin, {})})
        }
        for gtin in sorted({*first, *second})
    }


def _apply(records: Records, args: ScansTallyArgs, entry: Entry) -> Outcome:
    there = records.get(_key(args))
    before = ScanTallyBody.model_validate(there) if there is not None else None
    if before is not None and (before.store_id, before.hour, before.source) != (args.store_id, args.hour, args.source):
        return rejected("mutation.id_taken")
    counts = highest(before.counts if before is not None else {}, args.counts)
    if before is not None and counts == before.counts:
        return APPLIED
    made = ScanTallyBody(id=args.tally_id, store_id=args.store_id, hour=args.hour, source=args.source, counts=counts)
    return applied({_key(args): made.to_body()})


SCANS_TALLY = Mutation("scans.tally", 1, ScansTallyArgs, _touches, _apply, _key, made_by_visitor=True)
