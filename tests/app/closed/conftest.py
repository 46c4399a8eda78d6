"""The devices of these tests."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clienteling.bootstrap.device import secret_store
from clienteling.bootstrap.pins import close_under_pins
from clienteling.bootstrap.vault import Vault
from clienteling.settings import read_settings
from sync.protocol.times import utc_now
from tests.app.closed.closing import NAME, vault_of
from tests.app.conftest import english_commands
from tests.app.enrolling import enrol_at
from tests.app.shop import Counter, open_counter
from tests.support.command_line import run
from tests.support.pins import PIN


@pytest.fixture(scope="session")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """A shop of these tests' own: they give its associates keys, and revoke its devices."""
    with ExitStack() as until:
        with english_commands(tmp_path_factory.mktemp("home")):
            made = until.enter_context(open_counter(tmp_path_factory.mktemp("counter")))
        yield made


@pytest.fixture
def device(counter: Counter, tmp_path: Path) -> Path:
    """A device that enrolled, with a PIN of Rina's, and synced since: the server keeps its sealed key."""
    device = enrol_at(counter, tmp_path / "tablet")
    assert run("sync", "--data-dir", device).status == 0
    assert run("pin", "set", NAME, "--stdin", "--data-dir", device, stdin=f"{PIN}\n".encode()).status == 0
    assert run("sync", "--data-dir", device).status == 0
    return device


@pytest.fixture
def closed(device: Path) -> Path:
    """The same, closed."""
    settings = read_settings(device)
    assert close_under_pins(settings, secret_store(settings), now=utc_now)
    return device


@pytest.fixture
def vault(closed: Path) -> Iterator[Vault]:
    made = vault_of(closed)
    yield made
    made.close()
