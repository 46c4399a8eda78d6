"""One generation of a device's rows with its outbox, as the sync engine drives it (`sync.engine.ports.Replica`).

A page goes: verdicts to the outbox, the page to the store, marks to the outbox. `after_step` is called after each
durable step: tests stop there to see that any cut can be repeated.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select

from clienteling.store.apply_remote import apply_page, check_page, heard, is_quiet, purged_versions, wanted_refetch
from clienteling.store.asking_side import AskingSide
from clienteling.store.catch_up import Standing, catch_up, read_standing
from clienteling.store.database import Database
from clienteling.store.errors import DiskFull
from clienteling.store.load_rows import load_rows, stand_after
from clienteling.store.mend_rows import mend_rows, read_bucket_digests, read_versions, refetch_scope
from clienteling.store.outbox import Outbox, is_of_another, read_identity
from clienteling.store.tables import META
from sync.engine.ports import PageResult, Position
from sync.protocol.digest import Digest
from sync.protocol.errors import DeviceForked
from sync.protocol.kinds import RecordKey
from sync.protocol.snapshots import SnapshotRow
from sync.protocol.times import Clock
from sync.protocol.wire import Change, PullPage, SnapshotsReply

SYNC_NOTED_EVERY: Final = timedelta(seconds=5)
SYNCED_AT: Final = select(META.c.synced_at)

log = logging.getLogger(__name__)


class Step(StrEnum):
    """Durable steps, each of which may be the last before the power goes."""

    ENTRY_KEPT = "entry kept"
    CAUGHT_UP = "caught up"
    EARLY_VERDICTS_KEPT = "verdicts of a push kept"
    PURGED_ERASED = "purged entries erased"
    VERDICTS_KEPT = "verdicts kept"
    PAGE_KEPT = "page kept"
    MADE_SEARCHABLE = "made searchable"
    ROWS_MENDED = "rows mended"
    CHUNK_LOADED = "chunk of a snapshot loaded"
    SNAPSHOTS_LOADED = "all snapshots loaded"
    MARKED = "acknowledged entries marked"
    NEW_STORE_MADE = "new store made"
    NEW_STORE_CAUGHT_UP = "new store caught up"
    POINTER_MOVED = "pointer moved"
    RENUMBERED = "entries renumbered"
    REOPENED = "entries reopened"
    ENTRIES_LET_GO = "settled entries let go by age"
    FORGOTTEN = "customers forgotten by age"


def go_on(step: Step) -> None:
    """Outside tests nobody stops after a step."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all generations of a device's store share."""

    outbox: Outbox
    asking: AskingSide
    now: Clock
    after_step: Callable[[Step], None]
    published: Callable[[], None]
    forget_set_aside: Callable[[], int]
    confirm_erased: Callable[[], None]


class StoreReplica:
    """One generation of rows with the device's outbox; a `Replica`. `database` is asked before each transaction.

    `is_current`: entries are marked as acknowledged by the store people look at, never by one that may be thrown away.
    """

    def __init__(self, database: Callable[[], Database], shared: Shared, *, is_current: bool) -> None:
        self._database = database
        self._shared = shared
        self._is_current = is_current

    def position(self) -> Position:
        with self._database().reading() as store, self._shared.outbox.reading() as outbox:
            standing = read_standing(store)
            identity = read_identity(outbox)
            refetch = wanted_refetch(store)
        ours = standing.device_id == identity.device_id
        return Position(
            device_id=identity.device_id,
            next_n=identity.next_n,
            cursor=standing.cursor,
            settled_n=identity.settled_n,
            acked_n=standing.acked_n if ours else 0,
            applied_n=standing.applied_n if ours else 0,
            refetch=refetch,
            epoch=standing.epoch,
        )

    def catch_up(self) -> int:
        with self._database().writing() as store, self._shared.outbox.reading() as outbox:
            result = catch_up(store, outbox, self._shared.asking.unpack_records)
        self._shared.after_step(Step.CAUGHT_UP)
        if result.entries or result.rewound:
            self._shared.published()
        return result.entries

    def make_ready(self) -> None:
        try:
            self.catch_up()
            self._make_searchable()
        except DiskFull as error:
            log.warning("rows not made ready", extra={"code": error.code})

    def _make_searchable(self) -> None:
        database, asking = self._database(), self._shared.asking
        with database.reading() as store:
            if asking.keeps_search(store):
                return
        with database.writing() as store:
            asking.rebuild_search(store)
        self._shared.after_step(Step.MADE_SEARCHABLE)
        self._shared.published()

    def apply_page(self, page: PullPage) -> PageResult:
        shared = self._shared
        database = self._database()
        with database.reading() as store, shared.outbox.reading() as outbox:
            standing = read_standing(store)
            identity = read_identity(outbox)
            check_page(standing, page)
            if page.ack.n >= identity.next_n or is_of_another(outbox, page.ack):
                raise DeviceForked
            quiet = page.ack.n <= identity.settled_n and is_quiet(store, standing, page)
            synced_at = store.execute(SYNCED_AT).scalar_one() if quiet else None
        if quiet and standing.device_id == identity.device_id:
            self._note_sync(database, synced_at, page)
            self._confirm_erased()
            return PageResult(0)
        purged = self._erase_purged(page.changes, page.epoch)
        if page.last_page and page.ack.n > identity.settled_n:
            shared.outbox.settle_verdicts(page.ack, at=shared.now())
            shared.after_step(Step.VERDICTS_KEPT)
        with database.writing() as store, shared.outbox.reading() as outbox:
            applied = apply_page(store, outbox, page, shared.asking, now=shared.now())
        shared.after_step(Step.PAGE_KEPT)
        if page.last_page and self._is_current:
            self._mark(applied.acked_n)
        if purged:
            database.clear_log()
        if page.last_page:
            self._confirm_erased()
        if applied.changed or applied.pending_changed:
            shared.published()
        return PageResult(applied.changed, applied.mismatched)

    def bucket_digests(self, scope: str) -> Sequence[Digest]:
        with self._database().reading() as store:
            return read_bucket_digests(store, scope)

    def versions_in(self, scope: str, buckets: frozenset[int]) -> Mapping[RecordKey, int]:
        with self._database().reading() as store:
            return read_versions(store, scope, buckets)

    def mend(self, scope: str, changes: Sequence[Change]) -> int:
        shared = self._shared
        database = self._database()
        purged = self._erase_purged(changes, self.position().epoch or "")
        with database.writing() as store, shared.outbox.reading() as outbox:
            changed = mend_rows(store, outbox, scope, changes, shared.asking.unpack_records)
        shared.after_step(Step.ROWS_MENDED)
        if purged:
            database.clear_log()
            self._confirm_erased()
        if changed:
            shared.published()
        return changed

    def refetch(self, scopes: Sequence[str]) -> None:
        with self._database().writing() as store:
            for scope in scopes:
                refetch_scope(store, scope)

    def load(self, scope: str, rows: Sequence[SnapshotRow]) -> None:
        with self._database().writing() as store:
            load_rows(store, scope, rows, self._shared.asking.unpack_records)
        self._shared.after_step(Step.CHUNK_LOADED)

    def stand_after(self, offered: SnapshotsReply) -> None:
        with self._database().writing() as store:
            stand_after(store, offered)
        self._shared.after_step(Step.SNAPSHOTS_LOADED)

    def _erase_purged(self, changes: Sequence[Change], epoch: str) -> bool:
        """Whether erasures are asked for; entries about those records have lost their text then."""
        purged = purged_versions(changes)
        if purged:
            self._shared.outbox.erase(purged, epoch)
            self._shared.forget_set_aside()
            self._shared.after_step(Step.PURGED_ERASED)
        return bool(purged)

    def _confirm_erased(self) -> None:
        """At a last page, by the store that people look at: one that is being filled has not replaced that yet."""
        if self._is_current:
            self._shared.confirm_erased()

    def standing(self) -> Standing:
        with self._database().reading() as store:
            return read_standing(store)

    def _note_sync(self, database: Database, synced_at: datetime | None, page: PullPage) -> None:
        """Keep the time of a pull that brought nothing, every few seconds at most."""
        now = self._shared.now()
        if synced_at is None or not timedelta(0) <= now - synced_at < SYNC_NOTED_EVERY:
            with database.writing() as store:
                store.execute(META.update().values(synced_at=now, **heard(page, now)))

    def _mark(self, acked_n: int) -> None:
        shared = self._shared
        if shared.outbox.mark_acknowledged(acked_n, at=shared.now()):
            shared.outbox.forget_old(now=shared.now())
        shared.after_step(Step.MARKED)
