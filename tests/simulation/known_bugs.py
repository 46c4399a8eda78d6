"""Bugs that sync engines have had, each put back at a seam around the product: a harness that finds none of them
would find nothing. Sources: the table of failures people reported in the sync facts.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from clienteling.store.generation import StoreReplica
from clienteling.store.replica import LocalStore
from clienteling.store.tables import ENTRY, IDENTITY, META
from sync.central_api.database import CentralDatabase
from sync.central_api.news import read_seqs
from sync.central_api.tables import SCOPE, SCOPE_ROW, SYNC_RESULT
from sync.engine.loop import SyncLoop
from sync.engine.ports import CentralApi, PageResult, Position, Replica, ReplicaSet
from sync.protocol.digest import Digest
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import Entry
from sync.protocol.snapshots import SnapshotRow
from sync.protocol.wire import (
    Change,
    EntryMessage,
    HelloReply,
    HelloRequest,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    RowsReply,
    RowsRequest,
    RowState,
    SnapshotManifest,
    SnapshotsReply,
    SnapshotsRequest,
    Verdict,
    VerdictStatus,
    VerifyReply,
    VerifyRequest,
)


class Correct:
    """No bug: the seams as the product has them. A bug overrides one of them."""

    open_store: Callable[..., LocalStore] = LocalStore
    sync_loop: type[SyncLoop] = SyncLoop

    def replicas(self, store: LocalStore, crash: Callable[[], None]) -> ReplicaSet:
        """What the engine drives. `crash` may end the process where it is called."""
        return store

    def api(self, api: CentralApi, database: CentralDatabase) -> CentralApi:
        """What the engine calls; one object for the life of a process."""
        return api

    def server_writes(self, database: CentralDatabase, write: Callable[[], None]) -> None:
        """A write transaction of the server's own, an import."""
        write()

    def server_rests(self, database: CentralDatabase) -> None:
        """No write transaction is open any more."""

    def told_from(self, database: CentralDatabase) -> Callable[[], Mapping[str, int]]:
        """What a process of the server looks at to tell news."""
        return partial(read_seqs, database)


class WrappedReplica:
    """A replica, to override a part of."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    def position(self) -> Position:
        return self._replica.position()

    def catch_up(self) -> int:
        return self._replica.catch_up()

    def make_ready(self) -> None:
        self._replica.make_ready()

    def apply_page(self, page: PullPage) -> PageResult:
        return self._replica.apply_page(page)

    def bucket_digests(self, scope: str) -> Sequence[Digest]:
        return self._replica.bucket_digests(scope)

    def versions_in(self, scope: str, buckets: frozenset[int]) -> Mapping[RecordKey, int]:
        return self._replica.versions_in(scope, buckets)

    def mend(self, scope: str, changes: Sequence[Change]) -> int:
        return self._replica.mend(scope, changes)

    def refetch(self, scopes: Sequence[str]) -> None:
        self._replica.refetch(scopes)

    def load(self, scope: str, rows: Sequence[SnapshotRow]) -> None:
        self._replica.load(scope, rows)

    def stand_after(self, offered: SnapshotsReply) -> None:
        self._replica.stand_after(offered)


class WrappedReplicas:
    """A replica set, to override a part of."""

    def __init__(self, replicas: ReplicaSet) -> None:
        self._replicas = replicas

    def current(self) -> Replica:
        return self._replicas.current()

    def pending(self, limit: int, *, after_n: int = 0) -> Sequence[EntryMessage]:
        return self._replicas.pending(limit, after_n=after_n)

    def uuid_of(self, n: int) -> str | None:
        return self._replicas.uuid_of(n)

    def note_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        self._replicas.note_verdicts(verdicts)

    def begin_new_store(self) -> Replica:
        return self._replicas.begin_new_store()

    def drop_new_store(self) -> None:
        self._replicas.drop_new_store()

    def switch_to_new_store(self) -> None:
        self._replicas.switch_to_new_store()

    def new_identity(self, *, all_again: bool = False) -> None:
        self._replicas.new_identity(all_again=all_again)

    def resend_after(self, last_n: int, epoch: str) -> None:
        self._replicas.resend_after(last_n, epoch)


class WrappedApi:
    """An API, to override a part of."""

    def __init__(self, api: CentralApi) -> None:
        self._api = api

    async def hello(self, request: HelloRequest) -> HelloReply:
        return await self._api.hello(request)

    async def pull(self, request: PullRequest) -> PullPage:
        return await self._api.pull(request)

    async def push(self, request: PushRequest) -> PushReply:
        return await self._api.push(request)

    async def verify(self, request: VerifyRequest) -> VerifyReply:
        return await self._api.verify(request)

    async def rows(self, request: RowsRequest) -> RowsReply:
        return await self._api.rows(request)

    async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
        return await self._api.snapshots(request)

    def snapshot(self, manifest: SnapshotManifest, offset: int) -> AsyncGenerator[bytes, None]:
        return self._api.snapshot(manifest, offset)


class CursorApart(Correct):
    """The cursor is saved in a transaction of its own, before the page's rows (PouchDB #1240, RxDB #5571)."""

    def replicas(self, store: LocalStore, crash: Callable[[], None]) -> ReplicaSet:
        class Apart(WrappedReplica):
            def apply_page(self, page: PullPage) -> PageResult:
                if page.changes and not page.must_refetch:
                    assert isinstance(self._replica, StoreReplica)
                    with self._replica._database().writing() as connection:
                        connection.execute(META.update().values(cursor=page.cursor))
                    crash()
                return self._replica.apply_page(page)

        class Both(WrappedReplicas):
            def current(self) -> Replica:
                return Apart(self._replicas.current())

        return Both(store)


class SequenceFeed(Correct):
    """Rows are numbered from a sequence: a number is taken early, and what bears it is committed after later numbers
    (did-method-plc #127, Kinto #602). A second writer holds its transaction open until the next write begins."""

    def __init__(self) -> None:
        self._held: tuple[dict[str, int], Callable[[], None]] | None = None

    def server_rests(self, database: CentralDatabase) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._commit_late(database, *held)

    def server_writes(self, database: CentralDatabase, write: Callable[[], None]) -> None:
        self.server_rests(database)
        with database.writing() as connection:
            taken = {scope: seq + 1 for scope, seq in connection.execute(sa.select(SCOPE.c.scope, SCOPE.c.seq))}
            connection.execute(sa.update(SCOPE).values(seq=SCOPE.c.seq + 40))
        self._held = taken, write

    @staticmethod
    def _commit_late(database: CentralDatabase, taken: Mapping[str, int], write: Callable[[], None]) -> None:
        with database.reading() as connection:
            heads = {row.scope: row.seq for row in connection.execute(sa.select(SCOPE.c.scope, SCOPE.c.seq))}
        write()
        with database.writing() as connection:
            rows = connection.execute(sa.select(SCOPE_ROW.c.scope, SCOPE_ROW.c.seq).order_by(SCOPE_ROW.c.seq)).all()
            for scope, seq in rows:
                if seq > heads.get(scope, 0) and scope in taken:
                    early = taken[scope] + seq - heads[scope] - 1
                    this = SCOPE_ROW.c.scope == scope, SCOPE_ROW.c.seq == seq
                    connection.execute(sa.update(SCOPE_ROW).where(*this).values(seq=early))


class NumberReused(Correct):
    """The next number is max(n) + 1 of the entries still kept, and acknowledged ones are not kept."""

    class open_store(LocalStore):  # stands where a function may stand
        def write(self, name: str, version: int, args: Mapping[str, Any], *, actor: str | None, at: datetime) -> Entry:
            acked_n = self.current().position().acked_n
            with self._outbox_database.writing() as connection:
                connection.execute(ENTRY.delete().where(ENTRY.c.n <= acked_n))
                highest = connection.execute(sa.select(sa.func.max(ENTRY.c.n))).scalar_one() or 0
                connection.execute(IDENTITY.update().values(next_n=highest + 1))
            return super().write(name, version, args, actor=actor, at=at)


class OwnEntryOnly(Correct):
    """Each writer applies the entry it has just written, instead of all that are not yet applied."""

    class open_store(LocalStore):
        def write(self, name: str, version: int, args: Mapping[str, Any], *, actor: str | None, at: datetime) -> Entry:
            others_n = self.current().position().next_n - 1
            with self._current().writing() as connection:
                connection.execute(META.update().values(applied_n=others_n))
            return super().write(name, version, args, actor=actor, at=at)


class VerdictWithPushOnly(Correct):
    """A verdict is told once, in the answer to the push that decided it: an answer that is lost takes it with it."""

    def api(self, api: CentralApi, database: CentralDatabase) -> CentralApi:
        return _PushTells(api, database)


class _PushTells(WrappedApi):
    def __init__(self, api: CentralApi, database: CentralDatabase) -> None:
        super().__init__(api)
        self._database = database
        self._heard: dict[str, Verdict] = {}

    async def push(self, request: PushRequest) -> PushReply:
        with self._database.reading() as connection:
            decided = set(connection.execute(sa.select(SYNC_RESULT.c.uuid)).scalars())
        reply = await self._api.push(request)
        self._heard.update({verdict.uuid: verdict for verdict in reply.verdicts if verdict.uuid not in decided})
        return reply

    async def pull(self, request: PullRequest) -> PullPage:
        page = await self._api.pull(request)
        told = [
            verdict
            for verdict in self._heard.values()
            if request.settled_n < verdict.n <= page.ack.n and verdict.status is not VerdictStatus.APPLIED
        ]
        return page.model_copy(update={"ack": page.ack.model_copy(update={"verdicts": told})})


class EmptyPage(Correct):
    """A cursor that cannot be continued is answered with an empty page: nothing new."""

    def api(self, api: CentralApi, database: CentralDatabase) -> CentralApi:
        class Empty(WrappedApi):
            async def pull(self, request: PullRequest) -> PullPage:
                page = await self._api.pull(request)
                return page.model_copy(update={"must_refetch": [], "last_page": True}) if page.must_refetch else page

        return Empty(api)


class NotCompared(Correct):
    """Nobody compares digests: a row that was lost once is never found missing."""

    def api(self, api: CentralApi, database: CentralDatabase) -> CentralApi:
        class Silent(WrappedApi):
            async def pull(self, request: PullRequest) -> PullPage:
                page = await self._api.pull(request)
                return page.model_copy(update={"digests": {}})

        return Silent(api)


class Echo(Correct):
    """Rows that a page brought are taken for changes made here and sent back (PouchDB #3133, Morango #130)."""

    def replicas(self, store: LocalStore, crash: Callable[[], None]) -> ReplicaSet:
        class SendsBack(WrappedReplica):
            def apply_page(self, page: PullPage) -> PageResult:
                result = self._replica.apply_page(page)
                for change in page.changes:
                    if change.kind == Kind.CUSTOMER and change.state is RowState.LIVE and change.body:
                        city = change.body.get("city")
                        args = {"customer_id": change.id, "fields": {"city": [city, city]}}
                        store.write("contact.edit", 1, args, actor=None, at=store._now())
                return result

        class Both(WrappedReplicas):
            def current(self) -> Replica:
                return SendsBack(self._replicas.current())

        return Both(store)


class ToldBeforeCommit(Correct):
    """News of a change are told when it is decided, not when it is there (a NOTIFY outside of its transaction): whoever
    hears them and asks at once finds nothing. The writer's commit comes when the next write begins."""

    def __init__(self) -> None:
        self._held: Callable[[], None] | None = None
        self._early = 0
        self._told = Counter[str]()

    def server_writes(self, database: CentralDatabase, write: Callable[[], None]) -> None:
        self.server_rests(database)
        self._held = write
        self._early += 1

    def server_rests(self, database: CentralDatabase) -> None:
        held, self._held = self._held, None
        if held is not None:
            before = read_seqs(database)
            held()
            self._told.update({scope: seq - before.get(scope, 0) for scope, seq in read_seqs(database).items()})

    def told_from(self, database: CentralDatabase) -> Callable[[], Mapping[str, int]]:
        def read() -> Mapping[str, int]:
            return {scope: seq - self._told[scope] + self._early for scope, seq in read_seqs(database).items()}

        return read


class NewsForgotten(Correct):
    """What is told while a device syncs is forgotten when it has synced (RxDB #5571)."""

    class sync_loop(SyncLoop):
        async def _pause(self, delay_s: float) -> None:
            if not self._finished:
                self._wake.clear()
            await super()._pause(delay_s)


KNOWN_BUGS: Mapping[str, type[Correct]] = {
    "cursor saved apart from rows": CursorApart,
    "nextval feed": SequenceFeed,
    "number reused": NumberReused,
    "each writer applies its own entry": OwnEntryOnly,
    "verdict lost with the push answer": VerdictWithPushOnly,
    "empty page instead of must_refetch": EmptyPage,
    "applied row sent back": Echo,
    "digests not compared": NotCompared,
    "news told before the commit": ToldBeforeCommit,
    "news forgotten while syncing": NewsForgotten,
}
