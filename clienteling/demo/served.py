"""What the shops' people had promised, booked and laid aside before the demo opened: `served.toml`, dated from its day.

An import of its own: on another day the same promises and appointments move with it, and what was written in the demo
meanwhile stands. Holds last a day, so each day has its own. Every hold says what the server would have answered then:
nothing only asked for is among them, since a server that is there answers at once.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from clienteling.domain.store_day import zone_of
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import list_stores
from sync.central_api.hold_rules import HELD_FOR
from sync.central_api.holds import end_holds, tell_stock
from sync.central_api.import_records import import_records
from sync.central_api.lists import list_bodies
from sync.central_api.transactions import write_transaction
from sync.connectors.shopify_csv import DEFAULT_SOURCE
from sync.protocol.ids import imported_id, rule_id, stock_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.follow_ups import with_status
from sync.protocol.times import Clock, to_wire

SERVED_FILE: Final = "served.toml"
_SOURCE: Final = "demo"
_AT: Final = time(10, 30)
"""On the store's wall: when what was made on a day is said to have been."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shop:
    """The retailer as the file names its parts, and the moment it is filled. `products`: (product, variant) by SKU."""

    stores: Mapping[str, Body]
    associates: Mapping[str, str]
    products: Mapping[str, tuple[str, str]]
    today: date
    now: datetime

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def moment(self, row: Row, field: str) -> str:
        """When it was, on the wire."""
        zone = zone_of(self.stores[row["store"]]["time_zone"])
        return to_wire(datetime.combine(self.day(row[field]), _AT, zone))


def bring_served(database: CentralDatabase, exports: Path, *, today: date, now: Clock) -> None:
    """Nothing, once the central database has what the file says of `today`; nothing is done where there is no file."""
    path = exports / SERVED_FILE
    if not path.exists():
        return
    said = tomllib.loads(path.read_text("utf-8"))
    shop = _shop(database, today, now())
    records = list(_records(said, shop))
    end_holds(database, shop.now)  # of another day, whose pieces the next ones are to find free
    import_records(database, records, source=_SOURCE, now=now)
    stock_ids = {stock_id(one.body["store_id"], one.body["variant_id"]) for one in records if one.kind == Kind.HOLD}
    write_transaction(database, lambda connection: tell_stock(connection, stock_ids, shop.now))


def _shop(database: CentralDatabase, today: date, now: datetime) -> Shop:
    places = {body["id"]: body for body in list_bodies(database, Kind.LOCATION)}
    return Shop(
        stores={store.code: places[store.id] for store in list_stores(database)},
        associates={body["name"]: body["id"] for body in list_bodies(database, Kind.ASSOCIATE)},
        products={
            variant["sku"]: (product["id"], variant["id"])
            for product in list_bodies(database, Kind.PRODUCT)
            for variant in product["variants"]
        },
        today=today,
        now=now,
    )


def _records(said: Mapping[str, list[Row]], shop: Shop) -> Iterator[ImportedRecord]:
    for row in said["follow_ups"]:
        yield ImportedRecord(Kind.FOLLOW_UP, row["ref"], _follow_up(row, shop))
    for row in said["appointments"]:
        yield ImportedRecord(Kind.APPOINTMENT, row["ref"], _appointment(row, shop))
    for row in said["holds"]:
        yield ImportedRecord(Kind.HOLD, f"{row['ref']}/{shop.today}", _hold(row, shop))


def _served(row: Row, shop: Shop) -> Body:
    return {
        "customer_id": imported_id(DEFAULT_SOURCE, Kind.CUSTOMER, row["customer"]),
        "store_id": shop.stores[row["store"]]["id"],
        "author_id": shop.associates[row["author"]],
        "author_name": row["author"],
    }


def _follow_up(row: Row, shop: Shop) -> Body:
    body = {
        **_served(row, shop),
        "subject": row["subject"],
        "due_on": shop.day(row["due"]).isoformat(),
        "assignee_id": shop.associates[row["assignee"]],
        "assignee_name": row["assignee"],
        "at": shop.moment(row, "made"),
    }
    if "done" not in row:
        return body
    finish = {
        "finish_id": rule_id(_SOURCE, row["ref"]),
        "status": "done",
        "outcome": row["outcome"],
        "at": shop.moment(row, "done"),
        "by": shop.associates[row["assignee"]],
        "by_name": row["assignee"],
    }
    return with_status(body, [finish])


def _appointment(row: Row, shop: Shop) -> Body:
    return {
        **_served(row, shop),
        "local_date": shop.day(row["on"]).isoformat(),
        "local_time": row["time"],
        "time_zone": shop.stores[row["store"]]["time_zone"],
        "minutes": row["minutes"],
        "subject": row["subject"],
        "associate_id": shop.associates[row["associate"]],
        "associate_name": row["associate"],
        "at": shop.moment(row, "made"),
    }


def _hold(row: Row, shop: Shop) -> Body:
    requested_at = shop.now - timedelta(hours=row["hours_ago"])
    product_id, variant_id = shop.products[row["sku"]]
    return {
        **_served(row, shop),
        "product_id": product_id,
        "variant_id": variant_id,
        "quantity": 1,
        "status": row["status"],
        "reason": row.get("reason", ""),
        "requested_at": to_wire(requested_at),
        "until": to_wire(requested_at + HELD_FOR) if row["status"] == "confirmed" else None,
    }
