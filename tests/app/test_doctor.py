"""`clienteling doctor` on real devices in every bad state; only clock, network, keyring and disk are fakes."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from clienteling.bootstrap.device import open_device
from clienteling.doctor.examining import Surroundings
from clienteling.doctor.facts import Check, Verdict
from clienteling.domain.brand import LOGO_BYTES, accent_colours
from clienteling.secrets import KeyringSecrets, KeyringUnusable, system_keyring
from clienteling.settings import read_settings, remember
from clienteling.store.database import Database, Schema
from sync.protocol.times import utc_now
from tests.app.doctors import codes, found, keys_of
from tests.app.shop import SITI, Counter, enrol
from tests.support.command_line import run
from tests.support.fakes import FakeKeyring

AWAY = "http://127.0.0.1:9"


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file but those that SQLite makes and removes beside an open one."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


# A device that is well


def test_a_well_device_has_one_warning_which_is_its_key_file(device: Path) -> None:
    findings = found(device)
    assert list(findings) == list(Check)
    assert {check: one.verdict for check, one in findings.items() if one.verdict is not Verdict.OK} == {
        Check.KEYRING: Verdict.WARNING
    }
    assert codes(findings[Check.CONNECTION]) == (Verdict.OK, "doctor.accepted", None)
    assert [one.key for one in findings[Check.CONNECTION].found] == [
        "doctor.accepted", "doctor.last_synced", "doctor.waiting",
    ]  # fmt: skip


def test_the_command_prints_a_line_for_each_check_and_ends_well(device: Path) -> None:
    ran = run("doctor", "--data-dir", device)
    assert (ran.status, ran.errors) == (0, "")
    assert [line.split()[1] for line in ran.lines if not line.startswith(" ")] == [
        "Folder", "Keyring", "Encryption", "Storage", "Clock", "Connection", "Versions", "Brand", "Shelf",
        "Tablets",
    ]  # fmt: skip
    assert re.search(
        r"127\.0\.0\.1 answers and knows this device\. Last synced \d+ minutes? ago\. 0 changes are waiting\.",
        ran.output,
    )


def test_the_command_tells_scripts_verdicts_codes_and_sentences(device: Path) -> None:
    told = run("doctor", "--data-dir", device, "--json").json
    assert told["verdict"] == "warning"
    assert [one["check"] for one in told["checks"]] == [check.value for check in Check]
    assert all(set(one) == {"check", "verdict", "code", "found", "mend"} for one in told["checks"])
    assert [one["check"] for one in told["checks"] if one["mend"]] == ["keyring"]


def test_it_changes_nothing(device: Path) -> None:
    before = content_of(device), device.with_name("device-keys.json").read_bytes()
    run("doctor", "--data-dir", device)
    assert (content_of(device), device.with_name("device-keys.json").read_bytes()) == before


def test_no_secret_and_nobody_is_in_what_it_says(counter: Counter, device: Path) -> None:
    with open_device(read_settings(device), now=utc_now) as opened:
        author = opened.services.associates()[0].id
        opened.services.write_note(SITI, "Suka warna biru", author_id=author)
    said = run("doctor", "--data-dir", device).output + run("doctor", "--data-dir", device, "--json").output
    assert "1 change is waiting." in said
    secrets = json.loads(device.with_name("device-keys.json").read_text()).values()
    for private in (*secrets, "Siti", "biru", "81200001111", SITI, "Rina"):
        assert private not in said


def test_the_users_own_folder_is_not_named(monkeypatch: pytest.MonkeyPatch, device: Path) -> None:
    monkeypatch.setenv("HOME", str(device.parent))
    monkeypatch.setenv("USERPROFILE", str(device.parent))
    assert found(device)[Check.FOLDER].found[0].values["path"] == str(Path("~") / "device")


# The folder


def test_without_a_data_directory_it_says_what_is_missing_and_makes_nothing(tmp_path: Path) -> None:
    findings = found(tmp_path / "none", Surroundings(keyring=fake_keyring()))
    assert {check: one.found[0].key for check, one in findings.items()} == {
        Check.FOLDER: "doctor.folder_missing",
        Check.KEYRING: "doctor.keyring_ok",
        Check.ENCRYPTION: "doctor.encryption_no_files",
        Check.DISK: "doctor.disk_ok",
        Check.CLOCK: "doctor.clock_not_compared",
        Check.CONNECTION: "doctor.not_set_up",
        Check.VERSIONS: "doctor.versions",
        Check.BRAND: "doctor.brand_ok",
        Check.SHELF: "doctor.shelf_none",
        Check.TABLETS: "doctor.tablets_none",
    }
    assert not any(one.verdict is Verdict.WRONG for one in findings.values())
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("doctor", "--data-dir", tmp_path / "file")
    assert (ran.status, ran.errors) == (1, "")
    assert f"{tmp_path / 'file'} is not a folder." in ran.output


@pytest.mark.parametrize("settings", [b"[[[", b"central_url = 3\n", b"\xff\xfe", b'key_file = ["a"]\n'])
def test_settings_that_cannot_be_read_are_said_and_the_rest_is_still_looked_at(settings: bytes, device: Path) -> None:
    (device / "settings.toml").write_bytes(settings)
    findings = found(device)
    assert codes(findings[Check.FOLDER])[:2] == (Verdict.WRONG, "doctor.settings_unreadable")
    for check in (
        Check.KEYRING,
        Check.ENCRYPTION,
        Check.CLOCK,
        Check.CONNECTION,
        Check.BRAND,
        Check.SHELF,
        Check.TABLETS,
    ):
        assert codes(findings[check])[:2] == (Verdict.WARNING, "doctor.settings_first")
    assert (findings[Check.DISK].verdict, findings[Check.VERSIONS].verdict) == (Verdict.OK, Verdict.OK)


@contextmanager
def without_superpowers() -> Iterator[None]:
    """Permissions count inside the block, also where tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_that_cannot_be_written_is_said(device: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        Path(folder).chmod(0o755)
        copied = shutil.copytree(device, Path(folder) / "device")
        keys = Path(shutil.copy(device.with_name("device-keys.json"), folder))
        remember(copied, key_file=str(keys), central_url=AWAY)
        for path in (keys, *copied.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o444)
        (copied / "outbox.db").chmod(0o000)
        copied.chmod(0o555)
        run("doctor", "--data-dir", copied)  # loads the program, which another user may not be able to
        with without_superpowers():
            ran = run("doctor", "--data-dir", copied, "--json")
        copied.chmod(0o755)
    assert (ran.status, ran.errors) == (1, "")
    told = {one["check"]: one["code"] for one in ran.json["checks"]}
    assert told["folder"] == "doctor.folder_read_only"
    assert told["encryption"] == "doctor.file_unopened"
    assert told["keyring"] == "doctor.key_file_open"


# The keyring


class _Allowed:
    """A keyring whose backend counts as one of the operating system's."""

    def __init__(self, backend: FakeKeyring) -> None:
        self._backend = backend

    def __call__(self, folder_id: str) -> KeyringSecrets:
        kept = KeyringSecrets(self._backend, folder_id)
        kept.keep("probe", "value")
        kept.forget("probe")
        return kept


def fake_keyring(backend: FakeKeyring | None = None) -> _Allowed:
    return _Allowed(backend or FakeKeyring())


def in_keyring(device: Path, backend: FakeKeyring) -> Path:
    """The device with its keys in the keyring in place of the file."""
    (device / "device-id").write_text("this-folder")
    for name in ("store-key", "device-token"):
        KeyringSecrets(backend, "this-folder").keep(name, keys_of(device).read(name) or "")
    lines = (device / "settings.toml").read_text().splitlines()
    (device / "settings.toml").write_text("\n".join(line for line in lines if not line.startswith("key_file")))
    return device


def test_with_its_keys_in_the_keyring_all_is_well(device: Path) -> None:
    backend = FakeKeyring()
    findings = found(in_keyring(device, backend), Surroundings(keyring=fake_keyring(backend)))
    assert {one.verdict for one in findings.values()} == {Verdict.OK}
    assert findings[Check.KEYRING].found[0].values == {"backend": "fakes"}
    assert sorted(name for _, name in backend.secrets) == ["this-folder/device-token", "this-folder/store-key"]


def test_without_a_safe_keyring_the_data_is_not_looked_at(device: Path) -> None:
    findings = found(in_keyring(device, FakeKeyring()), Surroundings(keyring=system_keyring))
    assert codes(findings[Check.KEYRING]) == (Verdict.WRONG, "secrets.no_keyring", "doctor.no_keyring_mend")
    assert codes(findings[Check.ENCRYPTION])[:2] == (Verdict.WARNING, "doctor.key_unreachable")
    assert codes(findings[Check.CONNECTION])[:2] == (Verdict.OK, "doctor.answers")


class Locked(FakeKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked


def test_a_locked_keyring_is_said(device: Path) -> None:
    def locked(folder_id: str) -> KeyringSecrets:
        raise KeyringUnusable("secrets.keyring_locked")

    expected = (Verdict.WRONG, "secrets.keyring_locked", "doctor.keyring_locked_mend")
    at_the_probe = found(in_keyring(device, FakeKeyring()), Surroundings(keyring=locked))
    assert codes(at_the_probe[Check.KEYRING]) == expected
    later = found(device, Surroundings(keyring=lambda folder_id: KeyringSecrets(Locked(), folder_id)))
    assert codes(later[Check.KEYRING]) == expected


def test_a_keyring_that_never_answers_is_left_alone(device: Path) -> None:
    until_the_end = threading.Event()

    def waiting(folder_id: str) -> KeyringSecrets:
        until_the_end.wait()
        raise KeyringUnusable

    try:
        around = Surroundings(keyring=waiting, keyring_timeout_s=0.05)
        findings = found(in_keyring(device, FakeKeyring()), around)
    finally:
        until_the_end.set()
    assert codes(findings[Check.KEYRING])[:2] == (Verdict.WRONG, "doctor.silent")
    assert codes(findings[Check.ENCRYPTION])[:2] == (Verdict.WARNING, "doctor.key_unreachable")


def test_a_keyring_that_breaks_in_its_own_way_hides_nothing_else(device: Path) -> None:
    def breaking(folder_id: str) -> KeyringSecrets:
        raise RuntimeError("what it was given: 1234")

    findings = found(in_keyring(device, FakeKeyring()), Surroundings(keyring=breaking))
    assert codes(findings[Check.KEYRING])[:2] == (Verdict.WRONG, "doctor.failed")
    assert findings[Check.KEYRING].found[0].values == {"kind": "RuntimeError"}
    assert findings[Check.DISK].verdict is Verdict.OK


def test_a_key_file_that_is_no_json_is_said(device: Path) -> None:
    device.with_name("device-keys.json").write_text("{")
    findings = found(device)
    assert codes(findings[Check.KEYRING])[:2] == (Verdict.WRONG, "secrets.key_file_unreadable")
    assert codes(findings[Check.ENCRYPTION])[:2] == (Verdict.WARNING, "doctor.key_unreachable")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_key_file_that_others_may_read_is_said(device: Path) -> None:
    device.with_name("device-keys.json").chmod(0o644)
    assert codes(found(device)[Check.KEYRING])[:2] == (Verdict.WRONG, "doctor.key_file_open")


# Encryption


@pytest.mark.parametrize("kept", ["ab" * 32, "no hex", "ab"])
def test_a_wrong_key_is_said(kept: str, device: Path) -> None:
    keys_of(device).keep("store-key", kept)
    assert codes(found(device)[Check.ENCRYPTION])[:2] == (Verdict.WRONG, "error.wrong_key")


def test_a_lost_key_is_said_and_no_new_one_made(device: Path) -> None:
    keys_of(device).forget("store-key")
    assert codes(found(device)[Check.ENCRYPTION])[:2] == (Verdict.WRONG, "secrets.key_missing")
    assert keys_of(device).read("store-key") is None


@pytest.mark.parametrize("file", ["outbox.db", "store-1.db"])
def test_a_damaged_file_is_named(file: str, device: Path) -> None:
    (device / file).write_bytes(b"\x00garbage" * 1000)
    finding = found(device)[Check.ENCRYPTION]
    assert codes(finding) == (Verdict.WRONG, "doctor.file_damaged", "doctor.file_damaged_mend")
    assert finding.found[0].values == {"file": file}


@pytest.mark.parametrize("file", ["outbox.db", "store-1.db"])
def test_one_wrong_bit_deep_in_a_file_is_found(file: str, device: Path) -> None:
    content = bytearray((device / file).read_bytes())
    content[len(content) // 2] ^= 1
    (device / file).write_bytes(content)
    assert codes(found(device)[Check.ENCRYPTION])[:2] == (Verdict.WRONG, "doctor.file_damaged")


def test_a_pointer_that_names_nothing_is_damage(device: Path) -> None:
    (device / "current-store").write_text("?")
    assert found(device)[Check.ENCRYPTION].found[0].values == {"file": "current-store"}


@pytest.mark.parametrize("file", ["outbox.db", "store-1.db"])
def test_a_newer_schema_asks_for_an_update(file: str, device: Path) -> None:
    key = bytes.fromhex(keys_of(device).read("store-key") or "")
    opened = Database(device / file, key, Schema.OUTBOX if file == "outbox.db" else Schema.STORE)
    with opened.writing() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    opened.close()
    findings = found(device)
    assert codes(findings[Check.ENCRYPTION]) == (Verdict.WRONG, "doctor.file_too_new", "doctor.update_mend")
    assert codes(findings[Check.VERSIONS]) == (Verdict.WRONG, "doctor.versions", "doctor.update_mend")


def test_readable_files_are_said(device: Path, counter: Counter) -> None:
    plain = enrol(device.with_name("plain"), counter.server, counter.url)
    with (plain / "settings.toml").open("a") as settings:
        settings.write("plain_store = true\n")
    assert run("sync", "--data-dir", plain).status == 0
    finding = found(plain)[Check.ENCRYPTION]
    assert codes(finding) == (Verdict.WARNING, "secrets.plain_store_warning", "doctor.plain_store_mend")


# Disk


@pytest.mark.parametrize(
    ("free", "verdict"), [(99_999_999, Verdict.WRONG), (300_000_000, Verdict.WARNING), (10**12, Verdict.OK)]
)
def test_free_space_is_held_against_a_bound(free: int, verdict: Verdict, device: Path) -> None:
    assert found(device, Surroundings(free_bytes=lambda path: free))[Check.DISK].verdict is verdict


def test_a_disk_that_cannot_be_asked_is_said(device: Path) -> None:
    def gone(path: Path) -> int:
        raise OSError("gone")

    assert codes(found(device, Surroundings(free_bytes=gone))[Check.DISK])[:2] == (Verdict.WRONG, "doctor.failed")


# The brand


def test_an_accent_that_had_to_be_corrected_is_said_with_what_is_shown(device: Path) -> None:
    remember(device, brand_accent="#ffe000")
    finding = found(device)[Check.BRAND]
    assert codes(finding) == (Verdict.WARNING, "doctor.accent_corrected", "doctor.brand_mend")
    assert finding.found[0].values == {"accent": "#FFE000", "shown": accent_colours("#FFE000", dark=False).accent}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "doctor.logo_unreadable"),
        (b"<svg/>", "doctor.logo_unusable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(LOGO_BYTES), "doctor.logo_unusable"),
    ],
)
def test_a_logo_that_is_not_shown_is_said(content: bytes | None, said: str, device: Path) -> None:
    remember(device, brand_logo="logo.png")
    if content is not None:
        (device / "logo.png").write_bytes(content)
    assert codes(found(device)[Check.BRAND]) == (Verdict.WARNING, said, "doctor.brand_mend")


def test_all_that_is_wrong_with_a_brand_is_said_at_once(device: Path) -> None:
    remember(device, brand_accent="teal", brand_logo="none.png")
    said = [message.key for message in found(device)[Check.BRAND].found]
    assert said == ["doctor.accent_unusable", "doctor.logo_unreadable"]


def test_a_brand_that_is_shown_as_it_was_set_is_well(device: Path) -> None:
    (device / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    remember(device, brand_name="Benang", brand_accent="#155E75", brand_logo="logo.png")
    assert codes(found(device)[Check.BRAND]) == (Verdict.OK, "doctor.brand_ok", None)


# A process of its own


def test_a_real_process_tells_a_damaged_device_without_a_traceback(device: Path) -> None:
    (device / "outbox.db").write_bytes(b"\x00garbage" * 1000)
    remember(device, central_url=AWAY)
    words = [sys.executable, "-m", "clienteling", "doctor", "--data-dir", str(device)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (1, "")
    assert "outbox.db is damaged." in done.stdout


def test_the_fakes_stand_for_what_is_asked_for_real() -> None:
    real = Surroundings()
    assert (real.now, real.keyring) == (utc_now, system_keyring)
    assert real.free_bytes(Path("/none/of/these")) > 0
    assert replace(real, transport=None) == real
