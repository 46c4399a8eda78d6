"""A small retailer in a central database, and devices that speak to it in process."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sync.central_api.app import create_app
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import add_device
from sync.central_api.import_records import ImportResult, import_records
from sync.central_api.settings import CentralSettings
from sync.protocol.digest import digest_of
from sync.protocol.ids import imported_id, rule_id
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import GLOBAL_SCOPE, Body, Kind, has_digest, store_scope
from sync.protocol.wire import SCHEMA, PullPage
from tests.support.fakes import FakeClock
from tests.support.postgresql import PostgresqlServer, database_name

SOURCE = "shopify"


def the_id(kind: Kind, ref: str) -> str:
    """The id that an imported record gets."""
    return imported_id(SOURCE, kind, ref)


BANDUNG = the_id(Kind.LOCATION, "BDG")
MAKASSAR = the_id(Kind.LOCATION, "MKS")
SITI = the_id(Kind.CUSTOMER, "siti")
BUDI = the_id(Kind.CUSTOMER, "budi")
RANI = the_id(Kind.ASSOCIATE, "rani")
ANDI = the_id(Kind.ASSOCIATE, "andi")
SHIRT = the_id(Kind.PRODUCT, "shirt")


PHONES_URL = "https://toko.example"
NOW = "2026-11-22T03:42:00Z"


def record(kind: Kind, ref: str, **body: Any) -> ImportedRecord:
    return ImportedRecord(kind, ref, body)


def location(ref: str, name: str, **body: Any) -> ImportedRecord:
    return record(Kind.LOCATION, ref, name=name, code=ref, **body)


def customer(ref: str, name: str, **body: Any) -> ImportedRecord:
    return record(Kind.CUSTOMER, ref, name=name, **body)


def order(ref: str, customer_id: str | None, location_id: str | None, placed_at: str, **body: Any) -> ImportedRecord:
    whole = {
        "number": ref, "customer_id": customer_id, "location_id": location_id, "placed_at": placed_at,
        "channel": "store" if location_id else "online", "currency": "IDR", "subtotal_minor": 100, "total_minor": 100,
        "lines": [], **body,
    }  # fmt: skip
    return record(Kind.ORDER, ref, **whole)


def small_retailer() -> list[ImportedRecord]:
    """Two stores and a warehouse, an associate in each store, a product, and one customer at home in each store."""
    return [
        location("BDG", "Bandung Dago", city="Bandung"),
        location("MKS", "Makassar Panakkukang", city="Makassar", time_zone="Asia/Makassar"),
        location("WH", "Gudang", place="warehouse"),
        record(Kind.ASSOCIATE, "rani", name="Rani", location_ids=[BANDUNG]),
        record(Kind.ASSOCIATE, "andi", name="Andi", location_ids=[MAKASSAR]),
        record(Kind.PRODUCT, "shirt", name="Kemeja Linen"),
        customer("siti", "Siti Rahayu", phone="+6281234567890", email="siti@example.id", home_store_id=BANDUNG),
        customer("budi", "Budi", phone="+6281111111111", home_store_id=MAKASSAR),
    ]


class InProcess(httpx.BaseTransport):
    """Calls an ASGI application from plain tests, one request after another, each on an event loop of its own."""

    def __init__(self, application: FastAPI) -> None:
        self._transport = httpx.ASGITransport(application)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=content)
        answer = await self._transport.handle_async_request(asked)
        packed = b"".join([part async for part in answer.stream])  # type: ignore[union-attr]  # it is an async stream
        return httpx.Response(answer.status_code, headers=answer.headers, content=packed)


@dataclass(slots=True)
class Device:
    """A device that keeps what it pulled: (scope, kind, id) -> change, and numbers its entries."""

    http: httpx.Client
    token: str
    device_id: str
    actor: str
    store_id: str
    cursor: str | None = None
    settled_n: int = 0
    next_n: int = 1
    rows: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    page: PullPage | None = None

    def post(self, call: str, **fields: Any) -> httpx.Response:
        body = {"device_id": self.device_id, "schema_number": SCHEMA, **fields}
        headers = {"authorization": f"Bearer {self.token}"}
        return self.http.post(f"/v1/sync/{call}", json=body, headers=headers)

    def pull_page(self, **fields: Any) -> PullPage:
        """One page, applied."""
        asked = {"cursor": self.cursor, "settled_n": self.settled_n, "next_n": self.next_n, **fields}
        response = self.post("pull", **asked)
        assert response.status_code == 200, response.text
        page = PullPage.model_validate_json(response.content)
        for change in page.changes:
            self.rows[change.scope, change.kind, change.id] = change.model_dump(mode="json")
        self.cursor = page.cursor
        self.page = page
        return page

    def pull(self, **fields: Any) -> PullPage:
        """Every page to the last, applied; returns the last."""
        page = self.pull_page(**fields)
        while not page.last_page:
            assert not page.must_refetch
            page = self.pull_page(**fields)
        return page

    def live(self, kind: Kind, scope: str | None = None) -> dict[str, Body]:
        """What the device holds of a kind, by id."""
        return {
            change["id"]: change["body"]
            for (of_scope, of_kind, _), change in self.rows.items()
            if of_kind == kind and change["state"] == "live" and scope in {None, of_scope}
        }

    def entry(self, name: str, args: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """An entry under the next number; its uuid follows from device and number."""
        n = self.next_n
        self.next_n += 1
        uuid = rule_id("entry", self.device_id, str(n))
        return {
            "n": n,
            "uuid": uuid,
            "name": name,
            "version": 1,
            "args": args,
            "actor": self.actor,
            "at": NOW,
            **fields,
        }

    def note(self, customer_id: str, text: str, **args: Any) -> dict[str, Any]:
        """A note entry; the note's id follows from its number."""
        note_id = rule_id("note", self.device_id, str(self.next_n))
        whole = {
            "note_id": note_id, "customer_id": customer_id, "text": text, "store_id": self.store_id,
            "written_at": NOW, **args,
        }  # fmt: skip
        return self.entry("note.write", whole)

    def push(self, *entries: dict[str, Any]) -> list[tuple[str, str | None]]:
        """(status, code) of every verdict."""
        response = self.post("push", entries=list(entries))
        assert response.status_code == 200, response.text
        return [(verdict["status"], verdict["code"]) for verdict in response.json()["verdicts"]]


def held_digests(device: Device) -> dict[str, tuple[str, int]]:
    """The digest of what a device holds, by scope, computed whole."""
    scopes = {scope for scope, _, _ in device.rows if has_digest(scope)} | {GLOBAL_SCOPE, store_scope(device.store_id)}
    rows = {
        scope: digest_of(
            (kind, record_id, change["version"])
            for (of_scope, kind, record_id), change in device.rows.items()
            if of_scope == scope and change["state"] == "live"
        )
        for scope in scopes
    }
    return {scope: (str(digest.total), digest.count) for scope, digest in rows.items()}


def assert_digests_agree(device: Device) -> None:
    assert device.page is not None
    said = {scope: (digest.total, digest.count) for scope, digest in device.page.digests.items()}
    assert said == held_digests(device)


def wish(device: Device, customer_id: str, **args: object) -> dict[str, Any]:
    """An entry that adds the shirt to a wishlist; the item's id follows from its number."""
    item_id = rule_id("item", device.device_id, str(device.next_n))
    whole = {"item_id": item_id, "customer_id": customer_id, "product_id": SHIRT, "added_at": NOW, **args}
    return device.entry("wishlist.add", whole)


@dataclass(slots=True)
class Central:
    """A central API over one database, its clock, and the means to import and to add devices."""

    database: CentralDatabase
    application: FastAPI
    http: httpx.Client
    clock: FakeClock
    pictures: Path
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def take(self, *records: ImportedRecord | Refusal, source: str = SOURCE, **options: Any) -> ImportResult:
        """Imports the records."""
        return import_records(self.database, records, source=source, now=self.clock, **options)

    def device(self, store: str = "BDG", *, token: str | None = None, device_id: str | None = None) -> Device:
        """A new device of a store."""
        number = next(self._numbers)
        token = token or add_device(self.database, store, f"tablet {number}", now=self.clock)
        actor, store_id = (RANI, BANDUNG) if store == "BDG" else (ANDI, MAKASSAR)
        return Device(self.http, token, device_id or rule_id("device", str(number)), actor, store_id)


def import_small_retailer(database_url: str) -> None:
    """Fills a migrated database."""
    with CentralDatabase(database_url) as database:
        import_records(database, small_retailer(), source=SOURCE, now=FakeClock())


@pytest.fixture(scope="session")
def _sqlite_retailer(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the small retailer in it."""
    path = tmp_path_factory.mktemp("retailer") / "template.db"
    shutil.copyfile(migrated_sqlite_file, path)
    import_small_retailer(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_retailer_url(tmp_path: Path, _sqlite_retailer: Path) -> str:
    """The address of a copy of this test's own."""
    path = tmp_path / "central.db"
    shutil.copyfile(_sqlite_retailer, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def _postgresql_retailer(postgresql_server: PostgresqlServer, migrated_postgresql: str) -> Iterator[str]:
    """The name of a database with the small retailer in it."""
    with postgresql_server.database(migrated_postgresql) as url:
        import_small_retailer(url)
        yield database_name(url)


@pytest.fixture
def postgresql_retailer_url(postgresql_server: PostgresqlServer, _postgresql_retailer: str) -> Iterator[str]:
    """The address of a clone of this test's own."""
    with postgresql_server.database(_postgresql_retailer) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def central(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Iterator[Central]:
    """A central API that knows the small retailer, once on SQLite and once on PostgreSQL."""
    pictures = tmp_path / "pictures"
    database_url: str = request.getfixturevalue(f"{request.param}_retailer_url")
    settings = CentralSettings(database_url, pictures, migrates=False, phones_url=PHONES_URL)
    application = create_app(settings, now=clock)
    with httpx.Client(transport=InProcess(application), base_url="http://central") as http:
        yield Central(application.state.database, application, http, clock, pictures)
    application.state.database.close()
