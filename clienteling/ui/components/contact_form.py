"""Changing contact details and sizes, in place of the facts they are about.

A field that nobody touched follows the store, sync included. From its first key on, a field holds what was typed and
remembers what it had shown (`seen`): that is what the change is compared with at the server. Nothing typed is lost
when saving fails.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import flet as ft

from clienteling.domain.naming import SALUTATIONS
from clienteling.domain.views import CustomerView
from clienteling.i18n import Translator
from clienteling.ui.components.conflicts import words_of
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import ActionProblem, use_action, use_preferences, use_session, use_state, use_text
from clienteling.ui.kit import (
    Field,
    body_text,
    button_style,
    card,
    detail_text,
    identified,
    keyed,
    overline,
    primary_button,
    quiet_button,
    safe,
)
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.edit_contact import PREFERENCE
from clienteling.use_cases.services import Services

Edits = Mapping[str, tuple[str, str]]
"""Field to what it had shown and what was typed."""

CONTACT_FIELDS: Final = ("name", "phone", "email", "city", "birthday")
SIZE_KEYS: Final = ("size_top", "size_bottom", "size_shoe")
_CHOICES: Final = ("Bu", "Pak", "Kak", "Mbak", "Mas")
_SPOKEN_DAY: Final = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")


def shown_day(day: date | None) -> str:
    """`04-12-1987`, the way it is written on forms; "" for none."""
    return f"{day:%d-%m-%Y}" if day else ""


def typed_day(text: str) -> str:
    """ISO 8601 for a day typed day first; anything else unchanged, for the use case to judge."""
    found = _SPOKEN_DAY.fullmatch(text.strip())
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text.strip()


def shown_values(view: CustomerView) -> dict[str, str]:
    """What the form shows for every field while nobody has touched it."""
    values = {
        "salutation": view.salutation,
        "name": view.name,
        "phone": view.phone or view.phone_typed,
        "email": view.email,
        "city": view.city,
        "birthday": shown_day(view.birthday),
    }
    known = {one.key: one.value for one in view.preferences}
    for key in (*SIZE_KEYS, *sorted(known.keys() - set(SIZE_KEYS))):
        values[f"{PREFERENCE}{key}"] = known.get(key, "")
    return values


@dataclass(frozen=True, slots=True)
class _Saving:
    """Everything a save needs; `author_id` is who works here now."""

    services: Services
    customer_id: str
    author_id: str


def save_edits(saving: _Saving, edits: Edits) -> None:
    """Writes what differs. Raises ValidationFailed for all wrong fields together, before anything is written."""
    changed = {name: _as_kept(name, pair) for name, pair in edits.items() if pair[0] != pair[1]}
    if changed:
        saving.services.edit_contact(saving.customer_id, changed, author_id=saving.author_id)


def _as_kept(name: str, pair: tuple[str, str]) -> tuple[str, str]:
    return (typed_day(pair[0]), typed_day(pair[1])) if name == "birthday" else pair


@safe
def ContactForm(view: CustomerView, close: Callable[[], None]) -> ft.Control:
    """Name, salutation, phone, e-mail, city, birthday and sizes."""
    session = use_session()
    preferences = use_preferences()
    translator = use_text()
    no_edits: Edits = {}
    edits, set_edits = use_state(no_edits)
    # A press right after the last key still meets the handlers of the render before: they must see the latest.
    latest: ft.MutableRef[Edits] = ft.use_ref(no_edits)
    shown = shown_values(view)
    saving = use_action(save_edits, done=lambda _: close())

    def edit(name: str, typed: str) -> None:
        before = latest.current or {}
        seen = before[name][0] if name in before else shown[name]
        latest.current = {**before, name: (seen, typed)}
        set_edits(latest.current)

    def save() -> None:
        saving.run(_Saving(session.services, view.id, preferences.associate_id or ""), dict(latest.current or {}))

    form = _Form(shown, edits, saving.problem, edit, translator)
    inside = ft.Column(
        controls=[*_fields(form), *_ends(form, save, close, busy=saving.busy)],
        spacing=GAP,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return identified("contact-form", card(inside))


@dataclass(frozen=True, slots=True)
class _Form:
    shown: Mapping[str, str]
    edits: Edits
    problem: ActionProblem | None
    edit: Callable[[str, str], None]
    translator: Translator

    def value(self, name: str) -> str:
        return self.edits[name][1] if name in self.edits else self.shown[name]

    def problem_of(self, name: str) -> str:
        return self.problem.of_in_words(name, self.translator) if self.problem is not None else ""

    def moved(self, name: str) -> str:
        """What the field holds elsewhere by now, where that is neither what was seen nor what was typed."""
        if name not in self.edits or self.shown[name] in self.edits[name]:
            return ""
        return self.translator.text("contact.changed_meanwhile", value=self.shown[name] or "–")


def _fields(form: _Form) -> list[ft.Control]:
    text = form.translator.text
    preferences = [name for name in form.shown if name.startswith(PREFERENCE)]
    return [
        overline(text("contact.title")),
        _salutation(form),
        _in_pairs([_box(form, name, text(f"contact.{name}")) for name in CONTACT_FIELDS]),
        overline(text("preference.title")),
        _in_pairs([_box(form, name, _preference_label(form, name)) for name in preferences], of=3),
    ]


def _preference_label(form: _Form, name: str) -> str:
    return words_of(f"preference.{name.removeprefix(PREFERENCE)}", form.translator)


def _in_pairs(boxes: list[ft.Control], *, of: int = 2) -> ft.Control:
    for box in boxes:
        box.col = {"xs": 12, "md": 12 // of}
    return ft.ResponsiveRow(controls=boxes, spacing=GAP, run_spacing=GAP)


def _box(form: _Form, name: str, label: str) -> ft.Control:
    return identified(f"contact-{name.removeprefix(PREFERENCE)}", keyed(name, _Box, form, name, label))


@safe
def _Box(form: _Form, name: str, label: str) -> ft.Control:
    """The field; below it, what the value is elsewhere by now."""
    text = use_field_text(form.value(name))
    if name not in form.edits:
        text.follow(form.shown[name])
    box = Field(label, text, on_change=lambda typed: form.edit(name, typed), problem=form.problem_of(name))
    moved = form.moved(name)
    below = [detail_text(moved, color=Role.WAITING)] if moved else []
    # A column in either case: another kind of control would take the field away under the person's hands.
    return ft.Column(controls=[box, *below], spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _salutation(form: _Form) -> ft.Control:
    text = form.translator.text
    chosen = SALUTATIONS.get(form.value("salutation").strip().lower().rstrip("."), "")
    buttons: list[ft.Control] = []
    for words in ("", *_CHOICES):
        button_of = ft.FilledButton if words == chosen else ft.OutlinedButton
        button = button_of(
            content=words or text("contact.no_salutation"),
            on_click=functools.partial(_choose, form, words),
            style=button_style(outlined=words != chosen),
        )
        buttons.append(identified(f"salutation-{words.lower() or 'none'}", button))
    choices = ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT)
    return ft.Column(controls=[detail_text(text("contact.salutation")), choices], spacing=UNIT, tight=True)


def _choose(form: _Form, words: str, _: object) -> None:
    form.edit("salutation", words)


def _ends(form: _Form, save: Callable[[], None], close: Callable[[], None], *, busy: bool) -> list[ft.Control]:
    text = form.translator.text
    parts: list[ft.Control] = []
    if form.problem is not None:
        parts += [
            body_text(one.in_words(form.translator), color=Role.REFUSED)
            for one in (form.problem, *form.problem.also)
            if one.field not in form.shown or one.field == "salutation"  # its buttons cannot show one
        ]
    parts.append(
        ft.Row(
            controls=[
                primary_button(text("contact.save"), save, disabled=busy, identifier="contact-save"),
                quiet_button(text("contact.cancel"), close, identifier="contact-cancel"),
            ],
            spacing=UNIT,
        )
    )
    return parts
