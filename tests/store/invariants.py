"""What holds of a device's files at every moment, whatever happened to it; by the names of the sync facts, I1 to I9."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from sync.protocol.digest import Digest, digest_of
from sync.protocol.kinds import Body, RecordKey
from sync.protocol.mutations import VOID, Entry, apply, touches
from sync.protocol.wire import VerdictStatus
from tests.store.devices import Device


class Broken(AssertionError):
    """An invariant does not hold. `name` is the invariant's, `details` what differs."""

    def __init__(self, name: str, details: str) -> None:
        super().__init__(f"{name}: {details}")
        self.name = name


def require(holds: object, name: str, details: object = "") -> None:
    """Raises Broken unless `holds`."""
    if not holds:
        raise Broken(name, str(details))


def require_same(ours: Mapping[Any, Any], theirs: Mapping[Any, Any], name: str) -> None:
    """Raises Broken with the keys that differ, ours beside theirs."""
    if ours != theirs:
        keys = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
        shown = [f"{tuple(key)}: {ours.get(key)} is not {theirs.get(key)}" for key in sorted(keys)[:3]]
        raise Broken(name, f"{len(keys)} differ; " + "; ".join(shown))


def replayed(rows: Mapping[RecordKey, Body], entries: Iterable[Entry]) -> dict[RecordKey, Body]:
    """The oracle: every entry over the server's rows, one after the other."""
    records = dict(rows)
    for entry in entries:
        keys = touches(entry)
        outcome = apply({key: records[key] for key in keys if key in records}, entry)
        if outcome.status is VerdictStatus.REJECTED:
            continue
        for key, body in outcome.changes.items():
            if body is None:
                records.pop(key, None)
            else:
                records[key] = body
    return records


@dataclass(frozen=True, slots=True)
class Files:
    """What a device's files hold, read in one snapshot of each. `rows`, `bases`: (version, body), body None for none.

    `members`: (scope, key) -> (version, stale). `digests`: scope -> (digest, refetch). `entries`: all that are pending.
    """

    device_ids: tuple[str, str]
    next_n: int
    applied_n: int
    acked_n: int
    cursor: str | None
    rows: Mapping[RecordKey, tuple[int, Body]]
    bases: Mapping[RecordKey, tuple[int, Body | None]]
    touched: frozenset[RecordKey]
    members: Mapping[tuple[str, RecordKey], tuple[int, bool]]
    digests: Mapping[str, tuple[Digest, str]]
    entries: tuple[Entry, ...]


def read_files(device: Device) -> Files:
    """All of it, in plain statements: this is read after every step of thousands of histories."""
    with device.store.reading() as store, device.store._shared.outbox.reading() as outbox:

        def ask(connection: Connection, query: str) -> list[Any]:
            return list(connection.exec_driver_sql(query).all())

        ((store_id, applied_n, acked_n, cursor),) = ask(store, "SELECT device_id, applied_n, acked_n, cursor FROM meta")
        ((device_id, next_n),) = ask(outbox, "SELECT device_id, next_n FROM identity")
        columns = "n, uuid, name, version, args, actor, at"
        waiting = ask(outbox, f"SELECT {columns} FROM entry WHERE n > {int(acked_n)} ORDER BY n")
        return Files(
            (store_id, device_id),
            next_n,
            applied_n,
            acked_n,
            cursor,
            {
                RecordKey(kind, one): (version, orjson.loads(body))
                for kind, one, version, body in ask(store, "SELECT kind, id, version, body FROM record")
            },
            {
                RecordKey(kind, one): (version, None if body is None else orjson.loads(body))
                for kind, one, version, body in ask(store, "SELECT kind, id, version, body FROM base")
            },
            frozenset(RecordKey(*row) for row in ask(store, "SELECT DISTINCT kind, id FROM touched")),
            {
                (scope, RecordKey(kind, one)): (version, bool(stale))
                for scope, kind, one, version, stale in ask(
                    store, "SELECT scope, kind, id, version, stale FROM row_scope"
                )
            },
            {
                scope: (Digest(int(total), count), refetch)
                for scope, total, count, refetch in ask(
                    store, "SELECT scope, total, live_count, refetch FROM scope_digest"
                )
            },
            tuple(
                Entry(device_id, n, uuid, name, version, orjson.loads(args), actor, at)
                for n, uuid, name, version, args, actor, at in waiting
            ),
        )


def require_base_and_pending(files: Files, *, may_be_erased: bool = False) -> None:
    """I6: the rows are the server's, as far as they came, with every pending entry on top.

    `may_be_erased`: a pending entry without text may have been erased already, in rows until the page that says so.
    """
    bodies = {key: body for key, (_, body) in files.rows.items()}
    rows = {key: body for key, body in bodies.items() if key not in files.bases}
    rows.update({key: body for key, (_, body) in files.bases.items() if body is not None})
    entries = [entry for entry in files.entries if entry.n <= files.applied_n]
    if not (may_be_erased and any(entry.name == VOID for entry in entries)):
        require_same(bodies, replayed(rows, entries), "I6 rows are the server's with pending entries on top")
    require(files.bases.keys() == files.touched, "I6 bases are of what is pending and nothing else")


def require_digests_of_memberships(files: Files) -> None:
    """I5: the digest kept with the rows is that of the memberships."""
    for scope, (kept, _) in files.digests.items():
        fresh = digest_of(
            (*key, version) for (of, key), (version, stale) in files.members.items() if of == scope and not stale
        )
        require(kept == fresh, "I5 digests are those of the rows", scope)


def require_memberships(files: Files) -> None:
    """I7: a record is here by a membership, or because an entry about it waits."""
    kept = files.rows.keys() - files.bases.keys() - {key for _, key in files.members}
    require(not kept, "I7 every record is in a scope of this device", kept)


def require_own_numbers(files: Files) -> None:
    """I1: nothing is acknowledged that was not applied, and rows and outbox are of one device."""
    store_id, device_id = files.device_ids
    require(store_id == device_id, "I1 rows and outbox are of one device")
    require(
        files.acked_n <= files.applied_n < files.next_n,
        "I1 what is acknowledged was applied, and what is applied was written",
        (files.acked_n, files.applied_n, files.next_n),
    )
