"""What a person is told where the system's keyring is none, is locked or forgets, or where the files are another's.

The files stay as they were. A backend counts by the module that it is of, so those here are called as a real one.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from clienteling import command_line_text
from clienteling.secrets import REAL_BACKENDS, KeyringSecrets
from tests.app.test_doctor import in_keyring
from tests.support.command_line import run
from tests.support.fakes import FakeKeyring, no_keyring

REAL = sorted(REAL_BACKENDS)[0]


class Working(FakeKeyring):
    """A keyring that keeps what it is given."""

    __module__ = REAL


class Forgetful(FakeKeyring):
    """Takes every secret and gives none back."""

    __module__ = REAL

    def get_password(self, service: str, username: str) -> str | None:
        return None


class Locked(FakeKeyring):
    """Is there, and nobody has unlocked it."""

    __module__ = REAL

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked


# A class that is a backend is offered to everybody who asks for the best one; these are for this page alone.
KeyringBackend._classes -= {Working, Forgetful, Locked}


@pytest.fixture(autouse=True)
def _own_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


NONE = no_keyring()
SAID = [
    (
        NONE,
        "This system has no safe keyring. The data is not opened. The command clienteling passphrase keeps the keys in "
        "a file that a passphrase opens.",
        "Sistem ini tidak punya gantungan kunci yang aman. Data tidak dibuka. Perintah clienteling passphrase "
        "menyimpan kunci dalam berkas yang dibuka dengan frasa sandi.",
    ),
    (
        Locked(),
        "The system keyring is locked. Unlock it and try again.",
        "Gantungan kunci sistem terkunci. Buka, lalu coba lagi.",
    ),
    (
        Forgetful(),
        "The system keyring does not keep what it is given.",
        "Gantungan kunci sistem tidak menyimpan apa yang diberikan.",
    ),
    (
        Working(),  # the files of another device: this keyring has none of its keys
        "The key for the data on this device is missing. The data file is kept.",
        "Kunci untuk data di perangkat ini tidak ada. Berkas datanya disimpan.",
    ),
]


@pytest.mark.parametrize(("backend", "english", "indonesian"), SAID, ids=["none", "locked", "forgetful", "another's"])
def test_nothing_opens_without_the_keyring_that_has_its_keys_and_a_sentence_says_why(
    backend: FakeKeyring, english: str, indonesian: str, device: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = shutil.copytree(in_keyring(device, Working()), tmp_path / "copied")
    keyring.set_keyring(backend)
    before = files_of(copied)
    for language, sentence in (("en", english), ("id", indonesian)):
        monkeypatch.setenv("CLIENTELING_LANGUAGE", language)
        command_line_text.translator.cache_clear()
        ran = run("find", "siti", "--data-dir", copied)
        assert (ran.status, ran.output, ran.errors) == (1, "", f"{sentence}\n")
    assert files_of(copied) == before


def test_the_keyring_that_has_its_keys_opens_it(device: Path) -> None:
    backend = Working()
    keyring.set_keyring(backend)
    opened = in_keyring(device, backend)
    assert KeyringSecrets(backend, "this-folder").read("store-key")
    assert "Siti" in run("find", "siti", "--data-dir", opened).output
