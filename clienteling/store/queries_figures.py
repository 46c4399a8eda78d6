"""What was counted at the shelves of this store, day by day, and what the labels' GTINs name."""

from collections.abc import Iterable
from datetime import date

import orjson
from sqlalchemy import Connection

from clienteling.catalogue.fields import find_variant, option_values
from clienteling.domain.views import ShelfDay, ShelfLabel
from clienteling.store.ask import ask, ask_column, json_list
from clienteling.store.queries_records import bodies
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import from_wire

_DAYS = (
    "SELECT body FROM record WHERE kind = 'shelf_day' AND body ->> '$.store_id' = ? AND body ->> '$.day' >= ?"
    " ORDER BY body ->> '$.day'"
)
_FIRST = "SELECT min(body ->> '$.day') FROM record WHERE kind = 'shelf_day' AND body ->> '$.store_id' = ?"
_NAMED = "SELECT gtin, product_id, id FROM variant WHERE gtin IN (SELECT value FROM json_each(?)) ORDER BY id DESC"


def shelf_days(connection: Connection, store_id: str, *, first: date) -> tuple[ShelfDay, ...]:
    """The days from `first` on, the oldest first; one on which nothing was counted is left out."""
    found = ask_column(connection, _DAYS, (store_id, first.isoformat()))
    return tuple(_day(orjson.loads(text)) for text in found)


def _day(body: Body) -> ShelfDay:
    """Without validation: a newer server may count what this program does not know, which is then left out later."""
    counts = {
        (gtin, source, action): number
        for gtin, sources in body["labels"].items()
        for source, actions in sources.items()
        for action, number in actions.items()
    }
    hours = {
        (int(hour), source): number
        for hour, sources in (body.get("hours") or {}).items()
        for source, number in sources.items()
    }
    attached, sold = body.get("attached") or {}, body.get("sold") or {}
    return ShelfDay(date.fromisoformat(body["day"]), counts, attached, sold, hours, from_wire(body["as_of"]))


def counted_since(connection: Connection, store_id: str) -> date | None:
    """The first day of which figures are here; None where nothing was ever counted."""
    (day,) = ask_column(connection, _FIRST, (store_id,))
    return date.fromisoformat(day) if day else None


def named_labels(connection: Connection, gtins: Iterable[str]) -> dict[str, ShelfLabel]:
    """What the GTINs of 14 digits name, those that are here; of several variants the first by id, as a scan finds."""
    rows = ask(connection, _NAMED, (json_list(gtins),))
    products = bodies(connection, Kind.PRODUCT, (row[1] for row in rows))
    return {
        gtin: ShelfLabel(
            gtin=gtin,
            product_id=product_id,
            product=product.get("name", ""),
            options=option_values(product, find_variant(product, variant_id)),
            category=product.get("category") or "",
        )
        for gtin, product_id, variant_id in rows
        if (product := products.get(product_id)) is not None
    }


def gtins_of(connection: Connection, variant_ids: Iterable[str]) -> dict[str, str]:
    """The GTIN of each of the variants that is here and has one, by variant id."""
    statement = "SELECT id, gtin FROM variant WHERE gtin <> '' AND id IN (SELECT value FROM json_each(?))"
    return {row[0]: row[1] for row in ask(connection, statement, (json_list(variant_ids),))}
