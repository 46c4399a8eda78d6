"""promotions.csv -> promotions, with the places and products they hold for."""

from collections.abc import Iterator, Mapping

from sync.connectors.cell_values import choice, minor_units, whole_number
from sync.connectors.csv_reading import Columns, Row
from sync.connectors.errors import CellRefused
from sync.connectors.reading import FolderReading, Item, Made, Once, listed
from sync.protocol.bodies.shop import PromotionBody
from sync.protocol.importing import Refusal
from sync.protocol.kinds import Kind

PROMOTIONS_FILE = "promotions.csv"
PROMOTIONS = Columns(
    ("code", "name", "kind", "value", "starts_at", "ends_at", "holds_in"), ("name_en", "locations", "handles")
)
_REDUCTIONS = frozenset({"percent", "amount"})
_HOLDS_IN = frozenset({"online", "store", "everywhere"})


def read_promotions(reading: FolderReading) -> Iterator[Item]:
    """Each promotion; one whose places or products are all unknown is refused, for an empty list would mean all."""
    once = Once()

    def make(row: Row) -> Made:
        return _promotion(reading, row, once)

    yield from reading.rows(PROMOTIONS_FILE, PROMOTIONS, make)


def _promotion(reading: FolderReading, row: Row, once: Once) -> Made:
    code = row.required("code")
    reduction = choice(row.required("kind"), "kind", _REDUCTIONS)
    value = row.required("value")
    starts_at, ends_at = reading.moment(row, "starts_at"), reading.moment(row, "ends_at")
    if ends_at <= starts_at:
        raise CellRefused("import.bad_date", "ends_at")
    locations = {word: reading.places.get(word) for word in listed(row.text("locations"))}
    products = {handle: reading.products.product_id(handle) for handle in listed(row.text("handles"))}
    body = PromotionBody(
        id=reading.id_of(Kind.PROMOTION, code),
        source=reading.source,
        external_ref=code,
        code=code,
        name=row.required("name"),
        name_en=row.text("name_en"),
        reduction=reduction,
        value=_percent(value) if reduction == "percent" else minor_units(value, reading.currency, "value"),
        currency=reading.currency,
        starts_at=starts_at,
        ends_at=ends_at,
        holds_in=choice(row.required("holds_in"), "holds_in", _HOLDS_IN),
        location_ids=[place.id for place in locations.values() if place is not None],
        product_ids=[product_id for product_id in products.values() if product_id is not None],
    )
    if locations and not body.location_ids:
        raise CellRefused("import.unknown_location", "locations")
    if products and not body.product_ids:
        raise CellRefused("import.unknown_product", "handles")
    once.claim("code", code)
    return [reading.record(Kind.PROMOTION, code, body, row), *_unknown(row, locations, products)]


def _percent(text: str) -> int:
    return whole_number(text.removesuffix("%").strip(), "value", low=1, high=100)


def _unknown(row: Row, locations: Mapping[str, object], products: Mapping[str, object]) -> list[Refusal]:
    refused: list[Refusal] = []
    if any(place is None for place in locations.values()):
        refused.append(row.refusal("import.unknown_location", "locations", kept=True))
    if any(product is None for product in products.values()):
        refused.append(row.refusal("import.unknown_product", "handles", kept=True))
    return refused
