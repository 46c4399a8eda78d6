"""Sync and the app from the command line; every way in which a device's files can be unusable is one sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clienteling.bootstrap.device import open_device
from clienteling.bootstrap.engine import make_engine, sync_once
from clienteling.secrets import KeyFile
from clienteling.settings import read_settings, remember
from clienteling.store.database import Database, Schema
from clienteling.store.device_folder import DeviceFolder
from sync.protocol.times import utc_now
from tests.app.shop import SITI, Counter, enrol
from tests.support.command_line import Ran, run
from tests.support.serving import serve

LOOK_UPS = [("find", "siti"), ("customer", SITI), ("scan", "KM-M"), ("status",), ("sync",)]


def files_of(folder: Path) -> dict[str, bytes]:
    """Every database file and its content."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".db"}


def assert_one_sentence(ran: Ran, sentence: str) -> None:
    assert (ran.status, ran.output, ran.errors) == (1, "", f"{sentence}\n")


# Sync


def test_sync_tells_scripts_what_it_did(device: Path) -> None:
    run("sync", "--data-dir", device)  # what other tests have changed at the server
    told = run("sync", "--data-dir", device, "--json").json
    assert list(told)[:3] == ["ok", "code", "last_synced_at"]
    assert (told["ok"], told["code"], told["pushed"], told["changed"]) == (True, None, 0, 0)
    assert told["last_synced_at"].endswith("Z")


def test_sync_is_a_sentence_for_people(device: Path) -> None:
    run("sync", "--data-dir", device)
    ran = run("sync", "--data-dir", device)
    assert (ran.status, ran.output) == (0, "Synced: 0 sent, 0 received.\n")


def test_what_was_written_here_is_sent(counter: Counter, device: Path) -> None:
    with open_device(read_settings(device), now=utc_now) as opened:
        author = opened.services.associates()[0].id
        opened.services.write_note(SITI, "Suka warna biru", author_id=author)
    assert run("status", "--data-dir", device, "--json").json["waiting"] == 1
    assert run("sync", "--data-dir", device, "--json").json["pushed"] == 1
    assert run("status", "--data-dir", device, "--json").json["waiting"] == 0


@pytest.mark.parametrize("store", ["BDG", "DPS"])
def test_a_device_that_is_given_another_token_goes_on_and_sends_what_waits(
    counter: Counter, device: Path, store: str
) -> None:
    with open_device(read_settings(device), now=utc_now) as opened:
        author = opened.services.associates()[0].id
        opened.services.write_note(SITI, f"Suka warna {store}", author_id=author)
        before = opened.store.device_id()
    enrol(device, counter.server, counter.url, store=store)
    told = run("sync", "--data-dir", device, "--json").json
    assert (told["ok"], told["new_identity"], told["pushed"]) == (True, True, 1)
    assert run("sync", "--data-dir", device, "--json").json["new_identity"] is False
    assert run("status", "--data-dir", device, "--json").json["waiting"] == 0
    with open_device(read_settings(device), now=utc_now) as opened:
        assert opened.store.device_id() != before


def test_a_device_that_has_only_its_token_syncs_for_the_first_time(counter: Counter, tmp_path: Path) -> None:
    fresh = enrol(tmp_path / "fresh", counter.server, counter.url)
    assert run("sync", "--data-dir", fresh, "--json").json["ok"] is True
    assert run("status", "--data-dir", fresh, "--json").json["cached_customers"] == 2


def test_nobody_found_before_the_first_sync_is_over_says_why(counter: Counter, tmp_path: Path) -> None:
    fresh = enrol(tmp_path / "fresh", counter.server, "http://127.0.0.1:9")
    assert run("sync", "--data-dir", fresh).status == 1
    nobody, why = run("find", "siti", "--data-dir", fresh).lines
    assert nobody == "Nobody on this device matches."
    assert "first sync" in why


def test_a_server_that_is_away_is_an_answer_and_everything_still_works(device: Path) -> None:
    remember(device, central_url="http://127.0.0.1:9")
    ran = run("sync", "--data-dir", device, "--json")
    assert (ran.status, ran.json["ok"], ran.json["code"]) == (1, False, "sync.unreachable")
    assert run("sync", "--data-dir", device).output == "The server cannot be reached. Everything still works.\n"
    assert [row["name"] for row in run("find", "siti", "--data-dir", device, "--json").json] == ["Siti Rahmawati"]


async def html_of_a_captive_portal(scope: object, receive: object, send: object) -> None:
    """Answers every request with a page, as a shop's Wi-Fi does before somebody has agreed."""
    if not isinstance(scope, dict) or scope["type"] != "http" or not callable(send):
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<html>Welcome</html>"})


def test_a_page_in_the_servers_place_is_told_from_no_network(device: Path) -> None:
    with serve(html_of_a_captive_portal) as url:
        remember(device, central_url=url)
        ran = run("sync", "--data-dir", device, "--json")
        assert (ran.status, ran.json["ok"], ran.json["code"]) == (1, False, "sync.not_our_server")
        assert "this Wi-Fi may want a sign-in first" in run("sync", "--data-dir", device).output


def test_a_token_nobody_knows_is_said(device: Path) -> None:
    KeyFile(device.with_name("device-keys.json")).keep("device-token", "0" * 64)
    ran = run("sync", "--data-dir", device, "--json")
    assert (ran.status, ran.json["code"]) == (1, "sync.signed_out")


@contextmanager
def running_engine(data_dir: Path) -> Iterator[None]:
    """An engine in this process, as the app has one."""
    with (
        DeviceFolder(data_dir).engine_lock(),
        open_device(read_settings(data_dir), now=utc_now) as opened,
    ):
        engine = make_engine(opened)
        engine.start()
        try:
            yield
        finally:
            engine.stop()


def test_where_an_engine_runs_it_is_asked_and_its_result_told(device: Path) -> None:
    with running_engine(device):
        told = run("sync", "--data-dir", device, "--json")
    assert (told.status, told.json["ok"], told.json["changed"]) == (0, True, 0)
    assert [path.name for path in device.iterdir() if "sync-re" in path.name] == []


def test_an_engine_that_cannot_reach_its_server_says_so(device: Path) -> None:
    remember(device, central_url="http://127.0.0.1:9")
    with running_engine(device):
        told = run("sync", "--data-dir", device, "--json")
    assert (told.status, told.json["code"]) == (1, "sync.unreachable")


def test_an_engine_that_never_answers_is_waited_for_no_longer_than_a_minute(device: Path) -> None:
    seconds = iter(range(1000))
    with DeviceFolder(device).engine_lock():
        told = sync_once(read_settings(device), now=utc_now, sleep=lambda _: None, clock=lambda: float(next(seconds)))
    assert told == {"ok": False, "code": "sync.engine_silent"}
    assert next(seconds) < 70
    assert [path.name for path in device.iterdir() if "sync-re" in path.name] == []


def test_another_commands_sync_is_waited_for_and_then_done_again(device: Path) -> None:
    lock = DeviceFolder(device).engine_lock()
    lock.acquire()
    told = sync_once(read_settings(device), now=utc_now, sleep=lambda _: lock.release())
    assert (told["ok"], told["code"]) == (True, None)


# A device that is not set up, or whose files cannot be used


NOT_ENROLLED = (
    "This device is not enrolled yet. On the server, 'clienteling central enrolment-code STORE' makes a code; here: "
    "clienteling enrol CODE --server URL"
)


@pytest.mark.parametrize("words", [words for words in LOOK_UPS if words[0] != "scan"])
def test_without_a_device_every_command_says_so_and_makes_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    ran = run(*words, "--data-dir", tmp_path / "none", "--json")
    assert_one_sentence(ran, NOT_ENROLLED)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--token-file", "none.txt"), "There is no token in none.txt."),
        (
            ("--central", "http://127.0.0.1:9", "--token-file", "none.txt"),
            "There is no token in none.txt. On the server, 'clienteling central add-device' makes one for this device.",
        ),
    ],
)
def test_the_app_with_a_token_that_is_none_is_a_sentence_and_makes_no_store(
    given: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    ran = run("app", "--web", "--no-browser", "--data-dir", tmp_path / "new", "--key-file", keys, *given)
    assert ran.errors.startswith(sentence)
    assert_one_sentence(ran, ran.errors.strip())
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["engine.lock"]
    assert not keys.exists()


@pytest.mark.parametrize("url", ["localhost:8552", "ftp://pusat.example", "http://", "http://[", "http://pusat:80x"])
def test_an_address_that_is_none_is_refused_before_anything_is_kept(url: str, tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("0" * 64)
    given = (
        "--data-dir",
        tmp_path / "new",
        "--key-file",
        tmp_path / "keys.json",
        "--token-file",
        tmp_path / "token.txt",
    )
    ran = run("app", "--web", "--no-browser", "--central", url, *given)
    assert (ran.status, ran.errors.startswith(f"{url} is not the address of a server.")) == (1, True)
    assert not (tmp_path / "keys.json").exists()
    assert not (tmp_path / "new" / "settings.toml").exists()


def test_a_second_engine_is_refused(device: Path) -> None:
    before = files_of(device)
    with DeviceFolder(device).engine_lock():
        ran = run("app", "--web", "--no-browser", "--data-dir", device)
    assert_one_sentence(ran, "The program is already running on this device.")
    assert files_of(device) == before


def test_a_port_that_is_taken_is_a_sentence(counter: Counter, device: Path) -> None:
    port = counter.url.rpartition(":")[2]
    taken = f"Another program already uses port {port}. Choose another with --port."
    assert_one_sentence(run("app", "--web", "--no-browser", "--data-dir", device, "--port", port), taken)
    assert_one_sentence(run("central", "--data-dir", counter.server, "--port", port), taken)


@pytest.mark.parametrize("words", LOOK_UPS)
def test_a_wrong_key_is_a_sentence_and_the_files_stay(words: tuple[str, ...], device: Path) -> None:
    KeyFile(device.with_name("device-keys.json")).keep("store-key", "ab" * 32)
    before = files_of(device)
    ran = run(*words, "--data-dir", device, "--json")
    assert_one_sentence(ran, "The key does not fit the data on this device. The file is kept.")
    assert files_of(device) == before


def test_a_lost_key_is_a_sentence_and_no_new_one_is_made(device: Path) -> None:
    KeyFile(device.with_name("device-keys.json")).forget("store-key")
    before = files_of(device)
    ran = run("find", "siti", "--data-dir", device)
    assert_one_sentence(ran, "The key for the data on this device is missing. The data file is kept.")
    assert files_of(device) == before


def test_a_key_file_that_is_no_json_is_a_sentence(device: Path) -> None:
    device.with_name("device-keys.json").write_text("{")
    assert_one_sentence(run("find", "siti", "--data-dir", device), "The key file cannot be read.")


def store_file(device: Path) -> Path:
    (path,) = device.glob("store-*.db")
    return path


@pytest.mark.parametrize("words", [*LOOK_UPS, ("recover",)])
@pytest.mark.parametrize("file", ["outbox.db", "store-1.db"])
def test_a_newer_schema_is_a_sentence_and_the_file_stays(words: tuple[str, ...], file: str, device: Path) -> None:
    key = bytes.fromhex(KeyFile(device.with_name("device-keys.json")).read("store-key") or "")
    schema = Schema.OUTBOX if file == "outbox.db" else Schema.STORE
    opened = Database(device / file, key, schema)
    with opened.writing() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    opened.close()
    before = files_of(device)
    ran = run(*words, "--data-dir", device, "--json")
    assert_one_sentence(ran, "This data was written by a newer program. Update the program on this device.")
    assert files_of(device) == before


DAMAGED = "The data on this device is damaged. The file is kept. 'clienteling recover' puts the data right."


@pytest.mark.parametrize("words", LOOK_UPS)
@pytest.mark.parametrize("file", ["outbox.db", "store-1.db"])
def test_a_damaged_file_is_a_sentence_and_stays(words: tuple[str, ...], file: str, device: Path) -> None:
    (device / file).write_bytes(b"\x00garbage" * 1000)
    before = files_of(device)
    assert_one_sentence(run(*words, "--data-dir", device, "--json"), DAMAGED)
    assert files_of(device) == before


def test_recover_keeps_the_damaged_store_and_the_next_sync_fills_a_new_one(device: Path) -> None:
    (device / "store-1.db").write_bytes(b"\x00garbage" * 1000)
    told = run("recover", "--data-dir", device, "--json").json
    assert (told["outbox_kept_at"], told["salvaged"]) == (None, 0)
    assert Path(told["store_kept_at"]).read_bytes() == b"\x00garbage" * 1000
    assert run("find", "siti", "--data-dir", device, "--json").json == []
    assert run("sync", "--data-dir", device, "--json").json["ok"] is True
    assert len(run("find", "siti", "--data-dir", device, "--json").json) == 1


def test_recover_keeps_a_damaged_outbox_and_the_device_syncs_on(device: Path) -> None:
    (device / "outbox.db").write_bytes(b"\x00garbage" * 1000)
    shown = run("recover", "--data-dir", device)
    assert shown.lines[0].startswith("Damaged and kept: ")
    assert shown.lines[1:] == ["0 changes that were still waiting could be saved."]
    assert run("sync", "--data-dir", device, "--json").json["ok"] is True


def test_recover_leaves_sound_files_alone(device: Path) -> None:
    before = files_of(device)
    assert run("recover", "--data-dir", device).output == "Nothing is damaged.\n"
    assert files_of(device) == before


@pytest.mark.parametrize("content", [b"[[[", b"brand = '\xff'\n", b"\xff\xfe"])
def test_settings_that_are_no_toml_are_a_sentence(content: bytes, device: Path) -> None:
    (device / "settings.toml").write_bytes(content)
    assert_one_sentence(run("find", "siti", "--data-dir", device), "The program's settings cannot be read.")


def test_a_real_process_ends_with_a_sentence_and_status_one(device: Path) -> None:
    KeyFile(device.with_name("device-keys.json")).keep("store-key", "ab" * 32)
    done = subprocess.run(
        [sys.executable, "-m", "clienteling", "find", "siti", "--data-dir", str(device), "--json"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The key does not fit the data on this device. The file is kept.\n"


def test_what_nobody_expected_is_a_sentence_too_and_its_traceback_in_a_log(device: Path, tmp_path: Path) -> None:
    breaking = (
        "import clienteling.bootstrap.device as b; b.open_device = None; from clienteling.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", breaking, "find", "siti", "--data-dir", str(device)],
        capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "CLIENTELING_DATA_DIR": str(tmp_path / "home")},
    )  # fmt: skip
    log = tmp_path / "home" / "logs" / "command.log"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Something went wrong. What was saved is still there. More is in {log}\n"
    (line,) = [json.loads(one) for one in log.read_text().splitlines()]
    assert (line["error"], line["level"]) == ("TypeError", "error")
