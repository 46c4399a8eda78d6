"""A chain's morning: 300 stores of four devices each come back within a minute, over real HTTP, with PostgreSQL behind.

Every device was in step the evening before. It sends five notes and pulls what changed overnight: a few customers of
its store and some of the catalogue. Each request has a connection of its own, as from as many devices; who is told to
wait (503, 429) waits so long and somewhat longer, and asks again.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from build_scripts.benchmarks.central_postgresql import postgresql
from build_scripts.benchmarks.crowd import NOW, SEED
from build_scripts.benchmarks.report import MS, Report, Row, Samples, machine_load
from build_scripts.benchmarks.sync_processes import Cost, Meter, serving
from sync.central_api.database import CentralDatabase, migrate
from sync.central_api.devices import add_device, sign_in
from sync.central_api.import_records import import_records
from sync.central_api.pull import pull_page
from sync.protocol.ids import imported_id, rule_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.times import to_wire
from sync.protocol.wire import SCHEMA, PullPage, PullRequest

HELP: Final = "how long a pull takes while 300 stores of four devices reconnect within a minute (PostgreSQL, HTTP)"
DEVICES: Final = 4
CUSTOMERS: Final = 20
PRODUCTS: Final = 400
CHANGED_CUSTOMERS: Final = 5
CHANGED_PRODUCTS: Final = 50
NOTES: Final = 5
MOST_TRIES: Final = 20
_SOURCE: Final = "reconnecting"
_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that was in step. `store`: its number."""

    device_id: str
    token: str
    store: int
    cursor: str


@dataclass(slots=True)
class Morning:
    """What came of it. Times in ms, of requests that were answered; `refused`: devices that gave up."""

    pulls: Samples = field(default_factory=Samples)
    pushes: Samples = field(default_factory=Samples)
    in_step: Samples = field(default_factory=Samples)
    waits: int = 0
    refused: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many stores, and within how many seconds."""
    parser.add_argument("--stores", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0)


def run(options: argparse.Namespace) -> Report:
    """The morning. Raises RuntimeError where PostgreSQL is not installed."""
    with postgresql() as url, tempfile.TemporaryDirectory(prefix="clienteling-bench-") as work:
        devices = overnight(url, options.stores)
        before = machine_load()
        with serving(Path(work), url) as served:
            meter = Meter(served.pid)
            morning = asyncio.run(reconnect(served.address, devices, options.seconds))
            cost = meter.read()
    return _report(options, len(devices), morning, cost, (before, machine_load()))


def _report(
    options: argparse.Namespace, devices: int, morning: Morning, cost: Cost, load: tuple[float, float]
) -> Report:
    return Report(
        title=f"{options.stores} stores, {devices:,} devices that reconnect within {options.seconds:g} s",
        unit="ms",
        rows=[
            Row("a pull", morning.pulls, goal="p99 <= 2000"),
            Row(f"a push of {NOTES} notes", morning.pushes),
            Row("a device, until it is in step", morning.in_step),
        ],
        floor_is="none",
        lines=[
            f"p99 of a pull: {_p99(morning.pulls):,.0f} ms.",
            f"{len(morning.refused)} devices refused for good; {morning.waits} requests told to wait.",
            f"Server: {_told(cost.memory_mb)} MB above idle, {_told(cost.cpu_s)} s of processor without PostgreSQL's.",
            *sorted(set(morning.refused))[:3],
        ],
        load=load,
    )


def _p99(samples: Samples) -> float:
    return statistics.quantiles(samples.values, n=100)[-1] if len(samples.values) > 1 else 0.0


def _told(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}"


# --- the evening before


def overnight(url: str, stores: int) -> list[Waiting]:
    """Devices in step with a database in which something has changed since."""
    migrate(url)
    with CentralDatabase(url) as database:
        import_records(database, _chain(stores), source=_SOURCE, now=lambda: NOW)
        waiting = [_in_step(database, store, number) for store in range(stores) for number in range(DEVICES)]
        import_records(database, _news(stores), source=_SOURCE, now=lambda: NOW)
    return waiting


def _chain(stores: int) -> Iterator[ImportedRecord]:
    for store in range(stores):
        place = {"name": f"Toko {store}", "code": _code(store), "place": "store"}
        yield ImportedRecord(Kind.LOCATION, _code(store), place)
        yield ImportedRecord(Kind.ASSOCIATE, _code(store), {"name": "Rina", "location_ids": [_store_id(store)]})
    for product in range(PRODUCTS):
        yield _product(product, "Kemeja")
    for store in range(stores):
        for customer in range(CUSTOMERS):
            yield _customer(store, customer, "Bandung")


def _news(stores: int) -> Iterator[ImportedRecord]:
    for product in range(CHANGED_PRODUCTS):
        yield _product(product, "Kemeja baru")
    for store in range(stores):
        for customer in range(CHANGED_CUSTOMERS):
            yield _customer(store, customer, "Cimahi")


def _code(store: int) -> str:
    return f"S{store:03d}"


def _store_id(store: int) -> str:
    return imported_id(_SOURCE, Kind.LOCATION, _code(store))


def _product(number: int, name: str) -> ImportedRecord:
    return ImportedRecord(Kind.PRODUCT, str(number), {"name": f"{name} {number}", "description": "Linen. " * 40})


def _customer(store: int, number: int, city: str) -> ImportedRecord:
    body = {"name": f"Siti {store} {number}", "city": city, "home_store_id": _store_id(store), "remark": "x" * 300}
    return ImportedRecord(Kind.CUSTOMER, f"{store}-{number}", body)


def _in_step(database: CentralDatabase, store: int, number: int) -> Waiting:
    token = add_device(database, _code(store), f"{_code(store)} {number}")
    device_id, cursor = rule_id("reconnecting", f"{store}-{number}"), None
    with database.reading() as connection:
        registration = sign_in(connection, token)
        while True:
            request = PullRequest(device_id=device_id, schema_number=SCHEMA, cursor=cursor)
            page = PullPage.model_validate_json(pull_page(connection, registration, None, request=request, now=NOW))
            cursor = page.cursor
            if page.last_page:
                return Waiting(device_id, token, store, cursor)


# --- the morning


async def reconnect(address: str, devices: Sequence[Waiting], seconds: float) -> Morning:
    """What became of devices that come back at moments spread over so many seconds."""
    morning, random = Morning(), Random(SEED)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=_TIMEOUT_S, trust_env=False) as http:
        comings = [(random.uniform(0, seconds), Random(random.random())) for _ in devices]
        pairs = zip(devices, comings, strict=True)
        await asyncio.gather(*(_come_back(http, one, after_s, own, morning) for one, (after_s, own) in pairs))
    return morning


async def _come_back(
    http: httpx.AsyncClient, device: Waiting, after_s: float, random: Random, morning: Morning
) -> None:
    await asyncio.sleep(after_s)
    started = time.perf_counter()
    named = {"device_id": device.device_id, "schema_number": SCHEMA}
    try:
        push = {**named, "entries": [_note(device, n) for n in range(1, NOTES + 1)]}
        await _ask(http, device, "push", push, morning.pushes, random, morning)
        cursor, last_page = device.cursor, False
        while not last_page:
            pull = {**named, "cursor": cursor, "next_n": NOTES + 1}
            page = await _ask(http, device, "pull", pull, morning.pulls, random, morning)
            cursor, last_page = page["cursor"], page["last_page"]
    except (httpx.HTTPError, RuntimeError) as error:
        morning.refused.append(f"{type(error).__name__}: {error}")
    else:
        morning.in_step.add((time.perf_counter() - started) * MS)


async def _ask(
    http: httpx.AsyncClient,
    device: Waiting,
    call: str,
    body: dict[str, Any],
    times: Samples,
    random: Random,
    morning: Morning,
) -> dict[str, Any]:
    """The answer, asked for again as long as the server says to wait. Raises RuntimeError for a refusal."""
    headers = {"authorization": f"Bearer {device.token}"}
    for _ in range(MOST_TRIES):
        started = time.perf_counter()
        answer = await http.post(f"/v1/sync/{call}", json=body, headers=headers)
        if answer.status_code in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS}:
            morning.waits += 1
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)) * random.uniform(1, 2))
            continue
        if not answer.is_success:
            raise RuntimeError(f"{call} {answer.status_code}")
        times.add((time.perf_counter() - started) * MS)
        found: dict[str, Any] = answer.json()
        return found
    raise RuntimeError(f"{call} was told to wait {MOST_TRIES} times")


def _note(device: Waiting, n: int) -> dict[str, Any]:
    customer_id = imported_id(_SOURCE, Kind.CUSTOMER, f"{device.store}-{n}")
    args = {
        "note_id": rule_id("reconnecting-note", device.device_id, str(n)), "customer_id": customer_id,
        "text": "Suka linen", "store_id": _store_id(device.store), "written_at": to_wire(NOW),
    }  # fmt: skip
    return {
        "n": n, "uuid": rule_id("reconnecting-entry", device.device_id, str(n)), "name": "note.write", "version": 1,
        "args": args, "actor": imported_id(_SOURCE, Kind.ASSOCIATE, _code(device.store)), "at": to_wire(NOW),
    }  # fmt: skip
