"""What was scanned at the demo's shelves before it opened: `scanned.toml`, spread over the weeks by a seeded chance.

The latest days come as tallies, as programs tell them, so that what is scanned in the demo itself is added to them;
days further back, which the server makes no more, as what it would have made. A day that is there stays as it is.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Connection

from clienteling.domain.store_day import day_bounds, zone_of
from sync.central_api.database import CentralDatabase
from sync.central_api.devices import list_stores
from sync.central_api.hold_rules import own_level
from sync.central_api.lists import list_bodies
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.sales import read_sold
from sync.central_api.shelf_days import MADE_FOR, make_shelf_days, shelf_day_key
from sync.central_api.transactions import write_transaction
from sync.protocol.bodies.shelf_figures import ScanSource, ScanTallyBody, ShelfAction, ShelfDayBody
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.stock_level import free_pieces
from sync.protocol.times import Clock, to_wire

SCANNED_FILE: Final = "scanned.toml"
_SATURDAY: Final = 5
_ATTACHED: Final = "attached"


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan at an hour of the store's day, and what followed."""

    hour: int
    source: ScanSource
    gtin: str
    followed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelves:
    """One store. `gtins` and how likely each is to be scanned; `sold_out`: those of which none is left."""

    store_id: str
    code: str
    time_zone: str
    gtins: Sequence[str]
    weights: Sequence[float]
    sold_out: frozenset[str]


def bring_scanned(database: CentralDatabase, exports: Path, *, today: date, now: Clock) -> None:
    """Nothing, once the central database has what was scanned up to `today`; nothing is done where there is no file."""
    path = exports / SCANNED_FILE
    if not path.exists():
        return
    said = tomllib.loads(path.read_text("utf-8"))
    tallies: list[ScanTallyBody] = []
    days: list[_DayOf] = []
    for shelves in _shelves(database, said):
        for age in range(said["days"]):
            day = today - timedelta(days=age)
            scans = [one for one in scans_of(day, shelves, said) if _moment(day, one.hour, shelves) < now()]
            if day_bounds(day, shelves.time_zone)[0] > now() - MADE_FOR:
                tallies += _tallies(day, shelves, scans)
            elif scans:
                days.append(_DayOf(day, shelves, scans))
    write_transaction(database, lambda connection: _keep(connection, tallies, days, now()))
    make_shelf_days(database, now())


def _keep(connection: Connection, tallies: Sequence[ScanTallyBody], days: "Sequence[_DayOf]", now: datetime) -> None:
    """Those that are not there yet: an hour's scans are the same whenever they are brought."""
    told = {RecordKey(Kind.SCAN_TALLY, one.id): one for one in tallies}
    made = {one.key: one for one in days}
    stored = load_records(connection, [*told, *made], lock=True)
    changes = {key: one.to_body() for key, one in told.items() if key not in stored}
    changes |= {key: one.made(connection).to_body() for key, one in made.items() if key not in stored}
    write_batch(connection, Batch(changes, stored), now=now)


def _shelves(database: CentralDatabase, said: Mapping[str, Any]) -> Iterator[Shelves]:
    goods = [(body["handle"], one) for body in list_bodies(database, Kind.PRODUCT) for one in body["variants"]]
    labels = sorted((one["gtin"], handle, one["id"]) for handle, one in goods if one["gtin"])
    places = {body["id"]: body for body in list_bodies(database, Kind.LOCATION)}
    stock = list_bodies(database, Kind.STOCK)
    favourites, variants = said["favourites"], Counter(handle for _, handle, _ in labels)
    for store in list_stores(database):
        if store.code not in said["stores"]:
            continue
        none_left = {one["variant_id"] for one in stock if one["store_id"] == store.id and _is_sold_out(one)}
        yield Shelves(
            store_id=store.id,
            code=store.code,
            time_zone=places[store.id]["time_zone"],
            gtins=[gtin for gtin, _, _ in labels],
            weights=[favourites.get(handle, 1) / variants[handle] for _, handle, _ in labels],
            sold_out=frozenset(gtin for gtin, _, variant_id in labels if variant_id in none_left),
        )


def _is_sold_out(stock: Body) -> bool:
    """Whether none is left in the store that the record is of; not where nothing is known."""
    level = own_level(stock)
    return level is not None and not free_pieces(level)


def scans_of(day: date, shelves: Shelves, said: Mapping[str, Any]) -> Iterator[Scan]:
    """The scans of a whole day, the same whenever they are asked for."""
    chance = Random(f"{shelves.code} {day.isoformat()}")
    busy = said["weekend"] if day.weekday() >= _SATURDAY else 1.0
    hours, weights = [int(hour) for hour in said["hours"]], list(said["hours"].values())
    for source, usual in zip(ScanSource, said["stores"][shelves.code], strict=True):
        times = max(0, round(chance.gauss(usual * busy, usual * busy / 8)))
        found = chance.choices(shelves.gtins, shelves.weights, k=times)
        for gtin, hour in zip(found, chance.choices(hours, weights, k=times), strict=True):
            steps = said["followed"].items() if source is ScanSource.PHONE else ()
            yield Scan(hour, source, gtin, tuple(step for step, of_100 in steps if chance.random() * 100 < of_100))


def _moment(day: date, hour: int, shelves: Shelves) -> datetime:
    return datetime.combine(day, time(hour), zone_of(shelves.time_zone)).astimezone(UTC)


def _actions(scan: Scan, shelves: Shelves) -> Iterator[ShelfAction]:
    yield ShelfAction.SCANNED
    if scan.gtin in shelves.sold_out:
        yield ShelfAction.SCANNED_SOLD_OUT
    yield from (ShelfAction(step) for step in scan.followed if step != _ATTACHED)


def _tallies(day: date, shelves: Shelves, scans: Sequence[Scan]) -> Iterator[ScanTallyBody]:
    """The scans of a day as a program tells them, hour by hour."""
    for hour, source in sorted({(one.hour, one.source) for one in scans}):
        counts: dict[str, Counter[ShelfAction]] = {}
        for one in scans:
            if (one.hour, one.source) == (hour, source):
                counts.setdefault(one.gtin, Counter()).update(_actions(one, shelves))
        began = to_wire(_moment(day, hour, shelves))
        yield ScanTallyBody(
            id=rule_id("scan_tally", "demo", shelves.store_id, began, source),
            store_id=shelves.store_id,
            hour=began,
            source=source,
            counts={gtin: dict(actions) for gtin, actions in counts.items()},
        )


@dataclass(frozen=True, slots=True)
class _DayOf:
    """A day further back."""

    day: date
    shelves: Shelves
    scans: Sequence[Scan]

    @property
    def key(self) -> RecordKey:
        return shelf_day_key(self.shelves.store_id, self.day)

    def made(self, connection: Connection) -> ShelfDayBody:
        """The day as the server would have made it, with what was sold on it."""
        first, before = day_bounds(self.day, self.shelves.time_zone)
        labels: dict[str, dict[ScanSource, Counter[ShelfAction]]] = {}
        hours: dict[str, Counter[ScanSource]] = {}
        for one in self.scans:
            labels.setdefault(one.gtin, {}).setdefault(one.source, Counter()).update(_actions(one, self.shelves))
            hours.setdefault(f"{one.hour:02}", Counter())[one.source] += 1
        return ShelfDayBody(
            id=self.key.id,
            store_id=self.shelves.store_id,
            day=self.day.isoformat(),
            labels={gtin: {of: dict(actions) for of, actions in sources.items()} for gtin, sources in labels.items()},
            attached=dict(Counter(one.gtin for one in self.scans if _ATTACHED in one.followed)),
            sold=read_sold(connection, self.shelves.store_id, first, before),
            hours={hour: dict(sources) for hour, sources in hours.items()},
            as_of=to_wire(before),
        )
