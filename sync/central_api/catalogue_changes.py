"""Which products a customer's page has to tell anew: read from the scopes' numbers, as devices hear of changes.

Every server process asks for itself, so that it also hears what other processes wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.bulk import among, portions
from sync.central_api.catalogue_reading import read_shown
from sync.central_api.stamping import SHOWN_KINDS
from sync.central_api.tables import REVIEW_ENTRY, SCOPE, SCOPE_ROW, SHOWN_PRODUCT
from sync.protocol.kinds import Kind, RecordKey

MOST_ROWS, MOST_SCOPES = 2_000, 50
"""Of more changes than these at once nobody is asked which they are."""

_FOR_ALL: Final = frozenset({Kind.LOCATION, Kind.PROMOTION})


class Mark(NamedTuple):
    """How far a scope's part in the catalogue has come: another one after every change, and none comes again."""

    epoch: str
    number: int


Marks = Mapping[str, Mark]
"""By scope."""


def read_marks(connection: Connection) -> dict[str, Mark]:
    """Of every scope that has any of the catalogue."""
    query = sa.select(SCOPE.c.scope, SCOPE.c.epoch, SCOPE.c.catalogue_seq).where(SCOPE.c.catalogue_seq > 0)
    return {scope: Mark(epoch, number) for scope, epoch, number in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Changed:
    """`everything`: what changed concerns every page, or nobody can tell which. `categories`: that gained a product."""

    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    everything: bool = False


EVERYTHING: Final = Changed(everything=True)


def changed_between(connection: Connection, before: Marks, after: Marks) -> Changed:
    """What changed from marks that were read to those of this snapshot."""
    moved = [scope for scope, mark in after.items() if before.get(scope) != mark]
    if len(moved) > MOST_SCOPES or any(before.get(one, after[one]).epoch != after[one].epoch for one in moved):
        return EVERYTHING
    keys: list[RecordKey] = []
    for scope in moved:
        keys += _rows_after(connection, scope, before[scope].number if scope in before else 0)
        if len(keys) > MOST_ROWS:
            return EVERYTHING
    return _concerned(connection, keys)


def _rows_after(connection: Connection, scope: str, number: int) -> list[RecordKey]:
    table = SCOPE_ROW.c
    query = sa.select(table.kind, table.id).where(table.scope == scope, table.seq > number)
    query = query.where(table.kind.in_(sorted(SHOWN_KINDS))).limit(MOST_ROWS + 1)
    return [RecordKey(kind, record_id) for kind, record_id in connection.execute(query)]


def _concerned(connection: Connection, keys: list[RecordKey]) -> Changed:
    by_kind: dict[str, set[str]] = {}
    for key in keys:
        by_kind.setdefault(key.kind, set()).add(key.id)
    stock, reviews = by_kind.get(Kind.STOCK, set()), by_kind.get(Kind.REVIEW, set())
    counted = [one["product_id"] for one in read_shown(connection, Kind.STOCK, stock).values()]
    reviewed = _entries(connection, REVIEW_ENTRY.c.product_id, REVIEW_ENTRY.c.id, reviews)
    if len(counted) < len(stock) or len(reviewed) < len(reviews) or not _FOR_ALL.isdisjoint(by_kind):
        return EVERYTHING  # of one that has gone nobody can tell whose it was
    products = by_kind.get(Kind.PRODUCT, set())
    categories = _entries(connection, SHOWN_PRODUCT.c.category, SHOWN_PRODUCT.c.id, products)
    return Changed(frozenset((*products, *by_kind.get(Kind.PRICE, ()), *counted, *reviewed)), frozenset(categories))


def _entries(connection: Connection, wanted: sa.Column[str], key: sa.Column[str], ids: set[str]) -> list[str]:
    """The column's value for each of `ids` that has an entry."""
    found: list[str] = []
    for portion in portions(sorted(ids)):
        found += connection.execute(sa.select(wanted).where(among(connection, key, portion))).scalars()
    return found
