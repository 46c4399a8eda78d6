"""contact.edit@1 and preference.set@1: edits of what is known of a customer, field by field (`per_field`)."""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.people import CONTACT_FIELDS, CustomerBody, PreferenceBody
from sync.protocol.ids import preference_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations.base import Args, Entry, Mutation, Outcome, Records, rejected
from sync.protocol.mutations.per_field import SeenAndNew, conflict_keys, edit_record, merge_edits
from sync.protocol.wire import Id


class ContactEditArgs(Args):
    customer_id: Id
    fields: Annotated[dict[str, SeenAndNew], Field(min_length=1, max_length=len(CONTACT_FIELDS))]


class PreferenceSetArgs(Args):
    """`value` [seen, new]; a new value of "" forgets the preference's text and keeps the record."""

    customer_id: Id
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    value: SeenAndNew


def _contact_touches(args: ContactEditArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), *conflict_keys(entry, args.fields)


def _contact_edit(records: Records, args: ContactEditArgs, entry: Entry) -> Outcome:
    key = RecordKey(Kind.CUSTOMER, args.customer_id)
    may_edit = key in records and args.fields.keys() <= CONTACT_FIELDS
    if may_edit and "name" in args.fields and not (args.fields["name"][1] or "").strip():
        return rejected("mutation.name_empty")
    return edit_record(records, key, args.customer_id, args.fields, entry, editable=CONTACT_FIELDS, model=CustomerBody)


def _preference_touches(args: PreferenceSetArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return (
        RecordKey(Kind.CUSTOMER, args.customer_id),
        RecordKey(Kind.PREFERENCE, preference_id(args.customer_id, args.key)),
        *conflict_keys(entry, ("value",)),
    )


def _preference_set(records: Records, args: PreferenceSetArgs, entry: Entry) -> Outcome:
    if RecordKey(Kind.CUSTOMER, args.customer_id) not in records:
        return rejected("mutation.missing")
    key = RecordKey(Kind.PREFERENCE, preference_id(args.customer_id, args.key))
    empty = PreferenceBody(id=key.id, customer_id=args.customer_id, key=args.key, value="").to_body()
    seen, new = args.value
    return merge_edits(key, args.customer_id, records.get(key, empty), [("value", (seen, new or ""))], entry)


CONTACT_EDIT = Mutation("contact.edit", 1, ContactEditArgs, _contact_touches, _contact_edit)
PREFERENCE_SET = Mutation("preference.set", 1, PreferenceSetArgs, _preference_touches, _preference_set)
