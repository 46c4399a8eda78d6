"""What the forms of promises, appointments and talks share: a day to choose, a time as people type it, the ends.

What is typed into a new one outlives the screen (`use_kept_text`) until it is on disk or given up.
"""

import functools
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

import flet as ft

from clienteling.i18n import Translator
from clienteling.ui.components.contact_form import shown_day
from clienteling.ui.field_text import FieldText
from clienteling.ui.hooks import ActionProblem
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
_SPOKEN_TIME: Final = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?")


def typed_time(text: str) -> str:
    """`15:30` for `15.30`, `15:00` for `15`; anything else unchanged, for the use case to judge."""
    found = _SPOKEN_TIME.fullmatch(text.strip())
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else text.strip()


def draft_key(of: str, customer_id: str, associate_id: str | None) -> str:
    """Where the session keeps what this associate has typed and not saved yet."""
    return f"{of}:{customer_id}:{associate_id}"


def day_choice(
    day: FieldText,
    keep: Callable[[str], None],
    box: ft.Control,
    *,
    today: date,
    translator: Translator,
    identifier: str,
) -> ft.Control:
    """The days one mostly means, to press, beside the field for any other; a press fills the field."""
    buttons: list[ft.Control] = []
    for name, days in _DAYS:
        words = shown_day(today + timedelta(days=days))
        buttons.append(
            choice_button(
                translator.text(f"day.{name}"),
                functools.partial(_fill, day, keep, words),
                chosen=day.text.strip() == words,
                identifier=f"{identifier}-{name}",
            )
        )
    return stretched(
        [ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT), identified(f"{identifier}-day", box)],
        spacing=GAP - 4,  # the label of the field stands on its upper edge
    )


def _fill(day: FieldText, keep: Callable[[str], None], words: str) -> None:
    day.show(words)
    keep(words)


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
) -> ft.Control:
    """One line to type in, found by its identifier; `on_submit` for Enter."""
    box = Field(
        label,
        text,
        on_change=keep,
        on_submit=(lambda _: on_submit()) if on_submit else None,
        problem=problem,
        takes_focus=takes_focus,
    )
    return identified(identifier, box) if identifier else box


def stretched(parts: Sequence[ft.Control], *, spacing: float) -> ft.Column:
    """The parts one below the other, each as wide as there is room."""
    return ft.Column(
        controls=list(parts), spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
