"""An associate writes down what a customer said, and changes what is written."""

from collections.abc import Callable, Sequence

from clienteling.domain.contact_rules import valid_note
from clienteling.domain.errors import ValidationFailed
from clienteling.store.replica import LocalStore
from clienteling.use_cases.who_and_where import author_name, here, must_be_known, record_here
from sync.protocol.kinds import Kind
from sync.protocol.mutations.notes import NOTE_REVISE
from sync.protocol.times import Clock, to_wire


def write_note(
    store: LocalStore,
    customer_id: str,
    text: str,
    *,
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
    store_only: bool = False,
) -> str:
    """Keep a note for a customer; returns the new note's id.

    `text` is trimmed, 1 to 4,000 characters. When this returns, the note is on disk in the outbox and visible on every
    screen; it is pushed later. No network. Raises ValidationFailed(note.empty, note.too_long, text.bad_character,
    author.missing, device.no_store), NotFound.
    """
    kept = valid_note(text)
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        store_id, name = here(connection), author_name(connection, author_id)
    note_id, at = new_id(), now()
    args = {
        "note_id": note_id,
        "customer_id": customer_id,
        "text": kept,
        "author_name": name,
        "store_id": store_id,
        "store_only": store_only,
        "written_at": to_wire(at),
    }
    store.write("note.write", 1, args, actor=author_id, at=at)
    return note_id


def revise_note(
    store: LocalStore,
    note_id: str,
    text: str,
    *,
    seen: Sequence[str],
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
) -> str:
    """Put other words in the place of those the screen showed (`seen`: its heads); returns the new revision's id.

    What somebody wrote at the same time without having seen this stays beside it. On disk and visible when this
    returns. Raises ValidationFailed(note.empty, note.too_long, note.nothing_seen, text.bad_character, author.missing,
    device.no_store), NotFound(note.not_here).
    """
    kept = valid_note(text)
    if not seen:
        raise ValidationFailed("text", "note.nothing_seen")
    with store.reading() as connection:
        found = record_here(connection, Kind.NOTE, note_id)
        store_id, name = here(connection), author_name(connection, author_id)
    revision_id, at = new_id(), now()
    args = {
        "note_id": note_id,
        "customer_id": found["customer_id"],
        "revision_id": revision_id,
        "seen": list(seen),
        "text": kept,
        "author_name": name,
        "store_id": store_id,
        "at": to_wire(at),
    }
    store.write(NOTE_REVISE.name, NOTE_REVISE.version, args, actor=author_id, at=at)
    return revision_id
