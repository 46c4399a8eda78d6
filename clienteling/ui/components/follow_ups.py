"""One promise to a customer: as a row with what can be done about it, and the form that makes or changes one."""

from datetime import date, datetime, timedelta
from typing import Final

import flet as ft

from clienteling.domain.naming import addressed
from clienteling.domain.views import FollowUpView
from clienteling.i18n import Formats
from clienteling.ui.components.contact_form import shown_day, typed_day
from clienteling.ui.components.drafts import Edits, draft_key, use_draft, use_opened
from clienteling.ui.components.reach import not_by_words
from clienteling.ui.components.serving_forms import field, stretched, typed_alone, use_serving_form
from clienteling.ui.components.serving_rows import change_button, serving_row, serving_words
from clienteling.ui.field_text import use_kept_text
from clienteling.ui.hooks import use_action, use_formats, use_now, use_preferences, use_session
from clienteling.ui.kit import Press, card, identified, keyed, primary_button, quiet_button, safe, text_button
from clienteling.ui.theme import Role

FOLLOW_UP: Final = "follow-up"
_CHANGED: Final = "follow-up-changed"
_ENDING = "ending"


def due_words(view: FollowUpView, formats: Formats, *, today: date) -> str:
    """`Paling lambat hari ini`; of one that is late, that it is."""
    text = formats.translator.text
    when = formats.near_day(view.due_on, today=today)
    return text("follow_up.overdue", when=when) if view.overdue else text("follow_up.due", when=when)


@safe
def FollowUpRow(view: FollowUpView, now: datetime, *, named: bool = False) -> ft.Control:
    """What was promised, by when and by whom. `named`: among those of other customers; the row opens the customer."""
    session = use_session()
    author_id = use_preferences().associate_id or ""
    formats = use_formats()
    text = formats.translator.text
    half_changed = not named and draft_key(_CHANGED, view.id, author_id) in session.kept
    opened = use_opened(_CHANGED if half_changed else "")
    words, label = _words(view, formats, now, named=named)
    below: list[ft.Control] = []
    if opened.part == _ENDING:
        below.append(FollowUpEnd(view, opened.close))
    elif opened.part == _CHANGED:
        focus, key = opened.was_asked_for, f"{_CHANGED}:{author_id}"
        below.append(keyed(key, FollowUpForm, view.customer_id, opened.close, changing=view, takes_focus=focus))
    ends: list[ft.Control] = [
        quiet_button(
            text("app.close" if opened.part == _ENDING else "follow_up.done"),
            lambda: opened.toggle(_ENDING),
            identifier=f"follow-up-done-{view.id}",
        )
    ]
    if not named:
        change = text("follow_up.change", subject=view.subject)
        ends.append(change_button(change, lambda: opened.toggle(_CHANGED), identifier=f"follow-up-change-{view.id}"))
    return serving_row(
        words,
        ends,
        below,
        label=label,
        identifier=f"follow-up-{view.id}",
        on_press=(lambda: session.open_customer(view.customer_id)) if named else None,
    )


def _words(view: FollowUpView, formats: Formats, now: datetime, *, named: bool) -> tuple[ft.Control, str]:
    """The row's words, and the same as one sentence."""
    text = formats.translator.text
    due = due_words(view, formats, today=formats.date_of(now))
    promised_by = text("follow_up.by", name=view.author) if view.author else ""
    about = [view.assignee or promised_by, "" if view.here else view.store]
    name = addressed(view.salutation, view.customer_name) if named else ""
    not_by = not_by_words(view.not_by, formats)
    words = serving_words(
        name or view.subject,
        view.subject if name else "",
        about=about,
        waits=due if view.overdue else "",
        plain="" if view.overdue else due,
        refused=not_by,
        unsent=text("note.pending") if view.pending else "",
    )
    return words, ", ".join(part for part in (name, view.subject, due, *about, not_by) if part)


@safe
def FollowUpEnd(view: FollowUpView, close: Press) -> ft.Control:
    """What came of it, and that it is done; or that nobody needs it any more."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    text = formats.translator.text
    outcome, keep = use_kept_text(draft_key("outcome", view.id, preferences.associate_id))

    def finish(status: str) -> None:
        session.services.finish_follow_up(
            view.id, author_id=preferences.associate_id or "", status=status, outcome=outcome.text
        )

    def finished(_: None) -> None:
        keep("")
        close()

    finishing = use_action(finish, done=finished, once=True)
    problem = finishing.problem
    box = field(
        text("follow_up.outcome_field"),
        outcome,
        keep,
        identifier=f"follow-up-outcome-{view.id}",
        problem=problem.in_words(formats.translator) if problem is not None else "",
        on_submit=lambda: finishing.run("done"),
    )
    done = primary_button(
        text("follow_up.done_yes"),
        lambda: finishing.run("done"),
        disabled=finishing.busy,
        identifier=f"follow-up-done-yes-{view.id}",
    )
    off = text_button(
        text("follow_up.call_off"), lambda: finishing.run("cancelled"), identifier=f"follow-up-off-{view.id}"
    )
    buttons = ft.Row(controls=[done, off], wrap=True, spacing=8, run_spacing=8)
    return identified(f"follow-up-end-{view.id}", card(stretched([box, buttons], spacing=12), role=Role.SUNKEN))


@safe
def FollowUpForm(
    customer_id: str, close: Press, *, changing: FollowUpView | None = None, takes_focus: bool = True
) -> ft.Control:
    """What is promised, by when and by whom; by tomorrow and whoever writes it, unless they say otherwise."""
    services = use_session().services
    author_id = use_preferences().associate_id or ""
    formats = use_formats()
    text = formats.translator.text
    today = formats.date_of(use_now())
    key = draft_key(_CHANGED, changing.id, author_id) if changing else draft_key(FOLLOW_UP, customer_id, author_id)
    draft = use_draft(key, _shown(changing, today, author_id))

    def write(edits: Edits) -> None:
        if changing is None:
            services.create_follow_up(customer_id, **typed_alone(edits), author_id=author_id)
        else:
            services.edit_follow_up(changing.id, edits, author_id=author_id)

    opened = use_serving_form(FOLLOW_UP, draft, write, close, kept_as={"due_on": typed_day})
    known = {changing.assignee_id or "": changing.assignee} if changing else {}
    fields = [
        opened.line("subject", text("follow_up.subject_field"), called="subject", takes_focus=takes_focus),
        opened.day("due_on", text("follow_up.day_field"), today),
        opened.who("assignee_id", text("follow_up.assignee_id"), known),
    ]
    return opened.card(
        text("follow_up.title_change" if changing else "follow_up.title"), fields, text("follow_up.save")
    )


def _shown(changing: FollowUpView | None, today: date, author_id: str) -> dict[str, str]:
    """What the form begins with."""
    if changing is None:
        return {"subject": "", "due_on": shown_day(today + timedelta(days=1)), "assignee_id": author_id}
    return {
        "subject": changing.subject,
        "due_on": shown_day(changing.due_on),
        "assignee_id": changing.assignee_id or "",
    }
