"""Fills the demo: the retailer's exports into a central database, and an enrolled device for each of two stores.

Done once a day: the exports' dates are moved to today, and what people wrote meanwhile stays (it is an import like any
other).
"""

from datetime import date, timedelta
from pathlib import Path

from clienteling.central_host import central_database, import_folder
from clienteling.demo.filling import TIME_ZONE, Filled
from clienteling.demo.layout import Layout
from clienteling.demo.prepared import enrol_devices, prepare_team
from clienteling.demo.scanned import bring_scanned
from clienteling.demo.served import bring_served
from sync.central_api.devices import list_stores
from sync.central_api.lists import list_bodies
from sync.connectors.shopify_csv import DEFAULT_SOURCE
from sync.protocol.ids import imported_id
from sync.protocol.kinds import Kind
from sync.protocol.times import Clock

STOCK_AGE = timedelta(minutes=40)


def fill(layout: Layout, exports: Path, *, today: date, now: Clock, with_pins: bool) -> Filled:
    """The demo's files brought to `today`. Writes the central database, and the devices' keys. `with_pins`: everybody
    has a PIN, and managers have something to decide."""
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
        store_names = {store.code: store.name for store in list_stores(database)}
        enrol_devices(database, layout, today=today, now=now, names=store_names)
        if with_pins:
            prepare_team(database, layout, exports, today=today, now=now)
        return Filled(
            day=today.isoformat(),
            store_names=store_names,
            associate_ids={body["name"]: body["id"] for body in list_bodies(database, Kind.ASSOCIATE)},
            customer_id=imported_id(DEFAULT_SOURCE, Kind.CUSTOMER, layout.facts.customer_ref),
            product_names={body["handle"]: body["name"] for body in list_bodies(database, Kind.PRODUCT)},
        )
