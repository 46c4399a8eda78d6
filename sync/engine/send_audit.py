"""The device's audit log goes up behind each sync: what is new, in bounded batches, with the log's tip."""

import asyncio
from collections.abc import Callable

from sync.engine.ports import AuditKeeper, AuditSource
from sync.protocol.audit import MAX_AUDIT_ENTRIES, AuditRequest
from sync.protocol.times import Clock
from sync.protocol.wire import SCHEMA

MAX_ROUNDS = 40
"""Requests behind one sync; the rest goes with the next."""


async def send_audit(
    source: AuditSource,
    keeper: AuditKeeper,
    *,
    new_id: Callable[[], str],
    now: Clock,
    tip_alone: bool = False,
) -> int:
    """How many requests that took: none where nothing is new, unless `tip_alone` has the tip looked at.

    Raises the errors of `sync.protocol.errors`: ValidationFailed where the server keeps no logs.
    """
    begun_anew = False
    for requests in range(MAX_ROUNDS):
        standing = await asyncio.to_thread(source.standing)
        entries = await asyncio.to_thread(source.unsent, MAX_AUDIT_ENTRIES)
        if not entries and not (tip_alone and requests == 0):
            return requests
        request = AuditRequest(
            schema_number=SCHEMA,
            log_id=standing.log_id,
            tip=standing.tip,
            entries=list(entries),
        )
        reply = await keeper.audit(request)
        if reply.broken or reply.kept_n < standing.before.n:
            if begun_anew:
                return requests + 1
            begun_anew = True
            await asyncio.to_thread(source.begin_anew, new_id(), at=now())
        elif reply.kept_n != standing.sent_n:
            await asyncio.to_thread(source.note_kept, standing.log_id, reply.kept_n, now=now())
        elif entries:
            return requests + 1  # a server that takes nothing: with the next sync
    return MAX_ROUNDS
