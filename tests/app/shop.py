"""One small shop for the command line's tests: a server that answers, and a synced device of its Bandung store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clienteling.central_host import central_database
from clienteling.secrets import KeyFile
from clienteling.settings import remember
from sync.central_api.app import create_app
from sync.central_api.devices import add_device
from sync.central_api.settings import CentralSettings
from sync.protocol.ids import imported_id
from sync.protocol.kinds import Kind
from sync.protocol.times import utc_now
from tests.connectors.folders import make_folder, order_row
from tests.support.command_line import run
from tests.support.serving import serve

SITI = imported_id("shopify", Kind.CUSTOMER, "101")
SHIRT = imported_id("shopify", Kind.PRODUCT, "kemeja")
SHIRT_M = imported_id("shopify", "variant", "KM-M")


@dataclass(frozen=True, slots=True)
class Counter:
    """The shop's parts. `device` is the device's data directory, `server` the server's."""

    device: Path
    server: Path
    exports: Path
    url: str


def exports(folder: Path) -> Path:
    """The shop's export files."""
    return make_folder(
        folder,
        associates=[{"name": "Rina", "code": "RINA", "location": "BDG"}],
        customers_extra=[
            {"customer_id": "101", "salutation": "Bu", "home_store": "Bandung", "loyalty_number": "BT-0012345",
             "tier": "Emas", "points": "10", "points_as_of": "2026-11-01"},
            {"customer_id": "102", "home_store": "Bandung"},
        ],
        orders_export=[order_row(Source="pos", Location="Bandung")],
        wishlists=[{"customer_id": "101", "sku": "KM-L", "added_at": "2026-11-01"}],
    )  # fmt: skip


def enrol(data_dir: Path, server: Path, url: str, *, store: str = "BDG") -> Path:
    """A data directory that knows its server, with its keys in a file beside it; nothing is synced yet."""
    key_file = data_dir.with_name(f"{data_dir.name}-keys.json")
    with central_database(server, None) as database:
        token = add_device(database, store, data_dir.name, now=utc_now)
    KeyFile(key_file).keep("device-token", token)
    remember(data_dir, central_url=url, key_file=str(key_file), loyalty_prefixes=["BT"], own_hosts=["toko.example"])
    return data_dir


@contextmanager
def open_counter(folder: Path) -> Iterator[Counter]:
    """The shop, its server answering inside the block."""
    server, files = folder / "server", exports(folder / "exports")
    assert run("import", "shopify-csv", files, "--data-dir", server).status == 0
    settings = CentralSettings(f"sqlite:///{server / 'central.db'}", pictures_folder=server / "pictures")
    application = create_app(settings)
    try:
        with serve(application) as url:
            device = enrol(folder / "device", server, url)
            synced = run("sync", "--data-dir", device)
            assert synced.status == 0, synced.errors
            yield Counter(device, server, files, url)
    finally:
        application.state.database.close()
