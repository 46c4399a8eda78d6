"""Where a hub cannot answer guests' phones: what is said, and that the rest goes on."""

import socket
import sys
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from clienteling.bootstrap.app import ToldOfGuests
from clienteling.bootstrap.guests import guest_servers
from clienteling.domain.errors import ClientelingError
from clienteling.hosting.guests import GuestsUnanswered, listen
from clienteling.hosting.served_certificate import CertificateUnusable, ServedCertificate
from clienteling.loopback import LOOPBACK, free_ports
from clienteling.settings import certificate_file, read_settings, remember
from sync.protocol.times import utc_now
from tests.app.guest_wifi import OWN, put
from tests.app.test_doctor import without_superpowers
from tests.support.certificates import HOST


class Heard:
    """Who is told of guests."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.errors: list[ClientelingError] = []
        self.told = ToldOfGuests(self.urls.append, self.errors.append)


def opened(data_dir: Path, app: ASGIApp, **flags: object) -> tuple[list[str], list[str], int]:
    """What is said at the start of a hub: addresses, codes of what is wrong, and how many servers there are."""
    remember(data_dir, own_hosts=[HOST])
    heard = Heard()
    settings = read_settings(data_dir, **{"shelf_bind": LOOPBACK, **flags})
    servers = guest_servers(settings, app, tell=heard.told, now=utc_now)
    for server in servers:
        server._listening.close()
    return heard.urls, [error.code for error in heard.errors], len(servers)


def test_without_a_certificate_no_port_is_taken_and_nothing_said(tmp_path: Path) -> None:
    assert opened(tmp_path / "hub", nothing_at_all) == ([], [], 0)


async def nothing_at_all(scope: object, receive: object, send: object) -> None:
    """An app that answers nothing."""


def test_the_address_that_is_told_has_the_port_where_it_is_not_the_webs_own(tmp_path: Path) -> None:
    put(tmp_path / "hub", OWN)
    port, http_port = free_ports([0, 0])
    flags = {"shelf_port": port, "shelf_http_port": http_port}
    assert opened(tmp_path / "hub", nothing_at_all, **flags) == ([f"https://toko.example:{port}"], [], 2)
    assert opened(tmp_path / "hub", nothing_at_all, **{**flags, "shelf_http_port": 0})[2] == 1


def test_a_taken_port_is_said_and_the_other_one_is_taken_without_it(tmp_path: Path) -> None:
    put(tmp_path / "hub", OWN)
    port, free = free_ports([0, 0])
    with listen(LOOPBACK, port):
        for flags, expected in (
            ({"shelf_port": port, "shelf_http_port": free}, ([], ["hub.shelf_port_taken"], 0)),
            (
                {"shelf_port": free, "shelf_http_port": port},
                ([f"https://toko.example:{free}"], ["hub.shelf_port_taken"], 1),
            ),
        ):
            assert opened(tmp_path / "hub", nothing_at_all, **flags) == expected


def test_an_address_that_this_machine_does_not_have_is_said(tmp_path: Path) -> None:
    put(tmp_path / "hub", OWN)
    assert opened(tmp_path / "hub", nothing_at_all, shelf_bind="192.0.2.1") == ([], ["hub.shelf_no_address"], 0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every user may take these ports")
def test_a_port_that_this_user_may_not_take_is_said() -> None:
    with without_superpowers(), pytest.raises(GuestsUnanswered) as refused:
        listen(LOOPBACK, 443)
    assert (refused.value.code, refused.value.fields) == ("hub.shelf_port_forbidden", {"port": "443"})


def test_a_damaged_certificate_is_said_and_no_port_taken(tmp_path: Path) -> None:
    put(tmp_path / "hub", OWN).write_bytes(b"nonsense")
    assert opened(tmp_path / "hub", nothing_at_all)[1:] == (["hub.shelf_certificate_unusable"], 0)
    with pytest.raises(CertificateUnusable):
        ServedCertificate(certificate_file(tmp_path / "hub"), now=utc_now)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="needs IPv6")
def test_every_address_of_both_kinds_may_be_listened_at() -> None:
    (port,) = free_ports([0])
    with listen("::", port), socket.create_connection((LOOPBACK, port), timeout=5):
        pass
