"""The certificate that a hub shows tablets while it runs: renewed in time by itself, or by whoever brings another."""

import logging
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.types import Receive, Scope, Send

from clienteling.bootstrap.tablets import begin_local_authority, tablet_server
from clienteling.doctor.examining import Surroundings, examine
from clienteling.doctor.facts import Check
from clienteling.doctor.judging import judge
from clienteling.hosting.guests import GuestServer
from clienteling.hub_certificate import CERTIFICATE_FILE, HOLDS_FOR, issue, keep, make_authority
from clienteling.i18n import load_translators
from clienteling.loopback import LOOPBACK, free_ports
from clienteling.secrets import HUB_AUTHORITY, KeyFile
from clienteling.settings import DeviceSettings, assets_dir, read_settings, remember
from clienteling.sign_in.slots import SLOTS_FILE
from tests.support.fakes import FakeClock
from tests.support.guests import serving_guests
from tests.support.pins import pins_of_two
from tests.support.waiting import wait_until

TEXTS = load_translators(assets_dir() / "i18n")


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the guard; nobody gets there."""


@dataclass(slots=True)
class Hub:
    """A hub that answers tablets at `port`, in this process."""

    settings: DeviceSettings
    secrets: KeyFile
    clock: FakeClock
    port: int

    @property
    def installed(self) -> bytes:
        """The certificate that lies in the data directory."""
        pem = (self.settings.data_dir / CERTIFICATE_FILE).read_bytes()
        return x509.load_pem_x509_certificates(pem)[0].public_bytes(Encoding.DER)

    def shown(self, *, host: str | None = None) -> bytes | None:
        """The certificate of a new connection; None where there is none. `host`: what a browser names, if it does."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        try:
            with (
                socket.create_connection((LOOPBACK, self.port), timeout=30) as plain,
                trusting.wrap_socket(plain, server_hostname=host) as connection,
            ):
                return connection.getpeercert(binary_form=True)
        except (ssl.SSLError, ConnectionError):
            return None


@pytest.fixture
def hub(tmp_path: Path, clock: FakeClock) -> Hub:
    secrets = KeyFile(tmp_path / "keys.json")
    (port,) = free_ports([0])
    begin_local_authority(read_settings(tmp_path), secrets, LOOPBACK, at=clock)
    remember(tmp_path, hub_host=LOOPBACK, hub_port=str(port), hub_bind=LOOPBACK)
    pins_of_two(tmp_path, clock)
    return Hub(read_settings(tmp_path), secrets, clock, port)


@contextmanager
def running(hub: Hub) -> Iterator[None]:
    def servers() -> Sequence[GuestServer]:
        server = tablet_server(hub.settings, hub.secrets, app, texts=TEXTS, now=hub.clock)
        return cast("list[GuestServer]", [server])

    with serving_guests(app, servers):
        wait_until(lambda: hub.shown() is not None, what="the hub")
        yield


@pytest.mark.parametrize("host", [None, "hub.toko.example"], ids=["by address", "by name"])
def test_a_certificate_that_somebody_brings_is_shown_without_a_new_start(hub: Hub, host: str | None) -> None:
    with running(hub):
        first = hub.shown(host=host)
        assert first == hub.installed
        keep(hub.settings.data_dir, issue(make_authority(LOOPBACK, at=hub.clock()), LOOPBACK, at=hub.clock()))
        assert hub.installed != first
        wait_until(lambda: hub.shown(host=host) == hub.installed, what="the renewed certificate")


def test_a_hub_that_runs_for_a_year_renews_its_own_certificate_and_shows_it(hub: Hub) -> None:
    with running(hub):
        first = hub.installed
        hub.clock.advance(HOLDS_FOR - timedelta(days=30))
        wait_until(lambda: hub.installed != first, what="another certificate")
        wait_until(lambda: hub.shown() == hub.installed, what="the other certificate")
        second = hub.installed
        hub.clock.advance(HOLDS_FOR - timedelta(days=30))
        wait_until(lambda: hub.installed != second, what="the one after")


def test_one_that_cannot_be_renewed_is_shown_on_and_tried_again(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    key = hub.secrets.read(HUB_AUTHORITY)
    assert key is not None
    hub.secrets.keep(HUB_AUTHORITY, "no key")
    first = hub.installed

    def said() -> bool:
        return "hub.certificate_not_renewed" in [getattr(one, "code", "") for one in caplog.records]

    with caplog.at_level(logging.WARNING), running(hub):
        hub.clock.advance(HOLDS_FOR - timedelta(days=30))
        wait_until(said, what="a warning")
        assert hub.shown() == first
        hub.secrets.keep(HUB_AUTHORITY, key)
        hub.clock.advance(timedelta(hours=1))
        wait_until(lambda: hub.installed != first, what="another certificate")


def test_a_certificate_that_is_taken_away_is_shown_no_more_and_one_put_back_is(hub: Hub) -> None:
    path = hub.settings.data_dir / CERTIFICATE_FILE
    with running(hub):
        kept = path.read_bytes()
        path.unlink()
        wait_until(lambda: hub.shown() is None, what="nothing shown")
        path.write_bytes(kept)
        wait_until(partial(_is, hub, kept), what="the certificate again")


def _is(hub: Hub, kept: bytes) -> bool:
    return hub.shown() == x509.load_pem_x509_certificates(kept)[0].public_bytes(Encoding.DER)


# What the doctor says


def said_of_tablets(hub: Hub) -> tuple[str, str]:
    """What was found about tablets and how to mend it, by key."""
    around = Surroundings(now=hub.clock)
    (finding,) = (one for one in judge(examine(hub.settings.data_dir, around)) if one.check is Check.TABLETS)
    return finding.found[0].key, finding.mend.key if finding.mend is not None else ""


def test_the_doctor_says_when_tablets_will_refuse_the_hub_and_who_renews_the_certificate(hub: Hub) -> None:
    assert said_of_tablets(hub) == ("doctor.tablets_ok", "")
    hub.clock.advance(HOLDS_FOR - timedelta(days=20))
    assert said_of_tablets(hub) == ("doctor.tablets_ends_soon", "doctor.tablets_start_mend")
    brought = issue(make_authority("another", at=hub.clock()), LOOPBACK, at=hub.clock())
    keep(hub.settings.data_dir, brought)
    assert said_of_tablets(hub) == ("doctor.tablets_ok", "")
    hub.clock.advance(HOLDS_FOR)
    assert said_of_tablets(hub) == ("doctor.tablets_ended", "doctor.tablets_mend")
    (hub.settings.data_dir / CERTIFICATE_FILE).write_bytes(b"damaged")
    assert said_of_tablets(hub) == ("doctor.tablets_unreadable", "doctor.tablets_mend")


def test_the_doctor_says_that_nobody_is_answered_before_there_are_pins(hub: Hub) -> None:
    (hub.settings.data_dir / SLOTS_FILE).unlink()
    assert said_of_tablets(hub)[0] == "doctor.tablets_no_pins"
