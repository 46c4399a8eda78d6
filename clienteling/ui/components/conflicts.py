"""A field that two people changed, in words: which one, the value that holds, and the one that lost."""

from clienteling.domain.views import ConflictView
from clienteling.i18n import Translator
from clienteling.ui.components.phones import phone_tail


def conflict_words(one: ConflictView, translator: Translator) -> str:
    """`Dua orang mengubah kolom yang sama: Ukuran atasan`."""
    return translator.text("conflict.two_people", field=field_words(one, translator))


def field_words(one: ConflictView, translator: Translator) -> str:
    """The field as the form calls it; its own name where we have no word for it."""
    return words_of(f"{'preference' if one.preference else 'contact'}.{one.field}", translator)


def words_of(key: str, translator: Translator) -> str:
    """The words for a consent, a contact field or a preference; its own name where we have none."""
    return translator.text_or(key, "preference.other", key=key.rpartition(".")[2].replace("_", " "))


def two_values(one: ConflictView, translator: Translator, *, masked: bool = False) -> str:
    """`Dipakai: L · Yang lain: M`. `masked`: of a phone number the last four digits alone."""
    short = masked and one.field == "phone" and not one.preference
    kept, other = ((phone_tail(value) if short else value) or "–" for value in (one.kept, one.other))
    return translator.text("conflict.values", kept=kept, other=other)
