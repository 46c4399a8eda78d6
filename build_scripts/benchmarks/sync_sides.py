"""The two sides of the sync benchmark, each a process of its own, so that neither's memory counts as the other's.

The server is the one people start, over a real socket; the device is the local store, encrypted and durable, driven by
the engine through the same client as in the app.
"""

import asyncio
import json
import multiprocessing
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
from sqlalchemy import make_url

from build_scripts.benchmarks.crowd import ASSOCIATE_ID, NOW, make_id
from build_scripts.benchmarks.kept_store import KEY, open_store
from build_scripts.benchmarks.report import MS
from build_scripts.benchmarks.sync_records import SOURCE, customer_id, entry, imported, mean_bytes, writes
from clienteling.central_host import serve_central
from clienteling.loopback import address, free_ports
from clienteling.store.asking_side import refresh_asking
from clienteling.store.database import Database, Schema, inspecting
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.replica import LocalStore
from clienteling.store.tables import ASKING_REGISTRY, ENTRY, IDENTITY, META, STORE_REGISTRY
from clienteling.store.unpack import ASKING
from sync.central_api.database import CentralDatabase, migrate
from sync.central_api.devices import add_device
from sync.central_api.import_records import import_records
from sync.central_api.tables import SCOPE, SCOPE_ROW, SYNC_IDENTITY, SYNC_RESULT
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.run_once import Progress, run_once
from sync.protocol.errors import Unreachable
from sync.protocol.times import to_wire
from sync.protocol.wire import SCHEMA, PullPage, PullRequest, PushRequest, SnapshotsReply, SnapshotsRequest

T = TypeVar("T")

START_TIMEOUT_S: Final = 60.0
_CHUNK: Final = 1_000
_WRITTEN: Final = 100
"""Of the entries, those written one by one as people do."""
_SPAWN: Final = multiprocessing.get_context("spawn")


def here(work: Callable[..., T], *arguments: Any) -> T:
    """What `work` returns, run in this process."""
    return work(*arguments)


def elsewhere(work: Callable[..., T], *arguments: Any) -> T:
    """What `work` returns, run in a new process that ends with it."""
    with ProcessPoolExecutor(1, mp_context=_SPAWN) as process:
        return process.submit(work, *arguments).result()


# --- memory and processor time (Linux; elsewhere nothing is told)


def resident_mb(pid: int | str, what: str = "VmRSS") -> float | None:
    """Resident memory of a process, now (VmRSS) or at most since `forget_peak` (VmHWM); None where none is told."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) / 1024
    return None


def forget_peak(pid: int | str) -> None:
    """Nothing; the process's highest memory counts from now on (proc(5), clear_refs)."""
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def processor_s(pid: int | str) -> float | None:
    """Processor time of a process so far, in seconds, all its threads; None where none is told."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took on one side: processor time, and memory above what the process held before."""

    cpu_s: float | None
    memory_mb: float | None


class Meter:
    """Measures a process from when this is made."""

    def __init__(self, pid: int | str = "self") -> None:
        self._pid = pid
        self._idle_mb = resident_mb(pid)
        self._before_s = processor_s(pid)
        forget_peak(pid)

    def read(self) -> Cost:
        """What it has taken since."""
        peak_mb, now_s = resident_mb(self._pid, "VmHWM"), processor_s(self._pid)
        return Cost(
            None if now_s is None or self._before_s is None else now_s - self._before_s,
            None if peak_mb is None or self._idle_mb is None else peak_mb - self._idle_mb,
        )


NO_COST: Final = Cost(None, None)


# --- the server


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of a device that pulls, of one that changes records, and of one that pushes."""

    pulling: str
    changing: str
    pushing: str


def fill_central(database_url: str, records: int) -> None:
    """Nothing; a database with the store and its customers."""
    migrate(database_url)
    with CentralDatabase(database_url) as database:
        import_records(database, imported(records), source=SOURCE, now=lambda: NOW)


def prepare(database_url: str, records: int, kept: Path | None = None) -> Tokens:
    """New devices in a filled database: a copy of the kept SQLite file, which is made where there is none."""
    file = None if kept is None else Path(str(make_url(database_url).database))
    if kept is None or file is None:
        fill_central(database_url, records)
    else:
        if not kept.exists():
            fill_central(database_url, records)
            file.replace(kept)
        shutil.copyfile(kept, file)
    with CentralDatabase(database_url) as database:
        return Tokens(*(add_device(database, "BDG", name) for name in ("pulls", "changes", "pushes")))


@dataclass(frozen=True, slots=True)
class Served:
    """A central API that answers."""

    address: str
    pid: int


@contextmanager
def serving(folder: Path, database_url: str | None) -> Iterator[Served]:
    """The central API over the database of `folder`, or over the one given, for as long as the block lasts."""
    (port,) = free_ports([0])
    process = _SPAWN.Process(target=_serve, args=(folder, database_url, port))
    process.start()
    try:
        _wait_until_it_answers(address(port), process.is_alive)
        yield Served(address(port), process.pid or 0)
    finally:
        process.terminate()
        process.join()


def _serve(folder: Path, database_url: str | None, port: int) -> None:
    serve_central(folder, database_url, port=port)


def _wait_until_it_answers(url: str, is_alive: Callable[[], bool]) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while is_alive() and time.monotonic() < until:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/healthz", trust_env=False).is_success:
                return
        time.sleep(0.05)
    raise RuntimeError("the central API does not answer")


# --- the device


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


# --- the floor


def measure_floor(filled: Path, into: Path) -> float:
    """Seconds to put the rows of a filled device into the same tables of a new file, from a plain one on this disk.

    As durable and as encrypted, 1,000 rows a transaction; full text is left out.
    """
    plain, target = into / "rows.db", into / "target.db"
    into.mkdir()
    names = _copy_plainly(filled, plain)
    database = Database(target, KEY, Schema.STORE)
    try:
        with database.writing() as connection:
            connection.execute(META.insert(), _EMPTY_META)
            refresh_asking(connection, ASKING)
            connection.execute(META.delete())
        started = time.perf_counter()
        with closing(sqlite3.connect(plain)) as source:
            for name in names:
                rows = source.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a table of ours
                marks = ", ".join("?" * len(rows.description))
                while chunk := rows.fetchmany(_CHUNK):
                    with database.writing() as connection:
                        connection.exec_driver_sql(
                            f'INSERT INTO "{name}" VALUES ({marks})',  # noqa: S608 - a table of ours
                            chunk,
                        )
        return time.perf_counter() - started
    finally:
        database.close()


_EMPTY_META: Final = {
    "id": 1, "device_id": "", "applied_n": 0, "acked_n": 0, "grants": [], "filled": True, "asking_fingerprint": "",
}  # fmt: skip


def _copy_plainly(filled: Path, plain: Path) -> Sequence[str]:
    """The tables that hold rows; their rows are in the plain file."""
    folder = DeviceFolder(filled)
    file = folder.store_path(folder.current_generation() or 1)
    names = [*STORE_REGISTRY.metadata.tables, *ASKING_REGISTRY.metadata.tables]
    with inspecting(file, KEY) as source, closing(sqlite3.connect(plain)) as target:
        for name in names:
            rows = source.exec_driver_sql(f'SELECT * FROM "{name}"')  # noqa: S608 - a table of ours
            columns = ", ".join(f'"{column}"' for column in rows.keys())  # noqa: SIM118 - SQLAlchemy's own method
            target.execute(f'CREATE TABLE "{name}" ({columns})')
            marks = ", ".join("?" * len(rows.keys()))
            insert = f'INSERT INTO "{name}" VALUES ({marks})'  # noqa: S608 - a table of ours
            while chunk := rows.fetchmany(_CHUNK):
                target.executemany(insert, [tuple(row) for row in chunk])
        target.commit()
    return names
