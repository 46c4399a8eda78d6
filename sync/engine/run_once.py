"""One sync from beginning to end: hello where needed, push what waits, pull to the last page.

Acts on `decide.next_step` until it says Finish. While a page is applied the next one is on its way. Store steps run in
threads; every step may be cut off, and the next run starts from what is on disk. Raises the errors of
`sync.protocol.errors`; `Unreachable` is the ordinary one.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from sync.engine.decide import (
    MAX_CUTS,
    AskForSnapshots,
    BeginNewStore,
    FetchPage,
    Finish,
    GiveUp,
    LoadSnapshot,
    MendScopes,
    PushEntries,
    RefetchScopes,
    ResendAfter,
    SayHello,
    Situation,
    Step,
    SwitchStore,
    TakeNewIdentity,
    next_step,
)
from sync.engine.load_snapshot import load_snapshot
from sync.engine.pages_ahead import PagesAhead
from sync.engine.ports import CentralApi, PageResult, Position, Replica, ReplicaSet
from sync.engine.repair import mend_scope
from sync.protocol.collector import collector_paused
from sync.protocol.errors import (
    DeviceForked,
    NumberGap,
    ProtocolBroken,
    SnapshotRefused,
    Unreachable,
    ValidationFailed,
    WrongCredential,
)
from sync.protocol.snapshots import SnapshotReader
from sync.protocol.wire import (
    MAX_PINNED,
    MAX_PUSH_BYTES,
    MAX_PUSH_ENTRIES,
    SCHEMA,
    EntryMessage,
    HelloRequest,
    PullPage,
    PullRequest,
    PushRequest,
    SnapshotManifest,
    SnapshotsReply,
    SnapshotsRequest,
)

MAX_STEPS = 1_000_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Told after every step: entries sent, rows changed, pages applied; `filling`: a new store is being made."""

    pushed: int
    changed: int
    pages: int
    filling: bool


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one sync did. `new_store` (in place of one that had been filled), `new_identity`: to be told to people."""

    pushed: int
    changed: int
    pages: int
    requests: int
    new_store: bool
    new_identity: bool


class Run:
    """One run's state and its steps."""

    def __init__(
        self,
        replicas: ReplicaSet,
        api: CentralApi,
        *,
        app_version: str,
        on_progress: Callable[[Progress], None],
        pinned: Callable[[], Sequence[str]],
    ) -> None:
        self._replicas = replicas
        self._api = api
        self._app_version = app_version
        self._on_progress = on_progress
        self._pinned = pinned
        self._filling: Replica | None = None
        self._stands: tuple[Replica, Position] | None = None
        self._pages_ahead = PagesAhead(self._pull)
        self._following: Sequence[EntryMessage] = ()
        self._sent: EntryMessage | None = None
        self._reader: SnapshotReader | None = None
        self._pushed = self._changed = self._pages = self._requests = 0

    async def __call__(self) -> SyncResult:
        try:
            return await self._to_the_end()
        finally:
            await self._pages_ahead.close()

    async def _to_the_end(self) -> SyncResult:
        situation = await asyncio.to_thread(self._look)
        began_empty = situation.position.epoch is None
        for _ in range(MAX_STEPS):
            step = next_step(situation)
            if isinstance(step, Finish):
                return SyncResult(
                    self._pushed,
                    self._changed,
                    self._pages,
                    self._requests,
                    new_store=situation.new_stores > 0 and not began_empty,
                    new_identity=situation.new_identities > 0,
                )
            try:
                situation = await self._act(situation, step)
            except WrongCredential:
                situation = replace(situation, foreign=True)
            self._tell()
        raise ProtocolBroken("sync.no_end")

    def _tell(self) -> None:
        self._on_progress(Progress(self._pushed, self._changed, self._pages, self._filling is not None))

    def _look(self) -> Situation:
        self._replicas.drop_new_store()
        replica = self._replicas.current()
        replica.make_ready()
        position = replica.position()
        self._stands = replica, position
        # Numbers have no gaps: with none above the acknowledged one there is nothing to read.
        waits = position.next_n - 1 > position.acked_n
        return Situation(position, self._first_unsent(0) if waits else None)

    def _first_unsent(self, after_n: int) -> int | None:
        first = self._replicas.pending(1, after_n=after_n)
        return first[0].n if first else None

    async def _act(self, situation: Situation, step: Step) -> Situation:
        stands, self._stands = self._stands, None  # every step but a page moves what was read before it
        match step:
            case SayHello():
                return await self._say_hello(situation)
            case TakeNewIdentity(all_again):
                return await asyncio.to_thread(self._take_new_identity, situation, all_again)
            case ResendAfter(last_n, epoch):
                return await asyncio.to_thread(self._resend, situation, last_n, epoch)
            case PushEntries(after_n):
                return await self._push(situation, after_n)
            case FetchPage():
                return await self._fetch_page(situation, stands)
            case MendScopes(scopes):
                return await self._mend(situation, scopes)
            case RefetchScopes(scopes):
                return await asyncio.to_thread(self._refetch, situation, scopes)
            case BeginNewStore():
                return await asyncio.to_thread(self._begin_new_store, situation)
            case AskForSnapshots():
                return await self._ask_for_snapshots(situation)
            case LoadSnapshot(manifest):
                return await self._load(situation, manifest)
            case SwitchStore():
                return await asyncio.to_thread(self._switch, situation)
            case GiveUp(code):
                raise ProtocolBroken(code)
            case Finish():
                return situation
            case _:
                assert_never(step)

    async def _say_hello(self, situation: Situation) -> Situation:
        self._requests += 1
        hello = await self._api.hello(
            HelloRequest(device_id=situation.position.device_id, schema_number=SCHEMA, app_version=self._app_version)
        )
        own_last_uuid = await asyncio.to_thread(self._replicas.uuid_of, hello.last_n)
        hellos = situation.hellos + 1
        return replace(situation, hello=hello, own_last_uuid=own_last_uuid, hello_wanted=False, hellos=hellos)

    def _take_new_identity(self, situation: Situation, all_again: bool) -> Situation:
        self._filling = None
        self._replicas.new_identity(all_again=all_again)
        self._sent = None
        fresh = self._look()
        return replace(fresh, new_identities=situation.new_identities + 1, new_stores=situation.new_stores)

    def _resend(self, situation: Situation, last_n: int, epoch: str) -> Situation:
        self._replicas.resend_after(last_n, epoch)
        return replace(
            situation,
            position=self._replicas.current().position(),
            next_unsent_n=self._first_unsent(0),
            resent=True,
            at_last_page=False,
        )

    async def _push(self, situation: Situation, after_n: int) -> Situation:
        entries, self._following = self._following, ()
        if not entries or entries[0].n != after_n + 1:
            entries = await self._read_pending(after_n)
        if not entries:
            return replace(situation, next_unsent_n=None)
        last_n = entries[-1].n
        self._requests += 1
        request = PushRequest(
            device_id=situation.position.device_id,
            schema_number=SCHEMA,
            previous_uuid=await self._uuid_before(entries[0].n),
            entries=list(entries),
        )
        # A full batch is followed by another, which is read while the server decides.
        reading = asyncio.create_task(self._read_pending(last_n)) if len(entries) == MAX_PUSH_ENTRIES else None
        try:
            reply = await self._api.push(request)
        except DeviceForked:
            return replace(situation, forked=True)
        except NumberGap:
            return replace(situation, hello_wanted=True)
        finally:
            following = await reading if reading is not None else ()
        await asyncio.to_thread(self._replicas.note_verdicts, reply.verdicts)
        self._sent = entries[-1]
        self._pushed += len(entries)
        self._following = following
        next_n = following[0].n if following else await asyncio.to_thread(self._first_unsent, last_n)
        return replace(situation, next_unsent_n=next_n, at_last_page=False)

    async def _uuid_before(self, n: int) -> str | None:
        if self._sent is None or self._sent.n != n - 1:
            return await asyncio.to_thread(self._replicas.uuid_of, n - 1)
        return self._sent.uuid

    async def _read_pending(self, after_n: int) -> Sequence[EntryMessage]:
        return _one_push(await asyncio.to_thread(self._replicas.pending, MAX_PUSH_ENTRIES, after_n=after_n))

    async def _fetch_page(self, situation: Situation, stands: tuple[Replica, Position] | None) -> Situation:
        replica, position = stands if stands is not None else await asyncio.to_thread(self._standing)
        page = await self._pages_ahead.after(position)
        refused = situation.refused_page(page)
        if refused is not None:
            return refused
        if not page.last_page:
            self._pages_ahead.ask(replace(position, cursor=page.cursor, refetch=()))
        try:
            result, position = await asyncio.to_thread(_apply, replica, page)
        except DeviceForked:
            return replace(situation, forked=True)
        self._pages += 1
        self._changed += result.changed
        self._stands = replica, position
        return situation.after_page(page, position, result.mismatched)

    async def _pull(self, position: Position) -> PullPage:
        self._requests += 1
        return await self._api.pull(
            PullRequest(
                device_id=position.device_id,
                schema_number=SCHEMA,
                cursor=position.cursor,
                settled_n=position.settled_n,
                next_n=position.next_n,
                refetch=list(position.refetch),
                pinned=list(self._pinned()[:MAX_PINNED]),
            )
        )

    def _standing(self) -> tuple[Replica, Position]:
        replica = self._replica()
        return replica, replica.position()

    def _replica(self) -> Replica:
        """The replica that pages go to."""
        return self._filling if self._filling is not None else self._replicas.current()

    async def _mend(self, situation: Situation, scopes: tuple[str, ...]) -> Situation:
        replica = await asyncio.to_thread(self._replica)
        given_up = []
        for scope in scopes:
            mended = await mend_scope(replica, self._api, scope, situation.position)
            self._requests += mended.requests
            self._changed += mended.changed
            if mended.gave_up:
                given_up.append(scope)
        return replace(situation, mismatched=(), unmendable=tuple(given_up))

    def _refetch(self, situation: Situation, scopes: tuple[str, ...]) -> Situation:
        self._replica().refetch(scopes)
        return replace(situation, mismatched=(), unmendable=())

    def _begin_new_store(self, situation: Situation) -> Situation:
        self._filling = self._replicas.begin_new_store()
        self._reader = None
        return replace(
            situation,
            filling=True,
            to_load=tuple(situation.offered.snapshots) if situation.offered is not None else (),
            cuts=0,
            must_refetch=False,
            mismatched=(),
            mismatch_rounds=0,
            at_last_page=False,
            new_stores=situation.new_stores + 1,
        )

    async def _ask_for_snapshots(self, situation: Situation) -> Situation:
        self._requests += 1
        device_id = situation.position.device_id
        try:
            offered = await self._api.snapshots(SnapshotsRequest(device_id=device_id, schema_number=SCHEMA))
        except ValidationFailed:
            offered = SnapshotsReply()
        return replace(situation, offered=offered)

    async def _load(self, situation: Situation, manifest: SnapshotManifest) -> Situation:
        replica = self._replica()
        if self._reader is None or self._reader.manifest != manifest:
            self._reader = SnapshotReader(manifest)
        self._requests += 1
        before = self._reader.offset
        try:
            await load_snapshot(replica, self._api, self._reader, self._note_rows)
            to_load = situation.to_load[1:]
            if not to_load and situation.offered is not None:
                await asyncio.to_thread(replica.stand_after, situation.offered)
        except Unreachable:
            cuts = 1 if self._reader.offset > before else situation.cuts + 1
            if cuts < MAX_CUTS:
                return replace(situation, cuts=cuts)
            return self._by_pages(situation, manifest, "cut")
        except SnapshotRefused as error:
            return self._by_pages(situation, manifest, str(error.fields.get("kind")))
        return replace(situation, to_load=to_load, cuts=0)

    def _by_pages(self, situation: Situation, manifest: SnapshotManifest, kind: str) -> Situation:
        log.warning("snapshot refused", extra={"scope": manifest.scope, "snapshot": manifest.id, "kind": kind})
        return situation.without_snapshots()

    def _note_rows(self, count: int) -> None:
        self._changed += count
        self._tell()

    def _switch(self, situation: Situation) -> Situation:
        self._replicas.switch_to_new_store()
        self._filling = None
        return replace(
            situation,
            filling=False,
            position=self._replicas.current().position(),
            next_unsent_n=self._first_unsent(0),
            at_last_page=True,
        )


_MOST_BYTES_OF_CHARACTER = 4
_BYTES_BESIDE_ARGS = 2_000
"""Number, uuid, name, time and actor of an entry."""


def _one_push(entries: Sequence[EntryMessage]) -> Sequence[EntryMessage]:
    """The first of the entries that a server takes at once, at least one: more would be refused again and again."""
    size_bytes = 0
    for count, entry in enumerate(entries):
        size_bytes += _MOST_BYTES_OF_CHARACTER * len(repr(entry.args)) + _BYTES_BESIDE_ARGS
        if size_bytes > MAX_PUSH_BYTES and count:
            return entries[:count]
    return entries


def _apply(replica: Replica, page: PullPage) -> tuple[PageResult, Position]:
    """What the page did, and where the replica stands after it: one visit to a thread for both."""
    if page.last_page:
        return replica.apply_page(page), replica.position()
    with collector_paused():  # the next page is taken apart meanwhile
        return replica.apply_page(page), replica.position()


async def run_once(
    replicas: ReplicaSet,
    api: CentralApi,
    *,
    app_version: str = "",
    on_progress: Callable[[Progress], None] = lambda progress: None,
    pinned: Callable[[], Sequence[str]] = tuple,
) -> SyncResult:
    """What was sent and changed. Effects: network, and the local store through `replicas`.

    `pinned`: customers on an open screen, who stay however long ago they were looked up online.
    """
    return await Run(replicas, api, app_version=app_version, on_progress=on_progress, pinned=pinned)()
