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
    names = _named_values(connection, conflicts)
    views = []
    for one in conflicts:
        kind, kept, other = one.get("record_kind", ""), _text(one.get("kept")), _text(one.get("other"))
        preference = kind == Kind.PREFERENCE
        views.append(
            ConflictView(
                id=one["id"],
                field=keys.get(one.get("record_id", ""), "") if preference else one.get("field", ""),
                kept=kept,
                other=other,
                preference=preference,
                record_kind=kind,
                record_id=one.get("record_id", ""),
                kept_name=names.get(kept, ""),
                other_name=names.get(other, ""),
            )
        )
    return tuple(views)


_NAMING = {"assignee_id": Kind.ASSOCIATE, "associate_id": Kind.ASSOCIATE, "home_store_id": Kind.LOCATION}
"""Fields whose values are ids, and of what."""


def _named_values(connection: Connection, conflicts: Sequence[Body]) -> dict[str, str]:
    """Names of the people and places that conflicts are about, by id."""
    ids: dict[Kind, list[str]] = {}
    for one in conflicts:
        kind = _NAMING.get(one.get("field", ""))
        if kind is not None:
            ids.setdefault(kind, []).extend(_text(one.get(side)) for side in ("kept", "other"))
    return {one: name for kind, of_kind in ids.items() for one, name in names_of(connection, kind, of_kind).items()}


def subjects_of(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Subjects of the follow-ups and appointments that are here, by id; `keys`: kind and id of any records."""
    wanted = set(keys)
    return {
        record_id: found.get("subject", "")
        for kind in (Kind.FOLLOW_UP, Kind.APPOINTMENT)
        for record_id, found in bodies(connection, kind, [one for of, one in wanted if of == kind]).items()
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)


def names_of(connection: Connection, kind: str, ids: Iterable[str | None]) -> dict[str, str]:
    """Names of the customers or products that are here, by id."""
    return {one: found.get("name", "") for one, found in bodies(connection, kind, ids).items()}
