"""What two people changed, and what was refused."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Two people changed one field: what stands and what lost.

    field                  the field's name, or with `preference` the preference's key
    record_kind            customer, preference, note, follow_up, appointment
    kept_name, other_name  whom the values name where they are ids, "" where that is not known
    """

    id: str
    field: str
    kept: str
    other: str
    preference: bool = False
    record_kind: str = "customer"
    record_id: str = ""
    kept_name: str = ""
    other_name: str = ""


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """An entry that was refused or merged, or a conflict: what was done, what came of it.

    about      message key of what it is about, "" where `action` says it
    subject    what it is about in people's own words: the follow-up's or the appointment's, "" where there is none here
    lost       the fields two people changed
    may_retry  the same could be accepted when it is sent once more
    """

    id: str
    customer_id: str
    customer_name: str
    action: str
    code: str
    typed: str
    at: datetime | None
    about: str = ""
    lost: tuple[ConflictView, ...] = ()
    may_retry: bool = False
    subject: str = ""
