"""The command line speaks English in these tests and keeps out of this user's own folders."""

from collections.abc import Iterator

import pytest

from clienteling import command_line_text
from tests.app.shop import Counter, open_counter


@pytest.fixture(scope="session", autouse=True)
def english(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sets language and default folder of commands, here and in the processes that tests start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIENTELING_LANGUAGE", "en")
        patch.setenv("CLIENTELING_DATA_DIR", str(tmp_path_factory.mktemp("home")))
        command_line_text.translator.cache_clear()
        yield
    command_line_text.translator.cache_clear()


@pytest.fixture(scope="session")
def counter(english: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """The small shop, made once; tests only look, or work on copies."""
    with open_counter(tmp_path_factory.mktemp("counter")) as made:
        yield made
