"""A real central profile API and real devices in one process: what the engine is tested against.

The API answers through `httpx.ASGITransport` behind a transport that can be cut: the network's faults are the only
fake here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

import httpx
import orjson
from fastapi import FastAPI

from clienteling.store.asking_side import NO_ASKING, AskingSide
from clienteling.store.database import StoreKey
from clienteling.store.generation import Step
from clienteling.store.replica import LocalStore
from clienteling.store.tables import RECORD
from sync.central_api.app import create_app
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import add_device
from sync.central_api.import_records import import_records
from sync.central_api.settings import CentralSettings
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.run_once import SyncResult, run_once
from sync.protocol.ids import IdMaker, imported_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import Clock
from tests.support.answers import unread
from tests.support.log_canary import CANARIES

SOURCE = "test"
KEY = bytes(range(32))


class Fault(StrEnum):
    """What happens to the next request: on its way, at the server, or to its answer after the server did the work."""

    NONE = "none"
    REQUEST_LOST = "request lost"
    REQUEST_CUT = "request cut in half"
    REQUEST_LATE = "request late"
    REQUEST_TWICE = "request sent twice"
    ANSWER_LOST = "answer lost"
    ANSWER_CUT = "answer cut in half"
    HTML = "answered by a captive portal"
    SERVER_ERROR = "answered with 500"
    BUSY = "answered with 503"


@dataclass(slots=True)
class FaultyTransport(httpx.AsyncBaseTransport):
    """Carries requests to `app`, or does to them what `fault` says. `requests` names those that arrived.

    `late`: requests their sender has given up; they arrive when `deliver_late` is called.
    """

    app: FastAPI
    fault: Callable[[str], Fault] = lambda path: Fault.NONE
    requests: list[str] = field(default_factory=list)
    late: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self.fault(request.url.path)
        match fault:
            case Fault.REQUEST_LOST:
                raise httpx.ConnectError("cut")
            case Fault.REQUEST_CUT:
                await self._deliver(_copy(request, request.content[: len(request.content) // 2]))
                raise httpx.WriteError("cut")
            case Fault.REQUEST_LATE:
                self.late.append(_copy(request, request.content))
                raise httpx.ReadTimeout("late")
            case Fault.REQUEST_TWICE:
                await self._deliver(_copy(request, request.content))
            case Fault.HTML:
                return unread(httpx.Response(200, headers={"content-type": "text/html"}, text="<html>Wi-Fi</html>"))
            case Fault.SERVER_ERROR:
                return unread(httpx.Response(500, text="Internal Server Error"))
            case Fault.BUSY:
                return unread(httpx.Response(503, headers={"retry-after": "2"}, text="Service Unavailable"))
        self.requests.append(request.url.path)
        response = await httpx.ASGITransport(self.app).handle_async_request(request)
        if fault is Fault.ANSWER_LOST:
            await response.aread()
            raise httpx.ReadError("cut")
        if fault is Fault.ANSWER_CUT:
            content = await response.aread()
            half = content[: len(content) // 2]
            return unread(httpx.Response(200, headers={"content-type": "application/json"}, content=half))
        return response

    async def deliver_late(self) -> int:
        """How many late requests arrived now; nobody hears the answers."""
        late, self.late = self.late, []
        for request in late:
            await self._deliver(request)
        return len(late)

    async def _deliver(self, request: httpx.Request) -> None:
        response = await httpx.ASGITransport(self.app).handle_async_request(request)
        await response.aread()


def _copy(request: httpx.Request, content: bytes) -> httpx.Request:
    kept = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request(request.method, request.url, headers=kept, content=content)


@dataclass(slots=True)
class Device:
    """One store's device: its local store and its line to the API."""

    store: LocalStore
    transport: FaultyTransport
    token: str

    async def sync(self) -> SyncResult:
        async with HttpxCentralApi("http://central", self.token, transport=self.transport) as api:
            return await run_once(self.store, api)

    def records(self, kind: Kind) -> dict[str, Body]:
        """Every record of a kind this device holds, by id."""
        with self.store.reading() as connection:
            rows = connection.execute(RECORD.select().where(RECORD.c.kind == kind)).all()
        return {row.id: orjson.loads(row.body) for row in rows}


class Shops:
    """A retailer: the API, its stores and their devices. Close it.

    `snapshots`: whoever starts from nothing loads them, however few records a scope has.
    """

    def __init__(self, folder: Path, database_url: str, *, now: Clock, random: Random, snapshots: bool = False) -> None:
        self.folder = folder
        self.now = now
        self.new_id = IdMaker(now, random)
        files = folder / "snapshots" if snapshots else None
        self.app = create_app(CentralSettings(database_url, snapshots_folder=files, snapshot_min_records=1), now=now)
        self.database: CentralDatabase = self.app.state.database
        self._devices: list[Device] = []

    def close(self) -> None:
        CANARIES.add_people_of(self.database)
        for device in self._devices:
            device.store.close()
        self.database.close()

    def put(self, *records: ImportedRecord) -> None:
        """Have the commerce platform say these records."""
        import_records(self.database, records, source=SOURCE, now=self.now)

    def device(self, store: str, name: str, *, token: str | None = None, asking: AskingSide = NO_ASKING,
               after_step: Callable[[Step], None] = lambda step: None, key: StoreKey = KEY) -> Device:  # fmt: skip
        """A device of the store with this code, in the folder `name`: opened again where the folder is there."""
        made = token or add_device(self.database, store, name, now=self.now)
        CANARIES.add(made)
        local = LocalStore(
            self.folder / name, key, now=self.now, new_id=self.new_id, asking=asking, after_step=after_step
        )
        device = Device(local, FaultyTransport(self.app), made)
        self._devices.append(device)
        return device


def record(kind: Kind, ref: str, **body: Any) -> ImportedRecord:
    """A record of the platform."""
    return ImportedRecord(kind, ref, body)


def ref_id(kind: Kind, ref: str) -> str:
    """The id that the platform's record has."""
    return imported_id(SOURCE, kind, ref)


def location(code: str) -> ImportedRecord:
    return record(Kind.LOCATION, code, name=code.title(), code=code, place="store", time_zone="Asia/Jakarta")


def associate(ref: str, *stores: str) -> ImportedRecord:
    places = [ref_id(Kind.LOCATION, store) for store in stores]
    return record(Kind.ASSOCIATE, ref, name=ref.title(), location_ids=places)


def customer(ref: str, home: str, **body: Any) -> ImportedRecord:
    return record(Kind.CUSTOMER, ref, **{"name": ref.title(), "home_store_id": ref_id(Kind.LOCATION, home), **body})


def order(ref: str, customer_ref: str, store: str, placed_at: str) -> ImportedRecord:
    return record(
        Kind.ORDER,
        ref,
        number=ref,
        customer_id=ref_id(Kind.CUSTOMER, customer_ref),
        channel="store",
        location_id=ref_id(Kind.LOCATION, store),
        placed_at=placed_at,
        currency="IDR",
        subtotal_minor=100,
        total_minor=100,
        lines=[{"name": "Kemeja", "quantity": 1, "price_minor": 100}],
    )


def two_shops() -> Iterable[ImportedRecord]:
    """Bandung and Surabaya: Siti is a customer of both, Budi of Bandung, Ani of Surabaya."""
    return (
        location("BDG"),
        location("SBY"),
        associate("rina", "BDG"),
        associate("agus", "SBY"),
        customer("siti", "BDG"),
        customer("budi", "BDG"),
        customer("ani", "SBY"),
        order("1042", "siti", "SBY", "2026-10-01T03:00:00Z"),
    )
