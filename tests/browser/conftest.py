"""One hub in this process for the browser tests that bring a shop of their own: the real page, client and server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import flet as ft
import pytest

from clienteling.hosting import web_app
from clienteling.i18n import load_translators
from clienteling.ui.app import build_main
from clienteling.ui.session import Clock
from clienteling.use_cases.services import Services
from tests.support.fake_services import start_clock
from tests.support.serving import serve

ASSETS: Final = Path(__file__).parents[2] / "assets"


class Hub:
    """A hub whose app is exchanged between tests: its address stays, and so does what browsers keep of the client."""

    def __init__(self) -> None:
        self.url = ""
        self._main: Callable[[ft.Page], None] | None = None

    def show(self, services: Services, *, now: Clock = start_clock) -> str:
        """The address, which from now on shows an app over these services."""
        self._main = build_main(services, texts=ASSETS / "i18n", default_associate_id="associate-rina", now=now)
        return self.url

    def main(self, page: ft.Page) -> None:
        """What Flet calls for each session."""
        assert self._main is not None, "no test said what this hub shows"
        self._main(page)


@pytest.fixture(scope="session")
def hub_of_ours() -> Iterator[Hub]:
    """This worker's hub."""
    hub = Hub()
    app = web_app(
        hub.main,
        pictures=ASSETS / "demo" / "pictures",
        assets=ASSETS,
        texts=load_translators(ASSETS / "i18n"),
        label=ASSETS / "demo" / "shelf_label.png",
        synced=lambda: True,
    )
    with serve(app) as url:
        hub.url = url
        yield hub
