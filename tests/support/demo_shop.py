"""The demo shop as real processes: the server, two stores' devices, on ports of their own, in a folder of the test run.

Nobody has a PIN in `demo_shop`: a journey that is not about signing in begins where its person stands, in every tab.
`prepared_shop` is the demo as people get it.

Filling it takes some ten seconds, so one shop serves all browser tests of a worker; a test that stops the server
starts it again.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from clienteling import demo
from clienteling.demo.layout import Place
from clienteling.settings import assets_dir
from sync.protocol.times import utc_now


class DemoShop:
    """A running demo. `layout` says where everything answers."""

    def __init__(self, folder: Path, *, with_pins: bool = False) -> None:
        self.layout = demo.lay_out(folder, assets_dir() / "demo", ports=(0, 0, 0))
        self.processes = demo.Processes(folder / "logs")
        demo.prepare(self.layout, assets_dir() / "demo", now=utc_now, with_pins=with_pins)
        filled = demo.read_filled(folder)
        assert filled is not None
        self.customer_id = filled.customer_id
        try:
            self._start_all()
        except BaseException:
            self.stop()
            raise

    def _start_all(self) -> None:
        self.start_server()
        devices = (self.layout.device, self.layout.other_device)
        for place in devices:
            self.processes.start(place)
        for place in devices:
            self.processes.wait_until_answers(place)

    @property
    def url(self) -> str:
        return self.layout.device.url

    @property
    def other_url(self) -> str:
        return self.layout.other_device.url

    def start_server(self) -> None:
        self.processes.start(self.layout.central)
        self.processes.wait_until_answers(self.layout.central)

    def stop_server(self) -> None:
        """Stop the central profile API alone, as when its machine goes down."""
        self.end(self.layout.central)

    def end(self, place: Place) -> None:
        """Stop one process."""
        process = self.processes.running.pop(place.name)
        process.terminate()
        process.wait(30)

    @contextmanager
    def without(self, *places: Place) -> Iterator[None]:
        """Inside the block these do not run; afterwards they answer again."""
        for place in places:
            self.end(place)
        try:
            yield
        finally:
            for place in places:
                self.processes.start(place)
                self.processes.wait_until_answers(place)

    @cached_property
    def list_code(self) -> str:
        """The code of a list that a visitor saved here: what the label is on, and what is like it."""
        url = urlsplit(self.layout.shelf_url)
        own = f"{url.scheme}://{url.netloc}"
        with httpx.Client(base_url=own, headers={"origin": own}, follow_redirects=True) as phone:
            page = phone.get(url.path).text
            store, others = url.path.split("/")[1], re.findall(r"/01/(\d{14})", page)
            for gtin in list(dict.fromkeys(others))[:3]:
                phone.post("/shelf/save", data={"gtin": gtin, "store": store})
            shown = phone.post("/shelf/handover", data={"store": store}).text
        found = re.search(r'<p class="code"[^>]*>(\w+)</p>', shown)
        assert found is not None
        return found[1]

    def stop(self) -> None:
        self.processes.stop()


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    """One demo shop for a worker's browser tests."""
    shop = DemoShop(tmp_path_factory.mktemp("demo"))
    yield shop
    shop.stop()


@pytest.fixture(scope="session")
def prepared_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    """One demo shop whose people have PINs, with what a manager and a privacy officer have to decide."""
    shop = DemoShop(tmp_path_factory.mktemp("prepared"), with_pins=True)
    yield shop
    shop.stop()
