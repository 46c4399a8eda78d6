"""Conflicts that somebody has to look at, and what an attention entry needs to be told: names of people and things."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from clienteling.domain.views import ConflictView
from clienteling.store.ask import ask_column
from clienteling.store.queries_records import bodies
from sync.protocol.kinds import Body, Kind

MAX_CONFLICTS = 200


def open_conflicts(connection: Connection) -> tuple[Body, ...]:
    """Open conflict records, at most MAX_CONFLICTS."""
    ids = ask_column(connection, "SELECT id FROM open_conflict ORDER BY id LIMIT ?", (MAX_CONFLICTS,))
    found = bodies(connection, Kind.CONFLICT, ids)
    return tuple(found[one] for one in ids if one in found)


def conflict_views(connection: Connection, conflicts: Sequence[Body]) -> tuple[ConflictView, ...]:
    """The conflicts in their order. The record of a preference's conflict names the field `value`: its key is told."""
    preferences = [one.get("record_id") for one in conflicts if one.get("record_kind") == Kind.PREFERENCE]
    keys = {one: found.get("key", "") for one, found in bodies(connection, Kind.PREFERENCE, preferences).items()}
    views = []
    for one in conflicts:
        preference = one.get("record_kind") == Kind.PREFERENCE
        field = keys.get(one.get("record_id", ""), "") if preference else one.get("field", "")
        views.append(ConflictView(one["id"], field, _text(one.get("kept")), _text(one.get("other")), preference))
    return tuple(views)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def names_of(connection: Connection, kind: str, ids: Iterable[str | None]) -> dict[str, str]:
    """Names of the customers or products that are here, by id."""
    return {one: found.get("name", "") for one, found in bodies(connection, kind, ids).items()}
