"""Over http:// nothing of customers, tokens or keys leaves this machine, unless a setting says that it may."""

from pathlib import Path

import httpx
import pytest

from clienteling.bootstrap.credentials import server_address
from clienteling.bootstrap.device import open_device
from clienteling.bootstrap.engine import find_online, make_engine, take_setup
from clienteling.bootstrap.enrolment import enrol
from clienteling.domain.errors import DeviceNotSetUp
from clienteling.loopback import leaves_unencrypted
from clienteling.settings import DeviceSettings, read_settings, remember
from sync.protocol.times import utc_now
from tests.app.shop import Counter
from tests.support.command_line import run

ELSEWHERE = "http://192.0.2.7:8552"
PLAIN = "error.plain_central_url"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8552", "http://127.8.0.1", "http://localhost:1/", "http://[::1]:9", "https://a.example", ""],
)
def test_what_stays_on_this_machine_or_is_encrypted_is_let_out(url: str) -> None:
    assert not leaves_unencrypted(url)


@pytest.mark.parametrize(
    "url",
    [
        ELSEWHERE, "HTTP://central.example", "http://10.0.0.5", "http://localhost.example", "http://127.0.0.1.example",
        "http://127.0.0.1@central.example", "http://[fe80::1]", "http://0.0.0.0:8552", "http://toko.local",
    ],
)  # fmt: skip
def test_http_to_anything_else_is_told(url: str) -> None:
    assert leaves_unencrypted(url)


def no_answer(request: httpx.Request) -> httpx.Response:
    raise AssertionError("nothing was to be sent")


def test_a_device_enrols_at_no_server_that_is_reached_in_the_clear(tmp_path: Path) -> None:
    settings = read_settings(tmp_path / "new", central_url=ELSEWHERE, key_file=tmp_path / "keys.json")
    with pytest.raises(DeviceNotSetUp) as refused:
        enrol(settings, "2222-2222", now=utc_now, transport=httpx.MockTransport(no_answer))
    assert (refused.value.code, refused.value.fields) == (PLAIN, {"url": ELSEWHERE})
    told = run("enrol", "2222-2222", "--server", ELSEWHERE, "--data-dir", tmp_path / "new")
    assert (told.status, told.errors.startswith(f"Nothing is sent to {ELSEWHERE}: on an http:// line")) == (1, True)
    assert "the setting plain_http in settings.toml" in " ".join(told.errors.split())


def test_a_device_that_was_set_up_so_neither_starts_nor_syncs_nor_asks(counter: Counter, device: Path) -> None:
    remember(device, central_url=ELSEWHERE)
    settings = read_settings(device)
    ran = run("sync", "--data-dir", device)
    assert (ran.status, ran.errors.startswith("Nothing is sent to")) == (1, True)
    with open_device(settings, now=utc_now) as opened:
        for ask in (
            lambda: take_setup(settings, opened.secrets, None),
            lambda: make_engine(opened),
            lambda: find_online(settings, "+6281234567890", now=utc_now),
        ):
            with pytest.raises(DeviceNotSetUp) as refused:
                ask()
            assert refused.value.code == PLAIN
    assert run("find", "siti", "--data-dir", device).status == 0, "what is here is here"


def test_a_setting_that_says_so_allows_it_and_every_screen_tells(device: Path) -> None:
    with open_device(read_settings(device), now=utc_now) as opened:
        assert "sync.plain_http_warning" not in opened.services.warnings
    remember(device, central_url=ELSEWHERE)
    with (device / "settings.toml").open("a") as file:
        file.write("plain_http = true\n")
    settings = read_settings(device)
    assert server_address(settings) == ELSEWHERE
    with open_device(settings, now=utc_now) as opened:
        assert "sync.plain_http_warning" in opened.services.warnings
        make_engine(opened)


def test_no_address_is_no_server(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotSetUp) as refused:
        server_address(DeviceSettings(data_dir=tmp_path))
    assert refused.value.code == "error.device_not_set_up"
