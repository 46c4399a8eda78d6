"""What a keyring promises: the fake behaves as the operating system's does, and a machine without one refuses.

The person's own keyring is touched only where CLIENTELING_TEST_KEYRING=1 asks for it: it may open a dialogue.
"""

import os
from collections.abc import Iterator
from uuid import uuid4

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.core import load_keyring
from keyring.errors import NoKeyringError, PasswordDeleteError

from tests.support.fakes import FakeKeyring

STORING = ["fake", "system"] if os.environ.get("CLIENTELING_TEST_KEYRING") == "1" else ["fake"]
SERVICE = "clienteling-test"


@pytest.fixture(params=STORING)
def backend(request: pytest.FixtureRequest) -> KeyringBackend:
    return FakeKeyring() if request.param == "fake" else keyring.get_keyring()


@pytest.fixture
def name(backend: KeyringBackend) -> Iterator[str]:
    """A name no other test uses; nothing is left behind under it."""
    chosen = str(uuid4())
    yield chosen
    if backend.get_password(SERVICE, chosen) is not None:
        backend.delete_password(SERVICE, chosen)


def test_a_secret_comes_back_as_it_was_put(backend: KeyringBackend, name: str) -> None:
    backend.set_password(SERVICE, name, "kunci-é")
    assert backend.get_password(SERVICE, name) == "kunci-é"


def test_a_second_secret_of_the_same_name_replaces_the_first(backend: KeyringBackend, name: str) -> None:
    backend.set_password(SERVICE, name, "first")
    backend.set_password(SERVICE, name, "second")
    assert backend.get_password(SERVICE, name) == "second"


def test_an_unknown_name_has_no_secret(backend: KeyringBackend, name: str) -> None:
    assert backend.get_password(SERVICE, name) is None


def test_secrets_of_different_services_are_kept_apart(backend: KeyringBackend, name: str) -> None:
    backend.set_password(SERVICE, name, "ours")
    assert backend.get_password(f"{SERVICE}-other", name) is None


def test_a_deleted_secret_is_gone(backend: KeyringBackend, name: str) -> None:
    backend.set_password(SERVICE, name, "x")
    backend.delete_password(SERVICE, name)
    assert backend.get_password(SERVICE, name) is None


def test_deleting_what_is_not_there_is_refused(backend: KeyringBackend, name: str) -> None:
    with pytest.raises(PasswordDeleteError):
        backend.delete_password(SERVICE, name)


def test_a_machine_without_a_keyring_refuses_to_keep_or_give_a_secret() -> None:
    refusing = load_keyring("keyring.backends.fail.Keyring")
    with pytest.raises(NoKeyringError):
        refusing.set_password(SERVICE, "name", "x")
    with pytest.raises(NoKeyringError):
        refusing.get_password(SERVICE, "name")


def test_the_null_keyring_forgets_so_it_must_never_hold_a_key() -> None:
    forgetting = load_keyring("keyring.backends.null.Keyring")
    forgetting.set_password(SERVICE, "name", "x")
    assert forgetting.get_password(SERVICE, "name") is None
