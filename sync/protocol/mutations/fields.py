"""contact.edit@1 and preference.set@1: edits field by field.

A field edit carries [seen, new], where `seen` is what the form showed. There is a conflict only where the value now is
neither `seen`, nor already `new`, nor written by an earlier entry of this device. Then the later arrival stands and the
other value becomes a conflict record that people see.
"""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from sync.protocol.bodies.people import CONTACT_FIELDS, ConflictBody, CustomerBody, PreferenceBody
from sync.protocol.ids import conflict_id, preference_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, rejected
from sync.protocol.wire import STORABLE, Id, VerdictStatus

FieldValue = Annotated[str, Field(max_length=500, pattern=STORABLE)] | None
SeenAndNew = tuple[FieldValue, FieldValue]

COMPANIONS = frozenset({"phone_typed"})
"""Fields that only say how another was written: people decide about the other one."""


class ContactEditArgs(Args):
    customer_id: Id
    fields: Annotated[dict[str, SeenAndNew], Field(min_length=1, max_length=len(CONTACT_FIELDS))]


class PreferenceSetArgs(Args):
    """`value` [seen, new]; a new value of "" forgets the preference's text and keeps the record."""

    customer_id: Id
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    value: SeenAndNew


def _written_here(body: Body, field: str, entry: Entry) -> bool:
    stamp = body.get("written_by", {}).get(field)
    return stamp is not None and stamp[0] == entry.device_id and stamp[1] < entry.n


def _merge_fields(
    body: Body, edits: Iterable[tuple[str, SeenAndNew]], entry: Entry
) -> tuple[Body, list[tuple[str, Any]]]:
    """The new body, and (field, the value that lost) for every conflict. An entry already in it changes nothing."""
    merged = dict(body)
    written_by = dict(body.get("written_by", {}))
    lost: list[tuple[str, Any]] = []
    for field, (seen, new) in edits:
        stamp = written_by.get(field)
        if stamp is not None and stamp[0] == entry.device_id and stamp[1] >= entry.n:
            continue
        current = body.get(field)
        if (
            (current or "") not in {seen or "", new or ""}
            and not _written_here(body, field, entry)
            and field not in COMPANIONS
        ):
            lost.append((field, current))
        merged[field] = new
        written_by[field] = [entry.device_id, entry.n]
    merged["written_by"] = written_by
    return merged, lost


def _conflicts(
    key: RecordKey, customer_id: str, merged: Body, lost: list[tuple[str, Any]], entry: Entry
) -> dict[RecordKey, Body | None]:
    made: dict[RecordKey, Body | None] = {}
    for field, other in lost:
        identity = conflict_id(entry.uuid, field)
        made[RecordKey(Kind.CONFLICT, identity)] = ConflictBody(
            id=identity,
            customer_id=customer_id,
            record_kind=key.kind,
            record_id=key.id,
            field=field,
            kept=merged[field],
            other=other,
            entry_uuid=entry.uuid,
        ).to_body()
    return made


def _outcome(
    key: RecordKey, customer_id: str, body: Body, edits: Iterable[tuple[str, SeenAndNew]], entry: Entry
) -> Outcome:
    merged, lost = _merge_fields(body, edits, entry)
    if merged == body:
        return APPLIED
    changes: dict[RecordKey, Body | None] = {key: merged, **_conflicts(key, customer_id, merged, lost, entry)}
    if lost:
        return Outcome(VerdictStatus.MERGED, "mutation.merged", changes)
    return Outcome(VerdictStatus.APPLIED, None, changes)


def _contact_touches(args: ContactEditArgs, entry: Entry) -> tuple[RecordKey, ...]:
    conflicts = (RecordKey(Kind.CONFLICT, conflict_id(entry.uuid, field)) for field in sorted(args.fields))
    return RecordKey(Kind.CUSTOMER, args.customer_id), *conflicts


def _contact_edit(records: Records, args: ContactEditArgs, entry: Entry) -> Outcome:
    key = RecordKey(Kind.CUSTOMER, args.customer_id)
    if key not in records:
        return rejected("mutation.missing")
    if not args.fields.keys() <= CONTACT_FIELDS:
        return rejected("mutation.unknown_field")
    if "name" in args.fields and not (args.fields["name"][1] or "").strip():
        return rejected("mutation.name_empty")
    outcome = _outcome(key, args.customer_id, records[key], sorted(args.fields.items()), entry)
    changed = outcome.changes.get(key)
    if changed is not None:
        try:
            CustomerBody.model_validate(changed)
        except ValueError:
            return rejected("mutation.invalid_args")
    return outcome


def _preference_touches(args: PreferenceSetArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return (
        RecordKey(Kind.CUSTOMER, args.customer_id),
        RecordKey(Kind.PREFERENCE, preference_id(args.customer_id, args.key)),
        RecordKey(Kind.CONFLICT, conflict_id(entry.uuid, "value")),
    )


def _preference_set(records: Records, args: PreferenceSetArgs, entry: Entry) -> Outcome:
    if RecordKey(Kind.CUSTOMER, args.customer_id) not in records:
        return rejected("mutation.missing")
    key = RecordKey(Kind.PREFERENCE, preference_id(args.customer_id, args.key))
    empty = PreferenceBody(id=key.id, customer_id=args.customer_id, key=args.key, value="").to_body()
    seen, new = args.value
    return _outcome(key, args.customer_id, records.get(key, empty), [("value", (seen, new or ""))], entry)


CONTACT_EDIT = Mutation("contact.edit", 1, ContactEditArgs, _contact_touches, _contact_edit)
PREFERENCE_SET = Mutation("preference.set", 1, PreferenceSetArgs, _preference_touches, _preference_set)
