"""An engine as `run_app` makes it, over a real store and a real server in this process."""

import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from clienteling.bootstrap.device import count
from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.engine_host import EngineHost
from clienteling.engine_requests import ask_running_engine
from clienteling.store.unpack import ASKING
from sync.client.httpx_api import HttpxCentralApi
from sync.engine.loop import SyncState
from sync.engine.run_once import SyncResult
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from tests.support.fakes import START_AT
from tests.support.shops import Device, Shops, ref_id
from tests.support.waiting import wait_until


class Patient(Random):
    """Chance that waits for ever: whatever happens was asked for."""

    def uniform(self, a: float, b: float) -> float:
        return 1_000_000.0


@dataclass(slots=True)
class Running:
    """An engine, the device it syncs, and what it told."""

    engine: EngineHost
    device: Device
    folder: Path
    told: list[SyncStatus] = field(default_factory=list)

    @property
    def status(self) -> SyncStatus:
        return self.engine.status.value

    @property
    def pulls(self) -> int:
        return self.device.transport.requests.count("/v1/sync/pull")

    def wait_for(self, connection: Connection) -> None:
        wait_until(lambda: self.status.connection is connection, what=f"being {connection}")

    def write_note(self, number: int, about: str = "siti") -> None:
        """What an associate's note does: the rows change, and whoever listens hears it."""
        args = {
            "note_id": rule_id("note", str(number)), "customer_id": ref_id(Kind.CUSTOMER, about), "text": "Suka biru",
            "store_id": ref_id(Kind.LOCATION, "BDG"), "written_at": "2026-11-22T03:42:00Z",
        }  # fmt: skip
        self.device.store.write("note.write", 1, args, actor=ref_id(Kind.ASSOCIATE, "rina"), at=START_AT)

    def ask(self) -> dict[str, object] | None:
        """What the engine answers to a request in its folder."""
        tries = iter(range(600))
        pause = threading.Event()

        def wait() -> bool:
            pause.wait(0.05)
            return next(tries, None) is not None

        return ask_running_engine(self.folder, wait=wait)


@contextmanager
def engine_of(
    shops: Shops,
    *,
    token: str | None = None,
    after_sync: Callable[[SyncResult], Awaitable[None]] | None = None,
    address: str | None = None,
    pinned: Callable[[], Sequence[str]] = tuple,
) -> Iterator[Running]:
    """An engine that is stopped at the end of the block, as `run_app` makes it; its API in this process, or served at
    `address`."""
    device = shops.device("BDG", "tablet", token=token, asking=ASKING)

    async def nothing_more(result: SyncResult) -> None:
        return None

    engine = EngineHost(
        device.store,
        lambda: HttpxCentralApi(
            address or "http://central", device.token, transport=None if address else device.transport
        ),
        data_dir=shops.folder / "tablet",
        counts=lambda: count(device.store),
        initial=SyncState(last_synced_at=device.store.synced_at()),
        after_sync=after_sync or nothing_more,
        status=Signal(SyncStatus()),
        now=shops.now,
        random=Patient(),
        app_version="test",
        pinned=pinned,
        forget_due=device.store.forget_due,
        audit=device.store.audit,
    )
    running = Running(engine, device, shops.folder / "tablet")
    engine.status.subscribe(running.told.append)
    device.store.changed.subscribe(lambda _: engine.refresh())
    engine.start()
    try:
        yield running
    finally:
        engine.stop()
