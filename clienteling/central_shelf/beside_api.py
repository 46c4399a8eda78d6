"""The central server's two faces at one address: the profile API for devices, the shelf page for everybody.

What the API names is the API's; every other address is the page's, so that what a customer mistypes is answered by a
page and not by a problem document.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from clienteling.central_shelf.consent_desk import CentralConsentDesk
from clienteling.central_shelf.desk import CentralDesk, keep_counts
from clienteling.central_shelf.looking import Looking
from clienteling.central_shelf.page_process import PageProcess
from clienteling.central_shelf.source import CentralShelf
from clienteling.domain.shelf_counting import ShelfCounter
from clienteling.settings import ServerSettings
from clienteling.shelf.app import ShelfApp, icon_of
from clienteling.shelf.making import PageMaker
from clienteling.shelf.rendering import Renderer
from clienteling.shelf.scans import PageScans
from clienteling.shelf.source import ShelfUnavailable
from clienteling.shelf_site import shelf_site
from sync.central_api.database import SQLITE_READERS, CentralDatabase
from sync.central_api.pictures import read_picture
from sync.protocol.ids import uuid7
from sync.protocol.times import Clock, utc_now

COUNTS_KEPT_EVERY_S: Final = 10.0
_OF_THE_API: Final = re.compile(r"/(v[0-9]+|healthz|openapi\.json|docs|redoc)(/.*)?", re.DOTALL)


READERS_OF_SQLITE, READERS_OF_POSTGRESQL = SQLITE_READERS - 1, 4
"""Pages made at a time: devices are never without a connection."""


class ApiBesideShelf:
    """Hands each request to the one it is for. The API has the lifespan: the page opens nothing to be closed."""

    def __init__(
        self,
        api: ASGIApp,
        shelf: ASGIApp,
        *,
        keep_counts: Callable[[], None] = lambda: None,
        pages: PageProcess | None = None,
    ) -> None:
        self._api, self._shelf, self._keep_counts, self._pages = api, shelf, keep_counts, pages

    def start(self) -> None:
        """Begins the process that makes pages, if there is one."""
        if self._pages is not None:
            self._pages.start()

    def end(self) -> None:
        """Keeps what was counted last, while the database is still open."""
        if self._pages is not None:
            self._pages.end()
        with suppress(ShelfUnavailable):
            self._keep_counts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and not _OF_THE_API.fullmatch(scope["path"])
        await (self._shelf if is_page else self._api)(scope, receive, send)


def with_shelf(
    api: FastAPI,
    settings: ServerSettings,
    *,
    own_url: str,
    pictures_folder: Path | None,
    now: Clock,
    in_process: bool = False,
) -> ApiBesideShelf:
    """The API with the shelf page over the same database. `own_url`: where it answers if the settings name no address.

    `in_process`: products' pages are made in a process of their own. Reads the brand's logo.
    """
    site = shelf_site(settings, settings.shelf_url or own_url)
    pages = None
    if in_process:
        url = api.state.database.url.render_as_string(hide_password=False)
        pages = PageProcess(partial(page_maker, settings, url, own_url))
    source = CentralShelf(api.state.database, read_picture=partial(_read, pictures_folder))
    desk = CentralDesk(api.state.database, random=SystemRandom())
    counter = ShelfCounter(now)
    tell = partial(keep_counts, api.state.database, counter, program_id=uuid7(now()), now=now)
    scans = PageScans(counter, tell, every_s=COUNTS_KEPT_EVERY_S)
    threads = READERS_OF_SQLITE if api.state.database.is_sqlite else READERS_OF_POSTGRESQL
    make_page = pages.make if pages is not None else None
    consents = CentralConsentDesk(api.state.database)
    shelf = ShelfApp(
        site, source, now=now, desk=desk, consents=consents, scans=scans, threads=threads, make_page=make_page
    )
    return ApiBesideShelf(api, shelf, keep_counts=tell, pages=pages)


def page_maker(settings: ServerSettings, database_url: str, own_url: str) -> PageMaker:
    """The maker of a process of its own, with a database of its own that ends with it."""
    site = shelf_site(settings, settings.shelf_url or own_url)
    looking = Looking()
    source = CentralShelf(CentralDatabase(database_url), read_picture=lambda name: None, looking=looking)
    _, icon_path = icon_of(site)
    return PageMaker(site, source, Renderer(site, icon=icon_path), now=utc_now, expect=looking.expect)


def _read(folder: Path | None, name: str) -> bytes | None:
    found = read_picture(folder, name)
    return found[0] if found is not None else None
