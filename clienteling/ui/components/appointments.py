"""One appointment: as a row with what can be done about it, and the form that books or changes one."""

import functools
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import flet as ft

from clienteling.domain.naming import addressed
from clienteling.domain.views import AppointmentView
from clienteling.i18n import Formats, Translator
from clienteling.ui.components.contact_form import shown_day, typed_day
from clienteling.ui.components.serving_forms import (
    day_choice,
    draft_key,
    field,
    form,
    save_and_cancel,
    side_by_side,
    typed_time,
)
from clienteling.ui.components.serving_rows import serving_row, serving_words
from clienteling.ui.field_text import FieldText, use_kept_text
from clienteling.ui.hooks import Action, use_action, use_formats, use_now, use_preferences, use_session, use_state
from clienteling.ui.kit import Press, chip, detail_text, icon_button, quiet_button, safe, text_button
from clienteling.ui.theme import Role

APPOINTMENT: Final = "appointment"
BOOKED: Final = "booked"
_FIELDS: Final = ("local_date", "local_time", "minutes", "subject")
_USUAL_MINUTES: Final = "30"
_CALLED: Final = {"kept": "kept", "no_show": "missed"}
"""Their buttons, by what became of it."""


def when_words(view: AppointmentView, formats: Formats, *, today: date) -> str:
    """`Besok 15.30`, by the clock of its store."""
    day = formats.near_day(view.day, today=today)
    return formats.translator.text(
        "appointment.when", day=day[:1].upper() + day[1:], time=formats.wall_time(view.at_time)
    )


@safe
def AppointmentRow(view: AppointmentView, now: datetime, *, named: bool = False) -> ft.Control:
    """When, what for, with whom. `named`: among those of other customers today; the row opens the customer."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text
    today = formats.date_of(now)
    changing, set_changing = use_state(False)

    def close_as(status: str) -> None:
        session.services.close_appointment(view.id, status, seen=view.status, author_id=preferences.associate_id or "")

    closing = use_action(close_as)
    name = addressed(view.salutation, view.customer_name) if named else ""
    when = formats.wall_time(view.at_time) if named else when_words(view, formats, today=today)
    lasts = text("appointment.lasts", count=view.minutes) if view.minutes else ""
    who = text("appointment.with", name=view.associate or view.author) if view.associate or view.author else ""
    over = text("appointment.over") if view.status == BOOKED and view.day < today else ""
    about = [lasts, who, "" if view.here else view.store]
    ends = _ends(view, closing, translator, due=view.day <= today)
    if not named:
        ends.append(
            icon_button(
                ft.Icons.EDIT_OUTLINED,
                text("appointment.change", subject=view.subject),
                lambda: set_changing(not changing),
                identifier=f"appointment-change-{view.id}",
            )
        )
    below: list[ft.Control] = []
    if closing.problem is not None:
        below.append(detail_text(closing.problem.in_words(translator), color=Role.REFUSED))
    if changing:
        below.append(AppointmentForm(view.customer_id, lambda: set_changing(False), changing=view))
    words = serving_words(
        f"{when} · {name}" if name else when,
        view.subject,
        about=about,
        waits=over,
        unsent=text("note.pending") if view.pending else "",
    )
    return serving_row(
        words,
        ends,
        below,
        label=", ".join(part for part in (when, name, view.subject, over, *about) if part),
        identifier=f"appointment-{view.id}",
        on_press=(lambda: session.open_customer(view.customer_id)) if named else None,
    )


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
    """Day, time, how long and what for; of one that is booked, also that it is off."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text
    today = formats.date_of(use_now())
    first, _ = use_state(_values(changing, today))
    key = "" if changing else draft_key(APPOINTMENT, customer_id, preferences.associate_id)
    subject, keep_subject = use_kept_text(key, first["subject"])
    day, keep_day = use_kept_text(key and f"{key}:day", shown_day(date.fromisoformat(first["local_date"])))
    at_time, keep_time = use_kept_text(key and f"{key}:time", first["local_time"])
    minutes, keep_minutes = use_kept_text(key and f"{key}:minutes", first["minutes"])

    def typed() -> dict[str, str]:
        return {
            "local_date": typed_day(day.text),
            "local_time": typed_time(at_time.text),
            "minutes": minutes.text.strip(),
            "subject": subject.text,
        }

    def save() -> None:
        values, author_id = typed(), preferences.associate_id or ""
        if changing is None:
            session.services.book_appointment(customer_id, **values, author_id=author_id)
        else:
            edits = {name: (first[name], values[name]) for name in _FIELDS}
            session.services.edit_appointment(changing.id, edits, author_id=author_id)

    def call_off() -> None:
        if changing is not None:
            session.services.close_appointment(
                changing.id, "cancelled", seen=changing.status, author_id=preferences.associate_id or ""
            )

    def give_up() -> None:
        for keep in (keep_subject, keep_day, keep_time, keep_minutes):
            keep("")
        close()

    saving = use_action(save, done=lambda _: give_up(), once=True)
    ending = use_action(call_off, done=lambda _: close(), once=True)

    def one_line(
        name: str, label: str, value: FieldText, keep: Callable[[str], None], *, called: str, focus: bool = False
    ) -> ft.Control:
        wrong = saving.problem.of_in_words(name, translator) if saving.problem is not None else ""
        return field(label, value, keep, identifier=called, problem=wrong, takes_focus=focus, on_submit=saving.run)

    day_box = one_line("local_date", text("appointment.day_field"), day, keep_day, called="")
    times = [
        one_line("local_time", text("appointment.time_field"), at_time, keep_time, called="appointment-time"),
        one_line("minutes", text("appointment.minutes_field"), minutes, keep_minutes, called="appointment-minutes"),
    ]
    fields = [
        one_line(
            "subject",
            text("appointment.subject_field"),
            subject,
            keep_subject,
            called="appointment-subject",
            focus=takes_focus,
        ),
        day_choice(day, keep_day, day_box, today=today, translator=translator, identifier=APPOINTMENT),
        side_by_side(times),
    ]
    ends = save_and_cancel(
        text("appointment.save"),
        saving.run,
        give_up,
        busy=saving.busy or ending.busy,
        identifier=APPOINTMENT,
        translator=translator,
    )
    if changing is not None:
        ends.append(text_button(text("appointment.call_off"), ending.run, identifier="appointment-off"))
    return form(
        text("appointment.title_change" if changing else "appointment.title"),
        fields,
        ends,
        identifier="appointment-form",
        problem=saving.problem or ending.problem,
        shown=_FIELDS,
        translator=translator,
    )


def _values(changing: AppointmentView | None, today: date) -> dict[str, str]:
    """What the form begins with, as the use case takes it."""
    if changing is None:
        tomorrow = (today + timedelta(days=1)).isoformat()
        return {"local_date": tomorrow, "local_time": "", "minutes": _USUAL_MINUTES, "subject": ""}
    return {
        "local_date": changing.day.isoformat(),
        "local_time": f"{changing.at_time:%H:%M}",
        "minutes": str(changing.minutes),
        "subject": changing.subject,
    }
