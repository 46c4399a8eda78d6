"""The table of what is tested names files and tests that are there."""

import re
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).parents[1]
NAMED: Final = re.compile(r"`([a-z_/]+/test_[a-z_0-9]+\.py)(?:::(test_[a-z_0-9]+))?`")


@pytest.mark.parametrize(
    ("file", "test"), sorted(set(NAMED.findall((TESTS / "security" / "README.md").read_text("utf-8"))))
)
def test_what_the_table_names_is_there(file: str, test: str) -> None:
    source = (TESTS / file).read_text("utf-8")
    assert not test or f"def {test}(" in source
