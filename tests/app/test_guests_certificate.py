"""The certificate that a hub shows guests' phones, while it is renewed, damaged, taken away, or ends."""

import logging
import ssl
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from clienteling.hosting.served_certificate import ServedCertificate
from clienteling.settings import certificate_file
from sync.protocol.times import utc_now
from tests.app.guest_wifi import BETWEEN, LABEL, OWN, TRUSTED, Wifi, put
from tests.support.certificates import Issued, issue, key_pem
from tests.support.fakes import FakeClock
from tests.support.guests import phone
from tests.support.shelf_hub import ShelfHub
from tests.support.waiting import wait_until


def shown_by(wifi: Wifi) -> bytes | None:
    """The certificate of a new connection, None where there is none."""
    try:
        with wifi.connect_tls() as connection:
            return connection.getpeercert(binary_form=True)
    except (ssl.SSLError, ConnectionError):
        return None


def shows(wifi: Wifi, issued: Issued) -> bool:
    return shown_by(wifi) == issued.certificate.public_bytes(Encoding.DER)


RSA: Final = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def test_a_renewed_certificate_is_used_at_once_also_with_a_key_of_another_kind(
    tmp_path: Path, open_hub: ShelfHub
) -> None:
    with Wifi(tmp_path, open_hub.app).running() as wifi, phone(wifi.port, TRUSTED) as client:
        assert client.get(LABEL).status_code == 200
        assert shows(wifi, OWN)
        for key in (RSA, None, RSA):
            renewed = issue(issuer=BETWEEN, key=key)
            put(wifi.data_dir, renewed)
            wait_until(partial(shows, wifi, renewed), what="the renewed certificate")
        assert client.get(LABEL).status_code == 200, "a connection that was open goes on"


def test_a_certificate_that_is_taken_away_is_shown_no_more_and_one_put_back_is(
    tmp_path: Path, open_hub: ShelfHub
) -> None:
    with Wifi(tmp_path, open_hub.app).running() as wifi:
        certificate_file(wifi.data_dir).unlink()
        wait_until(lambda: shown_by(wifi) is None, what="nothing shown")
        with wifi.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: toko.example\r\n\r\n")
            answer = b""
            with suppress(ConnectionResetError):  # it was closed before what was asked had been read
                answer = connection.recv(1)
            assert not answer, "without a certificate the page is not shown without TLS"
        assert wifi.app_answers()
        put(wifi.data_dir, OWN)
        wait_until(partial(shows, wifi, OWN), what="the certificate again")


def test_a_file_of_the_same_size_is_another_one(tmp_path: Path) -> None:
    path = put(tmp_path / "hub", OWN)
    served = ServedCertificate(path, now=utc_now)
    before, ended_at, size = served.shown, served.ends_at, path.stat().st_size
    others = (issue(issuer=BETWEEN, lasts=timedelta(days=80)) for _ in range(1_000))
    put(tmp_path / "hub", next(one for one in others if len(key_pem(one.key) + one.chain) == size))
    served.look_again()
    assert (served.shown is before, served.ends_at < ended_at) == (False, True)


def test_a_damaged_file_in_the_certificates_place_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = put(tmp_path / "hub", OWN)
    served = ServedCertificate(path, now=utc_now)
    before = served.shown
    for damaged in (b"", OWN.chain, key_pem(OWN.key), OWN.chain[:300] + key_pem(OWN.key)):
        path.write_bytes(damaged)
        served.look_again()
        assert served.shown is before
    assert {getattr(one, "code", "") for one in caplog.records} == {"hub.shelf_certificate_unusable"}


def test_one_that_has_ended_is_still_shown_and_logged_once_a_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock(utc_now())
    path = put(tmp_path / "hub", OWN)
    served = ServedCertificate(path, now=clock)

    def said() -> int:
        served.look_again()
        return [getattr(one, "code", "") for one in caplog.records].count("hub.certificate_ended")

    with caplog.at_level(logging.WARNING):
        assert said() == 0
        clock.advance(timedelta(days=91))
        assert [said(), said()] == [1, 1]
        clock.advance(timedelta(hours=23))
        assert said() == 1
        clock.advance(timedelta(hours=1))
        assert [said(), said()] == [2, 2]
    assert served.shown is not None
