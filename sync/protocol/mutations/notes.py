"""note.write@1 and note.revise@1: what a customer said, and what people made of those words later.

A revision names those it replaces. Two that did not see one another both hold, and both are shown: a note is words, and
words of two people are not merged by a rule.
"""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Moment, Short
from sync.protocol.bodies.people import NoteBody, NoteRevision
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, made, rejected
from sync.protocol.wire import STORABLE, Id

MAX_NOTE_CHARACTERS = 4_000
MAX_REVISIONS = 100
"""Of one note, its first text among them: it travels whole with each change."""

NoteText = Annotated[str, Field(min_length=1, max_length=MAX_NOTE_CHARACTERS, pattern=STORABLE)]


class NoteWriteArgs(Args):
    note_id: Id
    customer_id: Id
    text: NoteText
    author_name: Short = ""
    store_id: Id
    store_only: bool = False
    written_at: Moment


class NoteReviseArgs(Args):
    """`seen`: the revisions the writer had before them (`heads_of`); the note's own id is what was written first."""

    note_id: Id
    customer_id: Id
    revision_id: Id
    seen: Annotated[list[Id], Field(min_length=1, max_length=MAX_REVISIONS)]
    text: NoteText
    author_name: Short = ""
    store_id: Id
    at: Moment


def heads_of(note: Body) -> list[Body]:
    """The revisions that nobody has replaced, in order of arrival; at least one. An unrevised note is its own."""
    heads: list[Body] = []
    for revision in _revisions(note):
        replaced = revision.get("seen") or ()
        heads = [head for head in heads if head["revision_id"] not in replaced]
        heads.append(revision)
    return heads


def _revisions(note: Body) -> list[Body]:
    """All revisions, the first text being one."""
    revisions: list[Body] = note.get("revisions") or []
    return revisions or [
        {
            "revision_id": note["id"],
            "seen": [],
            "text": note.get("text", ""),
            "author_id": note.get("author_id", ""),
            "author_name": note.get("author_name", ""),
            "at": note.get("written_at"),
        }
    ]


def _touches(args: NoteWriteArgs | NoteReviseArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), RecordKey(Kind.NOTE, args.note_id)


def _creates(args: NoteWriteArgs) -> RecordKey:
    return RecordKey(Kind.NOTE, args.note_id)


def _apply(records: Records, args: NoteWriteArgs, entry: Entry) -> Outcome:
    key = RecordKey(Kind.NOTE, args.note_id)
    if key in records and _revisions(records[key])[0]["text"] != args.text:
        return rejected("mutation.id_taken")
    return made(
        records,
        key,
        args.customer_id,
        lambda: NoteBody(
            id=args.note_id,
            customer_id=args.customer_id,
            text=args.text,
            author_id=entry.actor or "",
            author_name=args.author_name,
            store_id=args.store_id,
            store_only=args.store_only,
            written_at=args.written_at,
        ),
    )


def _refusal(note: Body, args: NoteReviseArgs) -> str | None:
    if note.get("customer_id") != args.customer_id:
        return "mutation.wrong_customer"
    if note.get("store_only") and note.get("store_id") != args.store_id:
        return "mutation.wrong_store"
    return "mutation.note_full" if len(_revisions(note)) >= MAX_REVISIONS else None


def _revise(records: Records, args: NoteReviseArgs, entry: Entry) -> Outcome:
    key = RecordKey(Kind.NOTE, args.note_id)
    note = records.get(key)
    if note is None or RecordKey(Kind.CUSTOMER, args.customer_id) not in records:
        return rejected("mutation.missing")
    revisions = _revisions(note)
    if any(one["revision_id"] == args.revision_id for one in revisions):
        return APPLIED
    refused = _refusal(note, args)
    if refused is not None:
        return rejected(refused)
    revision = NoteRevision(
        revision_id=args.revision_id,
        seen=args.seen,
        text=args.text,
        author_id=entry.actor or "",
        author_name=args.author_name,
        at=args.at,
    )
    # The stamp tells an import that people changed the text here.
    stamps = {**note.get("written_by", {}), "text": [entry.device_id, entry.n]}
    revised = [*revisions, revision.model_dump(mode="json")]
    return applied({key: {**note, "text": args.text, "revisions": revised, "written_by": stamps}})


NOTE_WRITE = Mutation("note.write", 1, NoteWriteArgs, _touches, _apply, _creates)
NOTE_REVISE = Mutation("note.revise", 1, NoteReviseArgs, _touches, _revise)
