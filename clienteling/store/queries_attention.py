"""Conflicts that somebody has to look at, and what an attention entry needs to be told: names of people and things."""

from collections.abc import Iterable

from sqlalchemy import Connection

from clienteling.store.ask import ask_column
from clienteling.store.queries_records import bodies
from sync.protocol.kinds import Body, Kind

MAX_CONFLICTS = 200


def open_conflicts(connection: Connection) -> tuple[Body, ...]:
    """Open conflict records, at most MAX_CONFLICTS."""
    ids = ask_column(connection, "SELECT id FROM open_conflict ORDER BY id LIMIT ?", (MAX_CONFLICTS,))
    found = bodies(connection, Kind.CONFLICT, ids)
    return tuple(found[one] for one in ids if one in found)


def names_of(connection: Connection, kind: str, ids: Iterable[str | None]) -> dict[str, str]:
    """Names of the customers or products that are here, by id."""
    return {one: found.get("name", "") for one, found in bodies(connection, kind, ids).items()}
