"""inventory_export.csv in both of Shopify's shapes -> stock, one record for each store and variant.

Shape A has a column for each location with what is available there; shape B a row for each location with on hand,
committed and unavailable. On hand = available + committed + unavailable (Shopify's inventory states), so that
`reserved` is the last two. An oversold location (available below zero) has nothing on hand and that many reserved.

A store's record holds its own level, those of the warehouses and of at most 20 nearby stores. An export may be of some
places or variants only: of what it does not speak, what was said last stays, with its age. An empty cell of a column,
and "not stocked", speak: there is none of it there; unless it was counted there since the file was written.
"""

import math
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sync.connectors.cell_values import MAX_QUANTITY, quantity
from sync.connectors.csv_reading import Columns, ReadableTable, Row, heading_key
from sync.connectors.errors import CellRefused
from sync.connectors.known import Place, Sellable
from sync.connectors.reading import FolderReading, Item, in_portions
from sync.protocol.bodies.shop import StockBody, StockLevel
from sync.protocol.ids import stock_id
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Kind

INVENTORY_FILE = "inventory_export.csv"
MAX_NEARBY_STORES = 20
EARTH_RADIUS_KM = 6_371.0
_OPTION_VALUES = ("Option1 Value", "Option2 Value", "Option3 Value")
_ON_HAND = ("On hand (current)", "On hand")
_AVAILABLE = ("Available (not editable)", "Available")
_COMMITTED = ("Committed (not editable)", "Committed")
_UNAVAILABLE = ("Unavailable (not editable)", "Unavailable")
_UNREAD = (
    "Title",
    "Option1 Name",
    "Option2 Name",
    "Option3 Name",
    "HS Code",
    "COO",
    "Bin name",
    "Incoming (not editable)",
    "Incoming",
    "On hand (new)",
)
INVENTORY = Columns(
    ("SKU",), ("Handle", *_OPTION_VALUES, "Location", *_ON_HAND, *_AVAILABLE, *_COMMITTED, *_UNAVAILABLE)
)
_NOT_PLACES = frozenset(heading_key(heading) for heading in (*INVENTORY.read, *_UNREAD))
_NOT_STOCKED = "not stocked"
_NO_LEVEL = -(2**31)
_NOT_HERE = _NO_LEVEL + 1

Level = tuple[int, int]


def location_headings(table: ReadableTable | None) -> list[str]:
    """The headings of shape A that are names of places; none in shape B."""
    if table is None or _has_location(table):
        return []
    return [heading for heading in table.headings if heading and heading_key(heading) not in _NOT_PLACES]


def _has_location(table: ReadableTable) -> bool:
    return "location" in map(heading_key, table.headings)


class _Shelves:
    """On hand and reserved of every variant at every place, eight bytes each, until the file has been read.

    Places get their position when the file first names one: a chain of hundreds may export the stock of five.
    """

    def __init__(self, places: list[Place]) -> None:
        self._kept = frozenset(place.id for place in places)
        self._positions: dict[str, int] = {}
        self._as_of: dict[str, str] = {}
        self._levels: dict[str, tuple[Sellable, array[int]]] = {}

    def __contains__(self, place: Place) -> bool:
        """Whether stock is kept for that place."""
        return place.id in self._kept

    @property
    def place_ids(self) -> Collection[str]:
        """The places that the file has named so far."""
        return self._positions.keys()

    def as_of(self, place_id: str) -> str:
        """When the stock of that place was written down: by the oldest file that names it."""
        return self._as_of[place_id]

    def put(self, sellable: Sellable, place: Place, level: Level | None, column: str, *, as_of: str) -> None:
        """Keep a level, None for a variant that is not kept there. Raises CellRefused where one was said already."""
        start = 2 * self._positions.setdefault(place.id, len(self._positions))
        levels = self._levels.setdefault(sellable.variant_id, (sellable, array("i")))[1]
        if len(levels) <= start:
            levels.extend([_NO_LEVEL] * (2 * len(self._positions) - len(levels)))
        if levels[start] != _NO_LEVEL:
            raise CellRefused("import.duplicate_id", column)
        levels[start], levels[start + 1] = level or (_NOT_HERE, 0)
        self._as_of[place.id] = min(as_of, self._as_of.get(place.id, as_of))

    def all(self) -> Iterator[tuple[Sellable, dict[str, Level | None]]]:
        """Every variant with what was said of it by place id."""
        for sellable, levels in self._levels.values():
            said: dict[str, Level | None] = {}
            for place_id, position in self._positions.items():
                on_hand, reserved = levels[2 * position : 2 * position + 2] or (_NO_LEVEL, 0)
                if on_hand != _NO_LEVEL:
                    said[place_id] = None if on_hand == _NOT_HERE else (on_hand, reserved)
            yield sellable, said


def read_inventory(reading: FolderReading) -> Iterator[Item]:
    """The stock of every variant as every store needs it."""
    places = [place for place in reading.places if place.kind != "web"]
    shelves = _Shelves(places)
    with reading.table(INVENTORY_FILE, INVENTORY) as table:
        if table is None:
            return
        columns, refused = _place_columns(reading, table, shelves)
        yield from refused
        if table.usable and not columns and not _has_location(table):
            return
        for read in table:
            yield from [read] if isinstance(read, Refusal) else _take_row(reading, shelves, read, columns)
    for portion in in_portions(_seen(shelves, places), lambda seen: 0):
        said = reading.known.last_words(Kind.STOCK, [one.id for one in portion])
        for one in portion:
            earlier = said.get(one.id, {}).get("levels", {})
            here = {place_id: level for place_id, level in one.levels.items() if level is not None}
            others = {
                place_id: level
                for place_id, level in earlier.items()
                if place_id not in one.levels
                or (place_id not in here and reading.counted_since(level, shelves.as_of(place_id)))
            }
            if here or earlier:
                yield _stock(reading, one.store, one.sellable, others | here)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the file says of a variant to one store: its levels by place id, None where it is not kept."""

    store: Place
    sellable: Sellable
    levels: dict[str, StockLevel | None]

    @property
    def id(self) -> str:
        return stock_id(self.store.id, self.sellable.variant_id)


def _seen(shelves: _Shelves, places: list[Place]) -> Iterator[_Seen]:
    """What every store sees of every variant that the file speaks of to it."""
    views = _views(places, shelves.place_ids)
    for sellable, levels in shelves.all():
        stated = {
            place_id: None
            if level is None
            else StockLevel(on_hand=level[0], reserved=level[1], as_of=shelves.as_of(place_id))
            for place_id, level in levels.items()
        }
        for store, seen in views:
            spoken_of = {place_id: stated[place_id] for place_id in seen if place_id in stated}
            if spoken_of:
                yield _Seen(store, sellable, spoken_of)


def _views(places: list[Place], stocked: Collection[str]) -> list[tuple[Place, list[str]]]:
    """Each store with the places it sees and the file names; a store that sees none of them is left out."""
    views: list[tuple[Place, list[str]]] = []
    for place in places:
        seen = [place_id for place_id in nearby(place, places) if place_id in stocked] if place.kind == "store" else []
        if seen:
            views.append((place, seen))
    return views


def _stock(reading: FolderReading, store: Place, sellable: Sellable, levels: dict[str, Any]) -> ImportedRecord:
    ref = f"{store.ref}/{sellable.ref}"
    body = StockBody(
        id=stock_id(store.id, sellable.variant_id),
        source=reading.source,
        external_ref=ref,
        store_id=store.id,
        variant_id=sellable.variant_id,
        product_id=sellable.product_id,
        levels=levels,
    )
    return ImportedRecord(Kind.STOCK, ref, body.to_body(), INVENTORY_FILE, checked=True)


def _place_columns(
    reading: FolderReading, table: ReadableTable, shelves: _Shelves
) -> tuple[dict[str, Place], list[Refusal]]:
    """Shape A's columns with their places, and a refusal for each column that is no place we know."""
    columns: dict[str, Place] = {}
    refused: list[Refusal] = []
    if not table.usable:
        return columns, refused
    headings = location_headings(table)
    if not headings and not _has_location(table):
        refused.append(Refusal(table.file, 1, "import.missing_column", "Location"))
    for heading in headings:
        place = reading.places.get(heading)
        if place is None or place not in shelves:
            refused.append(Refusal(table.file, 1, "import.unknown_location", heading))
        elif place in columns.values():
            refused.append(Refusal(table.file, 1, "import.doubled_column", heading))
        else:
            table.add_column(heading, table.headings.index(heading))
            columns[heading] = place
    return columns, refused


def _take_row(reading: FolderReading, shelves: _Shelves, row: Row, columns: dict[str, Place]) -> Iterator[Refusal]:
    try:
        sellable = _sellable(reading, row)
        if not columns:
            place = reading.places.required(row, "Location")
            level = _level_of_states(row)
            if place not in shelves and place.kind != "web":
                raise CellRefused("import.unknown_location", "Location")
            if place.kind != "web":
                shelves.put(sellable, place, level, "Location", as_of=reading.written_at(row.file))
            return
    except CellRefused as problem:
        yield row.refusal(problem.reason, problem.column)
        return
    for heading, place in columns.items():
        try:
            level = _level_of_available(row, heading)
            shelves.put(sellable, place, level, heading, as_of=reading.written_at(row.file))
        except CellRefused as problem:
            yield row.refusal(problem.reason, problem.column, kept=True)


def _sellable(reading: FolderReading, row: Row) -> Sellable:
    sku = row.code("SKU")
    found = reading.products.by_sku(sku) if sku else None
    if found is None and not sku:
        options = tuple(value for column in _OPTION_VALUES if (value := row.text(column)) and value != "Default Title")
        found = reading.products.by_options(row.text("Handle"), options)
    if found is None:
        raise CellRefused("import.unknown_sku", "SKU")
    return found


def _level_of_available(row: Row, column: str) -> Level | None:
    text = row.text(column)
    if not text or text.casefold() == _NOT_STOCKED:
        return None
    available = quantity(text, column, low=-MAX_QUANTITY)
    return (available, 0) if available >= 0 else (0, -available)


def _level_of_states(row: Row) -> Level | None:
    on_hand, available = _state(row, _ON_HAND), _state(row, _AVAILABLE)
    reserved = (_state(row, _COMMITTED) or 0) + (_state(row, _UNAVAILABLE) or 0)
    if on_hand is None:
        if available is None:
            return None
        on_hand = available + reserved
    return (on_hand, reserved) if on_hand >= 0 else (0, reserved - on_hand)


def _state(row: Row, columns: tuple[str, ...]) -> int | None:
    column = next((column for column in columns if row.has(column)), columns[0])
    text = row.text(column)
    if not text or text.casefold() == _NOT_STOCKED:
        return None
    return quantity(text, column, low=-MAX_QUANTITY)


def nearby(store: Place, places: list[Place]) -> list[str]:
    """The place ids a store sees: itself, the nearest other stores (unknown distances last), every warehouse."""
    others = [place for place in places if place.kind == "store" and place.id != store.id]
    nearest = sorted(others, key=lambda place: (_distance_km(store, place), place.name))[:MAX_NEARBY_STORES]
    warehouses = [place.id for place in places if place.kind == "warehouse"]
    return [store.id, *(place.id for place in nearest), *warehouses]


def _distance_km(one: Place, other: Place) -> float:
    """The great-circle distance by the haversine formula, infinite where a coordinate is missing."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return math.inf
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    half_chord = (
        math.sin((south - north) / 2) ** 2
        + math.cos(north) * math.cos(south) * math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half_chord)))
