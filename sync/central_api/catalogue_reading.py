"""What a customer's page is made of, read from the central tables as bodies.

Everything here may be shown to anybody. Records of other kinds cannot be asked for: `read_shown` refuses them, and no
table that names a customer is read.
"""

from collections.abc import Iterable
from typing import Final, Literal

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import portions
from sync.central_api.stamping import SHOWN_KINDS
from sync.central_api.tables import HELD_PIECES, RECORD, REVIEW_ENTRY, SHOWN_PRODUCT, SHOWN_VARIANT
from sync.protocol.kinds import Body, Kind
from sync.protocol.wire import RowState

ReviewsBy = Literal["newest", "critical_first", "helpful"]

# Built once: to build a query takes longer than to run it, and a page that is told for the first time asks several.
_LIVE: Final = RECORD.c.state == RowState.LIVE.value
_OF_KIND: Final = sa.select(RECORD.c.id, RECORD.c.body).where(RECORD.c.kind == sa.bindparam("of_kind"), _LIVE)
_AMONG_SQLITE: Final = _OF_KIND.where(
    RECORD.c.id.in_(sa.select(sa.func.json_each(sa.bindparam("ids")).table_valued("value").c.value))
)
_AMONG_POSTGRESQL: Final = _OF_KIND.where(RECORD.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(RECORD.c.id.type))))

_ORDERS: Final[dict[ReviewsBy, tuple[sa.ColumnElement[object], ...]]] = {
    "newest": (),
    "critical_first": (REVIEW_ENTRY.c.rating,),
    "helpful": (REVIEW_ENTRY.c.helpful.desc(), REVIEW_ENTRY.c.characters.desc()),
}


_BY_GTIN: Final = (
    sa.select(SHOWN_VARIANT.c.product_id, SHOWN_VARIANT.c.variant_id)
    .where(SHOWN_VARIANT.c.gtin == sa.bindparam("gtin"), SHOWN_VARIANT.c.gtin != "")
    .order_by(SHOWN_VARIANT.c.variant_id)
    .limit(1)
)


def shown_variant(connection: Connection, gtin14: str) -> tuple[str, str] | None:
    """(product id, variant id) of the variant on sale with this GTIN; of several the first by id."""
    found = connection.execute(_BY_GTIN, {"gtin": gtin14}).one_or_none()
    return (found[0], found[1]) if found is not None else None


def shown_in_category(connection: Connection, category: str, limit: int) -> list[str]:
    """Ids of products on sale in exactly this category, at most `limit`; none where it has no name."""
    table = SHOWN_PRODUCT.c
    query = sa.select(table.id).where(table.category == category, table.category != "").order_by(table.id)
    return list(connection.execute(query.limit(limit)).scalars())


def read_shown(connection: Connection, kind: Kind, ids: Iterable[str]) -> dict[str, Body]:
    """The live records among `ids`, by id. Raises ValueError for a kind that no customer is shown."""
    _refuse_unshown(kind)
    is_postgresql = connection.dialect.name == "postgresql"
    query = _AMONG_POSTGRESQL if is_postgresql else _AMONG_SQLITE
    found: dict[str, Body] = {}
    for portion in portions(dict.fromkeys(ids)):
        given = portion if is_postgresql else orjson.dumps(portion).decode()
        for record_id, body in connection.execute(query, {"of_kind": kind.value, "ids": given}):
            found[record_id] = orjson.loads(body)
    return found


def read_all_shown(connection: Connection, kind: Literal[Kind.LOCATION, Kind.PROMOTION]) -> dict[str, Body]:
    """Every live record of a kind of which a retailer has few, by id."""
    _refuse_unshown(kind)
    query = sa.select(RECORD.c.id, RECORD.c.body).where(RECORD.c.kind == kind, _LIVE)
    return {record_id: orjson.loads(body) for record_id, body in connection.execute(query)}


def _refuse_unshown(kind: str) -> None:
    if kind not in SHOWN_KINDS:
        raise ValueError("a kind that customers are not shown")


def count_ratings(connection: Connection, product_id: str) -> list[tuple[int, int]]:
    """Pairs of stars and how many reviews of the product have them."""
    table = REVIEW_ENTRY.c
    query = sa.select(table.rating, sa.func.count()).where(table.product_id == product_id).group_by(table.rating)
    return [(stars, count) for stars, count in connection.execute(query)]


def review_page(
    connection: Connection, product_id: str, *, by: ReviewsBy, stars: int | None, offset: int, limit: int
) -> list[tuple[str, Body]]:
    """(id, body) of a page of a product's reviews; `stars` leaves only those with so many, in the same order."""
    table = REVIEW_ENTRY.c
    query = sa.select(table.id).where(table.product_id == product_id)
    if stars is not None:
        query = query.where(table.rating == stars)
    query = query.order_by(*_ORDERS[by], table.written_at.desc(), table.id).limit(limit).offset(offset)
    ids = list(connection.execute(query).scalars())
    found = read_shown(connection, Kind.REVIEW, ids)
    return [(one, found[one]) for one in ids if one in found]


def stock_with_held(connection: Connection) -> list[str]:
    """Ids of the stock records that pieces are held of."""
    return list(connection.execute(sa.select(HELD_PIECES.c.stock_id).distinct()).scalars())
