"""One appointment: as a row with what can be done about it, and the form that books or changes one."""

import functools
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

import flet as ft

from clienteling.domain.naming import addressed
from clienteling.domain.views import AppointmentView
from clienteling.i18n import Formats, Translator
from clienteling.ui.components.contact_form import shown_day, typed_day
from clienteling.ui.components.drafts import Edits, draft_key, use_draft, use_opened
from clienteling.ui.components.reach import not_by_words
from clienteling.ui.components.serving_forms import side_by_side, typed_alone, typed_time, use_serving_form
from clienteling.ui.components.serving_rows import change_button, serving_row, serving_words
from clienteling.ui.hooks import (
    Action,
    use_action,
    use_formats,
    use_now,
    use_preferences,
    use_session,
    use_text,
)
from clienteling.ui.kit import Press, chip, detail_text, keyed, quiet_button, safe, text_button
from clienteling.ui.theme import Role

APPOINTMENT: Final = "appointment"
_CHANGED: Final = "appointment-changed"
BOOKED: Final = "booked"
_KEPT_AS: Final[Mapping[str, Callable[[str], str]]] = {
    "local_date": typed_day,
    "local_time": typed_time,
    "minutes": str.strip,
}
_USUAL_MINUTES: Final = "30"
_CALLED: Final = {"kept": "kept", "no_show": "missed"}
"""Their buttons, by what became of it."""


def when_words(view: AppointmentView, formats: Formats, *, today: date) -> str:
    """`Besok 15.30`, by the clock of its store."""
    day = formats.near_day(view.day, today=today)
    return formats.translator.text(
        "appointment.when", day=day[:1].upper() + day[1:], time=formats.wall_time(view.at_time)
    )


def use_closing(
    view: AppointmentView, *, done: Callable[[None], None] | None = None, once: bool = False
) -> Action[[str]]:
    """Says what became of it: `run` with kept, no_show or cancelled."""
    session = use_session()
    preferences = use_preferences()

    def close_as(status: str) -> None:
        session.services.close_appointment(view.id, status, seen=view.status, author_id=preferences.associate_id or "")

    return use_action(close_as, done=done, once=once)


@safe
def AppointmentRow(view: AppointmentView, now: datetime, *, named: bool = False) -> ft.Control:
    """When, what for, with whom. `named`: among those of other customers today; the row opens the customer."""
    session = use_session()
    author_id = use_preferences().associate_id or ""
    formats = use_formats()
    translator = formats.translator
    today = formats.date_of(now)
    half_changed = not named and draft_key(_CHANGED, view.id, author_id) in session.kept
    opened = use_opened(_CHANGED if half_changed else "")
    closing = use_closing(view)
    words, label = _words(view, formats, today, named=named)
    ends = _ends(view, closing, translator, due=view.day <= today)
    if not named:
        change = translator.text("appointment.change", subject=view.subject)
        ends.append(change_button(change, lambda: opened.toggle(_CHANGED), identifier=f"appointment-change-{view.id}"))
    below: list[ft.Control] = []
    if closing.problem is not None:
        below.append(detail_text(closing.problem.in_words(translator), color=Role.REFUSED))
    if opened.part:
        focus, key = opened.was_asked_for, f"{_CHANGED}:{author_id}"
        below.append(keyed(key, AppointmentForm, view.customer_id, opened.close, changing=view, takes_focus=focus))
    return serving_row(
        words,
        ends,
        below,
        label=label,
        identifier=f"appointment-{view.id}",
        on_press=(lambda: session.open_customer(view.customer_id)) if named else None,
    )


def _words(view: AppointmentView, formats: Formats, today: date, *, named: bool) -> tuple[ft.Control, str]:
    """The row's words, and the same as one sentence."""
    text = formats.translator.text
    name = addressed(view.salutation, view.customer_name) if named else ""
    when = formats.wall_time(view.at_time) if named else when_words(view, formats, today=today)
    lasts = text("appointment.lasts", count=view.minutes) if view.minutes else ""
    who = text("appointment.by", name=view.author) if view.author else ""
    if view.associate:
        who = text("appointment.with", name=view.associate)
    over = text("appointment.over") if view.status == BOOKED and view.day < today else ""
    about = [lasts, who, "" if view.here else view.store]
    not_by = not_by_words(view.not_by, formats) if view.status == BOOKED else ""
    words = serving_words(
        f"{when} · {name}" if name else when,
        view.subject,
        about=about,
        waits=over,
        refused=not_by,
        unsent=text("note.pending") if view.pending else "",
    )
    return words, ", ".join(part for part in (when, name, view.subject, over, *about, not_by) if part)


def _ends(view: AppointmentView, closing: Action[[str]], translator: Translator, *, due: bool) -> list[ft.Control]:
    """What became of it; of one that is due and still booked, the two ways to say so."""
    if view.status != BOOKED:
        return [chip(translator.text_or(f"appointment.status_{view.status}", "appointment.title"))]
    if not due:
        return []
    said = (("kept", translator.text("appointment.came")), ("no_show", translator.text("appointment.missed")))
    return [
        quiet_button(
            words,
            functools.partial(closing.run, status),
            disabled=closing.busy,
            identifier=f"appointment-{_CALLED[status]}-{view.id}",
        )
        for status, words in said
    ]


@safe
def AppointmentForm(
    customer_id: str, close: Press, *, changing: AppointmentView | None = None, takes_focus: bool = True
) -> ft.Control:
    """Day, time, how long, what for and with whom; of one that is booked, also that it is off."""
    services = use_session().services
    author_id = use_preferences().associate_id or ""
    formats = use_formats()
    text = formats.translator.text
    today = formats.date_of(use_now())
    key = draft_key(_CHANGED, changing.id, author_id) if changing else draft_key(APPOINTMENT, customer_id, author_id)
    draft = use_draft(key, _shown(changing, today, author_id))

    def write(edits: Edits) -> None:
        if changing is None:
            services.book_appointment(customer_id, **typed_alone(edits), author_id=author_id)
        else:
            services.edit_appointment(changing.id, edits, author_id=author_id)

    opened = use_serving_form(APPOINTMENT, draft, write, close, kept_as=_KEPT_AS)
    known = {changing.associate_id or "": changing.associate} if changing else {}
    times = [
        opened.line("local_time", text("appointment.time_field"), called="time"),
        opened.line("minutes", text("appointment.minutes_field"), called="minutes"),
    ]
    fields = [
        opened.line("subject", text("appointment.subject_field"), called="subject", takes_focus=takes_focus),
        opened.day("local_date", text("appointment.day_field"), today),
        side_by_side(times),
        opened.who("associate_id", text("appointment.associate_id"), known),
    ]
    off = [CallOff(changing, opened.give_up)] if changing else []
    title = text("appointment.title_change" if changing else "appointment.title")
    return opened.card(title, fields, text("appointment.save"), also=off)


@safe
def CallOff(view: AppointmentView, done: Press) -> ft.Control:
    """Says that they are not coming."""
    translator = use_text()
    closing = use_closing(view, done=lambda _: done(), once=True)
    words = translator.text("appointment.call_off")
    button = text_button(words, functools.partial(closing.run, "cancelled"), identifier="appointment-off")
    if closing.problem is None:
        return button
    said = detail_text(closing.problem.in_words(translator), color=Role.REFUSED)
    return ft.Column(controls=[button, said], spacing=0, tight=True)


def _shown(changing: AppointmentView | None, today: date, author_id: str) -> dict[str, str]:
    """What the form begins with."""
    if changing is None:
        return {
            "local_date": shown_day(today + timedelta(days=1)),
            "local_time": "",
            "minutes": _USUAL_MINUTES,
            "subject": "",
            "associate_id": author_id,
        }
    return {
        "local_date": shown_day(changing.day),
        "local_time": f"{changing.at_time:%H:%M}",
        "minutes": str(changing.minutes),
        "subject": changing.subject,
        "associate_id": changing.associate_id or "",
    }
