"""What all histories of one process share: the application, templates of its filled database and of enrolled devices.

A history begins with copies, which takes milliseconds; files are in memory where the system has such a folder. The
server's database is a SQLite file, or one of a real PostgreSQL cluster.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import sqlalchemy as sa

from sync.central_api.access_tables import DEVICE
from sync.central_api.database import migrate
from sync.central_api.restoring import new_epoch
from sync.central_api.tables import SETTING
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind
from sync.protocol.search_keys import phone_key
from tests.simulation.commerce_platform import stock
from tests.simulation.people import PHONES, UNCLAIMED
from tests.simulation.server_database import PostgresqlDatabase, ServerDatabase, SqliteFile
from tests.support.fakes import START_AT, FakeClock
from tests.support.postgresql import PostgresqlServer
from tests.support.shops import Shops, customer, order, record, ref_id, two_shops

T = TypeVar("T")
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device as it is delivered: `folder` has synced once, `fresh` never."""

    name: str
    store: str
    actor: str
    token: str
    folder: Path
    fresh: Path


class _AtOnce(ThreadPoolExecutor):
    """Does work where it is asked for: in a history nothing runs beside, and a change of threads is a tenth of it."""

    def submit(self, work: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(work(*arguments, **named))
        except BaseException as error:  # noqa: BLE001  # the future's owner raises it
            done.set_exception(error)
        return done


class Stage:
    """Close it, or use it as a context. One history at a time.

    `on_disk`: its files are where they would be lost. `postgresql`: the cluster where the server's database is.
    """

    def __init__(self, *, on_disk: bool = False, postgresql: PostgresqlServer | None = None) -> None:
        self._temporary = tempfile.TemporaryDirectory(
            prefix="simulation-", dir=_MEMORY if _MEMORY.is_dir() and not on_disk else None, ignore_cleanup_errors=True
        )
        self.folder = Path(self._temporary.name)
        self.clock = FakeClock()
        self.runner = asyncio.Runner()
        self.runner.get_loop().set_default_executor(_AtOnce())
        self._template = self.folder / "template.db"
        self._histories = 0
        self._copies: list[Path] = []
        self._server: ServerDatabase = PostgresqlDatabase(postgresql) if postgresql else SqliteFile(self.folder)
        if postgresql:
            migrate(self._server.url)
        self.shops = Shops(self.folder, self._server.url, now=self.clock, random=Random(0), snapshots=True)
        self._fix_settings()
        self.shops.put(*two_shops())
        self.shops.put(*_more())  # an import takes each record once
        self.enrolled = [
            self._enrol(*one) for one in (("a1", "BDG", "rina"), ("a2", "BDG", "rina"), ("b1", "SBY", "agus"))
        ]
        self.shops.close()
        self._server.save(self._template)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self.shops.close()
        self._server.close()
        self.runner.close()
        self._temporary.cleanup()

    def begin(self) -> Path:
        """An empty folder for a history; the server is as it was delivered."""
        self._histories += 1
        self.clock.advance(START_AT - self.clock())
        while self._copies:
            self._server.forget(self._copies.pop())
        self.replace_server(self._template)
        folder = self.folder / f"history-{self._histories}"
        folder.mkdir()
        return folder

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, on the one event loop."""
        return self.runner.run(work)

    def save_server(self, path: Path) -> None:
        """A backup: the database, whole. It lasts as long as the history."""
        self.shops.database.close()
        self._server.save(path)
        self._copies.append(path)

    def replace_server(self, path: Path, log: bytes = b"") -> None:
        """What was saved as `path` in the database's place; of a file, with what its write-ahead log holds."""
        self.shops.database.close()
        if log:
            self._file().put_back(path, log)
        else:
            self._server.put_back(path)

    @property
    def server_url(self) -> str:
        """The address of the server's database."""
        return self._server.url

    def server_files(self) -> tuple[Path, Path]:
        """The database and its write-ahead log."""
        return self._file().path, self._file().log

    def server_written(self) -> dict[str, int]:
        """The same as before only where nobody wrote to the database since."""
        return self._server.written(self.shops.database)

    def _file(self) -> SqliteFile:
        assert isinstance(self._server, SqliteFile)
        return self._server

    def registration(self, device: Enrolled) -> tuple[str, str]:
        """The server's id of a device, and the store it belongs to now."""
        ours = sa.select(DEVICE.c.id, DEVICE.c.store_id).where(DEVICE.c.name == f"enrolled-{device.name}")
        with self.shops.database.reading() as connection:
            registration_id, store_id = connection.execute(ours).one()
        return registration_id, store_id

    def give(self, device: Enrolled, store_id: str) -> None:
        """What an operator does who moves a device to another store."""
        registration_id, _ = self.registration(device)
        with self.shops.database.writing() as connection:
            connection.execute(sa.update(DEVICE).where(DEVICE.c.id == registration_id).values(store_id=store_id))

    def new_epoch(self, epoch: str) -> None:
        """What an operator does after restoring a backup."""
        new_epoch(self.shops.database, epoch)

    def new_cursor_key(self, key: str) -> None:
        """No cursor given out before can be continued."""
        with self.shops.database.writing() as connection:
            connection.execute(sa.update(SETTING).where(SETTING.c.name == "cursor_key").values(value=key))

    def _fix_settings(self) -> None:
        """The same epoch and key in every process, so that a seed replays byte for byte."""
        with self.shops.database.writing() as connection:
            for name, value in (("epoch", rule_id("epoch", "0")), ("cursor_key", "00" * 32)):
                connection.execute(sa.update(SETTING).where(SETTING.c.name == name).values(value=value))

    def _enrol(self, name: str, store: str, actor: str) -> Enrolled:
        device = self.shops.device(store, f"enrolled-{name}")
        device.store.close()
        folder, fresh = self.folder / f"enrolled-{name}", self.folder / f"fresh-{name}"
        shutil.copytree(folder, fresh)
        again = self.shops.device(store, f"enrolled-{name}", token=device.token)
        self.run(again.sync())
        again.store.close()
        return Enrolled(name, store, ref_id(Kind.ASSOCIATE, actor), device.token, folder, fresh)


def _more() -> list[Any]:
    """What people act upon beside the two shops: a product and few of it, orders nobody has claimed, an address two
    people share, and the phones by which all stores are searched."""
    orders = [order(number, "nobody", "BDG", "2026-11-01T03:00:00Z") for number in UNCLAIMED]
    for one, pickup in zip(orders, ({"location_id": ref_id(Kind.LOCATION, "BDG")}, None), strict=True):
        one.body.update(customer_id=None, location_id=None, channel="Tokopedia", pickup=pickup)
    people = [
        customer(who, home, phone=phone_key(phone))
        for (who, phone), home in zip(PHONES.items(), ("BDG", "BDG", "SBY"), strict=True)
    ]
    people[0].body["email"] = "0@example.id"
    return [
        record(Kind.PRODUCT, "kemeja", name="Kemeja Linen"),
        stock("BDG", 2, counted_at=START_AT),
        stock("SBY", 1, counted_at=START_AT),
        *people,
        *orders,
    ]
