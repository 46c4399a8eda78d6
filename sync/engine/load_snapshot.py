"""A snapshot into a store that is being filled, chunk by chunk as it comes (design: The feed, Snapshot).

No more than a chunk is in memory and nothing of it is on disk but in the store. A transfer that is cut goes on from its
last whole chunk: call again with the same reader.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from sync.engine.ports import CentralApi, Replica
from sync.protocol.errors import Unreachable
from sync.protocol.snapshots import SnapshotReader


async def load_snapshot(
    replica: Replica, api: CentralApi, reader: SnapshotReader, on_rows: Callable[[int], None]
) -> None:
    """The scope's rows are in the replica. `on_rows` hears how many after each chunk. Effects: network and store.

    Raises SnapshotRefused where the file is not the one offered, Unreachable where the transfer is cut.
    """
    manifest = reader.manifest
    reader.go_back()

    def load(chunk: bytes) -> int:
        rows = reader.open(chunk)
        replica.load(manifest.scope, rows)
        return len(rows)

    if reader.offset < manifest.size_bytes:
        async with aclosing(api.snapshot(manifest, reader.offset)) as pieces:
            async for piece in pieces:
                for chunk in reader.take(piece):
                    on_rows(await asyncio.to_thread(load, chunk))
    if reader.offset < manifest.size_bytes:
        raise Unreachable(kind="cut")
    reader.finish()
