"""A device in Bandung with the services screens get, and the server it syncs with."""

import copy
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import SyncStatus
from clienteling.scanning.code_rules import CodeRules
from clienteling.store.unpack import ASKING
from clienteling.use_cases.binding import bind_services
from clienteling.use_cases.services import Services
from sync.protocol.bodies import BODY_MODELS
from sync.protocol.kinds import Kind, RecordKey
from tests.store.devices import Device
from tests.store.model_server import STORE, STORE_ID, ModelServer


def make_id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


SITI, RINA, SHIRT, SHIRT_M = (make_id(name) for name in ("Siti", "Rina", "Kemeja Linen", "Kemeja Linen M"))
GTIN = "08991234567891"


class Counter:
    """A device with its services, a server, and what may be asked of both."""

    def __init__(self, device: Device, server: ModelServer) -> None:
        self.device = device
        self.server = server
        self.services: Services = bind_services(
            device.store,
            status=Signal(SyncStatus()),
            rules=CodeRules(own_hosts=frozenset({"toko.example"}), loyalty_prefixes=("LY",)),
            now=device.clock,
            wake=lambda: None,
            new_id=device.new_id,
        )

    def put(self, kind: Kind, ref: str, /, **fields: Any) -> str:
        """A record at the server, seen here after the next sync."""
        fields.setdefault("id", make_id(ref))
        body = BODY_MODELS[kind].model_validate(fields).to_body()
        self.server.put(RecordKey(kind, body["id"]), body)
        return str(body["id"])

    def customer(self, ref: str, **fields: Any) -> str:
        customer_id = self.put(Kind.CUSTOMER, ref, **{"name": ref, **fields})
        self.server.join(STORE, customer_id)
        return customer_id

    def sync(self) -> None:
        self.device.sync(self.server)


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ModelServer]:
    """A device's folder and its server: Bandung with Rina, one shirt and Bu Siti. To be copied."""
    folder = tmp_path_factory.mktemp("counter") / "device"
    server = ModelServer()
    server.granted = ["global", STORE]
    device = Device(folder, asking=ASKING)
    made = Counter(device, server)
    made.put(Kind.LOCATION, "Bandung", id=STORE_ID, name="Toko Bandung", time_zone="Asia/Jakarta")
    made.put(Kind.ASSOCIATE, "Rina", name="Rina", location_ids=[STORE_ID])
    variant = {"id": SHIRT_M, "sku": "KEM-LIN-M", "gtin": GTIN, "options": {"Ukuran": "M"}}
    made.put(Kind.PRODUCT, "Kemeja Linen", name="Kemeja Linen", variants=[variant])
    made.customer("Siti", salutation="Bu", phone="+6281200004471", phone_typed="0812 0000 4471", email="siti@toko.id")
    made.sync()
    device.store.close()
    return folder, server


@pytest.fixture
def counter(tmp_path: Path, synced: tuple[Path, ModelServer]) -> Iterator[Counter]:
    """The synced device, for one test."""
    shutil.copytree(synced[0], tmp_path / "device")
    device = Device(tmp_path / "device", asking=ASKING, seed=1)
    yield Counter(device, copy.deepcopy(synced[1]))
    device.store.close()
