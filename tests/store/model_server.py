"""A central profile API as plain dictionaries: the authority that the store's tests compare a device with.

Scopes hold customers; everything about a customer follows them. One feed row per record per scope, numbered by the
scope's counter; pages may be cut anywhere. It answers the engine's `CentralApi` port.
"""

import copy
import json
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from sync.protocol.digest import Digest, bucket_digests, bucket_of, digest_of
from sync.protocol.errors import DeviceForked, NumberGap, SnapshotRefused, ValidationFailed
from sync.protocol.kinds import GLOBAL_SCOPE, Body, Kind, RecordKey, store_scope
from sync.protocol.mutations import VOID, Entry, apply, touches
from sync.protocol.wire import (
    Ack,
    Change,
    EntryMessage,
    HelloReply,
    HelloRequest,
    Limits,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    RowsReply,
    RowsRequest,
    RowState,
    ScopeDigest,
    SnapshotManifest,
    SnapshotsReply,
    SnapshotsRequest,
    Verdict,
    VerdictStatus,
    VerifyReply,
    VerifyRequest,
)

STORE_ID = "5b7c1b0e-1111-7000-8000-000000000001"
STORE = store_scope(STORE_ID)
OTHER = store_scope("5b7c1b0e-1111-7000-8000-000000000002")
SERVER_TIME = "2026-11-22T03:42:00Z"


@dataclass
class FeedRow:
    seq: int
    state: RowState
    version: int


@dataclass
class Log:
    """What the server keeps of one device."""

    last_n: int = 0
    verdicts: dict[int, Verdict] = field(default_factory=dict)


@dataclass
class State:
    """Everything a backup holds."""

    records: dict[RecordKey, tuple[int, Body]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=lambda: {STORE: set(), OTHER: set()})
    feed: dict[str, dict[RecordKey, FeedRow]] = field(default_factory=lambda: {STORE: {}, OTHER: {}, GLOBAL_SCOPE: {}})
    seqs: dict[str, int] = field(default_factory=lambda: {STORE: 0, OTHER: 0, GLOBAL_SCOPE: 0})
    logs: dict[str, Log] = field(default_factory=dict)
    uuids: dict[str, Verdict] = field(default_factory=dict)


class ModelServer:
    """The authority. `granted`: the scopes of every device; `page_rows`: where pages are cut."""

    def __init__(self) -> None:
        self.state = State()
        self.epoch = str(uuid.UUID(int=1))
        self.granted = [GLOBAL_SCOPE, STORE, OTHER]
        self.page_rows = 1_000
        self.refuse: set[str] = set()
        self.files: dict[str, bytes] = {}
        self._backup: tuple[State, str] | None = None

    # What happens at other places.

    def put(self, key: RecordKey, body: Body) -> None:
        """Someone else changed a record; a record of no customer is everybody's."""
        version = self._last_version(key) + 1
        self.state.records[key] = version, {"id": key.id, **body}
        self._stamp(key)

    def delete(self, key: RecordKey) -> None:
        version, _ = self.state.records.pop(key)
        for rows in self.state.feed.values():
            if key in rows and rows[key].state is RowState.LIVE:
                rows[key] = FeedRow(0, RowState.DELETED, version + 1)
        self._renumber(key)

    def purge(self, customer_id: str) -> None:
        """Erase a customer and everything about them."""
        for key in [key for key in self.state.records if self._customer(key) == customer_id]:
            version, _ = self.state.records.pop(key)
            for rows in self.state.feed.values():
                if key in rows:
                    rows[key] = FeedRow(0, RowState.PURGED, version + 1)
            self._renumber(key)

    def join(self, scope: str, customer_id: str) -> None:
        self.state.members[scope].add(customer_id)
        self._restamp_customer(customer_id)

    def leave(self, scope: str, customer_id: str) -> None:
        self.state.members[scope].discard(customer_id)
        self._restamp_customer(customer_id)

    def backup(self) -> None:
        self._backup = copy.deepcopy(self.state), self.epoch

    def restore(self) -> bool:
        """Whether there was a backup to go back to; the epoch is new then."""
        if self._backup is None:
            return False
        self.state = copy.deepcopy(self._backup[0])
        self.epoch = str(uuid.UUID(int=uuid.UUID(self.epoch).int + 1))
        return True

    # What a device sees once everything has arrived.

    def projection(self) -> dict[RecordKey, tuple[int, Body]]:
        return {
            key: self.state.records[key]
            for scope in self.granted
            for key, row in self.state.feed[scope].items()
            if row.state is RowState.LIVE
        }

    def digest(self, scope: str) -> Digest:
        rows = self.state.feed[scope].items()
        return digest_of((key.kind, key.id, row.version) for key, row in rows if row.state is RowState.LIVE)

    # The API.

    async def hello(self, request: HelloRequest) -> HelloReply:
        log = self.state.logs.setdefault(request.device_id, Log())
        return HelloReply(
            server_time=SERVER_TIME,
            epoch=self.epoch,
            last_n=log.last_n,
            last_uuid=log.verdicts[log.last_n].uuid if log.last_n else None,
            grants=self.granted,
            schema_min=1,
            schema_max=1,
            store_id=STORE_ID,
            limits=Limits(),
        )

    async def pull(self, request: PullRequest) -> PullPage:
        return self.page(request)

    async def push(self, request: PushRequest) -> PushReply:
        return self.take(request.device_id, request.entries)

    async def verify(self, request: VerifyRequest) -> VerifyReply:
        rows = [
            (key.kind, key.id, row.version)
            for key, row in sorted(self.state.feed[request.scope].items())
            if row.state is RowState.LIVE
        ]
        if not request.buckets:
            told = [ScopeDigest(total=str(one.total), count=one.count) for one in bucket_digests(rows)]
            return VerifyReply(epoch=self.epoch, digests=told)
        left = [row for row in rows if bucket_of(row[1]) in request.buckets]
        left = [row for row in left if request.after is None or row[:2] > request.after]
        return VerifyReply(epoch=self.epoch, rows=left[: self.page_rows], whole=len(left) <= self.page_rows)

    async def rows(self, request: RowsRequest) -> RowsReply:
        changes = []
        for kind, record_id in request.names[: self.page_rows]:
            key = RecordKey(kind, record_id)
            row = self.state.feed[request.scope].get(key, FeedRow(0, RowState.LEFT, 0))
            body = self.state.records[key][1] if row.state is RowState.LIVE else None
            changes.append(
                Change(scope=request.scope, kind=kind, id=record_id, state=row.state, version=row.version, body=body)
            )
        return RowsReply(epoch=self.epoch, changes=changes)

    async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
        """As a server answers that is older than snapshots."""
        raise ValidationFailed("sync.not_found")

    async def snapshot(self, manifest: SnapshotManifest, offset: int) -> AsyncGenerator[bytes, None]:
        file = self.files.get(manifest.id)
        if file is None:
            raise SnapshotRefused(kind="gone")
        yield file[offset:]

    def take(self, device_id: str, entries: list[EntryMessage]) -> PushReply:
        log = self.state.logs.setdefault(device_id, Log())
        for message in entries:
            if message.n <= log.last_n:
                if log.verdicts[message.n].uuid != message.uuid:
                    raise DeviceForked
                continue
            if message.n > log.last_n + 1:
                raise NumberGap(expected=log.last_n + 1)
            known = self.state.uuids.get(message.uuid)
            verdict = known or self._decide(device_id, message)
            self.state.uuids[message.uuid] = verdict
            log.verdicts[message.n] = verdict.model_copy(update={"n": message.n})
            log.last_n = message.n
        return PushReply(last_n=log.last_n, verdicts=[log.verdicts[message.n] for message in entries])

    def page(self, request: PullRequest) -> PullPage:
        """The next page; cut after `page_rows` rows."""
        log = self.state.logs.setdefault(request.device_id, Log())
        cursor = json.loads(request.cursor) if request.cursor else {}
        stale = sorted(scope for scope, (epoch, _) in cursor.items() if epoch != self.epoch)
        places = {scope: cursor.get(scope, [self.epoch, 0])[1] for scope in self.granted}
        places.update(dict.fromkeys(request.refetch, 0))
        if stale:
            return self._answer(request, log, [], places, must_refetch=stale)
        waiting = [
            (scope, row.seq, key, row)
            for scope in self.granted
            for key, row in sorted(self.state.feed[scope].items(), key=lambda item: item[1].seq)
            if row.seq > places[scope]
        ]
        sent = waiting[: self.page_rows]
        changes = []
        for scope, seq, key, row in sent:
            places[scope] = seq
            body = self.state.records[key][1] if row.state is RowState.LIVE else None
            changes.append(
                Change(scope=scope, kind=key.kind, id=key.id, state=row.state, version=row.version, body=body)
            )
        revoked = sorted(set(cursor) - set(self.granted))
        return self._answer(request, log, changes, places, last=len(sent) == len(waiting), revoked=revoked)

    def _answer(
        self,
        request: PullRequest,
        log: Log,
        changes: list[Change],
        places: dict[str, int],
        *,
        last: bool = True,
        must_refetch: list[str] | None = None,
        revoked: list[str] | None = None,
    ) -> PullPage:
        told = [
            verdict
            for n, verdict in sorted(log.verdicts.items())
            if n > request.settled_n and verdict.status is not VerdictStatus.APPLIED
        ]
        digests = {scope: self.digest(scope) for scope in self.granted} if last else {}
        return PullPage(
            epoch=self.epoch,
            server_time=SERVER_TIME,
            changes=changes,
            cursor=json.dumps({scope: [self.epoch, seq] for scope, seq in sorted(places.items())}),
            last_page=last and not must_refetch,
            ack=Ack(n=log.last_n, uuid=log.verdicts[log.last_n].uuid if log.last_n else None, verdicts=told),
            digests={scope: ScopeDigest(total=str(one.total), count=one.count) for scope, one in digests.items()},
            must_refetch=must_refetch or [],
            grants=self.granted,
            revoked=revoked or [],
        )

    def _decide(self, device_id: str, message: EntryMessage) -> Verdict:
        if message.name == VOID:
            return Verdict(n=message.n, uuid=message.uuid, status=VerdictStatus.VOID)
        entry = Entry(
            device_id,
            message.n,
            message.uuid,
            message.name,
            message.version,
            message.args,
            message.actor,
            message.at,
        )
        records = {key: self.state.records[key][1] for key in touches(entry) if key in self.state.records}
        if message.uuid in self.refuse:
            return Verdict(n=message.n, uuid=message.uuid, status=VerdictStatus.REJECTED, code="mutation.refused")
        outcome = apply(records, entry)
        for key, body in outcome.changes.items():
            if body is not None:
                self.put(key, body)
            elif key in self.state.records:
                self.delete(key)
        return Verdict(n=message.n, uuid=message.uuid, status=outcome.status, code=outcome.code)

    def _customer(self, key: RecordKey) -> str | None:
        if key.kind == Kind.CUSTOMER:
            return key.id
        stored = self.state.records.get(key)
        return stored[1].get("customer_id") if stored else None

    def _scopes(self, key: RecordKey) -> set[str]:
        customer_id = self._customer(key)
        if customer_id is None:
            return {GLOBAL_SCOPE}
        return {scope for scope, members in self.state.members.items() if customer_id in members}

    def _last_version(self, key: RecordKey) -> int:
        stored = self.state.records.get(key)
        seen = [rows[key].version for rows in self.state.feed.values() if key in rows]
        return max([stored[0] if stored else 0, *seen])

    def _restamp_customer(self, customer_id: str) -> None:
        for key in [key for key in self.state.records if self._customer(key) == customer_id]:
            self._stamp(key)

    def _stamp(self, key: RecordKey) -> None:
        version = self.state.records[key][0]
        scopes = self._scopes(key)
        for scope, rows in self.state.feed.items():
            if scope in scopes:
                rows[key] = FeedRow(0, RowState.LIVE, version)
            elif key in rows and rows[key].state is RowState.LIVE:
                rows[key] = FeedRow(0, RowState.LEFT, version)
        self._renumber(key)

    def _renumber(self, key: RecordKey) -> None:
        """New numbers for the rows of `key` that were just written."""
        for scope, rows in self.state.feed.items():
            if key in rows and rows[key].seq == 0:
                self.state.seqs[scope] += 1
                rows[key].seq = self.state.seqs[scope]
