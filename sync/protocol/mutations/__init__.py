"""All mutations by name and version; the same pure functions run on the device at once and on the server for good."""

from typing import Any

from sync.protocol.kinds import RecordKey
from sync.protocol.mutations.appointments import APPOINTMENT_BOOK, APPOINTMENT_CLOSE, APPOINTMENT_EDIT
from sync.protocol.mutations.base import APPLIED, Entry, Mutation, Outcome, Records, applied, rejected
from sync.protocol.mutations.conflicts import CONFLICT_SETTLE
from sync.protocol.mutations.consent import CONSENT_RECORD
from sync.protocol.mutations.fields import CONTACT_EDIT, PREFERENCE_SET
from sync.protocol.mutations.follow_ups import FOLLOW_UP_CREATE, FOLLOW_UP_EDIT, FOLLOW_UP_FINISH, FOLLOW_UP_REOPEN
from sync.protocol.mutations.handovers import HANDOVER_ATTACH, HANDOVER_MAKE
from sync.protocol.mutations.holds import HOLD_CANCEL, HOLD_COLLECT, HOLD_REQUEST
from sync.protocol.mutations.interactions import INTERACTION_LOG
from sync.protocol.mutations.notes import NOTE_REVISE, NOTE_WRITE
from sync.protocol.mutations.orders import ORDER_CLAIM
from sync.protocol.mutations.shelf_tallies import SCANS_TALLY
from sync.protocol.mutations.wishlist import WISHLIST_ADD, WISHLIST_REMOVE

VOID = "void"
"""The name of an entry that keeps number and uuid only: recorded by the server and not applied."""

MUTATIONS: dict[tuple[str, int], Mutation[Any]] = {
    (mutation.name, mutation.version): mutation
    for mutation in (
        NOTE_WRITE,
        WISHLIST_ADD,
        WISHLIST_REMOVE,
        CONTACT_EDIT,
        PREFERENCE_SET,
        CONSENT_RECORD,
        CONFLICT_SETTLE,
        ORDER_CLAIM,
        HOLD_REQUEST,
        HOLD_CANCEL,
        HOLD_COLLECT,
        NOTE_REVISE,
        FOLLOW_UP_CREATE,
        FOLLOW_UP_EDIT,
        FOLLOW_UP_FINISH,
        FOLLOW_UP_REOPEN,
        APPOINTMENT_BOOK,
        APPOINTMENT_EDIT,
        APPOINTMENT_CLOSE,
        INTERACTION_LOG,
        HANDOVER_MAKE,
        HANDOVER_ATTACH,
        SCANS_TALLY,
    )
}


def touches(entry: Entry) -> tuple[RecordKey, ...]:
    """Keys of every record the entry may read or write; () for an unknown mutation or invalid args."""
    mutation = MUTATIONS.get((entry.name, entry.version))
    return mutation.touches(entry) if mutation else ()


def creates(entry: Entry) -> RecordKey | None:
    """The record the entry is to create and later entries may be about; None where it makes none or is not valid."""
    mutation = MUTATIONS.get((entry.name, entry.version))
    return mutation.creates(entry) if mutation else None


def apply(records: Records, entry: Entry) -> Outcome:
    """The entry's outcome on `records`, which holds those of `touches(entry)` that exist."""
    mutation = MUTATIONS.get((entry.name, entry.version))
    return mutation.apply(records, entry) if mutation else rejected("mutation.unknown")


__all__ = [
    "APPLIED",
    "MUTATIONS",
    "VOID",
    "Entry",
    "Mutation",
    "Outcome",
    "Records",
    "applied",
    "apply",
    "creates",
    "rejected",
    "touches",
]
