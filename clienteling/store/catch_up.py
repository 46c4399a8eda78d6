"""Pending entries on top of the server's records: the only code that applies local mutations.

`catch_up` applies what was written since (design: Writing); `rebuild` makes records again from `base` plus the pending
entries that touch them, directly or through another record they share; `rewind` takes all of it back. Every function
works in the caller's store transaction and reads the outbox in one snapshot.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects.sqlite import insert

from clienteling.store.asking_side import UnpackRecords
from clienteling.store.outbox import read_entries, read_identity, read_numbered
from clienteling.store.record_rows import WorkingSet, keys_json
from clienteling.store.tables import BASE, META, TOUCHED
from sync.protocol.kinds import Body, RecordKey
from sync.protocol.mutations import Entry, apply, touches
from sync.protocol.wire import VerdictStatus

log = logging.getLogger(__name__)

_BATCH = 500

_NUMBERS_TOUCHING = text(
    "SELECT DISTINCT touched.n FROM json_each(:keys) AS wanted "
    "JOIN touched ON touched.kind = wanted.value ->> 0 AND touched.id = wanted.value ->> 1"
)
_KEYS_TOUCHED_BY = text(
    "SELECT DISTINCT touched.kind, touched.id FROM json_each(:numbers) AS wanted "
    "JOIN touched ON touched.n = wanted.value"
)
_BASES = text(
    "SELECT base.kind, base.id, base.version, base.body FROM json_each(:keys) AS wanted "
    "JOIN base ON base.kind = wanted.value ->> 0 AND base.id = wanted.value ->> 1"
)
_WITHOUT_SCOPE = text(
    "SELECT wanted.value ->> 0, wanted.value ->> 1 FROM json_each(:keys) AS wanted "
    "WHERE NOT EXISTS (SELECT 1 FROM row_scope "
    "WHERE row_scope.kind = wanted.value ->> 0 AND row_scope.id = wanted.value ->> 1)"
)
_COPY_TO_BASE = insert(BASE).on_conflict_do_nothing()
_TOUCH = insert(TOUCHED).on_conflict_do_nothing()
_DROP_BASE = BASE.delete().where(BASE.c.kind == bindparam("k"), BASE.c.id == bindparam("i"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a store stands: its one row of `meta`."""

    device_id: str
    applied_n: int
    acked_n: int
    cursor: str | None
    epoch: str | None
    filled: bool


_STANDING = select(META.c.device_id, META.c.applied_n, META.c.acked_n, META.c.cursor, META.c.epoch, META.c.filled)


def read_standing(connection: Connection) -> Standing:
    return Standing(*connection.execute(_STANDING).one())


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """`entries` looked at, `changed` records; `rewound` where the device had taken a new identity, or lost entries that
    the rows showed."""

    entries: int
    changed: int
    rewound: bool = False


def catch_up(store: Connection, outbox: Connection, unpack: UnpackRecords) -> CaughtUp:
    """Apply every entry above `applied_n`, in order. A store that is still being filled takes none."""
    standing = read_standing(store)
    if not standing.filled:
        return CaughtUp(0, 0)
    identity = read_identity(outbox)
    changed = 0
    rewound = standing.device_id != identity.device_id
    if rewound:
        changed += rewind(store, outbox, 0, unpack)
        store.execute(META.update().values(device_id=identity.device_id))
        standing = replace(standing, device_id=identity.device_id, applied_n=0, acked_n=0)
    elif standing.applied_n >= identity.next_n:
        # A disk that kept the rows and lost the end of the outbox: the numbers will be given again, to other entries.
        log.warning("outbox behind the rows", extra={"applied_n": standing.applied_n, "next_n": identity.next_n})
        rewound = True
        to_n = min(standing.acked_n, identity.next_n - 1)
        changed += rewind(store, outbox, to_n, unpack)
        standing = replace(standing, applied_n=to_n, acked_n=to_n)
    applied_n = standing.applied_n
    count = 0
    while entries := read_entries(outbox, after_n=applied_n, limit=_BATCH):
        changed += _apply_new(store, entries, unpack)
        applied_n = entries[-1].n
        count += len(entries)
    if count:
        store.execute(META.update().values(applied_n=applied_n))
    return CaughtUp(count, changed, rewound)


def rebuild(store: Connection, outbox: Connection, keys: Iterable[RecordKey], unpack: UnpackRecords) -> int:
    """How many records changed: each of `keys` is its base plus the pending entries that touch it, in order.

    Records that share a pending entry are made again together, so that the outcome is that of applying all of them.
    A record no pending entry touches any more is the server's again, or goes where it has no membership left.
    """
    together, numbers = _closure(store, set(keys))
    bases = read_bases(store, together)
    entries = read_numbered(outbox, numbers)
    free = together - keys_touched_by(store, numbers)
    gone = without_scope(store, free)
    working = WorkingSet(store, unpack)
    working.load(together)
    for key, (version, body) in bases.items():
        working.put(key, None if key in gone else body, version=version)
    for entry in entries:
        _apply_one(working, entry)
    changed = working.flush()
    drop_bases(store, free)
    return changed


def rewind(store: Connection, outbox: Connection, to_n: int, unpack: UnpackRecords) -> int:
    """How many records changed: all rows are the server's again, and entries above `to_n` are for `catch_up`."""
    store.execute(TOUCHED.delete())
    keys = [RecordKey(kind, record_id) for kind, record_id in store.execute(BASE.select().with_only_columns(*_KEY))]
    changed = rebuild(store, outbox, keys, unpack)
    store.execute(META.update().values(applied_n=to_n, acked_n=to_n))
    return changed


_KEY = (BASE.c.kind, BASE.c.id)


def numbers_touching(store: Connection, keys: Iterable[RecordKey]) -> set[int]:
    """Numbers of the pending, applied entries that touch any of `keys`."""
    return set(store.execute(_NUMBERS_TOUCHING, {"keys": keys_json(keys)}).scalars())


def keys_touched_by(store: Connection, numbers: Iterable[int]) -> set[RecordKey]:
    """What the pending, applied entries with these numbers touch."""
    rows = store.execute(_KEYS_TOUCHED_BY, {"numbers": orjson.dumps(sorted(numbers)).decode()})
    return {RecordKey(kind, record_id) for kind, record_id in rows}


def without_scope(store: Connection, keys: Iterable[RecordKey]) -> set[RecordKey]:
    """Those of `keys` that are in no scope this device holds."""
    rows = store.execute(_WITHOUT_SCOPE, {"keys": keys_json(keys)})
    return {RecordKey(kind, record_id) for kind, record_id in rows}


def read_bases(store: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, tuple[int, Body | None]]:
    """(version, body or None) of those of `keys` that have a base."""
    rows = store.execute(_BASES, {"keys": keys_json(keys)})
    return {
        RecordKey(kind, record_id): (version, None if body is None else orjson.loads(body))
        for kind, record_id, version, body in rows
    }


def drop_bases(store: Connection, keys: Iterable[RecordKey]) -> None:
    rows = [{"k": key.kind, "i": key.id} for key in keys]
    if rows:
        store.execute(_DROP_BASE, rows)


def _closure(store: Connection, keys: set[RecordKey]) -> tuple[set[RecordKey], set[int]]:
    """`keys` and all records joined to them by pending entries, and the numbers of those entries."""
    together: set[RecordKey] = set(keys)
    numbers: set[int] = set()
    frontier = keys
    while frontier:
        new_numbers = numbers_touching(store, frontier) - numbers
        numbers |= new_numbers
        frontier = keys_touched_by(store, new_numbers) - together
        together |= frontier
    return together, numbers


def _apply_new(store: Connection, entries: Sequence[Entry], unpack: UnpackRecords) -> int:
    touched = [(entry.n, key) for entry in entries for key in touches(entry)]
    working = WorkingSet(store, unpack)
    working.load(key for _, key in touched)
    if touched:
        bases = [
            {
                "kind": key.kind,
                "id": key.id,
                "version": before.version if before else 0,
                "body": before.text if before else None,
            }
            for key, before in working.before.items()
        ]
        store.execute(_COPY_TO_BASE, bases)
        store.execute(_TOUCH, [{"kind": key.kind, "id": key.id, "n": n} for n, key in touched])
    for entry in entries:
        _apply_one(working, entry)
    return working.flush()


def _apply_one(working: WorkingSet, entry: Entry) -> None:
    """Apply, or pass over: what cannot apply here stays pending, and is tried when a page brings what it touches."""
    try:
        outcome = apply(working.existing(touches(entry)), entry)
    except (LookupError, TypeError, ValueError) as error:  # a body no rule foresaw blocks nothing; the server decides
        log.warning("entry passed over", extra={"n": entry.n, "mutation": entry.name, "error": type(error).__name__})
        return
    if outcome.status is VerdictStatus.REJECTED:
        return
    for key, body in outcome.changes.items():
        working.put(key, body)
