"""One stage for all of these tests: the templates of a filled server and of enrolled devices."""

from collections.abc import Iterator

import pytest

from tests.simulation.stage import Stage
from tests.support.postgresql import PostgresqlServer


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


@pytest.fixture(scope="session")
def stage_on_postgresql(postgresql_server: PostgresqlServer) -> Iterator[Stage]:
    with Stage(postgresql=postgresql_server) as made:
        yield made
