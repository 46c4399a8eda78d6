"""locations.csv and associates.csv -> locations and associates.

Without locations.csv the places that orders and stock name, and that no earlier import brought, become stores, so that
Shopify's own files are enough.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.connectors.cell_values import choice, degrees, yes_or_no
from sync.connectors.csv_reading import Columns, Row
from sync.connectors.errors import CellRefused
from sync.connectors.inventory import INVENTORY, INVENTORY_FILE, location_headings
from sync.connectors.known import Place
from sync.connectors.reading import FolderReading, Item, Made, Once
from sync.protocol.bodies.shop import AssociateBody, LocationBody
from sync.protocol.importing import ImportedRecord, Refusal
from sync.protocol.kinds import Kind
from sync.protocol.phones import e164
from sync.protocol.roles import Role

LOCATIONS_FILE = "locations.csv"
LOCATIONS = Columns(("name",), ("code", "kind", "city", "time_zone", "phone", "latitude", "longitude"))
ASSOCIATES_FILE = "associates.csv"
ASSOCIATES = Columns(("name", "location"), ("code", "role", "active"))
_KINDS = frozenset({"store", "warehouse", "web"})
_ROLES = frozenset(Role)
_ORDER_PLACES = Columns(("Name", "Location"))


def read_locations(reading: FolderReading) -> Iterator[Item]:
    """The listed locations, or, where there is no list, those that stock and orders name."""
    if not reading.has(LOCATIONS_FILE):
        yield from _named_elsewhere(reading)
        return
    once = Once()

    def make(row: Row) -> Made:
        return _location(reading, row, once)

    yield from reading.rows(LOCATIONS_FILE, LOCATIONS, make)


def _location(reading: FolderReading, row: Row, once: Once) -> Made:
    name, code = row.required("name"), row.code("code")
    kind = choice(row.text("kind") or "store", "kind", _KINDS)
    latitude = degrees(row.text("latitude"), "latitude", bound=90)
    longitude = degrees(row.text("longitude"), "longitude", bound=180)
    if latitude == 0 and longitude == 0:
        latitude = longitude = None
    zone, warnings = _zone(reading, row)
    ref = code or name
    once.claim("code" if code else "name", ref)
    typed = row.code("phone")
    phone = e164(typed)
    if typed and not phone:
        warnings.append(row.refusal("import.bad_phone", "phone", kept=True))
    body = LocationBody(
        id=reading.id_of(Kind.LOCATION, ref),
        source=reading.source,
        external_ref=ref,
        name=name,
        code=code,
        place=kind,
        city=row.text("city"),
        time_zone=zone,
        phone=phone or typed,
        latitude=latitude,
        longitude=longitude,
    )
    reading.places.add(Place(body.id, ref, name, kind, latitude, longitude), code)
    reading.places.is_list = True
    return [reading.record(Kind.LOCATION, ref, body, row), *warnings]


def _zone(reading: FolderReading, row: Row) -> tuple[str, list[Refusal]]:
    stated = row.text("time_zone")
    if not stated:
        return reading.zone.key, []
    try:
        return ZoneInfo(stated).key, []
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return reading.zone.key, [row.refusal("import.unknown_time_zone", "time_zone", kept=True)]


def _named_elsewhere(reading: FolderReading) -> Iterator[Item]:
    with reading.table(INVENTORY_FILE, INVENTORY, quiet=True) as table:
        names = dict.fromkeys(location_headings(table)) if table is not None and table.usable else {}
        for row in table if table is not None and table.usable and not names else ():
            if isinstance(row, Row) and (name := _place_name(row)):
                names.setdefault(name)
    with reading.table("orders_export.csv", _ORDER_PLACES, quiet=True) as table:
        for row in table or ():
            if isinstance(row, Row) and (name := _place_name(row)):
                names.setdefault(name)
    for name in names:
        if reading.places.get(name) is not None:
            continue
        body = LocationBody(
            id=reading.id_of(Kind.LOCATION, name),
            source=reading.source,
            external_ref=name,
            name=name,
            time_zone=reading.zone.key,
        )
        reading.places.add(Place(body.id, name, name, "store"))
        yield ImportedRecord(Kind.LOCATION, name, body.to_body())


def _place_name(row: Row) -> str:
    try:
        return row.text("Location", limit=500)
    except CellRefused:
        return ""


def read_associates(reading: FolderReading) -> Iterator[Item]:
    """One record for each associate; several rows with one code are one person who works in several stores."""
    gathered: dict[str, tuple[Row, AssociateBody]] = {}

    def make(row: Row) -> Made:
        body = _associate(reading, row)
        earlier = gathered.get(body.external_ref)
        if earlier is None:
            gathered[body.external_ref] = row, body
        elif body.location_ids[0] in earlier[1].location_ids or body.name != earlier[1].name:
            raise CellRefused("import.duplicate_id", "code")
        else:
            earlier[1].location_ids.extend(body.location_ids)
        return []

    yield from reading.rows(ASSOCIATES_FILE, ASSOCIATES, make)
    for ref, (row, body) in gathered.items():
        yield reading.record(Kind.ASSOCIATE, ref, body, row)


def _associate(reading: FolderReading, row: Row) -> AssociateBody:
    name = row.required("name")
    place = reading.places.required(row, "location")
    ref = row.code("code") or f"{place.ref}/{name}"
    return AssociateBody(
        id=reading.id_of(Kind.ASSOCIATE, ref),
        source=reading.source,
        external_ref=ref,
        name=name,
        code=row.code("code"),
        role=choice(row.text("role") or "associate", "role", _ROLES),
        location_ids=[place.id],
        active=yes_or_no(row.text("active"), "active") is not False,
    )
