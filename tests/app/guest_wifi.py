"""A hub's app with its servers for guests, under a certificate of the tests' own, as `Wifi`."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
from starlette.types import ASGIApp

from clienteling.hosting import app_of, own_app
from clienteling.hosting.guests import GuestLimits, GuestServer, PageAlone, ToHttps, listen
from clienteling.hosting.served_certificate import ServedCertificate
from clienteling.loopback import LOOPBACK, free_ports
from clienteling.settings import assets_dir, certificate_file
from clienteling.shelf_certificate import check_files, install
from sync.protocol.times import utc_now
from tests.app.test_hosting import TEXTS, nothing
from tests.support.certificates import HOST, Issued, authority, issue
from tests.support.guests import phone, serving_guests
from tests.support.shelf_shop import SHIRT_M
from tests.support.waiting import is_up

ROOT: Final = authority("Root")
BETWEEN: Final = authority("Between", issuer=ROOT)
TRUSTED: Final = ROOT.trusting()
OWN: Final = issue(issuer=BETWEEN)
LABEL: Final = f"/SBDG/01/{SHIRT_M}"
USUAL: Final = GuestLimits()


def put(data_dir: Path, issued: Issued) -> Path:
    """Installs a certificate as the command does; returns its file."""
    files = issued.files(data_dir.parent)
    install(data_dir, check_files(*files, host=HOST, at=utc_now()))
    return certificate_file(data_dir)


class Wifi:
    """A hub's app with its servers for guests, and the ports at which those are."""

    def __init__(self, folder: Path, page: ASGIApp, limits: GuestLimits = USUAL) -> None:
        self.port, self.http_port = free_ports([0, 0])
        self.data_dir = folder / "hub"
        self.app = own_app(
            app_of(
                nothing,
                pictures=folder,
                assets=assets_dir(),
                texts=TEXTS,
                label=None,
                synced=lambda: True,
            ),
            shelf=page,
            shelf_hosts=[HOST],
        )
        self.url = ""
        self._page, self._limits = page, limits
        put(self.data_dir, OWN)

    def servers(self) -> tuple[GuestServer, ...]:
        certificate = ServedCertificate(certificate_file(self.data_dir), now=utc_now)
        page = PageAlone(self._page)
        return (
            GuestServer(page, listen(LOOPBACK, self.port), certificate=certificate, limits=self._limits),
            GuestServer(ToHttps(HOST, 443), listen(LOOPBACK, self.http_port), limits=self._limits),
        )

    @contextmanager
    def running(self) -> Iterator["Wifi"]:
        with serving_guests(self.app, self.servers) as self.url:
            yield self

    def get(self, path: str, **headers: str) -> httpx.Response:
        """What a phone gets that opens a connection for this alone."""
        with phone(self.port, TRUSTED, http_port=self.http_port) as client:
            return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def app_answers(self) -> bool:
        return is_up(self.url)

    def connect(self) -> socket.socket:
        """A connection that has said nothing yet."""
        return socket.create_connection((LOOPBACK, self.port), timeout=30)

    def connect_tls(self) -> ssl.SSLSocket:
        return TRUSTED.wrap_socket(self.connect(), server_hostname=HOST)
