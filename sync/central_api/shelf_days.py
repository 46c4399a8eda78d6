"""The figures of the shelf, put together every hour: a record for each store and day, for the devices of that store.

Made of what programs counted (`scan_tally`), of lists that were given to a customer, and of what was sold. A day is
made anew as long as all its tallies are kept; what a device tells later than that is not counted any more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import portions
from sync.central_api.database import CentralDatabase
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.sales import read_gtins, read_sold
from sync.central_api.tables import RECORD
from sync.central_api.transactions import write_transaction
from sync.protocol.bodies.shelf_figures import ScanSource, ScanTallyBody, ShelfAction, ShelfDayBody
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.times import from_wire, to_wire
from sync.protocol.wire import RowState

MADE_FOR: Final = timedelta(days=3)
"""So long after its beginning a day is still made anew."""
TALLIES_KEPT_FOR: Final = timedelta(days=5)
DAYS_KEPT_FOR: Final = timedelta(days=400)
_SCANS: Final = (ShelfAction.SCANNED,)
_AT_ONCE: Final = 200


def make_shelf_days(database: CentralDatabase, now: datetime) -> int:
    """How many days were made anew because something of them changed. Raises DatabaseBusy."""
    with database.reading() as connection:
        zones = _zones(connection)
        by_day: dict[tuple[str, date], list[ScanTallyBody]] = {}
        for tally in _tallies(connection):
            zone = zones.get(tally.store_id)
            if zone is not None:
                by_day.setdefault((tally.store_id, from_wire(tally.hour).astimezone(zone).date()), []).append(tally)
    made = 0
    for (store_id, day), tallies in sorted(by_day.items()):
        if _bounds(day, zones[store_id])[0] > now - MADE_FOR:
            make = partial(_make_day, store_id=store_id, day=day, zone=zones[store_id], tallies=tallies, now=now)
            made += write_transaction(database, make)
    return made


def end_shelf_days(database: CentralDatabase, now: datetime) -> int:
    """How many tallies and days went because they are old. Raises DatabaseBusy."""
    with database.reading() as connection:
        over = [
            RecordKey(Kind.SCAN_TALLY, tally.id)
            for tally in _tallies(connection)
            if from_wire(tally.hour) < now - TALLIES_KEPT_FOR
        ]
        oldest = (now - DAYS_KEPT_FOR).date().isoformat()
        over += [
            RecordKey(Kind.SHELF_DAY, one["id"]) for one in _live(connection, Kind.SHELF_DAY) if one["day"] < oldest
        ]
    for portion in portions(over, _AT_ONCE):
        write_transaction(database, partial(_remove, keys=portion, now=now))
    return len(over)


def shelf_day_key(store_id: str, day: date) -> RecordKey:
    """The one record there is of a store's day, whoever makes it."""
    return RecordKey(Kind.SHELF_DAY, rule_id("shelf_day", store_id, day.isoformat()))


def _make_day(
    connection: Connection, *, store_id: str, day: date, zone: ZoneInfo, tallies: Sequence[ScanTallyBody], now: datetime
) -> bool:
    first, before = _bounds(day, zone)
    key = shelf_day_key(store_id, day)
    stored = load_records(connection, [key], lock=True)
    labels, hours = _counted(tallies, zone)
    made = ShelfDayBody(
        id=key.id,
        store_id=store_id,
        day=day.isoformat(),
        labels=labels,
        attached=_attached(connection, store_id, first, before),
        sold=read_sold(connection, store_id, first, before),
        hours=hours,
        as_of=to_wire(now),
    ).to_body()
    there = stored.get(key)
    if there is not None and there.is_live and {**there.body, "as_of": made["as_of"]} == made:
        return False
    write_batch(connection, Batch({key: made}, stored), now=now)
    return True


_Labels = dict[str, dict[ScanSource, dict[ShelfAction, int]]]
_Hours = dict[str, dict[ScanSource, int]]


def _counted(tallies: Iterable[ScanTallyBody], zone: ZoneInfo) -> tuple[_Labels, _Hours]:
    """What all programs counted together: by label, and scans by hour of the store's day."""
    labels: _Labels = {}
    hours: _Hours = {}
    for tally in sorted(tallies, key=lambda one: one.id):
        hour = f"{from_wire(tally.hour).astimezone(zone):%H}"
        for gtin, actions in tally.counts.items():
            for action, count in actions.items():
                of_source = labels.setdefault(gtin, {}).setdefault(tally.source, {})
                of_source[action] = of_source.get(action, 0) + count
                if action in _SCANS:
                    of_hour = hours.setdefault(hour, {})
                    of_hour[tally.source] = of_hour.get(tally.source, 0) + count
    return labels, hours


def _attached(connection: Connection, store_id: str, first: datetime, before: datetime) -> dict[str, int]:
    """How many lists with each label on them were given to a customer that day."""
    goods: Counter[str] = Counter()
    for one in _live(connection, Kind.HANDOVER):
        attached_at = one.get("attached_at")
        if one["store_id"] == store_id and attached_at and first <= from_wire(attached_at) < before:
            goods.update({item["variant_id"] for item in one["items"] if item.get("variant_id")})
    gtins = read_gtins(connection, goods)
    return dict(sorted((gtins[variant_id], count) for variant_id, count in goods.items() if variant_id in gtins))


def _remove(connection: Connection, *, keys: Sequence[RecordKey], now: datetime) -> None:
    stored = {key: one for key, one in load_records(connection, keys, lock=True).items() if one.is_live}
    if stored:
        write_batch(connection, Batch(dict.fromkeys(stored), stored), now=now)


def _bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The store's day, from its first moment to the next one's."""
    midnights = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    first, before = (midnight.astimezone(UTC) for midnight in midnights)
    return first, before


def _zones(connection: Connection) -> dict[str, ZoneInfo]:
    """The zone of every location; UTC where this machine does not know it."""
    zones = {}
    for one in _live(connection, Kind.LOCATION):
        try:
            zones[one["id"]] = ZoneInfo(one.get("time_zone") or "UTC")
        except (KeyError, ValueError, OSError):
            zones[one["id"]] = ZoneInfo("UTC")
    return zones


def _tallies(connection: Connection) -> list[ScanTallyBody]:
    return [ScanTallyBody.model_validate(one) for one in _live(connection, Kind.SCAN_TALLY)]


def _live(connection: Connection, kind: Kind) -> list[Body]:
    query = sa.select(RECORD.c.body).where(RECORD.c.kind == kind, RECORD.c.state == RowState.LIVE.value)
    return [orjson.loads(body) for body in connection.execute(query.order_by(RECORD.c.id)).scalars()]
