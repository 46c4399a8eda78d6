"""One stage for all of these tests: the templates of a filled server and of enrolled devices."""

from collections.abc import Iterator

import pytest

from tests.simulation.stage import Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made
