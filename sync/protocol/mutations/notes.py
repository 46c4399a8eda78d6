"""note.write@1: a note about a customer."""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Moment, Short
from sync.protocol.bodies.people import NoteBody
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, rejected
from sync.protocol.wire import STORABLE, Id

MAX_NOTE_CHARACTERS = 4_000


class NoteWriteArgs(Args):
    note_id: Id
    customer_id: Id
    text: Annotated[str, Field(min_length=1, max_length=MAX_NOTE_CHARACTERS, pattern=STORABLE)]
    author_name: Short = ""
    store_id: Id
    store_only: bool = False
    written_at: Moment


def _touches(args: NoteWriteArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), RecordKey(Kind.NOTE, args.note_id)


def _creates(args: NoteWriteArgs) -> RecordKey:
    return RecordKey(Kind.NOTE, args.note_id)


def _apply(records: Records, args: NoteWriteArgs, entry: Entry) -> Outcome:
    key = RecordKey(Kind.NOTE, args.note_id)
    if key in records:
        return APPLIED
    if RecordKey(Kind.CUSTOMER, args.customer_id) not in records:
        return rejected("mutation.missing")
    body = NoteBody(
        id=args.note_id,
        customer_id=args.customer_id,
        text=args.text,
        author_id=entry.actor or "",
        author_name=args.author_name,
        store_id=args.store_id,
        store_only=args.store_only,
        written_at=args.written_at,
    )
    return applied({key: body.to_body()})


NOTE_WRITE = Mutation("note.write", 1, NoteWriteArgs, _touches, _apply, _creates)
