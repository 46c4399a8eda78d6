"""The first screen of a device that has not enrolled: by a code it enrols, and the app opens behind it at once."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import httpx
import pytest

from clienteling.bootstrap.first_enrolment import FirstEnrolment
from clienteling.bootstrap.running import Running, running_device
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.sync_status import Connection
from clienteling.loopback import free_ports
from clienteling.settings import DeviceSettings, read_settings
from sync.protocol.times import utc_now
from tests.app.enrolling import keys_of, new_code, registration_of
from tests.app.shop import SITI, Counter
from tests.support.command_line import run
from tests.support.waiting import wait_until

MakeFirst = Callable[[str], FirstEnrolment]


@pytest.fixture
def device(tmp_path: Path) -> Path:
    return tmp_path / "new"


@pytest.fixture
def make_first(device: Path) -> Iterator[MakeFirst]:
    made: list[FirstEnrolment] = []

    def opening(settings: DeviceSettings) -> AbstractContextManager[Running]:
        return running_device(settings, now=utc_now)

    def make(url: str) -> FirstEnrolment:
        settings = read_settings(device, central_url=url or None, key_file=keys_of(device))
        made.append(FirstEnrolment(settings, opening, now=utc_now))
        return made[-1]

    yield make
    for one in made:
        one.close()


def is_open(first: FirstEnrolment) -> bool:
    return first.opened.value is not None


def test_by_a_code_the_device_enrols_and_its_screens_open_with_the_stores_customers(
    counter: Counter, device: Path, make_first: MakeFirst
) -> None:
    first = make_first("")
    first.enrol(f" {counter.url}/ ", f"ENROL-{new_code(counter, 'BDG', name='Baru')}")
    services = first.opened.value
    assert services is not None
    wait_until(lambda: services.status.value.connection is Connection.ONLINE, what="a sync")
    wait_until(lambda: services.customer(SITI) is not None, what="the customers")
    first.enrol(counter.url, "2222-2222")  # somebody pressed twice
    assert first.opened.value is services
    first.close()
    assert not is_open(first)
    listed = run("central", "devices", "--data-dir", counter.server, "--json").json
    assert [row["id"] for row in listed if row["name"] == "Baru"] == [registration_of(device)]
    assert run("sync", "--data-dir", device).status == 0


@pytest.mark.parametrize(
    ("server", "code", "field", "key"),
    [
        ("", "K7M2PXQ0", "code", "enrolment.bad_code"),
        ("", "2222-2222", "code", "enrolment.unknown"),
        ("http://127.0.0.1:9", "2222-2222", "server", "first.no_server"),
        ("http://192.0.2.7:8552", "2222-2222", "server", "first.plain_address"),
        ("http://", "2222-2222", "server", "first.bad_address"),
        (" ", "2222-2222", "server", "first.bad_address"),
    ],
)
def test_what_is_wrong_is_said_of_its_field_and_nothing_is_set_up(
    counter: Counter, device: Path, make_first: MakeFirst, server: str, code: str, field: str, key: str
) -> None:
    first = make_first("")
    with pytest.raises(ValidationFailed) as wrong:
        first.enrol(server or counter.url, code)
    assert (wrong.value.field, wrong.value.code) == (field, key)
    assert not is_open(first)
    assert not (device / "settings.toml").exists()


def test_the_app_on_a_machine_that_is_not_set_up_serves_its_first_screen(device: Path) -> None:
    (port,) = free_ports([0])
    words = [sys.executable, "-m", "clienteling", "app", "--web", "--no-browser", "--port", str(port)]
    words += ["--data-dir", str(device), "--key-file", str(keys_of(device))]

    def answers() -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/healthz", verify=False).json()["synced"] is False
        return False

    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ)) as process:
        try:
            wait_until(answers, what="the first screen")
        finally:
            process.terminate()
        assert process.wait(timeout=20) == 0
    assert not (device / "outbox.db").exists()
