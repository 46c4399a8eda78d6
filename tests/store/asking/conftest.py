"""The shop that questions are asked of."""

from collections.abc import Iterator

import pytest

from tests.store.asking.shop import Shop, open_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop in Bandung with its places and nothing else."""
    with open_shop() as made:
        yield made
