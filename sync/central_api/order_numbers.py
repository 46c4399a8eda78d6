"""Finds the order that a claim names by its number: the ids that a number has under each source, looked up directly.

An imported order's id is computed from its source and number (`imported_id`), so that no index of numbers is needed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.central_api.record_store import Stored, load_records
from sync.central_api.tables import IMPORTED
from sync.protocol.ids import imported_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations import Entry
from sync.protocol.mutations.orders import MAX_NUMBER_CHARACTERS, ORDER_CLAIM

MOST_SOURCES = 100


def with_order_ids(connection: Connection, entries: list[Entry]) -> list[Entry]:
    """The entries, those that claim an order by its number alone with the order's id where exactly one is meant.

    Of several sources with that number the one order that is nobody's is meant; where none or several are, the entry
    stays as it is, unless every order with that number is somebody's.
    """
    open_claims = {entry.n: _spellings(entry) for entry in entries if _is_open(entry)}
    if not open_claims:
        return entries
    sources = read_sources(connection)
    ids = {
        n: [imported_id(source, Kind.ORDER, spelling) for source in sources for spelling in spellings]
        for n, spellings in open_claims.items()
    }
    keys = {RecordKey(Kind.ORDER, order_id) for of_claim in ids.values() for order_id in of_claim}
    orders = load_records(connection, keys)
    return [_resolved(entry, ids[entry.n], orders) if entry.n in ids else entry for entry in entries]


def _is_open(entry: Entry) -> bool:
    return (entry.name, entry.version) == (ORDER_CLAIM.name, ORDER_CLAIM.version) and not entry.args.get("order_id")


def _spellings(entry: Entry) -> list[str]:
    """How the platform may have written the number."""
    number = entry.args.get("number")
    if not isinstance(number, str) or len(number) > MAX_NUMBER_CHARACTERS:
        return []
    bare = "".join(number.split()).removeprefix("#")
    return list(dict.fromkeys(f"{mark}{word}" for mark in ("", "#") for word in (bare, bare.upper(), bare.lower())))


def read_sources(connection: Connection) -> list[str]:
    """Every source that ever brought a record; one step of the primary key for each."""
    found: list[str] = []
    last = ""
    while len(found) < MOST_SOURCES:
        query = sa.select(sa.func.min(IMPORTED.c.source)).where(IMPORTED.c.source > last)
        source = connection.execute(query).scalar()
        if source is None:
            break
        found.append(source)
        last = source
    return found


def _resolved(entry: Entry, ids: Iterable[str], orders: Mapping[RecordKey, Stored]) -> Entry:
    there = [
        one for order_id in ids if (one := orders.get(RecordKey(Kind.ORDER, order_id))) is not None and one.is_live
    ]
    unlinked = [one for one in there if not one.body.get("customer_id")]
    wanted = unlinked or there[:1]
    if len(wanted) != 1:
        return entry
    return replace(entry, args={**entry.args, "order_id": wanted[0].body["id"]})
