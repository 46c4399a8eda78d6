"""What an associate is reminded of while writing a note: the customer may read it, and some things are not a shop's."""

import flet as ft

from clienteling.domain.sensitive_words import sensitive_word
from clienteling.ui.hooks import use_text
from clienteling.ui.kit import detail_text, identified, safe
from clienteling.ui.theme import Role


@safe
def NoteCaution(words: str) -> ft.Control:
    """One line above the field, which may be the last thing in view; another where a word is about health or belief."""
    text = use_text().text
    found = sensitive_word(words)
    if found is None:
        return identified("note-caution", detail_text(text("note.customer_may_read")))
    said = text(f"note.sensitive_{found.about.value}", word=found.word)
    return identified("note-caution", detail_text(said, color=Role.WAITING))
