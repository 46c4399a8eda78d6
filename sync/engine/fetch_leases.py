"""Behind each sync a device that signs fetches who may come in on it, and as what."""

import asyncio

from sync.engine.ports import LeaseKeeper, LeaseSource
from sync.protocol.leases import LeasesRequest
from sync.protocol.wire import SCHEMA


async def fetch_leases(source: LeaseSource, keeper: LeaseKeeper) -> None:
    """Nothing; the device keeps what the server said now, in place of what it said before.

    Raises the errors of `sync.protocol.errors`: ValidationFailed where the server knows no leases, ProtocolBroken where
    it is another server than the one that the device enrolled at.
    """
    reply = await source.leases(LeasesRequest(schema_number=SCHEMA))
    await asyncio.to_thread(keeper.keep, reply)
