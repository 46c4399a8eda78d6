"""What the forms of promises, appointments and talks share: a day to choose, a time as people type it, the ends.

What is typed into one outlives the screen (`drafts`) until it is on disk or given up.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import flet as ft

from clienteling.i18n import Translator
from clienteling.ui.components.contact_form import shown_day
from clienteling.ui.components.drafts import Draft, Edits
from clienteling.ui.components.who_does_it import WhoDoesIt
from clienteling.ui.field_text import FieldText
from clienteling.ui.hooks import Action, ActionProblem, use_action, use_text
from clienteling.ui.kit import (
    Field,
    Press,
    body_text,
    card,
    choice_button,
    identified,
    overline,
    primary_button,
    quiet_button,
)
from clienteling.ui.text_size import is_large
from clienteling.ui.theme import GAP, UNIT, Role

_DAYS: Final = (("today", 0), ("tomorrow", 1), ("in_a_week", 7))
_TYPED: Final = ("subject", "due_on", "local_date", "local_time", "minutes")
"""Fields that tell themselves what is wrong with them."""
_SPOKEN_TIME: Final = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?")


def typed_time(text: str) -> str:
    """`15:30` for `15.30`, `15:00` for `15`; anything else unchanged, for the use case to judge."""
    found = _SPOKEN_TIME.fullmatch(text.strip())
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else text.strip()


@dataclass(frozen=True, slots=True)
class ServingForm:
    """A form that is open: what stands in its fields, and its ends. `identifier` begins the names of its parts."""

    identifier: str
    draft: Draft
    saving: Action[[]]
    give_up: Press
    translator: Translator

    def line(self, name: str, label: str, *, called: str, takes_focus: bool = False) -> ft.Control:
        """One line to type in; Enter saves. `called`: its name for tests."""
        box = self._box(name, label, takes_focus=takes_focus)
        return identified(f"{self.identifier}-{called}", box)

    def day(self, name: str, label: str, today: date) -> ft.Control:
        """A day to press or to type."""
        return _day_choice(self, name, self._box(name, label), today)

    def who(self, name: str, heading: str, known: Mapping[str, str]) -> ft.Control:
        """Whose it is, to press. `known`: names by id of those it is or was to be."""
        choose = functools.partial(self.draft.fill, name)
        return WhoDoesIt(heading, self.draft.fields[name].text, choose, known, identifier=self.identifier)

    def _box(self, name: str, label: str, *, takes_focus: bool = False) -> ft.Control:
        problem = self.saving.problem
        return field(
            label,
            self.draft.fields[name],
            lambda _: self.draft.keep(),
            identifier="",
            problem=problem.of_in_words(name, self.translator) if problem is not None else "",
            takes_focus=takes_focus,
            on_submit=self.saving.run,
            called=f"{self.draft.key}:{name}",
        )

    def card(
        self, title: str, fields: Sequence[ft.Control], save_words: str, *, also: Sequence[ft.Control] = ()
    ) -> ft.Control:
        """The whole of it. `also`: further buttons."""
        ends = save_and_cancel(
            save_words,
            self.saving.run,
            self.give_up,
            busy=self.saving.busy,
            identifier=self.identifier,
            translator=self.translator,
        )
        return form(
            title,
            fields,
            [*ends, *also],
            identifier=f"{self.identifier}-form",
            problem=self.saving.problem,
            shown=_TYPED,
            translator=self.translator,
        )


def use_serving_form(
    identifier: str,
    draft: Draft,
    write: Callable[[Edits], None],
    close: Press,
    *,
    kept_as: Mapping[str, Callable[[str], str]],
) -> ServingForm:
    """The form over a draft. `write` gets every field; what `kept_as` names, the way the use case takes it."""

    def save() -> None:
        edits = draft.edits()
        for name, as_kept in kept_as.items():
            seen, typed = edits[name]
            edits[name] = (as_kept(seen), as_kept(typed))
        write(edits)

    def give_up() -> None:
        draft.forget()
        close()

    saving = use_action(save, done=lambda _: give_up(), once=True)
    return ServingForm(identifier, draft, saving, give_up, use_text())


def typed_alone(edits: Edits) -> dict[str, str]:
    """What stands in each field, for a record that is new."""
    return {name: typed for name, (_, typed) in edits.items()}


def _day_choice(form: ServingForm, name: str, box: ft.Control, today: date) -> ft.Control:
    """The days one mostly means, to press, beside the field for any other; a press fills the field."""
    standing = form.draft.fields[name].text.strip()
    buttons: list[ft.Control] = []
    for day, days in _DAYS:
        words = shown_day(today + timedelta(days=days))
        buttons.append(
            choice_button(
                form.translator.text(f"day.{day}"),
                functools.partial(form.draft.fill, name, words),
                chosen=standing == words,
                identifier=f"{form.identifier}-{day}",
            )
        )
    return stretched(
        [
            ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT),
            identified(f"{form.identifier}-day", box),
        ],
        spacing=GAP - 4,  # the label of the field stands on its upper edge
    )


def side_by_side(boxes: Sequence[ft.Control]) -> ft.Control:
    """Fields in a row where there is room for them, else one below the other."""
    for box in boxes:
        box.col = 12 if is_large() else {"xs": 12, "md": 12 // len(boxes)}
    return ft.ResponsiveRow(controls=list(boxes), spacing=GAP, run_spacing=GAP)


def form(
    title: str,
    fields: Sequence[ft.Control],
    ends: Sequence[ft.Control],
    *,
    identifier: str,
    problem: ActionProblem | None,
    shown: Sequence[str],
    translator: Translator,
) -> ft.Control:
    """A card with heading, fields and buttons; what is wrong beside the fields (`shown` tell their own) stands above
    the buttons."""
    wrong = [one for one in (problem, *problem.also) if one.field not in shown] if problem is not None else []
    said = [body_text(one.in_words(translator), color=Role.REFUSED) for one in wrong]
    parts = [overline(title), *fields, *said, ft.Row(controls=list(ends), wrap=True, spacing=UNIT, run_spacing=UNIT)]
    return identified(identifier, card(stretched(parts, spacing=GAP)))


def save_and_cancel(
    words: str, save: Press, cancel: Press, *, busy: bool, identifier: str, translator: Translator
) -> list[ft.Control]:
    """The two ends of a form."""
    return [
        primary_button(words, save, disabled=busy, identifier=f"{identifier}-save"),
        quiet_button(translator.text("follow_up.cancel"), cancel, identifier=f"{identifier}-cancel"),
    ]


def field(
    label: str,
    text: FieldText,
    keep: Callable[[str], None],
    *,
    identifier: str,
    problem: str = "",
    takes_focus: bool = False,
    on_submit: Press | None = None,
    called: str = "",
) -> ft.Control:
    """One line to type in, found by its identifier; `on_submit` for Enter."""
    box = Field(
        label,
        text,
        on_change=keep,
        on_submit=(lambda _: on_submit()) if on_submit else None,
        problem=problem,
        takes_focus=takes_focus,
        called=called,
    )
    return identified(identifier, box) if identifier else box


def stretched(parts: Sequence[ft.Control], *, spacing: float) -> ft.Column:
    """The parts one below the other, each as wide as there is room."""
    return ft.Column(
        controls=list(parts), spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
