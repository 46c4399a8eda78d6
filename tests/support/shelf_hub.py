"""A hub in Bandung whose store holds the small retailer, and a phone that opens its shelf pages, in one process."""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

import anyio
import httpx
import pytest

from clienteling.domain.brand import Brand
from clienteling.i18n import load_translators
from clienteling.shelf.app import ShelfApp
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfSource
from clienteling.store.unpack import ASKING
from clienteling.use_cases.show_at_shelf import HubDesk, HubShelf
from sync.central_api.database import sqlite_url
from sync.protocol.importing import ImportedRecord
from tests.support.fakes import SEED, FakeClock
from tests.support.shelf_shop import SHIRT_M, small_retailer
from tests.support.shops import Shops

T = TypeVar("T")

ASSETS: Final = Path(__file__).parents[2] / "assets"
TEXTS: Final = load_translators(ASSETS / "i18n")
PICTURE: Final = "kemeja-linen.webp"
SITE: Final = ShelfSite(
    "https://toko.example", TEXTS, icon=ASSETS / "demo" / "logo.png", brand=Brand("Benang Teduh", "#9A3B2E")
)
SHIRT: Final = f"/SBDG/01/{SHIRT_M}"


def demo_picture(name: str) -> bytes | None:
    """A picture of the demo retailer."""
    path = ASSETS / "demo" / "pictures" / name
    return path.read_bytes() if path.is_file() else None


USER_AGENT = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36"


class Phone:
    """What a visitor's browser does: one address, cookies, no redirects followed. Close it."""

    def __init__(
        self, app: Any, *, peer: str = "192.0.2.7", base_url: str = "https://toko.example", language: str = "id-ID"
    ) -> None:
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app, client=(peer, 50_000))
        self.client = httpx.AsyncClient(
            transport=transport,
            base_url=base_url,
            headers={"accept-language": language, "accept-encoding": "identity", "user-agent": USER_AGENT},
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        return self._runner.run(self.client.request(method, path, **kwargs))

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """A form sent from a page of the same host, unless `origin` says otherwise."""
        return self.ask("POST", path, data=fields, headers={"origin": "https://toko.example", **headers})

    def close(self) -> None:
        self._runner.run(self.client.aclose())
        self._runner.close()


class ShelfHub:
    """The retailer's platform, the hub that holds what it said, and the pages over it. Close it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.monotonic_s = 0.0
        self._shops = Shops(folder, sqlite_url(folder / "central.db"), now=self.clock, random=Random(SEED))
        self._shops.put(*small_retailer())
        self.device = self._shops.device("BDG", "hub", asking=ASKING)
        anyio.run(self.device.sync)
        self.source: ShelfSource = HubShelf(self.device.store, read_picture=demo_picture)
        self.app = self.app_over(self.source)
        self._phones: list[Phone] = []

    def app_over(self, source: ShelfSource, site: ShelfSite = SITE) -> ShelfApp:
        desk = HubDesk(self.device.store, new_id=self._shops.new_id, random=Random(SEED))
        return ShelfApp(site, source, now=self.clock, desk=desk, monotonic=lambda: self.monotonic_s)

    def say(self, *records: ImportedRecord) -> None:
        """Has the platform say records; the hub has them when this returns, and a second has passed."""
        self._shops.put(*records)
        anyio.run(self.device.sync)
        self.monotonic_s += 1

    def phone(self, app: ShelfApp | None = None, **kwargs: Any) -> Phone:
        made = Phone(app or self.app, **kwargs)
        self._phones.append(made)
        return made

    def close(self) -> None:
        for phone in self._phones:
            phone.close()
        self._shops.close()


@pytest.fixture(scope="module")
def open_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShelfHub]:
    """One for all tests of a module that change nothing."""
    made = ShelfHub(tmp_path_factory.mktemp("hub"))
    yield made
    made.close()


@pytest.fixture
def phone(open_hub: ShelfHub) -> Phone:
    """An Indonesian phone in a store where nothing changes."""
    return open_hub.phone()


@pytest.fixture
def shelf_hub(tmp_path: Path) -> Iterator[ShelfHub]:
    """The small retailer at its hub in Bandung."""
    made = ShelfHub(tmp_path)
    yield made
    made.close()
