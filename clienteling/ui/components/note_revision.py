"""Putting other words in the place of a note's; of two texts written at once, one.

The draft outlives the screen (`UiSession.kept`) together with the texts it was made of: whoever comes back to it
replaces those alone, and what somebody wrote meanwhile stays beside it.
"""

from collections.abc import Mapping
from typing import Final

import flet as ft

from clienteling.domain.views import NoteView
from clienteling.ui.components.note_caution import NoteCaution
from clienteling.ui.field_text import use_kept_text
from clienteling.ui.hooks import use_action, use_preferences, use_session, use_state, use_text
from clienteling.ui.kit import Field, Press, detail_text, identified, primary_button, quiet_button, safe
from clienteling.ui.theme import UNIT, Role

_BETWEEN: Final = "\n\n"
_COMMA: Final = ","


def revision_key(note_id: str, associate_id: str | None) -> str:
    """Where the session keeps a revision that this associate has not saved yet."""
    return f"revision:{note_id}:{associate_id}"


def heads_of(note: NoteView) -> tuple[str, ...]:
    """The ids of the texts a note has now."""
    return tuple(one.revision_id for one in note.heads)


def _seen_with_draft(kept: Mapping[str, str], key: str) -> tuple[str, ...]:
    """The texts that a kept draft was made of; () without a draft."""
    return tuple(kept.get(f"{key}:seen", "").split(_COMMA)) if key in kept else ()


@safe
def NoteRevision(note: NoteView, close: Press, *, takes_focus: bool) -> ft.Control:
    """The field, which begins with all the texts there are."""
    session = use_session()
    preferences = use_preferences()
    translator = use_text()
    text = translator.text
    key = revision_key(note.id, preferences.associate_id)
    seen, _ = use_state(_seen_with_draft(session.kept, key) or heads_of(note))
    draft, keep = use_kept_text(key, _BETWEEN.join(one.text for one in note.heads))

    def typed(words: str) -> None:
        keep(words)
        session.kept[f"{key}:seen"] = _COMMA.join(seen)
        if saving.problem is not None:  # it was about other words
            saving.forget_problem()

    def revise(words: str) -> None:
        session.services.revise_note(note.id, words, seen=seen, author_id=preferences.associate_id or "")

    def give_up() -> None:
        keep("")
        session.kept.pop(f"{key}:seen", None)
        close()

    saving = use_action(revise, done=lambda _: give_up(), once=True)
    problem = saving.problem
    box = Field(
        text("note.revise_field"),
        draft,
        on_change=typed,
        multiline=True,
        problem=problem.in_words(translator) if problem is not None else "",
        takes_focus=takes_focus,
    )
    parts: list[ft.Control] = [NoteCaution(draft.text), identified(f"note-revision-{note.id}", box)]
    if set(heads_of(note)) - set(seen):
        parts.append(detail_text(text("note.changed_meanwhile"), color=Role.WAITING))
    save = primary_button(
        text("note.revise_save"),
        lambda: saving.run(draft.text),
        disabled=saving.busy,
        identifier=f"note-revise-save-{note.id}",
    )
    cancel = quiet_button(text("note.revise_cancel"), give_up, identifier=f"note-revise-cancel-{note.id}")
    parts.append(ft.Row(controls=[save, cancel], wrap=True, spacing=UNIT, run_spacing=UNIT))
    return ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
