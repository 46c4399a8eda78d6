"""The merge of single fields, for every mutation that edits a record field by field.

A field edit carries [seen, new], where `seen` is what the form showed. There is a conflict only where the value now is
neither `seen`, nor already `new`, nor written by an earlier entry of this device. Then the later arrival stands and the
other value becomes a conflict record that people see.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from sync.protocol.bodies.base import RecordBody
from sync.protocol.bodies.people import ConflictBody
from sync.protocol.ids import conflict_id
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Entry, Outcome, Records, rejected
from sync.protocol.wire import STORABLE, VerdictStatus

FieldValue = Annotated[str, Field(max_length=500, pattern=STORABLE)] | None
SeenAndNew = tuple[FieldValue, FieldValue]
NumberOrText = Annotated[int, Field(strict=True)] | FieldValue
NumbersOrTexts = tuple[NumberOrText, NumberOrText]
"""[seen, new] of a record that has numbers too."""

COMPANIONS = frozenset({"phone_typed", "assignee_name", "associate_name"})
"""Fields that only say how another was written, or who is meant: people decide about the other one."""


def _written_here(body: Body, field: str, entry: Entry) -> bool:
    stamp = body.get("written_by", {}).get(field)
    return stamp is not None and stamp[0] == entry.device_id and stamp[1] < entry.n


def _merge_fields(
    body: Body, edits: Iterable[tuple[str, NumbersOrTexts]], entry: Entry
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


def merge_edits(
    key: RecordKey, customer_id: str, body: Body, edits: Iterable[tuple[str, NumbersOrTexts]], entry: Entry
) -> Outcome:
    """The outcome of the edits on the record `body`: applied, or merged with a conflict record for each that lost."""
    merged, lost = _merge_fields(body, edits, entry)
    if merged == body:
        return APPLIED
    changes: dict[RecordKey, Body | None] = {key: merged, **_conflicts(key, customer_id, merged, lost, entry)}
    if lost:
        return Outcome(VerdictStatus.MERGED, "mutation.merged", changes)
    return Outcome(VerdictStatus.APPLIED, None, changes)


def conflict_keys(entry: Entry, fields: Iterable[str]) -> tuple[RecordKey, ...]:
    """The conflicts that the entry may make about these fields."""
    return tuple(RecordKey(Kind.CONFLICT, conflict_id(entry.uuid, field)) for field in sorted(fields))


def edit_record(
    records: Records,
    key: RecordKey,
    customer_id: str,
    edits: Mapping[str, NumbersOrTexts],
    entry: Entry,
    *,
    editable: frozenset[str],
    model: type[RecordBody],
) -> Outcome:
    """The outcome of edits of a record that is there: `missing`, `unknown_field`, `wrong_customer`, and `invalid_args`
    where the record would no longer be one of `model`."""
    body = records.get(key)
    if body is None or RecordKey(Kind.CUSTOMER, customer_id) not in records:
        return rejected("mutation.missing")
    if not edits.keys() <= editable:
        return rejected("mutation.unknown_field")
    if key.kind != Kind.CUSTOMER and body.get("customer_id") != customer_id:
        return rejected("mutation.wrong_customer")
    outcome = merge_edits(key, customer_id, body, sorted(edits.items()), entry)
    changed = outcome.changes.get(key)
    if changed is not None:
        try:
            model.model_validate(changed)
        except ValueError:
            return rejected("mutation.invalid_args")
    return outcome
