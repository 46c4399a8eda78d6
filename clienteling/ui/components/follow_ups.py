"""One promise to a customer: as a row with what can be done about it, and the form that makes or changes one."""

from datetime import date, datetime, timedelta
from typing import Final

import flet as ft

from clienteling.domain.naming import addressed
from clienteling.domain.views import FollowUpView
from clienteling.i18n import Formats
from clienteling.ui.components.contact_form import shown_day, typed_day
from clienteling.ui.components.serving_forms import day_choice, draft_key, field, form, save_and_cancel, stretched
from clienteling.ui.components.serving_rows import serving_row, serving_words
from clienteling.ui.field_text import use_kept_text
from clienteling.ui.hooks import use_action, use_formats, use_now, use_preferences, use_session, use_state
from clienteling.ui.kit import Press, card, icon_button, identified, primary_button, quiet_button, safe, text_button
from clienteling.ui.theme import Role

FOLLOW_UP: Final = "follow-up"
_FIELDS: Final = ("subject", "due_on")
_ENDING, _CHANGING = "ending", "changing"


def due_words(view: FollowUpView, formats: Formats, *, today: date) -> str:
    """`Paling lambat hari ini`; of one that is late, that it is."""
    text = formats.translator.text
    when = formats.near_day(view.due_on, today=today)
    return text("follow_up.overdue", when=when) if view.overdue else text("follow_up.due", when=when)


@safe
def FollowUpRow(view: FollowUpView, now: datetime, *, named: bool = False) -> ft.Control:
    """What was promised, by when and by whom. `named`: among those of other customers; the row opens the customer."""
    session = use_session()
    formats = use_formats()
    text = formats.translator.text
    opened, set_opened = use_state("")
    due = due_words(view, formats, today=formats.date_of(now))
    promised_by = text("follow_up.by", name=view.author) if view.author else ""
    about = [view.assignee or promised_by, "" if view.here else view.store]
    name = addressed(view.salutation, view.customer_name) if named else ""

    def toggle(part: str) -> None:
        set_opened(lambda before: "" if before == part else part)

    ending = opened == _ENDING
    ends: list[ft.Control] = [
        quiet_button(
            text("app.close" if ending else "follow_up.done"),
            lambda: toggle(_ENDING),
            identifier=f"follow-up-done-{view.id}",
        )
    ]
    if not named:
        ends.append(
            icon_button(
                ft.Icons.EDIT_OUTLINED,
                text("follow_up.change", subject=view.subject),
                lambda: toggle(_CHANGING),
                identifier=f"follow-up-change-{view.id}",
            )
        )
    words = serving_words(
        name or view.subject,
        view.subject if name else "",
        about=about,
        waits=due if view.overdue else "",
        plain="" if view.overdue else due,
        unsent=text("note.pending") if view.pending else "",
    )
    below: list[ft.Control] = []
    if ending:
        below.append(FollowUpEnd(view, lambda: set_opened("")))
    elif opened == _CHANGING:
        below.append(FollowUpForm(view.customer_id, lambda: set_opened(""), changing=view))
    return serving_row(
        words,
        ends,
        below,
        label=", ".join(part for part in (name, view.subject, due, *about) if part),
        identifier=f"follow-up-{view.id}",
        on_press=(lambda: session.open_customer(view.customer_id)) if named else None,
    )


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
    """What is promised and by when; tomorrow, unless somebody says otherwise."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text
    today = formats.date_of(use_now())
    due_on = changing.due_on if changing else today + timedelta(days=1)
    first, _ = use_state((changing.subject if changing else "", due_on.isoformat()))
    key = "" if changing else draft_key(FOLLOW_UP, customer_id, preferences.associate_id)
    subject, keep_subject = use_kept_text(key, first[0])
    day, keep_day = use_kept_text(key and f"{key}:day", shown_day(due_on))

    def save() -> None:
        author_id, typed = preferences.associate_id or "", typed_day(day.text)
        if changing is None:
            session.services.create_follow_up(customer_id, subject.text, typed, author_id=author_id)
        else:
            edits = {"subject": (first[0], subject.text), "due_on": (first[1], typed)}
            session.services.edit_follow_up(changing.id, edits, author_id=author_id)

    def give_up() -> None:
        keep_subject("")
        keep_day("")
        close()

    saving = use_action(save, done=lambda _: give_up(), once=True)

    def wrong(name: str) -> str:
        return saving.problem.of_in_words(name, translator) if saving.problem is not None else ""

    day_box = field(
        text("follow_up.day_field"), day, keep_day, identifier="", problem=wrong("due_on"), on_submit=saving.run
    )
    fields = [
        field(
            text("follow_up.subject_field"),
            subject,
            keep_subject,
            identifier="follow-up-subject",
            problem=wrong("subject"),
            takes_focus=takes_focus,
            on_submit=saving.run,
        ),
        day_choice(day, keep_day, day_box, today=today, translator=translator, identifier=FOLLOW_UP),
    ]
    return form(
        text("follow_up.title_change" if changing else "follow_up.title"),
        fields,
        save_and_cancel(
            text("follow_up.save"),
            saving.run,
            give_up,
            busy=saving.busy,
            identifier=FOLLOW_UP,
            translator=translator,
        ),
        identifier="follow-up-form",
        problem=saving.problem,
        shown=_FIELDS,
        translator=translator,
    )
