"""A field that two people changed, in words: which one, the value that holds, and the one that lost."""

from collections.abc import Callable, Mapping
from datetime import date

from clienteling.domain.emails import masked_email
from clienteling.domain.views import ConflictView
from clienteling.i18n import Translator
from clienteling.ui.components.phones import phone_tail


def conflict_words(one: ConflictView, translator: Translator) -> str:
    """`Dua orang mengubah kolom yang sama: Ukuran atasan`."""
    return translator.text("conflict.two_people", field=field_words(one, translator))


def field_words(one: ConflictView, translator: Translator) -> str:
    """The field as the form calls it; its own name where we have no word for it."""
    return words_of(_field_key(one), translator)


def _field_key(one: ConflictView) -> str:
    if one.preference:
        return f"preference.{one.field}"
    match one.record_kind:
        case "follow_up":
            return f"follow_up.{one.field}"
        case "appointment":
            return f"appointment.{one.field}"
        case "note":
            return f"note.{one.field}"
        case _:
            return f"contact.{one.field}"


def value_words(one: ConflictView, translator: Translator) -> tuple[str, str]:
    """The value that holds and the one that lost, as people say them; "" for none."""
    kept, other = one.kept_name or one.kept, one.other_name or one.other
    if one.record_kind == "appointment" and one.field == "status":
        said = [translator.text_or(f"appointment.status_{value}", "action.other") for value in (kept, other)]
        return said[0], said[1]
    return (_day_first(kept), _day_first(other)) if one.field in _DAYS else (kept, other)


_DAYS = frozenset({"birthday", "due_on", "local_date"})


def _day_first(text: str) -> str:
    """`25-11-2026`, the way a day is written on forms."""
    try:
        return f"{date.fromisoformat(text):%d-%m-%Y}"
    except ValueError:
        return text


def words_of(key: str, translator: Translator) -> str:
    """The words for a consent, a contact field or a preference; its own name where we have none."""
    return translator.text_or(key, "preference.other", key=key.rpartition(".")[2].replace("_", " "))


_MASKS: Mapping[str, Callable[[str], str]] = {"phone": phone_tail, "email": masked_email}


def two_values(one: ConflictView, translator: Translator, *, masked: bool = False) -> str:
    """`Dipakai: L · Yang lain: M`. `masked`: of a phone number and an e-mail what tells people apart."""
    mask = _MASKS.get(one.field, str) if masked and not one.preference else str
    kept, other = (mask(value) or "–" for value in value_words(one, translator))
    return translator.text("conflict.values", kept=kept, other=other)
