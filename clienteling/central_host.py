"""The central profile API as a program runs it: where its files lie, filling it from exports, serving it.

The one place that joins `sync.connectors` (what a folder says) with `sync.central_api` (what becomes of it).
"""

import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from clienteling.catalogue.pictures import picture_name
from clienteling.central_shelf.beside_api import ApiBesideShelf, with_shelf
from clienteling.domain.errors import ClientelingError
from clienteling.logs import log_to
from clienteling.loopback import LOOPBACK, address, refuse_taken
from clienteling.not_http import answering_by_problem
from clienteling.settings import ServerSettings
from clienteling.shelf.limits import TrustedProxies
from clienteling.store.device_folder import OUTBOX_FILE
from sync.central_api.app import create_app
from sync.central_api.associates import has_associates
from sync.central_api.database import CentralDatabase, is_current, migrate, sqlite_url
from sync.central_api.device_calls import ClientOf, peer_address
from sync.central_api.erasure_list import ERASURE_LIST, erase_listed
from sync.central_api.errors import PictureRefused
from sync.central_api.import_records import ImportResult, import_records
from sync.central_api.known_records import KnownInDatabase
from sync.central_api.new_locations import location_names, new_names
from sync.central_api.pictures import keep_picture
from sync.central_api.privacy_erasing import Places
from sync.central_api.settings import CentralSettings
from sync.connectors.pictures import pictures
from sync.connectors.reading import Progress
from sync.connectors.refusal_report import RefusalReport
from sync.connectors.shopify_csv import DEFAULT_SOURCE, KNOWN_FILES, read_folder, unread_files
from sync.protocol.collector import look_seldom_at_what_stays, spare_what_is_loaded
from sync.protocol.importing import Refusal
from sync.protocol.times import Clock, utc_now

log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.001
"""How long a thread at work keeps the others waiting: with Python's own 5 ms an answer that is ready waits so long for
each page that is being made (p95 at 200 requests/s on two busy cores: 33 ms instead of 240)."""
GRACE_S = 10
"""How long answers under way may take once the program is told to stop."""
DATABASE_FILE = "central.db"
REPORT_FILE = "import-report.csv"
PICTURES_FOLDER = "pictures"
SNAPSHOTS_FOLDER = "snapshots"


def privacy_places(data_dir: Path) -> Places:
    """Where erasures reach beyond the database of that folder."""
    return Places(snapshots_folder=data_dir / SNAPSHOTS_FOLDER, erasure_list=data_dir / ERASURE_LIST)


class FolderUnusable(ClientelingError):
    """There is no such folder, or no file in it that can be imported. Codes: import.no_folder, import.no_known_file."""

    code = "import.no_folder"


class CentralUnusable(ClientelingError):
    """The central database cannot be opened, reached or read. Codes: central.unusable, central.no_postgresql,
    central.older_schema, central.no_database, central.device_folder."""

    code = "central.unusable"


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did. `report` names every row that was refused or lost a cell, or None where there is none.

    `has_associates`: whether there is anybody who can be chosen in the app.
    `new_locations`: the names of those that were not there before, beside others; a misspelt name makes one.
    `not_read`: CSV files of the folder that have no export's name, each with the one that is plainly meant, else "".
    """

    result: ImportResult
    pictures: int
    report: Path | None
    has_associates: bool
    new_locations: tuple[str, ...]
    not_read: Mapping[str, str]

    @property
    def not_read_named(self) -> str:
        """`budget.csv, wishlist.csv (wishlists.csv?)`; "" where every file was read."""
        return _named(self.not_read)


def database_url(data_dir: Path, given: str | None) -> str:
    """The URL given, or the SQLite file of the data directory."""
    return given or os.environ.get("CLIENTELING_DATABASE_URL") or sqlite_url(data_dir / DATABASE_FILE)


@contextmanager
def translating() -> Iterator[None]:
    """Has a person told what a driver says in its own words."""
    try:
        yield
    except SQLAlchemyError as error:
        raise CentralUnusable(kind=type(error).__name__) from error
    except ModuleNotFoundError as error:
        raise CentralUnusable("central.no_postgresql" if error.name == "psycopg" else None) from error


@contextmanager
def central_database(data_dir: Path, given_url: str | None) -> Iterator[CentralDatabase]:
    """The central database at this program's schema, closed at the end. Raises CentralUnusable, DatabaseNewer."""
    _refuse_device(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    url = database_url(data_dir, given_url)
    with translating():
        migrate(url)
        with CentralDatabase(url) as database:
            yield database


def _refuse_device(data_dir: Path) -> None:
    if (data_dir / OUTBOX_FILE).exists():
        raise CentralUnusable("central.device_folder", folder=str(data_dir))


@contextmanager
def existing_database(data_dir: Path, given_url: str | None) -> Iterator[CentralDatabase]:
    """The same where there is one already; makes none. Raises CentralUnusable (central.no_database), DatabaseNewer."""
    with translating():
        if is_current(database_url(data_dir, given_url)) is None:
            raise CentralUnusable("central.no_database")
    with central_database(data_dir, given_url) as database:
        yield database


def refuse_other_folders(folder: Path) -> None:
    """Nothing; raises FolderUnusable where no file of the folder has a name that is read."""
    if any((folder / name).is_file() for name in KNOWN_FILES):
        return
    if folder.is_dir() and (others := unread_files(folder)):
        raise FolderUnusable("import.no_known_file", files=_named(others))
    raise FolderUnusable(folder=folder.name)


def _named(unread: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({meant}?)" if meant else name for name, meant in unread.items())


def import_folder(
    database: CentralDatabase,
    folder: Path,
    *,
    data_dir: Path,
    time_zone: str,
    now: Clock,
    as_of: datetime | None = None,
    source: str = DEFAULT_SOURCE,
    shift_days: int = 0,
    currency: str | None = None,
    in_words: Callable[[str], str] = str,
    on_progress: Callable[[Progress], None] | None = None,
) -> ImportSummary:
    """Take over a folder of exports. Writes the central database, its pictures and the report of refusals.

    as_of     when the files were written, None for each file's own time
    in_words  a reason's sentence for the report, by its message key
    """
    not_read = unread_files(folder)
    locations = location_names(database)
    stream = read_folder(
        folder,
        source=source,
        known=KnownInDatabase(database, source),
        as_of=as_of,
        default_time_zone=time_zone,
        shift_days=shift_days,
        currency=currency,
        on_progress=on_progress,
        now=now(),
    )
    with RefusalReport(data_dir / REPORT_FILE, in_words=in_words) as report:
        result = import_records(
            database,
            stream,
            source=source,
            now=now,
            complete_kinds=stream.complete_kinds,
            on_refusal=report.add,
        )
        kept = unusable = 0
        for one in pictures(folder):
            try:
                kept += keep_picture(data_dir / PICTURES_FOLDER, picture_name(one.name), one.path.read_bytes())
            except PictureRefused:
                report.add(Refusal(one.file, one.line, "import.bad_picture", one.column, kept=True))
                unusable += 1
    result = replace(result, kept=result.kept + unusable)
    new_locations = new_names(locations, location_names(database))
    return ImportSummary(result, kept, report.written, has_associates(database), new_locations, not_read)


def serve_central(
    told: ServerSettings, given_url: str | None, *, port: int, when_ready: Callable[[str], None] = lambda url: None
) -> None:
    """Serve API and shelf page on this machine only until the process is told to stop. Logs to `told.data_dir`/logs.

    `when_ready` gets the address just before it answers. Raises CentralUnusable, DatabaseNewer, PortUnusable.
    """
    data_dir = told.data_dir
    _refuse_device(data_dir)
    settings = CentralSettings(
        database_url(data_dir, given_url),
        pictures_folder=data_dir / PICTURES_FOLDER,
        snapshots_folder=data_dir / SNAPSHOTS_FOLDER,
        erasure_list=data_dir / ERASURE_LIST,
        require_sign_in=told.require_sign_in,
        phones_url=phones_url(told.shelf_url),
    )
    data_dir.mkdir(parents=True, exist_ok=True)
    refuse_taken(port)
    with translating():
        api = create_app(settings, client_of=client_of(told.trusted_proxies))
        _erase_listed(api.state.database, data_dir)
    log_to(data_dir / "logs", "central")
    app = with_shelf(
        api, told, own_url=address(port), pictures_folder=settings.pictures_folder, now=utc_now, in_process=True
    )
    app.start()
    spare_what_is_loaded()
    look_seldom_at_what_stays()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    when_ready(address(port))
    with suppress(KeyboardInterrupt):  # uvicorn hands on the signal that ended it
        _Server(central_config(app, port=port), ending=partial(_end, api, app)).run()


def phones_url(shelf_url: str) -> str:
    """Where customers' phones may answer: the shelf page's address, where it is theirs to read alone; else "".

    Without TLS whoever shares the Wi-Fi reads the link; an address of this machine, as in the demo, leaves it nowhere.
    """
    parts = urlsplit(shelf_url)
    return shelf_url if parts.scheme == "https" or parts.hostname == LOOPBACK else ""


def _erase_listed(database: CentralDatabase, data_dir: Path) -> None:
    """Nobody is served who was erased since the backup that this database may have been restored from."""
    folder = data_dir / SNAPSHOTS_FOLDER
    count = erase_listed(database, data_dir / ERASURE_LIST, snapshots_folder=folder, now=utc_now())
    if count:
        log.warning("erased again by the list of erasures", extra={"count": count})


def client_of(trusted_proxies: Sequence[str]) -> ClientOf:
    """Which address a request comes from: the peer's, or the one that a proxy of ours names."""
    proxies = TrustedProxies(trusted_proxies)

    def of(request: Request) -> str:
        return proxies.client(peer_address(request), ",".join(request.headers.getlist("x-forwarded-for")))

    return of


def _end(api: FastAPI, app: ApiBesideShelf) -> None:
    """Before open answers are waited for: those who only listen go, and nothing counted is lost."""
    api.state.news.close()
    app.end()


def central_config(app: ASGIApp, *, port: int) -> uvicorn.Config:
    """How uvicorn serves: on this machine only. Whose X-Forwarded-For counts is the page's to decide."""
    return uvicorn.Config(
        app,
        host=LOOPBACK,
        port=port,
        http=answering_by_problem(AutoHTTPProtocol),
        proxy_headers=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_S,
    )


class _Server(uvicorn.Server):
    """uvicorn, which sends away those who only listen before it waits for open answers; `ending` does that."""

    def __init__(self, config: uvicorn.Config, *, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)
