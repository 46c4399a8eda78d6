"""A device under test: a local store in a folder, a clock and ids that fall the same way in every run."""

import asyncio
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import orjson
from sqlalchemy import Table

from clienteling.store.asking_side import NO_ASKING, AskingSide
from clienteling.store.database import StoreKey
from clienteling.store.generation import Step
from clienteling.store.replica import LocalStore
from clienteling.store.tables import BASE, RECORD, ROW_SCOPE, TOUCHED
from sync.engine.ports import CentralApi
from sync.engine.run_once import SyncResult, run_once
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations import Entry
from sync.protocol.wire import PullPage, PullRequest
from tests.store.model_server import STORE_ID, ModelServer
from tests.support.fakes import SEED, FakeClock

KEY = bytes(range(32))


class PowerCut(Exception):
    """The process ended here."""


class Device:
    """A store that can be cut off after any durable step and opened again."""

    def __init__(
        self,
        folder: Path,
        *,
        key: StoreKey = KEY,
        clock: FakeClock | None = None,
        asking: AskingSide = NO_ASKING,
        seed: int = SEED,
    ) -> None:
        self.folder = folder
        self.key = key
        self.clock = clock or FakeClock()
        self.random = Random(seed)
        self.asking = asking
        self.cut_after: Step | None = None
        self.steps: list[Step] = []
        self.store = self.open()

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def open(self) -> LocalStore:
        return LocalStore(
            self.folder,
            self.key,
            now=self.clock,
            new_id=self.new_id,
            asking=self.asking,
            after_step=self._after_step,
        )

    def _after_step(self, step: Step) -> None:
        self.steps.append(step)
        if step is self.cut_after:
            self.cut_after = None
            raise PowerCut(step)

    def restart(self) -> None:
        self.cut_after = None
        self.store.close()
        self.store = self.open()

    @contextmanager
    def cut(self, step: Step) -> Iterator[None]:
        """The power goes after `step`, wherever it comes in the block; then the device is started again."""
        self.cut_after = step
        try:
            with suppress(PowerCut):
                yield
        finally:  # a write that was refused never came to the step
            self.restart()

    def sync(self, server: CentralApi) -> SyncResult:
        return asyncio.run(run_once(self.store, server))

    def request(self) -> PullRequest:
        at = self.store.current().position()
        return PullRequest(
            device_id=at.device_id,
            schema_number=1,
            cursor=at.cursor,
            settled_n=at.settled_n,
            next_n=at.next_n,
            refetch=list(at.refetch),
        )

    def pull_page(self, server: ModelServer) -> PullPage:
        """One page, applied."""
        page = server.page(self.request())
        self.store.current().catch_up()
        self.store.current().apply_page(page)
        return page

    def push(self, server: ModelServer, limit: int = 500) -> None:
        """Sent; the answer was lost."""
        entries = list(self.store.pending(limit))
        if entries:
            server.take(self.store.device_id(), entries)

    def note(self, customer_id: str, text: str = "likes linen") -> Entry:
        args = {
            "note_id": self.new_id(),
            "customer_id": customer_id,
            "text": text,
            "store_id": STORE_ID,
            "written_at": "2026-11-22T03:42:00Z",
        }
        return self.store.write("note.write", 1, args, actor="associate", at=self.clock())

    def contact(self, customer_id: str, field: str, seen: str | None, new: str | None) -> Entry:
        args = {"customer_id": customer_id, "fields": {field: [seen, new]}}
        return self.store.write("contact.edit", 1, args, actor="associate", at=self.clock())

    # Looking.

    def rows(self) -> dict[RecordKey, tuple[int, Body]]:
        return {RecordKey(row.kind, row.id): (row.version, orjson.loads(row.body)) for row in self.table(RECORD)}

    def bodies(self) -> dict[RecordKey, Body]:
        return {key: body for key, (_, body) in self.rows().items()}

    def names(self) -> list[str]:
        return sorted(body.get("name", "") for key, body in self.bodies().items() if key.kind == Kind.CUSTOMER)

    def notes(self) -> list[str]:
        return sorted(body["text"] for key, body in self.bodies().items() if key.kind == Kind.NOTE)

    def table(self, table: Table) -> list[Any]:
        with self.store.reading() as connection:
            return list(connection.execute(table.select()).all())

    def scopes(self) -> set[tuple[str, str]]:
        return {(row.scope, row.id) for row in self.table(ROW_SCOPE)}

    def bases(self) -> set[RecordKey]:
        return {RecordKey(row.kind, row.id) for row in self.table(BASE)}

    def touched(self) -> set[RecordKey]:
        return {RecordKey(row.kind, row.id) for row in self.table(TOUCHED)}


class Devices:
    """Makes devices quickly: the first one's empty files are the template of the others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template"
        self._count = 0

    def __call__(self, *, clock: FakeClock | None = None) -> Device:
        if not self._template.exists():
            Device(self._template).store.close()
        self._count += 1
        folder = self._folder / f"device-{self._count}"
        shutil.copytree(self._template, folder)
        return Device(folder, clock=clock)


def customer(name: str, **fields: str) -> tuple[RecordKey, Body]:
    """A customer with an id made from the name."""
    key = RecordKey(Kind.CUSTOMER, str(uuid.uuid5(uuid.NAMESPACE_DNS, name)))
    return key, {"name": name, **fields}
