"""The command line speaks English in these tests and keeps out of this user's own folders."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

import pytest

from clienteling import command_line_text
from clienteling.settings import remember
from sync.central_api.database import sqlite_url
from tests.app.shop import Counter, open_counter
from tests.support.fakes import FakeClock
from tests.support.shops import Shops, two_shops


@pytest.fixture(autouse=True)
def own_root_log() -> Iterator[None]:
    """What the test has the root log write to is closed at its end."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


@contextmanager
def english_commands(home: Path) -> Iterator[None]:
    """Language and default folder of commands, here and in the processes started inside the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIENTELING_LANGUAGE", "en")
        patch.setenv("CLIENTELING_DATA_DIR", str(home))
        command_line_text.translator.cache_clear()
        yield
    command_line_text.translator.cache_clear()


@pytest.fixture(autouse=True)
def english(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """English for one test; were it set for longer, apps that later tests start would inherit it."""
    with english_commands(tmp_path_factory.mktemp("home")):
        yield


@pytest.fixture(scope="session")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """The small shop, made once; tests only look, or work on copies."""
    with ExitStack() as until:
        with english_commands(tmp_path_factory.mktemp("home")):
            made = until.enter_context(open_counter(tmp_path_factory.mktemp("counter")))
        yield made


@pytest.fixture
def device(counter: Counter, tmp_path: Path) -> Path:
    """A copy of the synced device, to do things to."""
    copied = shutil.copytree(counter.device, tmp_path / "device")
    keys = shutil.copy(counter.device.with_name("device-keys.json"), tmp_path / "device-keys.json")
    remember(copied, key_file=str(keys))
    return copied


@pytest.fixture
def shops(tmp_path: Path, clock: FakeClock, seeded_random: Random) -> Iterator[Shops]:
    url = sqlite_url(tmp_path / "central.db")
    made = Shops(tmp_path, url, now=clock, random=seeded_random)
    made.put(*two_shops())
    yield made
    made.close()
