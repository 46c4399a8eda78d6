"""What an import changes in a record that people change too. Pure (design: Conflicts, import).

Three versions meet: what the source said last time, what it says now, and what stands here. Only the difference of the
first two is a change. Where people changed the same field here, their value stands and the source's becomes a conflict
record. A source's yes to a consent never beats a withdrawal recorded here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.protocol.bodies.people import ConflictBody
from sync.protocol.ids import conflict_id, rule_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.consent import may_grant

_OWN_FIELDS = frozenset({"id", "written_by", "revisions"})
"""What no source says; a body made of its words has them empty."""
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Merged:
    """The record's body from now on, and the conflicts it leaves."""

    body: Body
    conflicts: Mapping[RecordKey, Body] = field(default_factory=dict)


def _conflict(key: RecordKey, source: str, body: Body, *, name: str, kept: Any, other: Any) -> dict[RecordKey, Body]:
    identity = conflict_id(rule_id("import", source, key.kind, key.id, repr(other)), name)
    conflict = ConflictBody(
        id=identity,
        customer_id=key.id if key.kind == Kind.CUSTOMER else body["customer_id"],
        record_kind=key.kind,
        record_id=key.id,
        field=name,
        kept=kept,
        other=other,
        source=source,
    )
    return {RecordKey(Kind.CONFLICT, identity): conflict.to_body()}


def merge_fields(key: RecordKey, source: str, last: Body | None, new: Body, current: Body) -> Merged:
    """`current` with every field that the source changed since `last` (None: its first word on this record)."""
    body = dict(current)
    conflicts: dict[RecordKey, Body] = {}
    written_by = current.get("written_by", {})
    for name in new.keys() - _OWN_FIELDS:
        said_before = last.get(name) if last is not None else None
        nothing_said = new[name] == said_before if last is not None else new[name] in _EMPTY
        if nothing_said or new[name] == current.get(name):
            continue
        if name in written_by and current.get(name) != said_before:
            kept = current.get(name)
            conflicts.update(_conflict(key, source, current, name=name, kept=kept, other=new[name]))
        else:
            body[name] = new[name]
    return Merged(body, conflicts)


def _statement(event: Body) -> tuple[Any, Any]:
    """What makes two events of one source the same statement; its time does not, for an export may state none."""
    return event["granted"], event["event_id"]


def merge_consent(key: RecordKey, source: str, last: Body | None, new: Body, current: Body) -> Merged:
    """`current` with the source's new events; a yes that has not seen a withdrawal here becomes a conflict instead."""
    said_before = [_statement(event) for event in (last or {}).get("events", ())]
    events: list[Body] = list(current["events"])
    conflicts: dict[RecordKey, Body] = {}
    for event in new["events"]:
        if _statement(event) in said_before:
            continue
        known_ids = {known["event_id"] for known in events}
        # A source with one row for each purpose may name every change of it alike: each is an event of its own.
        event_id = event["event_id"] if event["event_id"] not in known_ids else _event_id(key, source, event)
        if event_id in known_ids:
            continue
        seen = next((known["event_id"] for known in reversed(events) if known.get("source") == source), None)
        if event["granted"] and not may_grant(events, seen):
            conflicts.update(_conflict(key, source, current, name="granted", kept=False, other=True))
            continue
        events.append({**event, "event_id": event_id, "seen_event_id": seen, "source": source})
    return Merged({**current, "events": events}, conflicts)


def _event_id(key: RecordKey, source: str, event: Body) -> str:
    return rule_id("consent-event", source, key.id, str(event["granted"]), event["at"])


def merge_import(key: RecordKey, source: str, last: Body | None, new: Body, current: Body | None) -> Merged:
    """What the source's new word makes of the record that stands here; `current` None where nothing does."""
    if key.kind == Kind.CONSENT:
        return merge_consent(key, source, last, new, current or {**new, "events": []})
    return merge_fields(key, source, last, new, current) if current is not None else Merged(new)
