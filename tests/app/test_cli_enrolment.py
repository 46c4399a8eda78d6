"""Enrolling from the command line: a code at the server, the device by it, and the list of devices."""

import json
from pathlib import Path

import httpx
import pytest

from clienteling.bootstrap.device import open_device
from clienteling.bootstrap.enrolment import enrol
from clienteling.cli import devices as device_commands
from clienteling.secrets import ENROLMENT_BEGUN, KeyFile, KeyringUnusable, begun_key, read_enrolment
from clienteling.settings import read_settings
from clienteling.store.device_folder import DeviceFolder
from sync.protocol.errors import EnrolmentRefused, Unreachable
from sync.protocol.spoken_codes import SPOKEN_ALPHABET, enrolment_symbol
from sync.protocol.times import to_wire, utc_now
from tests.app.enrolling import enrol_at, keys_of, new_code, registration_of
from tests.app.shop import SHIRT, SITI, Counter
from tests.support.command_line import run


def test_a_code_is_printed_with_its_end_and_what_to_type(counter: Counter) -> None:
    ran = run("central", "enrolment-code", "BDG", "--name", "Kassa 1", "--data-dir", counter.server)
    (line,) = ran.lines
    code = line[:9]
    assert set(code.replace("-", "")) <= set(SPOKEN_ALPHABET)
    assert line.startswith(f"{code} enrols one device at Bandung, until 20")
    assert line.endswith(f"On the device: clienteling enrol {code} --server URL")


def test_a_code_for_a_store_that_is_none_names_the_stores(counter: Counter) -> None:
    ran = run("central", "enrolment-code", "Jayapura", "--data-dir", counter.server)
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors.startswith("The server does not know that store. Its stores: ")


def test_the_symbol_in_a_terminal_is_drawn_light_on_dark() -> None:
    drawn = device_commands._qr(enrolment_symbol("K7M2PXQR")).splitlines()
    assert {len(line.rstrip()) for line in drawn} == {25}
    assert set("".join(drawn)) <= set("█▀▄ \xa0")


def test_a_device_enrols_syncs_and_finds_without_a_token(counter: Counter, tmp_path: Path) -> None:
    device = tmp_path / "fresh"
    code = new_code(counter, "BDG", name="Kassa 1")
    ran = run("enrol", code, "--server", counter.url, "--data-dir", device, "--key-file", keys_of(device))
    assert ran.output == "Enrolled at Bandung, under the name Kassa 1. Start the app: clienteling app\n"
    for _ in range(2):
        assert run("sync", "--data-dir", device, "--json").json["ok"] is True
    assert [row["id"] for row in run("find", "siti", "--data-dir", device, "--json").json] == [SITI]
    assert json.loads(keys_of(device).read_text("utf-8")).keys() == {"enrolment", "server-key", "store-key"}
    assert run("doctor", "--data-dir", device).status == 0


def test_what_waits_on_a_device_with_a_token_is_sent_once_it_has_enrolled(counter: Counter, device: Path) -> None:
    with open_device(read_settings(device), now=utc_now) as opened:
        # About nobody: it is sent and refused, and other tests' devices get nothing new.
        args = {
            "note_id": SHIRT,
            "customer_id": SHIRT,
            "store_id": SHIRT,
            "text": "x",
            "written_at": to_wire(utc_now()),
        }
        opened.store.write("note.write", 1, args, actor=opened.services.associates()[0].id, at=utc_now())
    enrol_at(counter, device)
    told = run("sync", "--data-dir", device, "--json").json
    assert (told["ok"], told["new_identity"], told["pushed"]) == (True, True, 1)
    assert KeyFile(keys_of(device)).read("device-token") is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "K7M2PXQ0",
            "That is not an enrolment code. It has 8 characters: digits from 2 to 9, and letters, but no I, L or O.",
        ),
        ("2222-2222", "The server does not know this code. Check every character, or ask for a new code."),
    ],
)
def test_a_code_with_a_typo_is_told_in_a_sentence(counter: Counter, tmp_path: Path, typed: str, sentence: str) -> None:
    device = tmp_path / "typo"
    ran = run("enrol", typed, "--server", counter.url, "--data-dir", device, "--key-file", keys_of(device))
    assert (ran.status, ran.output, ran.errors) == (1, "", f"{sentence}\n")
    assert not (device / "settings.toml").exists()


def test_a_code_that_was_used_says_so_to_whoever_has_it(counter: Counter, tmp_path: Path) -> None:
    code = new_code(counter, "BDG")
    words = ("enrol", code, "--server", counter.url)
    for device, status in ((tmp_path / "a", 0), (tmp_path / "b", 1)):
        ran = run(*words, "--data-dir", device, "--key-file", keys_of(device))
        assert ran.status == status
    assert ran.errors == "This code has enrolled a device already. Ask for a new code.\n"


def test_without_a_server_a_device_keeps_its_key_for_the_next_try(counter: Counter, tmp_path: Path) -> None:
    device = tmp_path / "away"
    code = new_code(counter, "BDG")
    away = run("enrol", code, "--server", "http://127.0.0.1:9", "--data-dir", device, "--key-file", keys_of(device))
    assert (away.status, away.errors) == (1, "The server cannot be reached. Everything still works.\n")
    key = KeyFile(keys_of(device)).read(ENROLMENT_BEGUN)
    assert run("enrol", code, "--server", counter.url, "--data-dir", device, "--key-file", keys_of(device)).status == 0
    kept = read_enrolment(KeyFile(keys_of(device)))
    assert kept is not None
    assert kept.key.hex() == key


def test_a_device_killed_after_its_code_was_taken_is_the_same_device_at_the_next_try(
    counter: Counter, tmp_path: Path
) -> None:
    settings = read_settings(tmp_path / "cut", central_url=counter.url, key_file=keys_of(tmp_path / "cut"))
    code = new_code(counter, "BDG", name="cut off")

    class Cut(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            async with httpx.AsyncHTTPTransport() as line:
                await (await line.handle_async_request(request)).aread()
            raise httpx.ReadError("cut")

    with pytest.raises(Unreachable):
        enrol(settings, code, now=utc_now, transport=Cut())
    enrol(settings, code, now=utc_now)
    listed = run("central", "devices", "--data-dir", counter.server, "--json").json
    assert [row["name"] for row in listed].count("cut off") == 1
    assert run("sync", "--data-dir", settings.data_dir).status == 0


def test_a_device_whose_app_runs_is_not_enrolled_beneath_it(counter: Counter, device: Path) -> None:
    with DeviceFolder(device).engine_lock():
        ran = run("enrol", new_code(counter, "BDG"), "--server", counter.url, "--data-dir", device)
    assert ran.status == 1
    assert run("sync", "--data-dir", device).status == 0


def test_an_address_that_is_none_is_said_before_the_code_is_sent(counter: Counter, tmp_path: Path) -> None:
    ran = run("enrol", "K7M2PXQR", "--server", "central.example", "--data-dir", tmp_path / "x")
    assert ran.errors.startswith("central.example is not the address of a server.")
    with pytest.raises(EnrolmentRefused):
        enrol(read_settings(tmp_path / "x", central_url="central.example"), "K7M2", now=utc_now)


def test_what_was_kept_of_an_enrolment_and_cannot_be_read_is_a_sentence(counter: Counter, tmp_path: Path) -> None:
    device = enrol_at(counter, tmp_path / "odd")
    for odd in ("{", "[]", '{"registration": "x", "key": "zz", "refresh": "1"}'):
        KeyFile(keys_of(device)).keep("enrolment", odd)
        ran = run("sync", "--data-dir", device)
        assert (ran.status, ran.errors.strip()) == (
            1, "What this device is known by at the server cannot be read. Enrol it again.",
        )  # fmt: skip
    with pytest.raises(KeyringUnusable):
        read_enrolment(KeyFile(keys_of(device)))


def test_a_key_that_was_begun_stays_the_same(tmp_path: Path) -> None:
    secrets = KeyFile(tmp_path / "keys.json")
    assert begun_key(secrets) == begun_key(secrets)


def test_devices_are_listed_renamed_and_revoked(counter: Counter, tmp_path: Path) -> None:
    device = enrol_at(counter, tmp_path / "listed", name="Meja depan")
    device_id = registration_of(device)
    assert run("sync", "--data-dir", device).status == 0
    ran = run("central", "rename-device", device_id, " Meja  belakang ", "--data-dir", counter.server)
    assert ran.output == "The device is called Meja belakang now.\n"
    (line,) = [one for one in run("central", "devices", "--data-dir", counter.server).lines if device_id in one]
    assert line.startswith("Meja belakang (Bandung): last seen 20")
    (row,) = [
        one
        for one in run("central", "devices", "--store", "BDG", "--data-dir", counter.server, "--json").json
        if one["id"] == device_id
    ]
    assert (row["signs"], row["waiting"], row["revoked_at"]) == (True, 0, None)
    assert row["app_version"]
    revoked = run("central", "revoke-device", device_id, "--data-dir", counter.server)
    assert revoked.output.startswith("The device is refused from now on.")
    again = run("central", "revoke-device", device_id, "--data-dir", counter.server)
    assert (again.status, again.errors[:25]) == (1, "There is no such device, ")
    (line,) = [one for one in run("central", "devices", "--data-dir", counter.server).lines if device_id in one]
    assert line.startswith("Meja belakang (Bandung), revoked: ")


def test_a_device_that_nobody_has_is_not_renamed(counter: Counter) -> None:
    ran = run("central", "rename-device", "nobody", "x", "--data-dir", counter.server)
    assert (ran.status, ran.errors[:25]) == (1, "There is no such device, ")
