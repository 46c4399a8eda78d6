"""A device without a keyring: its secrets lie in a file that a passphrase opens, and nothing opens without."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import keyring
import pytest

from clienteling.bootstrap.device import secret_store
from clienteling.bootstrap.passphrase import Passphrases, finish_moving, is_moving, set_passphrase
from clienteling.domain.errors import StoreInUse, ValidationFailed
from clienteling.sealed_secrets import SEALED_FILE, SealedSecrets, make_sealed, open_sealed
from clienteling.secrets import (
    ALL_SECRETS,
    FOLDER_ID_FILE,
    SERVICE,
    STORE_KEY,
    KeyFile,
    KeyringUnusable,
    SecretStore,
)
from clienteling.settings import DeviceSettings, read_settings, remember
from clienteling.store.device_folder import DeviceFolder
from tests.app.enrolling import keys_of, new_code
from tests.app.shop import Counter
from tests.support.command_line import run
from tests.support.fakes import FakeKeyring, no_keyring
from tests.support.pins import CHEAP

WORDS, OTHER = "kopi tubruk pagi hari", "teh poci gula batu"
SECRETS = {"device-token": "a token", STORE_KEY: "ab" * 32}


@pytest.fixture(autouse=True)
def _no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(no_keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def sealed(tmp_path: Path) -> SealedSecrets:
    return make_sealed(tmp_path / SEALED_FILE, WORDS, SECRETS, cost=CHEAP)


def test_the_passphrase_opens_what_was_kept_and_what_is_kept_later(sealed: SealedSecrets) -> None:
    sealed.keep("device-secret", "more")
    sealed.forget("device-token")
    again = open_sealed(sealed.path, WORDS)
    assert [again.read(name) for name in (STORE_KEY, "device-secret", "device-token")] == ["ab" * 32, "more", None]
    again.destroy(STORE_KEY)
    assert sealed.read(STORE_KEY) is None
    assert sealed.warning is None


def test_another_passphrase_opens_nothing(sealed: SealedSecrets) -> None:
    with pytest.raises(KeyringUnusable) as refused:
        open_sealed(sealed.path, OTHER)
    assert refused.value.code == "secrets.passphrase_wrong"


def test_a_changed_passphrase_opens_the_same_secrets_and_the_old_one_nothing(sealed: SealedSecrets) -> None:
    sealed.change_passphrase(OTHER, cost=CHEAP)
    assert open_sealed(sealed.path, OTHER).read("device-token") == "a token"
    with pytest.raises(KeyringUnusable):
        open_sealed(sealed.path, WORDS)
    assert sealed.read("device-token") == "a token"


def test_a_copy_of_the_file_from_before_opens_nothing_that_is_kept_later(sealed: SealedSecrets) -> None:
    before = open_sealed(sealed.path, WORDS)
    sealed.change_passphrase(OTHER, cost=CHEAP)
    sealed.keep(STORE_KEY, "cd" * 32)
    with pytest.raises(KeyringUnusable) as refused:
        before.read(STORE_KEY)
    assert refused.value.code == "secrets.sealed_unreadable"


def test_a_folder_that_takes_no_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secrets.lock").mkdir()
    with pytest.raises(KeyringUnusable) as refused:
        make_sealed(tmp_path / SEALED_FILE, WORDS, SECRETS, cost=CHEAP)
    assert refused.value.code == "secrets.sealed_unwritable"


def test_no_secret_and_no_passphrase_is_in_the_file_and_it_is_for_its_owner_alone(sealed: SealedSecrets) -> None:
    content = sealed.path.read_text("ascii")
    assert not [word for word in (*SECRETS.values(), *SECRETS, WORDS, sealed.file_key.hex()) if word in content]
    assert sealed.path.stat().st_mode & 0o077 == 0
    assert "ab" * 32 not in repr(sealed)
    assert sealed.file_key.hex() not in repr(sealed)


@pytest.mark.parametrize("name", ["content", "key", "salt", "cost", "version"])
@pytest.mark.parametrize("value", ["", None, 3, "!!!", {}, "AAAA"])
def test_a_file_that_was_changed_is_refused_and_left_as_it_is(sealed: SealedSecrets, name: str, value: object) -> None:
    told = json.loads(sealed.path.read_text("ascii")) | {name: value}
    sealed.path.write_text(json.dumps(told), encoding="ascii")
    with pytest.raises(KeyringUnusable) as refused:
        open_sealed(sealed.path, WORDS).read(STORE_KEY)
    assert refused.value.code in {"secrets.sealed_unreadable", "secrets.passphrase_wrong"}
    assert json.loads(sealed.path.read_text("ascii")) == told


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"null"])
def test_a_file_of_anything_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / SEALED_FILE
    path.write_bytes(content)
    with pytest.raises(KeyringUnusable) as refused:
        open_sealed(path, WORDS)
    assert refused.value.code == "secrets.sealed_unreadable"


@pytest.mark.parametrize("short", ["", "elevenchars", "  elevenchars  "])
def test_a_short_passphrase_is_refused(tmp_path: Path, short: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        make_sealed(tmp_path / SEALED_FILE, short, {})
    assert refused.value.code == "passphrase.too_short"
    assert not (tmp_path / SEALED_FILE).exists()


def test_the_passphrase_is_asked_for_once_in_a_process(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask() -> str:
        asked.append("asked")
        return WORDS

    settings = DeviceSettings(data_dir=tmp_path)
    opened_here = Passphrases(ask)
    assert opened_here.secrets_of(settings) is None
    set_passphrase(settings, None, WORDS)
    for _ in range(3):
        assert isinstance(opened_here.secrets_of(settings), SealedSecrets)
    assert asked == ["asked"]


def test_what_was_kept_elsewhere_goes_into_the_file_and_is_there_no_longer(tmp_path: Path) -> None:
    before: SecretStore = KeyFile(tmp_path / "keys.json")
    for name, secret in SECRETS.items():
        before.keep(name, secret)
    settings = DeviceSettings(data_dir=tmp_path / "device")
    set_passphrase(settings, before, WORDS)
    opened = open_sealed(tmp_path / "device" / SEALED_FILE, WORDS)
    assert {name: opened.read(name) for name in SECRETS} == SECRETS
    assert [before.read(name) for name in SECRETS] == [None, None]


def test_a_device_whose_keyring_does_not_answer_here_gets_no_empty_file_in_its_place(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.mkdir()
    (device / "outbox.db").write_bytes(b"sealed with a key in a keyring")
    made = run("passphrase", "--stdin", "--data-dir", device, stdin=f"{WORDS}\n".encode())
    assert made.status == 1
    assert "has keys already" in made.errors
    assert not (device / SEALED_FILE).exists()


def test_keys_are_not_moved_away_beneath_an_app_that_runs(tmp_path: Path) -> None:
    before: SecretStore = KeyFile(tmp_path / "keys.json")
    before.keep(STORE_KEY, SECRETS[STORE_KEY])
    settings = DeviceSettings(data_dir=tmp_path / "device")
    with DeviceFolder(settings.data_dir).engine_lock(), pytest.raises(StoreInUse):
        set_passphrase(settings, before, WORDS)
    assert before.read(STORE_KEY) == SECRETS[STORE_KEY]
    assert not (settings.data_dir / SEALED_FILE).exists()


def with_passphrase(folder: Path, words: str = WORDS) -> Path:
    """A data directory whose passphrase lies in a file beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder.parent / f"{folder.name}.passphrase"
    written.write_text(f"{words}\n", encoding="utf-8")
    remember(folder, passphrase_file=str(written))
    return folder


def test_a_system_without_a_keyring_is_told_of_the_passphrase(tmp_path: Path, counter: Counter) -> None:
    refused = run("enrol", new_code(counter, "BDG"), "--server", counter.url, "--data-dir", tmp_path / "device")
    assert refused.status == 1
    assert "clienteling passphrase" in refused.errors


def test_a_device_enrols_syncs_and_answers_with_a_passphrase(tmp_path: Path, counter: Counter) -> None:
    device = with_passphrase(tmp_path / "device")
    made = run("passphrase", "--stdin", "--data-dir", device, stdin=f"{WORDS}\n".encode())
    assert made.status == 0, made.errors
    enrolled = run("enrol", new_code(counter, "BDG"), "--server", counter.url, "--data-dir", device)
    assert enrolled.status == 0, enrolled.errors
    assert run("sync", "--data-dir", device).status == 0
    found = run("find", "siti", "--data-dir", device)
    assert "Siti" in found.output
    assert "passphrase" not in found.errors
    key = secret_store(read_settings(device)).read(STORE_KEY)
    assert key
    assert key not in (device / SEALED_FILE).read_text("ascii")


def test_without_a_terminal_the_passphrase_is_asked_for_in_a_sentence(tmp_path: Path) -> None:
    device = tmp_path / "device"
    set_passphrase(DeviceSettings(data_dir=device), None, WORDS)
    refused = run("passphrase", "--stdin", "--data-dir", device, stdin=f"{OTHER}\n".encode())
    assert refused.status == 1
    assert refused.errors.startswith("The keys of this device lie in a file that a passphrase opens.")


def test_a_wrong_passphrase_is_a_sentence_and_the_doctor_says_what_to_do(tmp_path: Path) -> None:
    device = with_passphrase(tmp_path / "device", OTHER)
    set_passphrase(DeviceSettings(data_dir=device), None, WORDS)
    refused = run("passphrase", "--stdin", "--data-dir", device, stdin=b"a new passphrase\n")
    assert refused.errors == "That is not the passphrase of this device.\n"
    told = run("doctor", "--data-dir", device)
    assert told.status == 1
    assert "That is not the passphrase of this device." in told.output


def test_a_first_passphrase_is_asked_for_once(tmp_path: Path) -> None:
    ran = run("passphrase", "--stdin", "--data-dir", tmp_path / "device", stdin=f"{WORDS}\n".encode())
    assert (ran.status, ran.errors) == (0, "")
    assert open_sealed(tmp_path / "device" / SEALED_FILE, WORDS).read(STORE_KEY) is None


def test_a_passphrase_file_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    device = with_passphrase(tmp_path / "device")
    set_passphrase(DeviceSettings(data_dir=device), None, WORDS)
    (tmp_path / "device.passphrase").unlink()
    refused = run("passphrase", "--stdin", "--data-dir", device, stdin=b"a new passphrase\n")
    assert refused.errors == "The file that passphrase_file names cannot be read.\n"


def test_a_device_with_an_open_key_file_gets_no_passphrase(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.mkdir()
    remember(device, key_file=str(keys_of(device)))
    refused = run("passphrase", "--stdin", "--data-dir", device, stdin=f"{WORDS}\n".encode())
    assert refused.status == 1
    assert not (device / SEALED_FILE).exists()


class Cut(BaseException):
    """The machine dies."""


@dataclass
class DyingKeyring:
    """A keyring that answers so many calls more; of the last one it does what was asked, and the machine dies."""

    kept: dict[str, str]
    calls: int
    warning: str | None = None

    def _called(self) -> None:
        self.calls -= 1
        if self.calls == 0:
            raise Cut

    def read(self, name: str) -> str | None:
        self._called()
        return self.kept.get(name)

    def keep(self, name: str, secret: str) -> None:
        self.kept[name] = secret

    def forget(self, name: str) -> None:
        self.destroy(name)

    def destroy(self, name: str) -> None:
        self.kept.pop(name, None)
        self._called()


def cut_short(settings: DeviceSettings, calls: int) -> tuple[DyingKeyring, bool]:
    """A keyring from which keys were being moved into a file when the machine died, and whether it did."""
    dying = DyingKeyring(dict(SECRETS), calls)
    try:
        set_passphrase(settings, dying, WORDS)
    except Cut:
        return dying, True
    return dying, False


def test_a_move_that_was_cut_short_at_any_step_is_finished_and_loses_no_key(tmp_path: Path) -> None:
    states: list[tuple[bool, int]] = []
    for calls in count(1):
        settings = DeviceSettings(data_dir=tmp_path / str(calls))
        keyring_here, was_cut = cut_short(settings, calls)
        opened = Passphrases(lambda: WORDS).secrets_of(settings)
        states.append((opened is not None, len(keyring_here.kept)))
        if not was_cut:
            break
        alive: SecretStore = DyingKeyring(keyring_here.kept, 0)
        if opened is None:
            assert keyring_here.kept == SECRETS, "nothing has gone anywhere yet"
            continue
        assert is_moving(opened)
        finish_moving(opened, lambda alive=alive: alive)  # type: ignore[misc]
        assert {name: opened.read(name) for name in SECRETS} == SECRETS
        assert (keyring_here.kept, is_moving(opened)) == ({}, False)
    assert list(dict.fromkeys(states)) == [(False, 2), (True, 1), (True, 0)]


class OpenKeyring(FakeKeyring):
    """One of those that count. Nobody finds it who looks for the best there is: every test would have it."""

    __module__ = "keyring.backends.SecretService"
    priority = -1.0


def test_keys_that_were_left_are_taken_out_at_the_next_start_that_finds_the_keyring_open(tmp_path: Path) -> None:
    device = with_passphrase(tmp_path / "device")
    left, _ = cut_short(read_settings(device), len(ALL_SECRETS) + 1)
    assert len(left.kept) == 1
    told = run("doctor", "--data-dir", device)
    assert (told.status, "are in the system keyring still" in told.output) == (1, True)
    assert secret_store(read_settings(device)).read(STORE_KEY) == SECRETS[STORE_KEY], "locked as it is, it opens"
    again = run("passphrase", "--stdin", "--data-dir", device, stdin=f"{WORDS}\n".encode())
    assert (again.status, "are in the system keyring still" in again.output) == (0, True)

    backend = OpenKeyring()
    backend.priority = 1.0
    folder_id = (device / FOLDER_ID_FILE).read_text("ascii")
    for name, secret in left.kept.items():
        backend.set_password(SERVICE, f"{folder_id}/{name}", secret)
    keyring.set_keyring(backend)
    assert secret_store(read_settings(device)).read(STORE_KEY) == SECRETS[STORE_KEY]
    assert backend.secrets == {}
    assert "in the system keyring still" not in run("doctor", "--data-dir", device).output
