"""Fills the demo: the retailer's exports into a central database, a device and its token for each of two stores.

Done once a day: the exports' dates are moved to today, and what people wrote meanwhile stays (it is an import like any
other).
"""

from datetime import date, timedelta
from pathlib import Path

from clienteling.central_host import central_database, import_folder
from clienteling.demo.filling import TIME_ZONE, Filled
from clienteling.demo.layout import KEY_FILE, TOKEN_FILE, Layout, Place
from clienteling.demo.scanned import bring_scanned
from clienteling.demo.served import bring_served
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import add_device, list_stores
from sync.central_api.lists import list_bodies
from sync.connectors.shopify_csv import DEFAULT_SOURCE
from sync.protocol.ids import imported_id
from sync.protocol.kinds import Kind
from sync.protocol.private_files import private
from sync.protocol.times import Clock

STOCK_AGE = timedelta(minutes=40)


def fill(layout: Layout, exports: Path, *, today: date, now: Clock) -> Filled:
    """The demo's files brought to `today`. Writes the central database and tokens."""
    shift = today - layout.facts.generated_for
    with central_database(layout.central_folder, None) as database:
        import_folder(
            database,
            exports,
            data_dir=layout.central_folder,
            as_of=now() - STOCK_AGE - shift,
            time_zone=TIME_ZONE,
            now=now,
            shift_days=shift.days,
        )
        bring_served(database, exports, today=today, now=now)
        bring_scanned(database, exports, today=today, now=now)
        _add_device(database, layout.device, layout.facts.store_code, now=now)
        _add_device(database, layout.other_device, layout.facts.other_store_code, now=now)
        return Filled(
            day=today.isoformat(),
            store_names={store.code: store.name for store in list_stores(database)},
            associate_ids={body["name"]: body["id"] for body in list_bodies(database, Kind.ASSOCIATE)},
            customer_id=imported_id(DEFAULT_SOURCE, Kind.CUSTOMER, layout.facts.customer_ref),
            product_names={body["handle"]: body["name"] for body in list_bodies(database, Kind.PRODUCT)},
        )


def _add_device(database: CentralDatabase, place: Place, code: str, *, now: Clock) -> None:
    token = place.folder / TOKEN_FILE
    if (place.folder / KEY_FILE).exists() or token.exists():
        return
    place.folder.mkdir(parents=True, exist_ok=True)
    with open(token, "w", encoding="ascii", opener=private) as file:
        file.write(add_device(database, code, place.name, now=now))
