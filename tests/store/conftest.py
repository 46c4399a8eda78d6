"""A device and a server for tests of the local store."""

from collections.abc import Iterator

import pytest

from tests.store.devices import Device, Devices
from tests.store.model_server import ModelServer


@pytest.fixture(scope="session")
def devices(tmp_path_factory: pytest.TempPathFactory) -> Devices:
    return Devices(tmp_path_factory.mktemp("devices"))


@pytest.fixture
def device(devices: Devices) -> Iterator[Device]:
    """A device that has never synced."""
    made = devices()
    yield made
    made.store.close()


@pytest.fixture
def server() -> ModelServer:
    """An empty central profile API."""
    return ModelServer()
