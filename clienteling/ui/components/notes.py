"""What associates wrote down about a customer, and the field for the next note.

The draft outlives the screen (`UiSession.kept`): a sync that draws anew, another tab, or a look at a product loses
nothing that was typed.
"""

from datetime import datetime

import flet as ft

from clienteling.domain.views import NoteView
from clienteling.i18n import Formats
from clienteling.ui.components.note_caution import NoteCaution
from clienteling.ui.components.note_revision import NoteRevision, revision_key
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import use_action, use_formats, use_preferences, use_session, use_state
from clienteling.ui.kit import (
    Field,
    body_text,
    chip,
    detail_text,
    empty_state,
    identified,
    keyed,
    primary_button,
    safe,
    text_button,
    waiting_chip,
)
from clienteling.ui.text_size import beside
from clienteling.ui.theme import TARGET, UNIT, Role

SHOWN = 50
SHORT_LINES = 5
SHORT_CHARACTERS = 320
_HARDLY = 40


def draft_key(customer_id: str, associate_id: str | None) -> str:
    """Where the session keeps a note that this associate has not saved yet."""
    return f"note:{customer_id}:{associate_id}"


@safe
def Notes(customer_id: str, notes: tuple[NoteView, ...], now: datetime, *, autofocus: bool = False) -> ft.Control:
    """The field, and below it the notes, the newest first."""
    formats = use_formats()
    text = formats.translator.text
    parts: list[ft.Control] = [NoteField(customer_id, autofocus=autofocus)]
    if notes:
        parts += [keyed(note.id, NoteRow, note, now) for note in notes[:SHOWN]]
    else:
        parts.append(empty_state(text("note.none"), identifier="no-notes"))
    if len(notes) > SHOWN:
        parts.append(detail_text(text("note.only_newest", count=SHOWN)))
    return ft.Column(controls=parts, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@safe
def NoteField(customer_id: str, *, autofocus: bool = False) -> ft.Control:
    """Where a note is typed and saved. What is typed goes only once it is on disk."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text
    key = draft_key(customer_id, preferences.associate_id)
    draft = use_field_text(session.kept.get(key, ""))
    store_only, set_store_only = use_state(False)
    # A press right after the last key still meets the handlers of the render before: they must see the latest.
    here_only: ft.MutableRef[bool] = ft.use_ref(False)

    def keep(words: str) -> None:
        session.kept[key] = words
        if saving.problem is not None:  # it was about other words
            saving.forget_problem()

    def write(words: str) -> str:
        session.services.write_note(
            customer_id, words, author_id=preferences.associate_id or "", store_only=bool(here_only.current)
        )
        return words

    def clear(saved: str) -> None:
        if draft.text == saved:  # else more was typed meanwhile
            keep("")
            draft.show("")

    def choose(event: ft.Event[ft.Switch]) -> None:
        here_only.current = bool(event.control.value)
        set_store_only(bool(event.control.value))

    saving = use_action(write, done=clear)
    problem = saving.problem
    said = problem.in_words(translator) if problem else ""
    box = Field(text("note.field"), draft, on_change=keep, multiline=True, problem=said, takes_focus=autofocus)
    switch = ft.Switch(
        value=store_only,
        on_change=choose,
        tooltip=text("note.store_only"),
        height=TARGET,
    )
    save = primary_button(
        text("note.save"), lambda: saving.run(draft.text), disabled=saving.busy, identifier="note-save"
    )
    actions = beside(
        [
            identified("note-store-only", switch),
            ft.Container(body_text(text("note.store_only"), color=Role.QUIET), expand=True),
            save,
        ],
        spacing=UNIT,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    return ft.Container(
        ft.Column(
            controls=[NoteCaution(draft.text), identified("note-text", box), actions],
            spacing=UNIT,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        padding=ft.Padding.only(top=UNIT, bottom=UNIT),
    )


def written_by(note: NoteView, formats: Formats, *, now: datetime) -> str:
    """`Rina · Bandung · 12 hari lalu`."""
    return " · ".join(part for part in (note.author, note.store, formats.age(note.written_at, now=now)) if part)


def shortened(words: str) -> str:
    """The beginning of a long note, to a whole word; a note that is hardly longer, whole."""
    beginning = "\n".join(words.splitlines()[:SHORT_LINES])
    if len(beginning) > SHORT_CHARACTERS:
        beginning = beginning[:SHORT_CHARACTERS].rsplit(maxsplit=1)[0]
    return f"{beginning.rstrip()} …" if len(words) > len(beginning) + _HARDLY else words


@safe
def NoteRow(note: NoteView, now: datetime) -> ft.Control:
    """The words, who wrote them, and whether they have been sent; a press lets them be changed, in the same place."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    text = formats.translator.text
    key = revision_key(note.id, preferences.associate_id)
    revising, set_revising = use_state(key in session.kept)
    was_asked_for, set_asked_for = use_state(False)

    def revise() -> None:
        set_asked_for(True)
        set_revising(True)

    if revising and note.heads:
        words = keyed(key, NoteRevision, note, lambda: set_revising(False), takes_focus=was_asked_for)
    else:
        words = NoteWords(note, now)
    about: list[ft.Control] = [detail_text(written_by(note, formats, now=now))]
    if note.store_only:
        about.append(chip(text("note.only_here")))
    if note.pending:
        about.append(waiting_chip(text("note.pending")))
    if note.heads and not revising:
        about.append(text_button(text("note.revise"), revise, identifier=f"note-revise-{note.id}"))
    below = ft.Row(
        controls=about, wrap=True, spacing=UNIT, run_spacing=4, vertical_alignment=ft.CrossAxisAlignment.CENTER
    )
    row = ft.Container(
        ft.Column(controls=[words, below], spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        padding=ft.Padding.symmetric(horizontal=UNIT, vertical=UNIT + 4),
        border=ft.Border(bottom=ft.BorderSide(1, Role.LINE)),
    )
    return identified(f"note-{note.id}", row)


@safe
def NoteWords(note: NoteView, now: datetime) -> ft.Control:
    """The words as they were written, of a long note the beginning; of a note that two people changed at once, both
    texts, each with its author."""
    formats = use_formats()
    text = formats.translator.text
    whole, set_whole = use_state(False)
    texts = [one.text for one in note.heads] if len(note.heads) > 1 else [note.text]
    shown = texts if whole else [shortened(one) for one in texts]
    parts: list[ft.Control] = []
    if len(note.heads) > 1:
        parts.append(detail_text(text("note.two_texts"), color=Role.WAITING, strong=True))
    for position, words in enumerate(shown):
        parts.append(body_text(words))
        if len(note.heads) > 1:
            head = note.heads[position]
            by = text("note.head_by", name=head.author, age=formats.age(head.at, now=now))
            parts.append(ft.Container(detail_text(by), padding=ft.Padding.only(bottom=UNIT)))
    if whole or shown != texts:
        more = text_button(
            text("note.show_less" if whole else "note.show_more"),
            lambda: set_whole(not whole),
            identifier=f"note-more-{note.id}",
        )
        parts.append(ft.Row(controls=[more]))
    return ft.Column(controls=parts, spacing=4, tight=True)
