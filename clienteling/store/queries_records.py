"""Bodies by key, and what queries make of them again and again: names of places, money, times, pending marks."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from clienteling.catalogue.places import store_of
from clienteling.domain.money import Money
from clienteling.domain.store_day import local_day
from clienteling.domain.views import AssociateView, StoreView
from clienteling.store.ask import ask, ask_column, json_list
from clienteling.store.name_index import this_store_id
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind
from sync.protocol.roles import Role


def bodies(connection: Connection, kind: str, ids: Iterable[str | None]) -> dict[str, Body]:
    """Bodies of those that are here, by id."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    rows = ask(
        connection,
        "SELECT id, body FROM record WHERE kind = ? AND id IN (SELECT value FROM json_each(?))",
        (kind, json_list(wanted)),
    )
    return {record_id: orjson.loads(text) for record_id, text in rows}


def body(connection: Connection, kind: str, record_id: str | None) -> Body | None:
    """The one body, or None."""
    return bodies(connection, kind, (record_id,)).get(record_id or "")


def all_bodies(connection: Connection, kind: str) -> list[Body]:
    """Every body of a kind of which there are few (locations, associates)."""
    return [orjson.loads(text) for text in ask_column(connection, "SELECT body FROM record WHERE kind = ?", (kind,))]


def pending(connection: Connection, kind: str, ids: Iterable[str]) -> frozenset[str]:
    """Those that an entry of this device has changed and the server has not acknowledged."""
    statement = "SELECT id FROM touched WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
    return frozenset(ask_column(connection, statement, (kind, json_list(ids))))


def location_names(connection: Connection, ids: Iterable[str | None]) -> dict[str, str]:
    """Names of the places that are here, by id."""
    return {one: found.get("name", "") for one, found in bodies(connection, Kind.LOCATION, ids).items()}


def at_microseconds(microseconds: int | None) -> datetime | None:
    """The time a table for asking holds."""
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def money(found: Mapping[str, Any], field: str, currency: str) -> Money:
    """The amount in that field, nothing where it is missing."""
    return Money(int(found.get(field) or 0), currency)


def store_view(connection: Connection) -> StoreView | None:
    """The store this device stands in; None before the first page. Its name is empty until its record has come."""
    store_id = this_store_id(connection)
    if store_id is None:
        return None
    return store_of(store_id, body(connection, Kind.LOCATION, store_id) or {})


def store_day(connection: Connection, now: datetime) -> date:
    """The date on this store's wall."""
    store = store_view(connection)
    return local_day(now, store.time_zone if store else "UTC")


def people_now(connection: Connection, customer_ids: Iterable[str | None]) -> dict[str, Body]:
    """By each customer id that is here, who that is now: the one they were merged into, where they were."""
    people = bodies(connection, Kind.CUSTOMER, customer_ids)
    merged = bodies(connection, Kind.CUSTOMER, [one.get("alias_of") for one in people.values()])
    return {one: merged.get(body.get("alias_of") or "", body) for one, body in people.items()}


def associates(connection: Connection) -> tuple[AssociateView, ...]:
    """Those who work at this store or at every one, by name; everyone active where nobody is named for it."""
    store_id = this_store_id(connection)
    active = [one for one in all_bodies(connection, Kind.ASSOCIATE) if one.get("active", True)]
    here = [one for one in active if store_id in one.get("location_ids", ())]
    everywhere = [one for one in active if one not in here and Role.named(one.get("role", "")).is_of_every_store]
    listed = [*here, *everywhere] if here else active
    views = (AssociateView(one["id"], one.get("name", ""), one.get("role", "associate")) for one in listed)
    return tuple(sorted(views, key=lambda one: (one.name, one.id)))


def cached_customers(connection: Connection) -> int:
    """How many customers are on this device."""
    return int(ask_column(connection, "SELECT count(*) FROM customer_entry")[0])
