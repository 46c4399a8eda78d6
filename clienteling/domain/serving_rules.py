"""What an associate may promise, book or log, before it is kept. Each refusal's code is a message key."""

from datetime import date, time
from typing import Final

from clienteling.domain.contact_rules import MAX_FIELD_CHARACTERS, MAX_NOTE_CHARACTERS, tidy
from clienteling.domain.errors import ValidationFailed

FINISHED: Final = frozenset({"done", "cancelled"})
CLOSED: Final = frozenset({"kept", "cancelled", "no_show"})
CHANNELS: Final = frozenset({"store", "phone", "whatsapp", "email"})
DIRECTIONS: Final = frozenset({"in", "out"})
MAX_MINUTES: Final = 24 * 60


def valid_subject(text: str) -> str:
    """The subject on one line. Raises ValidationFailed(serving.subject_empty, text.too_long)."""
    kept = " ".join(tidy("subject", text, most=MAX_FIELD_CHARACTERS).split())
    if not kept:
        raise ValidationFailed("subject", "serving.subject_empty")
    return kept


def valid_words(field: str, text: str) -> str:
    """Longer words, "" for none. Raises ValidationFailed(text.too_long)."""
    return tidy(field, text, most=MAX_NOTE_CHARACTERS)


def valid_day(field: str, text: str, *, today: date) -> str:
    """The day as ISO 8601, today or later. Raises ValidationFailed(serving.day_invalid, serving.day_past)."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as exc:
        raise ValidationFailed(field, "serving.day_invalid") from exc
    if day < today:
        raise ValidationFailed(field, "serving.day_past")
    return day.isoformat()


def valid_time(field: str, text: str) -> str:
    """The time of day as HH:MM. Raises ValidationFailed(serving.time_invalid)."""
    try:
        return time.fromisoformat(text.strip()).strftime("%H:%M")
    except ValueError as exc:
        raise ValidationFailed(field, "serving.time_invalid") from exc


def valid_minutes(text: str) -> int:
    """How long it takes, to a whole day. Raises ValidationFailed(serving.minutes_invalid)."""
    typed = text.strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= len(str(MAX_MINUTES))):
        raise ValidationFailed("minutes", "serving.minutes_invalid")
    minutes = int(typed)
    if not 1 <= minutes <= MAX_MINUTES:
        raise ValidationFailed("minutes", "serving.minutes_invalid")
    return minutes


def one_of(field: str, value: str, allowed: frozenset[str]) -> str:
    """The value. Raises ValidationFailed(serving.choice_unknown) where it is none of those."""
    if value not in allowed:
        raise ValidationFailed(field, "serving.choice_unknown")
    return value
