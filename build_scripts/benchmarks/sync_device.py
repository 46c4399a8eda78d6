"""The device of the sync benchmark: its local store, encrypted and durable, driven by the engine through the same
client as in the app."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from build_scripts.benchmarks.crowd import ASSOCIATE_ID, NOW, make_id
from build_scripts.benchmarks.kept_store import KEY, open_store
from build_scripts.benchmarks.report import MS
from build_scripts.benchmarks.sync_processes import NO_COST, Cost, Meter, Served, Tokens
from build_scripts.benchmarks.sync_records import customer_id, entry, mean_bytes, writes
from clienteling.store.database import Database, Schema
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.replica import LocalStore
from clienteling.store.tables import ENTRY, IDENTITY
from sync.central_api.database import CentralDatabase
from sync.central_api.tables import SCOPE, SCOPE_ROW, SYNC_IDENTITY, SYNC_RESULT
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.run_once import Progress, run_once
from sync.protocol.errors import Unreachable
from sync.protocol.times import to_wire
from sync.protocol.wire import SCHEMA, PullPage, PullRequest, PushRequest, SnapshotsReply, SnapshotsRequest

_WRITTEN: Final = 100
"""Of the entries, those written one by one as people do."""


@dataclass(slots=True)
class Pulled:
    """Figures of a device that starts from nothing. Times in milliseconds where they say so."""

    pull_s: float = 0.0
    pages: int = 0
    body_bytes: float = 0.0
    nothing_ms: list[float] = field(default_factory=list)
    nothing_requests: int = 0
    one_record_ms: list[float] = field(default_factory=list)
    device: Cost = NO_COST
    server: Cost = NO_COST


@dataclass(slots=True)
class Pushed:
    """Figures of a device with entries to send."""

    entries: int = 0
    write_ms: list[float] = field(default_factory=list)
    push_s: float = 0.0
    again_s: float = 0.0
    changed_again: int = 0
    """Rows of the server's tables that the second sending changed."""
    acknowledged_s: float = 0.0
    waiting_after: int = 0
    device: Cost = NO_COST
    server: Cost = NO_COST


class PagesOnly(HttpxCentralApi):
    """Asks for no snapshot."""

    async def snapshots(self, request: SnapshotsRequest) -> SnapshotsReply:
        return SnapshotsReply()


class _PushesOnly(HttpxCentralApi):
    """Sends, and has no network for anything else: the pushing alone is measured."""

    async def pull(self, request: PullRequest) -> PullPage:
        raise Unreachable


def measure_pull(folder: Path, served: Served, tokens: Tokens, records: int, repeats: int) -> Pulled:
    """First sync by pages, then `repeats` syncs without news and as many after one change by the second device."""
    return asyncio.run(_measure_pull(folder, served, tokens, records, repeats))


async def _measure_pull(folder: Path, served: Served, tokens: Tokens, records: int, repeats: int) -> Pulled:
    found = Pulled()
    with closing(open_store(folder)) as store:
        async with (
            PagesOnly(served.address, tokens.pulling) as api,
            HttpxCentralApi(served.address, tokens.changing) as other,
        ):
            ours, theirs = Meter(), Meter(served.pid)
            started = time.perf_counter()
            result = await run_once(store, api)
            found.pull_s, found.pages = time.perf_counter() - started, result.pages
            found.device, found.server = ours.read(), theirs.read()
            found.body_bytes = _check_filled(store, records)
            for _ in range(repeats):
                started = time.perf_counter()
                result = await run_once(store, api)
                found.nothing_ms.append((time.perf_counter() - started) * MS)
                found.nothing_requests = max(found.nothing_requests, result.requests)
            device_id = make_id()
            for n in range(1, repeats + 1):
                await _change_one(other, device_id, n, records)
                started = time.perf_counter()
                await run_once(store, api)
                shown = _email(store, n % records)
                found.one_record_ms.append((time.perf_counter() - started) * MS)
                if shown != _changed_email(n):
                    raise RuntimeError("the change did not come")
    return found


def _check_filled(store: LocalStore, records: int) -> float:
    """The mean size of a body. Raises RuntimeError where a record is missing."""
    with store.reading() as connection:
        customers = connection.exec_driver_sql("SELECT count(*) FROM customer_entry").scalar_one()
        some = connection.exec_driver_sql("SELECT body FROM record WHERE kind = 'customer' LIMIT 1000").scalars()
        size = mean_bytes([str(body) for body in some])
    if customers != records:
        raise RuntimeError(f"{customers} of {records} customers came")
    return size


def _changed_email(n: int) -> str:
    return f"changed{n}@example.com"


async def _change_one(api: HttpxCentralApi, device_id: str, n: int, records: int) -> None:
    fields = {"email": [None, _changed_email(n)]}
    change = entry(n, make_id(), "contact.edit", {"customer_id": customer_id(n % records), "fields": fields})
    await api.push(PushRequest(device_id=device_id, schema_number=SCHEMA, entries=[change]))


def _email(store: LocalStore, number: int) -> str | None:
    with store.reading() as connection:
        asked = connection.exec_driver_sql(
            "SELECT email FROM customer_entry WHERE id = ?", (customer_id(number),)
        ).scalar_one_or_none()
        return None if asked is None else str(asked)


def measure_push(folder: Path, served: Served, token: str, records: int, count: int, database_url: str) -> Pushed:
    """`count` entries written, sent, sent again, and acknowledged by a pull."""
    return asyncio.run(_measure_push(folder, served, token, records, count, database_url))


async def _measure_push(
    folder: Path, served: Served, token: str, records: int, count: int, database_url: str
) -> Pushed:
    found = Pushed(entries=count)
    with closing(open_store(folder)) as store:
        async with HttpxCentralApi(served.address, token) as api, _PushesOnly(served.address, token) as pushing:
            await run_once(store, api)
            entries = list(writes(count, records))
            _wait_in_outbox(folder, entries[_WRITTEN:])
            store.current().catch_up()
            for name, args in entries[:_WRITTEN]:
                started = time.perf_counter()
                store.write(name, 1, args, actor=ASSOCIATE_ID, at=NOW)
                found.write_ms.append((time.perf_counter() - started) * MS)
            ours, theirs = Meter(), Meter(served.pid)
            found.push_s = await _until_sent(store, pushing, count)
            found.device, found.server = ours.read(), theirs.read()
            before = _central_rows(database_url)
            found.again_s = await _until_sent(store, pushing, count)
            found.changed_again = len(_central_rows(database_url) ^ before)
            started = time.perf_counter()
            await run_once(store, api)
            found.acknowledged_s = time.perf_counter() - started
            found.waiting_after = store.waiting()
    return found


def _wait_in_outbox(folder: Path, entries: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Nothing; entries of a long time without a network, put into the outbox at once: each write waits for the disk."""
    rows = [
        {
            "n": n, "uuid": make_id(), "name": name, "version": 1, "args": json.dumps(args), "actor": ASSOCIATE_ID,
            "at": to_wire(NOW),
        }
        for n, (name, args) in enumerate(entries, 1)
    ]  # fmt: skip
    with closing(Database(DeviceFolder(folder).outbox_path, KEY, Schema.OUTBOX)) as outbox, outbox.writing() as told:
        if rows:
            told.execute(ENTRY.insert(), rows)
        told.execute(IDENTITY.update().values(next_n=len(rows) + 1))


def _central_rows(database_url: str) -> set[int]:
    """A hash of every row that a push can change: the numbers of scopes, of devices, and of records in scopes."""
    with CentralDatabase(database_url) as database, database.reading() as connection:
        return {
            hash((table.name, *row))
            for table in (SCOPE, SCOPE_ROW, SYNC_IDENTITY, SYNC_RESULT)
            for row in connection.execute(table.select())
        }


async def _until_sent(store: LocalStore, api: HttpxCentralApi, count: int) -> float:
    """Seconds until every waiting entry has its verdict."""
    started = time.perf_counter()
    sent_s = 0.0

    def note(progress: Progress) -> None:
        nonlocal sent_s
        if progress.pushed == count and not sent_s:
            sent_s = time.perf_counter() - started

    with suppress(Unreachable):
        await run_once(store, api, on_progress=note)
    return sent_s
