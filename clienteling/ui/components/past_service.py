"""What was done for a customer, as rows between their purchases: promises, appointments, talks, holds that ended."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import AppointmentView, CustomerView, FollowUpView, HoldView, InteractionView
from clienteling.i18n import Formats
from clienteling.ui.components.appointments import BOOKED, use_closing
from clienteling.ui.components.holds import hold_item, hold_words
from clienteling.ui.components.promises import told_holds
from clienteling.ui.components.serving_forms import stretched
from clienteling.ui.hooks import use_action, use_formats, use_preferences, use_session, use_state
from clienteling.ui.kit import body_text, detail_text, identified, quiet_button, safe, text_button, waiting_chip
from clienteling.ui.text_size import beside, scaled
from clienteling.ui.theme import GAP, UNIT, Role

DATE_WIDTH: Final = 88
_CLOSED: Final = ("kept", "no_show", "cancelled")

Done = FollowUpView | AppointmentView | InteractionView | HoldView


@dataclass(frozen=True, slots=True)
class Past:
    """Something that is over. `at`: its place among the others."""

    at: datetime
    what: Done


def past_of(view: CustomerView, *, now: datetime) -> tuple[Past, ...]:
    """Everything that is over and is not told among what was promised, the newest first."""
    told = {one.id for one in told_holds(view, now=now)}
    past = [Past(one.done_at or one.written_at, one) for one in view.follow_ups if one.status != "open"]
    past += [Past(one.starts_at, one) for one in view.appointments if one.status != BOOKED]
    past += [Past(one.at, one) for one in view.interactions]
    past += [Past(one.until or one.requested_at, one) for one in view.holds if one.id not in told]
    return tuple(sorted(past, key=lambda one: (one.at, one.what.id), reverse=True))


def past_words(what: Done, formats: Formats, *, now: datetime) -> tuple[str, list[str]]:
    """What it was, and the details."""
    translator = formats.translator
    text = translator.text
    match what:
        case FollowUpView():
            kind = translator.text_or(f"follow_up.status_{what.status}", "follow_up.title")
            return what.subject, [f"{text('follow_up.title')}: {kind.lower()}", what.done_by, *what.outcomes]
        case AppointmentView():
            status = translator.text_or(f"appointment.status_{what.status}", "appointment.title")
            when = formats.wall_time(what.at_time)
            return what.subject, [f"{text('appointment.title')} {when}: {status.lower()}", what.associate, what.store]
        case InteractionView():
            over = translator.text_or(f"interaction.channel_{what.channel}", "interaction.talked")
            began = translator.text_or(f"interaction.direction_{what.direction}", "interaction.talked")
            return what.summary or text("interaction.talked"), [over, began, what.author, what.store]
        case HoldView():
            return hold_item(what), [hold_words(what, formats, now=now), what.author]


@safe
def PastRow(past: Past, now: datetime) -> ft.Control:
    """The day, what it was, and where it can be taken up again, the way to that."""
    formats = use_formats()
    text = formats.translator.text
    what = past.what
    title, details = past_words(what, formats, now=now)
    lines: list[ft.Control] = [
        body_text(title, lines=2),
        detail_text(" · ".join(dict.fromkeys(one for one in details if one)), lines=3),
    ]
    if what.pending:
        lines.append(ft.Row(controls=[waiting_chip(text("note.pending"))]))
    row = beside(
        [
            ft.Container(
                detail_text(formats.day(past.at, today=formats.date_of(now)), color=Role.TEXT),
                width=scaled(DATE_WIDTH),
                padding=ft.Padding.only(top=3),
            ),
            ft.Column(controls=lines, spacing=2, tight=True, expand=True),
            *_ends(what),
        ],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    ground = ft.Container(row, padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT))
    return stretched([identified(f"past-{what.id}", ground), ft.Divider(height=1, color=Role.LINE)], spacing=0)


def _ends(what: Done) -> list[ft.Control]:
    match what:
        case FollowUpView() if what.finish_ids:
            return [Reopening(what)]
        case AppointmentView():
            return [Mending(what)]
        case _:
            return []


@safe
def Reopening(view: FollowUpView) -> ft.Control:
    """Takes a promise up again."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()

    def reopen() -> None:
        session.services.reopen_follow_up(view.id, view.finish_ids, author_id=preferences.associate_id or "")

    reopening = use_action(reopen)
    button = text_button(formats.translator.text("follow_up.reopen"), reopening.run, identifier=f"reopen-{view.id}")
    if reopening.problem is None:
        return button
    said = detail_text(reopening.problem.in_words(formats.translator), color=Role.REFUSED)
    return ft.Column(controls=[button, said], spacing=0, tight=True)


@safe
def Mending(view: AppointmentView) -> ft.Control:
    """Says otherwise what became of an appointment."""
    formats = use_formats()
    text = formats.translator.text
    opened, set_opened = use_state(False)
    closing = use_closing(view, done=lambda _: set_opened(False))
    if not opened:
        return text_button(text("appointment.mend"), lambda: set_opened(True), identifier=f"mend-{view.id}")
    others = [one for one in _CLOSED if one != view.status]
    parts: list[ft.Control] = [_status_button(one, closing.run, view.id, formats) for one in others]
    if closing.problem is not None:
        parts.append(detail_text(closing.problem.in_words(formats.translator), color=Role.REFUSED))
    return ft.Column(controls=parts, spacing=UNIT, tight=True)


def _status_button(status: str, choose: Callable[[str], None], appointment_id: str, formats: Formats) -> ft.Control:
    words = formats.translator.text(f"appointment.status_{status}")
    return quiet_button(words, functools.partial(choose, status), identifier=f"mend-{status}-{appointment_id}")
