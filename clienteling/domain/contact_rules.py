"""What an associate may write about a customer, before it is kept. Each refusal's code is a message key."""

import re
import unicodedata
from datetime import date

from clienteling.domain.errors import ValidationFailed

MAX_NOTE_CHARACTERS = 4_000
MAX_NAME_CHARACTERS = 200
MAX_FIELD_CHARACTERS = 500
OLDEST_YEARS = 130

_EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\.]+(?:\.[^@\s,;:<>()\[\]\"\\.]+)+")
_MAX_EMAIL_CHARACTERS = 254
_PREFERENCE_KEY = re.compile(r"[a-z][a-z0-9_]{0,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def tidy(field: str, text: str, *, most: int) -> str:
    """The text in NFC, trimmed, without invisible controls. Raises ValidationFailed(too_long, bad_character)."""
    if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text):
        raise ValidationFailed(field, "text.bad_character")
    kept = unicodedata.normalize("NFC", text).strip()
    if len(kept) > most:
        raise ValidationFailed(field, "text.too_long", most=most)
    return kept


def valid_note(text: str) -> str:
    """The note as it is kept. Raises ValidationFailed(note.empty, note.too_long)."""
    kept = tidy("text", text, most=max(len(text) * 4, 1))
    if not kept:
        raise ValidationFailed("text", "note.empty")
    if len(kept) > MAX_NOTE_CHARACTERS:
        raise ValidationFailed("text", "note.too_long", most=MAX_NOTE_CHARACTERS)
    return kept


def valid_name(text: str) -> str:
    """The name on one line. Raises ValidationFailed(contact.name_empty, text.too_long)."""
    kept = " ".join(tidy("name", text, most=MAX_NAME_CHARACTERS).split())
    if not kept:
        raise ValidationFailed("name", "contact.name_empty")
    return kept


def valid_email(text: str) -> str:
    """The e-mail, or "" to forget it. Raises ValidationFailed(contact.email_invalid)."""
    kept = tidy("email", text, most=MAX_FIELD_CHARACTERS)
    if kept and (len(kept) > _MAX_EMAIL_CHARACTERS or not _EMAIL.fullmatch(kept)):
        raise ValidationFailed("email", "contact.email_invalid")
    return kept


def valid_birthday(text: str, *, today: date) -> str:
    """The day as ISO 8601, or "" to forget it. Raises ValidationFailed(birthday_invalid, birthday_in_future)."""
    kept = tidy("birthday", text, most=MAX_FIELD_CHARACTERS)
    if not kept:
        return ""
    try:
        day = date.fromisoformat(kept)
    except ValueError as exc:
        raise ValidationFailed("birthday", "contact.birthday_invalid") from exc
    if day > today:
        raise ValidationFailed("birthday", "contact.birthday_in_future")
    if day.year < today.year - OLDEST_YEARS:
        raise ValidationFailed("birthday", "contact.birthday_invalid")
    return day.isoformat()


def valid_language(text: str) -> str:
    """A language tag, or "". Raises ValidationFailed(contact.language_invalid)."""
    kept = tidy("language", text, most=MAX_FIELD_CHARACTERS)
    if kept and not _LANGUAGE.fullmatch(kept):
        raise ValidationFailed("language", "contact.language_invalid")
    return kept


def valid_preference(key: str, value: str) -> str:
    """The value on one line, "" to forget it. Raises ValidationFailed(preference.key_invalid, text.too_long)."""
    if not _PREFERENCE_KEY.fullmatch(key):
        raise ValidationFailed("key", "preference.key_invalid")
    return " ".join(tidy("value", value, most=MAX_FIELD_CHARACTERS).split())
