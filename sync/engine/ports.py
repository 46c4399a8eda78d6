"""What the engine needs from the device's store and from the network, as protocols.

The store's methods are synchronous and run in threads; each is one step that may be cut off before or after and then
repeated. The API's methods are asynchronous. Contract tests in `tests/contract` hold every implementation to this.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sync.protocol.audit import AuditEntry, AuditReply, AuditRequest, AuditTip
from sync.protocol.digest import Digest
from sync.protocol.kinds import RecordKey
from sync.protocol.leases import LeasesReply, LeasesRequest
from sync.protocol.people_wire import RecoveryReply, RecoveryRequest
from sync.protocol.snapshots import SnapshotRow
from sync.protocol.wire import (
    Change,
    EntryMessage,
    HelloReply,
    HelloRequest,
    LookUpReply,
    LookUpRequest,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    RowsReply,
    RowsRequest,
    SnapshotManifest,
    SnapshotsReply,
    SnapshotsRequest,
    Verdict,
    VerifyReply,
    VerifyRequest,
)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a store stands: what a pull request is made from.

    `settled_n`: up to here the outbox holds every verdict. `refetch`: scopes to be fetched again from their first row.
    `acked_n`, `applied_n` as design.md names them; `epoch` None before the first page.
    """

    device_id: str
    next_n: int
    cursor: str | None
    settled_n: int
    acked_n: int
    applied_n: int
    refetch: tuple[str, ...]
    epoch: str | None


@dataclass(frozen=True, slots=True)
class PageResult:
    """What a page did. `mismatched`: scopes whose digest differs from the server's."""

    changed: int
    mismatched: tuple[str, ...] = ()


class Replica(Protocol):
    """One generation of the local store with the device's outbox."""

    def position(self) -> Position:
        """Where it stands now."""
        ...

    def catch_up(self) -> int:
        """Apply every outbox entry above `applied_n`, in order; returns how many. Run before every page."""
        ...

    def make_ready(self) -> None:
        """Every entry is applied and all that has come can be looked up, which a first pull leaves to its last page.

        Where there is no room for that it waits: what people wrote goes up all the same.
        """
        ...

    def apply_page(self, page: PullPage) -> PageResult:
        """One transaction: rows, cursor and digests; on the last page the verdicts first, then the acknowledgement.

        Raises DeviceForked where `page.ack.n` is not below `next_n` or names another entry than ours, before anything
        is stored.
        """
        ...

    def bucket_digests(self, scope: str) -> Sequence[Digest]:
        """The digests of the scope's rows by bucket, computed whole."""
        ...

    def versions_in(self, scope: str, buckets: frozenset[int]) -> Mapping[RecordKey, int]:
        """The version of every row of the scope in these buckets."""
        ...

    def mend(self, scope: str, changes: Sequence[Change]) -> int:
        """How many records changed, in one transaction: rows of `scope` are as the server says, whatever they were.

        The scope's digest is computed anew.
        """
        ...

    def refetch(self, scopes: Sequence[str]) -> None:
        """Have the next page request name these scopes; their rows go where the server does not send them again."""
        ...

    def load(self, scope: str, rows: Sequence[SnapshotRow]) -> None:
        """One transaction: live records of a scope, none of them loaded before. Only before the first page."""
        ...

    def stand_after(self, offered: SnapshotsReply) -> None:
        """Have the next pull go on where the loaded snapshots end.

        Raises SnapshotRefused where a scope is not what its manifest says it is; the replica is of no use then.
        """
        ...


class ReplicaSet(Protocol):
    """The device: its current replica, its outbox, and how to replace either."""

    def current(self) -> Replica:
        """The replica screens read."""
        ...

    def pending(self, limit: int, *, after_n: int = 0) -> Sequence[EntryMessage]:
        """Entries above `after_n` the server has not acknowledged, by number, at most `limit`; voids included."""
        ...

    def uuid_of(self, n: int) -> str | None:
        """The uuid of the entry with this number, void ones included; None where there is none."""
        ...

    def note_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Keep verdicts that came with a push answer. Nothing depends on it: the pull's ack decides."""
        ...

    def begin_new_store(self) -> Replica:
        """An empty replica beside the current one, to be filled to its last page. An unfinished one is thrown away."""
        ...

    def drop_new_store(self) -> None:
        """Throw away what was begun and never switched to, in this run of the program or an earlier one."""
        ...

    def switch_to_new_store(self) -> None:
        """Make the filled replica the current one (catch up, switch the pointer, catch up); the old file goes."""
        ...

    def new_identity(self, *, all_again: bool = False) -> None:
        """After `device_forked`: a new device id, pending entries numbered from 1, uuids kept.

        `all_again`: acknowledged entries too, as far as they have their text.
        """
        ...

    def resend_after(self, last_n: int, epoch: str) -> None:
        """After a restore of the server: acknowledged entries above its `last_n` become pending again, as void where
        their text is gone."""
        ...


class CentralApi(Protocol):
    """The server, over whatever carries it. Every method raises only errors of `sync.protocol.errors`."""

    async def hello(self, request: HelloRequest) -> HelloReply: ...

    async def pull(self, request: PullRequest) -> PullPage: ...

    async def push(self, request: PushRequest) -> PushReply: ...

    async def verify(self, request: VerifyRequest) -> VerifyReply: ...

    async def rows(self, request: RowsRequest) -> RowsReply: ...

    async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
        """Raises ValidationFailed where the server knows no snapshots."""
        ...

    def snapshot(self, manifest: SnapshotManifest, offset: int) -> AsyncGenerator[bytes, None]:
        """The file from `offset` on. Raises SnapshotRefused where it is gone or another one is in its place."""
        ...


class CustomerDirectory(Protocol):
    """Customers of every store, at the server. Raises only errors of `sync.protocol.errors`."""

    async def look_up(self, request: LookUpRequest) -> LookUpReply:
        """Who has this key; a pull that begins after the answer brings them. Raises LookUpLimited."""
        ...


@dataclass(frozen=True, slots=True)
class LogStanding:
    """Where a log stands. `sent_n`: up to here the server has it; `before`: the end of what was let go since."""

    log_id: str
    tip: AuditTip
    sent_n: int
    before: AuditTip


class AuditSource(Protocol):
    """The device's audit log (`sync.protocol.audit`)."""

    def standing(self) -> LogStanding:
        """Where it stands now."""
        ...

    def unsent(self, limit: int) -> Sequence[AuditEntry]:
        """The next entries that the server does not have, in order; none where they were let go since."""
        ...

    def note_kept(self, log_id: str, kept_n: int, *, now: datetime) -> None:
        """The server has entries up to `kept_n`; fewer than before where it was restored."""
        ...

    def begin_anew(self, log_id: str, *, at: datetime) -> None:
        """A new log with what was never sent, after the server has found the old one broken."""
        ...


class RecoveryKeeper(Protocol):
    """Where a device's sealed store key is kept for the day when no PIN opens it."""

    async def keep_recovery(self, request: RecoveryRequest) -> RecoveryReply:
        """It is kept. Raises ValidationFailed where the server keeps none."""
        ...


class AuditKeeper(Protocol):
    """Who keeps audit logs, at the server. Raises only errors of `sync.protocol.errors`."""

    async def audit(self, request: AuditRequest) -> AuditReply:
        """How much is kept. Raises ValidationFailed where the server keeps none."""
        ...


class LeaseSource(Protocol):
    """Who tells of leases, at the server. Raises only errors of `sync.protocol.errors`."""

    async def leases(self, request: LeasesRequest) -> LeasesReply:
        """Those of this device. Raises ValidationFailed where the server knows none."""
        ...


class LeaseKeeper(Protocol):
    """Where the device keeps leases."""

    def keep(self, reply: LeasesReply) -> None:
        """In place of those before. Raises ProtocolBroken where they are another server's, StoreFailed."""
        ...


class NewsSource(Protocol):
    """The server's news. Raises only errors of `sync.protocol.errors`."""

    def listen(self) -> AsyncGenerator[str | None, None]:
        """None as soon as the server tells of every later change, then each granted scope that changed.

        Ends where the server ends it: ask again. What changed is not told: pull.
        """
        ...
