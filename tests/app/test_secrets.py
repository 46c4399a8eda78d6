"""Where a device keeps its secrets, and what does not count as a keyring."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.null import Keyring as NullKeyring

from clienteling.secrets import KeyFile, KeyringUnusable, store_keys, system_keyring
from tests.support.fakes import FakeKeyring, no_keyring

ALLOWED = frozenset({FakeKeyring.__module__, NullKeyring.__module__})


@pytest.fixture(autouse=True)
def _own_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_a_real_keyring_keeps_the_key_of_each_data_directory_apart() -> None:
    keyring.set_keyring(FakeKeyring())
    first, second = (system_keyring(folder, allowed=ALLOWED) for folder in ("a", "b"))
    key = store_keys(first, may_create=True)
    assert len(key.key) == 32
    assert store_keys(first, may_create=False) == key
    assert store_keys(second, may_create=True) != key
    assert first.warning is None


def test_a_backend_that_is_not_on_the_list_counts_as_none() -> None:
    keyring.set_keyring(FakeKeyring())
    with pytest.raises(KeyringUnusable) as caught:
        system_keyring("a")
    assert caught.value.code == "secrets.no_keyring"


def test_the_fail_backend_counts_as_none() -> None:
    keyring.set_keyring(no_keyring())
    with pytest.raises(KeyringUnusable):
        system_keyring("a")


class Forgetful(FakeKeyring):
    """Takes every secret and gives none back, as the null backend does."""

    def get_password(self, service: str, username: str) -> str | None:
        return None


def test_a_keyring_that_loses_what_it_is_given_is_found_out_at_once() -> None:
    keyring.set_keyring(Forgetful())
    with pytest.raises(KeyringUnusable) as caught:
        system_keyring("a", allowed=frozenset({Forgetful.__module__}))
    assert caught.value.code == "secrets.keyring_loses"


def test_a_store_whose_key_is_gone_is_refused_and_gets_no_new_key(tmp_path: Path) -> None:
    with pytest.raises(KeyringUnusable) as caught:
        store_keys(KeyFile(tmp_path / "keys.json"), may_create=False)
    assert caught.value.code == "secrets.key_missing"


def test_a_key_file_is_for_this_user_alone_and_says_so_all_the_time(tmp_path: Path) -> None:
    secrets = KeyFile(tmp_path / "keys.json")
    key = store_keys(secrets, may_create=True)
    secrets.keep("device-token", "token")
    assert store_keys(KeyFile(tmp_path / "keys.json"), may_create=False) == key
    assert secrets.warning == "secrets.key_file_warning"
    secrets.forget("device-token")
    assert json.loads((tmp_path / "keys.json").read_text("utf-8")).keys() == {"store-key"}
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_a_key_file_that_is_not_readable_is_a_sentence_and_not_a_new_key(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{", "utf-8")
    with pytest.raises(KeyringUnusable) as caught:
        store_keys(KeyFile(tmp_path / "keys.json"), may_create=True)
    assert caught.value.code == "secrets.key_file_unreadable"
