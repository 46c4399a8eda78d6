"""Mends a scope whose digest differs: compares buckets, then the rows of those that differ, and fetches those alone.

What to ask for is decided by pure functions; `mend_scope` acts. Requests are bounded by MAX_COMPARED_ROWS: where more
differs, the scope is fetched anew instead. A few rows cost four requests beside the page that told of them: buckets,
versions, rows, and the page that finds the digests equal.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.engine.ports import CentralApi, Position, Replica
from sync.protocol.digest import BUCKETS, Digest
from sync.protocol.errors import ProtocolBroken, Unreachable
from sync.protocol.kinds import RecordKey
from sync.protocol.wire import (
    MAX_PAGE_ROWS,
    SCHEMA,
    Change,
    RowName,
    RowsRequest,
    RowState,
    VerifyReply,
    VerifyRequest,
)

MAX_COMPARED_ROWS = 20_000
"""With more rows than this in the buckets that differ, the scope is fetched anew."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """What to fetch, and what the server does not have."""

    wanted: tuple[RecordKey, ...]
    gone: tuple[RecordKey, ...]


def buckets_to_compare(ours: Sequence[Digest], theirs: Sequence[Digest]) -> frozenset[int] | None:
    """The buckets that differ; None where that is too much to compare. Raises ProtocolBroken for a wrong number."""
    if len(theirs) != BUCKETS:
        raise ProtocolBroken("sync.unparsable")
    differing = frozenset(bucket for bucket in range(BUCKETS) if ours[bucket] != theirs[bucket])
    rows = sum(max(ours[bucket].count, theirs[bucket].count) for bucket in differing)
    return differing if rows <= MAX_COMPARED_ROWS else None


def difference(ours: Mapping[RecordKey, int], theirs: Mapping[RecordKey, int]) -> Difference:
    """Rows that are missing here or of another version there, and rows that are here alone; each in order of names."""
    wanted = (key for key, version in theirs.items() if ours.get(key) != version)
    return Difference(tuple(sorted(wanted)), tuple(sorted(ours.keys() - theirs.keys())))


@dataclass(frozen=True, slots=True)
class Mended:
    """What mending a scope took and did. `gave_up`: too much differs; the scope is to be fetched anew."""

    requests: int
    changed: int
    gave_up: bool


class _Asking:
    """The questions about one scope, and how many were asked. Another epoch is Unreachable: the next run sees to it."""

    def __init__(self, api: CentralApi, scope: str, position: Position) -> None:
        self._api = api
        self._scope = scope
        self._position = position
        self.requests = 0

    async def _verify(self, buckets: Sequence[int], after: RowName | None) -> VerifyReply:
        self.requests += 1
        request = VerifyRequest(
            device_id=self._position.device_id,
            schema_number=SCHEMA,
            scope=self._scope,
            buckets=list(buckets),
            after=after,
        )
        reply = await self._api.verify(request)
        self._check_epoch(reply.epoch)
        return reply

    def _check_epoch(self, epoch: str) -> None:
        if epoch != self._position.epoch:
            raise Unreachable(kind="new_epoch")

    async def digests(self) -> list[Digest]:
        reply = await self._verify((), None)
        return [Digest(int(one.total), one.count) for one in reply.digests]

    async def versions(self, buckets: Sequence[int]) -> dict[RecordKey, int]:
        """The version of every row in these buckets. Raises ProtocolBroken where they never end."""
        found: dict[RecordKey, int] = {}
        after: RowName | None = None
        while True:
            reply = await self._verify(buckets, after)
            found.update({RecordKey(kind, record_id): version for kind, record_id, version in reply.rows})
            if reply.whole:
                return found
            if not reply.rows or len(found) > 2 * MAX_COMPARED_ROWS:
                raise ProtocolBroken("sync.no_end")
            kind, record_id, _ = reply.rows[-1]
            after = kind, record_id

    async def rows(self, keys: Sequence[RecordKey]) -> list[Change]:
        """What the server says of the first of these records, at least of one. Raises ProtocolBroken."""
        self.requests += 1
        request = RowsRequest(
            device_id=self._position.device_id,
            schema_number=SCHEMA,
            scope=self._scope,
            names=[tuple(key) for key in keys[:MAX_PAGE_ROWS]],
        )
        reply = await self._api.rows(request)
        self._check_epoch(reply.epoch)
        named = [(change.scope, change.kind, change.id) for change in reply.changes]
        if not named or named != [(self._scope, *key) for key in keys[: len(named)]]:
            raise ProtocolBroken("sync.unparsable")
        return reply.changes


async def mend_scope(replica: Replica, api: CentralApi, scope: str, position: Position) -> Mended:
    """What was done. Effects: network and store. Raises the errors of `sync.protocol.errors`."""
    asking = _Asking(api, scope, position)
    theirs = await asking.digests()
    buckets = buckets_to_compare(await asyncio.to_thread(replica.bucket_digests, scope), theirs)
    if buckets is None:
        return Mended(asking.requests, 0, gave_up=True)
    versions = await asking.versions(sorted(buckets)) if buckets else {}
    found = difference(await asyncio.to_thread(replica.versions_in, scope, buckets), versions)
    log.warning("scope differs", extra={"scope": scope, "wanted": len(found.wanted), "gone": len(found.gone)})
    gone = [Change(scope=scope, kind=kind, id=name, state=RowState.LEFT, version=0) for kind, name in found.gone]
    # Also where nothing is gone or nothing differs: then it is the kept digest that was wrong.
    changed = await asyncio.to_thread(replica.mend, scope, gone)
    wanted = found.wanted
    while wanted:
        changes = await asking.rows(wanted)
        changed += await asyncio.to_thread(replica.mend, scope, changes)
        wanted = wanted[len(changes) :]
    return Mended(asking.requests, changed, gave_up=False)
