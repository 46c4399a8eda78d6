"""One pull page into the store, in one transaction (design: Writing, Pull page; The feed).

A row goes straight to the records unless a pending entry touches its record: then it goes to `base`, and the record is
made again from `base` and those entries. Memberships and the digest follow every row. The last page also takes the
acknowledgement, lets rows go that a refetched scope no longer has, and compares digests; what to do about one that
differs is the engine's to decide (`mend_rows`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects.sqlite import insert

from clienteling.store.asking_side import AskingSide, UnpackRecords
from clienteling.store.catch_up import (
    Standing,
    drop_bases,
    keys_touched_by,
    numbers_touching,
    read_bases,
    read_standing,
    rebuild,
    without_scope,
)
from clienteling.store.look_up_ends import follow_look_ups, server_time
from clienteling.store.outbox import read_identity
from clienteling.store.record_rows import body_text, keys_json, load_records, write_records
from clienteling.store.tables import BASE, META, ROW_SCOPE, SCOPE_DIGEST, TOUCHED
from sync.protocol.digest import Digest, row_hash
from sync.protocol.errors import MustRefetch, ProtocolBroken
from sync.protocol.kinds import Body, RecordKey, has_digest
from sync.protocol.wire import Change, PullPage, RowState

_MODULUS = 1 << 64


class Refetch(StrEnum):
    """A scope to be fetched again: asked for with the next page, then running until a last page."""

    NONE = "none"
    WANTED = "wanted"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Applied:
    """`changed` records; `mismatched` scopes; `acked_n` after the page."""

    changed: int
    mismatched: tuple[str, ...]
    acked_n: int
    pending_changed: bool


_MEMBERSHIPS = text(
    "SELECT row_scope.scope, row_scope.kind, row_scope.id, row_scope.version, row_scope.stale "
    "FROM json_each(:keys) AS wanted "
    "JOIN row_scope ON row_scope.kind = wanted.value ->> 0 AND row_scope.id = wanted.value ->> 1"
)
_VERSIONS = text(
    "SELECT record.kind, record.id, record.version FROM json_each(:keys) AS wanted "
    "JOIN record ON record.kind = wanted.value ->> 0 AND record.id = wanted.value ->> 1"
)
_JOIN_SCOPE = (
    "INSERT INTO row_scope (kind, id, scope, version, stale) VALUES (?, ?, ?, ?, 0) "
    "ON CONFLICT (kind, id, scope) DO UPDATE SET version = excluded.version, stale = 0"
)
_LEAVE_SCOPE = "DELETE FROM row_scope WHERE kind = ? AND id = ? AND scope = ?"
_KEEP_DIGEST = insert(SCOPE_DIGEST)
_KEEP_DIGEST = _KEEP_DIGEST.on_conflict_do_update(
    index_elements=["scope"],
    set_={"total": _KEEP_DIGEST.excluded.total, "live_count": _KEEP_DIGEST.excluded.live_count},
)
_KEEP_BASE = insert(BASE)
_KEEP_BASE = _KEEP_BASE.on_conflict_do_update(
    index_elements=["kind", "id"], set_={"version": _KEEP_BASE.excluded.version, "body": _KEEP_BASE.excluded.body}
)

_ALL_DIGESTS = SCOPE_DIGEST.select()
_WANTED = select(SCOPE_DIGEST.c.scope).where(SCOPE_DIGEST.c.refetch == Refetch.WANTED)
_RUN = SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.refetch == Refetch.WANTED).values(refetch=Refetch.RUNNING)
_RUNNING = SCOPE_DIGEST.select().where(SCOPE_DIGEST.c.refetch == Refetch.RUNNING)
_HAS_RUN = SCOPE_DIGEST.update().where(SCOPE_DIGEST.c.refetch == Refetch.RUNNING).values(refetch=Refetch.NONE)
_DECIDED = TOUCHED.select().where(TOUCHED.c.n <= bindparam("acked_n"))
_DROP_DECIDED = TOUCHED.delete().where(TOUCHED.c.n <= bindparam("acked_n"))

ServerRow = tuple[int, Body | None]
"""(version, body), body None where the server has the record no more."""


@dataclass(slots=True)
class _Tally:
    """A scope's digest while a page is applied; only rows that are not stale are counted."""

    total: int
    count: int

    def add(self, key: RecordKey, version: int) -> None:
        self.total = (self.total + row_hash(key.kind, key.id, version)) % _MODULUS
        self.count += 1

    def take(self, key: RecordKey, version: int) -> None:
        self.total = (self.total - row_hash(key.kind, key.id, version)) % _MODULUS
        self.count -= 1


@dataclass(slots=True)
class _PageRows:
    """What a page's rows come to, worked out in memory.

    `memberships`: (scope, key) -> (version, stale) now, None where it left. `server`: what the page says of a record.
    `left`: records that lost a membership without being deleted.
    """

    memberships: dict[tuple[str, RecordKey], tuple[int, bool] | None]
    known: dict[RecordKey, int]
    tallies: dict[str, _Tally]
    server: dict[RecordKey, ServerRow] = field(default_factory=dict)
    purged: set[RecordKey] = field(default_factory=set)
    left: set[RecordKey] = field(default_factory=set)
    moved: set[tuple[str, RecordKey]] = field(default_factory=set)

    def take(self, change: Change) -> None:
        key = RecordKey(change.kind, change.id)
        place = change.scope, key
        before = self.memberships.get(place)
        tally = self.tallies.setdefault(change.scope, _Tally(0, 0))
        if before is not None and not before[1]:
            tally.take(key, before[0])
        stale = before is not None and before[1]
        live = change.state is RowState.LIVE
        self.memberships[place] = (change.version, False) if live else None
        if live:
            tally.add(key, change.version)
        if live or before is not None:
            self.moved.add(place)
        match change.state:
            case RowState.LIVE:
                self._take_body(key, change, stale)
            case RowState.DELETED:
                if self.known.get(key, 0) <= change.version:
                    self.server[key] = change.version, None
                    self.known.pop(key, None)
            case RowState.LEFT:
                self.left.add(key)
            case RowState.PURGED:
                self.purged.add(key)
                self.server[key] = change.version, None
                self.known.pop(key, None)
            case _:
                assert_never(change.state)

    def _take_body(self, key: RecordKey, change: Change, stale: bool) -> None:
        if change.body is None:
            raise ProtocolBroken("sync.live_without_body", kind=change.kind)
        known = self.known.get(key)
        if known is None or change.version > known or stale:
            self.server[key] = change.version, change.body
            self.known[key] = change.version


def check_page(standing: Standing, page: PullPage) -> None:
    """Raises MustRefetch where this store cannot take the page: nothing of it may be stored.

    A server of another epoch, or one with fewer entries of this device than it has acknowledged, was restored.
    """
    if page.must_refetch:
        raise MustRefetch(scopes=tuple(page.must_refetch))
    if (standing.epoch is not None and page.epoch != standing.epoch) or page.ack.n < standing.acked_n:
        raise MustRefetch("sync.new_epoch", last_n=page.ack.n)


def purged_versions(changes: Iterable[Change]) -> dict[RecordKey, int]:
    """Records whose erasure is asked for, and the version of that word."""
    return {RecordKey(row.kind, row.id): row.version for row in changes if row.state is RowState.PURGED}


def is_quiet(store: Connection, standing: Standing, page: PullPage) -> bool:
    """Whether the page says that nothing has changed: an idle device writes nothing."""
    if page.changes or page.revoked or not page.last_page or not standing.filled:
        return False
    if page.cursor != standing.cursor or page.epoch != standing.epoch or page.ack.n != standing.acked_n:
        return False
    ours = {row.scope: (row.total, row.live_count, row.refetch) for row in store.execute(_ALL_DIGESTS)}
    theirs = {scope: (one.total, one.count, Refetch.NONE) for scope, one in page.digests.items() if has_digest(scope)}
    return all(ours.get(scope, ("0", 0, Refetch.NONE)) == one for scope, one in theirs.items()) and not any(
        refetch != Refetch.NONE for _, _, refetch in ours.values()
    )


def apply_page(
    store: Connection,
    outbox: Connection,
    page: PullPage,
    asking: AskingSide,
    *,
    now: datetime,
) -> Applied:
    """What the page did, in the caller's transaction. The caller has kept its verdicts and erased purged entries."""
    standing = read_standing(store)
    check_page(standing, page)
    identity = read_identity(outbox)
    if identity.device_id != standing.device_id:
        raise ProtocolBroken("sync.identity_changed")
    store.execute(_RUN)
    values: dict[str, object] = {"cursor": page.cursor, "epoch": page.epoch}
    if page.grants:
        store.execute(META.update().values(grants=page.grants))  # before the rows: the read side asks which store it is
    unpack = asking.unpack_records
    if standing.cursor is None and not page.last_page:
        asking.suspend_search(store)
    changed = _revoke(store, outbox, page.revoked, unpack)
    changed += apply_rows(store, outbox, page.changes, unpack)
    follow_look_ups(store, page, time_at=server_time(page, otherwise=now))
    acked_n, applied_n = standing.acked_n, standing.applied_n
    mismatched: tuple[str, ...] = ()
    if page.last_page:
        changed += _let_stale_rows_go(store, outbox, unpack)
        if standing.filled:
            acked_n = max(acked_n, min(page.ack.n, applied_n))
            changed += _acknowledge(store, outbox, acked_n, unpack)
        else:
            acked_n = applied_n = min(page.ack.n, identity.next_n - 1)
        if not asking.keeps_search(store):
            asking.rebuild_search(store)
        mismatched = _compare_digests(store, page)
        values |= {"acked_n": acked_n, "applied_n": applied_n, "filled": True, "synced_at": now, **heard(page, now)}
    store.execute(META.update().values(**values))
    return Applied(changed, mismatched, acked_n, pending_changed=acked_n != standing.acked_n)


def heard(page: PullPage, now: datetime) -> dict[str, datetime]:
    """Columns of `meta`: the server has said what time it is."""
    time_at = server_time(page, otherwise=now)
    return {"clock_at": now, "time_at": time_at, "heard_at": time_at}


def apply_rows(store: Connection, outbox: Connection, changes: Sequence[Change], unpack: UnpackRecords) -> int:
    """How many records changed: rows, memberships and the digests kept of them."""
    if not changes:
        return 0
    keys = {RecordKey(change.kind, change.id) for change in changes}
    touched = numbers_touching(store, keys)
    bases = read_bases(store, keys) if touched else {}
    rows = _PageRows(*_known_rows(store, keys, bases), _read_tallies(store, {change.scope for change in changes}))
    for change in changes:
        rows.take(change)
    _write_memberships(store, rows.memberships, rows.moved)
    _write_tallies(store, rows.tallies)
    changed = _purge(store, outbox, rows.purged, unpack) if rows.purged else 0
    for key in without_scope(store, rows.left):
        if key not in bases and key not in rows.server:
            rows.server[key] = 0, None
    straight = {key: row for key, row in rows.server.items() if key not in bases and key not in rows.purged}
    changed += _write_straight(store, straight, unpack)
    based = [key for key in rows.server if key in bases and key not in rows.purged]
    if based:
        store.execute(_KEEP_BASE, [_base_row(key, *rows.server[key]) for key in based])
        changed += rebuild(store, outbox, based, unpack)
    return changed


def _known_rows(
    store: Connection, keys: set[RecordKey], bases: Mapping[RecordKey, ServerRow]
) -> tuple[dict[tuple[str, RecordKey], tuple[int, bool] | None], dict[RecordKey, int]]:
    """Memberships of `keys`, and the version in which the server's record is known here."""
    parameter = {"keys": keys_json(keys)}
    memberships: dict[tuple[str, RecordKey], tuple[int, bool] | None] = {}
    for scope, kind, record_id, version, stale in store.execute(_MEMBERSHIPS, parameter):
        memberships[scope, RecordKey(kind, record_id)] = version, bool(stale)
    known = read_versions(store, keys)
    for key, (version, body) in bases.items():
        known.pop(key, None)
        if body is not None:
            known[key] = version
    return memberships, known


def read_versions(store: Connection, keys: Iterable[RecordKey]) -> dict[RecordKey, int]:
    """The version in which each of those records that are here is kept."""
    rows = store.execute(_VERSIONS, {"keys": keys_json(keys)})
    return {RecordKey(kind, record_id): version for kind, record_id, version in rows}


def _write_memberships(
    store: Connection,
    memberships: Mapping[tuple[str, RecordKey], tuple[int, bool] | None],
    moved: Iterable[tuple[str, RecordKey]],
) -> None:
    joined, left = [], []
    for scope, key in moved:
        now = memberships[scope, key]
        if now is None:
            left.append((*key, scope))
        else:
            joined.append((*key, scope, now[0]))
    if left:
        store.exec_driver_sql(_LEAVE_SCOPE, left)
    if joined:
        store.exec_driver_sql(_JOIN_SCOPE, joined)


def _write_straight(store: Connection, server: Mapping[RecordKey, ServerRow], unpack: UnpackRecords) -> int:
    """How many records changed. Deleting what is not there is no change."""
    absent = [key for key, (_, body) in server.items() if body is None]
    there = load_records(store, absent) if absent else {}
    changes = [(key, version, body) for key, (version, body) in server.items() if body is not None or key in there]
    write_records(store, changes, unpack)
    return len(changes)


def _purge(store: Connection, outbox: Connection, keys: set[RecordKey], unpack: UnpackRecords) -> int:
    """How many records changed: the purged ones go with their base, and so does what their entries had made."""
    numbers = numbers_touching(store, keys)
    others = keys_touched_by(store, numbers) - keys
    if numbers:
        store.execute(TOUCHED.delete().where(TOUCHED.c.n == bindparam("number")), [{"number": n} for n in numbers])
    changed = _write_straight(store, dict.fromkeys(keys, (0, None)), unpack)
    drop_bases(store, keys)
    return changed + rebuild(store, outbox, others, unpack)


def _records_leave(store: Connection, outbox: Connection, keys: set[RecordKey], unpack: UnpackRecords) -> int:
    """How many records went with their last membership; those a pending entry touches wait for its verdict."""
    gone = without_scope(store, keys)
    waiting = set(read_bases(store, gone))
    return _write_straight(store, dict.fromkeys(gone - waiting, (0, None)), unpack)


def _revoke(store: Connection, outbox: Connection, scopes: list[str], unpack: UnpackRecords) -> int:
    changed = 0
    for scope in scopes:
        rows = store.execute(ROW_SCOPE.select().where(ROW_SCOPE.c.scope == scope)).all()
        store.execute(ROW_SCOPE.delete().where(ROW_SCOPE.c.scope == scope))
        store.execute(SCOPE_DIGEST.delete().where(SCOPE_DIGEST.c.scope == scope))
        changed += _records_leave(store, outbox, {RecordKey(row.kind, row.id) for row in rows}, unpack)
    return changed


def _let_stale_rows_go(store: Connection, outbox: Connection, unpack: UnpackRecords) -> int:
    running = store.execute(_RUNNING).all()
    changed = 0
    for scope in running:
        stale = ROW_SCOPE.c.scope == scope.scope, ROW_SCOPE.c.stale.is_(True)
        keys = {RecordKey(row.kind, row.id) for row in store.execute(ROW_SCOPE.select().where(*stale))}
        store.execute(ROW_SCOPE.delete().where(*stale))
        changed += _records_leave(store, outbox, keys, unpack)
    if running:
        store.execute(_HAS_RUN)
    return changed


def _acknowledge(store: Connection, outbox: Connection, acked_n: int, unpack: UnpackRecords) -> int:
    """How many records changed: what entries up to `acked_n` touched is made again without them."""
    rows = store.execute(_DECIDED, {"acked_n": acked_n}).all()
    if not rows:
        return 0
    store.execute(_DROP_DECIDED, {"acked_n": acked_n})
    return rebuild(store, outbox, {RecordKey(row.kind, row.id) for row in rows}, unpack)


def _read_tallies(store: Connection, scopes: set[str]) -> dict[str, _Tally]:
    rows = store.execute(_ALL_DIGESTS).all()
    return {row.scope: _Tally(int(row.total), row.live_count) for row in rows if row.scope in scopes}


def _write_tallies(store: Connection, tallies: Mapping[str, _Tally]) -> None:
    rows = [
        {"scope": scope, "total": str(tally.total), "live_count": tally.count, "refetch": Refetch.NONE}
        for scope, tally in tallies.items()
    ]
    if rows:
        store.execute(_KEEP_DIGEST, rows)


def _compare_digests(store: Connection, page: PullPage) -> tuple[str, ...]:
    """Scopes whose digest is not the server's."""
    ours = {row.scope: Digest(int(row.total), row.live_count) for row in store.execute(_ALL_DIGESTS) if row.scope}
    return tuple(
        sorted(
            scope
            for scope, theirs in page.digests.items()
            if has_digest(scope) and ours.get(scope, Digest()) != Digest(int(theirs.total), theirs.count)
        )
    )


def _base_row(key: RecordKey, version: int, body: Body | None) -> dict[str, object]:
    return {"kind": key.kind, "id": key.id, "version": version, "body": None if body is None else body_text(body)}


def wanted_refetch(store: Connection) -> tuple[str, ...]:
    """Scopes the next pull must name."""
    return tuple(sorted(store.execute(_WANTED).scalars()))
