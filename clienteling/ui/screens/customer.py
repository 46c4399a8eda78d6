"""Customer: the person in one screenful, then what they bought, wish for, said and agreed to.

What stands here comes from the local store alone and is drawn again when rows change; what is being typed is kept by
the parts that take it.
"""

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Protocol

import flet as ft

from clienteling.domain.access import Access
from clienteling.domain.views import CustomerView
from clienteling.ui.components.appointments import APPOINTMENT, AppointmentForm
from clienteling.ui.components.consent import Consents
from clienteling.ui.components.consent_ledger import ConsentLedger
from clienteling.ui.components.contact_form import ContactForm
from clienteling.ui.components.customer_header import (
    Facts,
    Prohibitions,
    RestrictedBanner,
    SayFirstLine,
    StandingRow,
    name_line,
)
from clienteling.ui.components.drafts import Opened, draft_key, use_opened
from clienteling.ui.components.follow_ups import FOLLOW_UP, FollowUpForm
from clienteling.ui.components.notes import Notes
from clienteling.ui.components.promises import Promises, is_owed_anything
from clienteling.ui.components.reach import WaysToReach
from clienteling.ui.components.serving_forms import stretched
from clienteling.ui.components.talks import TALK, TalkForm
from clienteling.ui.components.timeline import History, OpenCart
from clienteling.ui.components.wishlist import Wishlist
from clienteling.ui.components.wishlist_adding import WishAdding
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_action,
    use_customer,
    use_now,
    use_preferences,
    use_session,
    use_state,
    use_text,
    use_wide,
)
from clienteling.ui.kit import Press, body_text, icon_button, keyed, primary_button, quiet_button, safe, scrolling
from clienteling.ui.places import CustomerPlace, CustomerTab, TurnedPlace
from clienteling.ui.rights import handles_requests, use_rights
from clienteling.ui.screens.customer_absent import CustomerAbsent, CustomerFailed
from clienteling.ui.screens.customer_questions import OpenQuestions
from clienteling.ui.screens.customer_tabs import TabRow
from clienteling.ui.screens.customer_waiting import CustomerSkeleton
from clienteling.ui.screens.requests import ToRequests
from clienteling.ui.text_size import is_large
from clienteling.ui.theme import GAP, UNIT, Role

_ADDING, _EDITING = "adding", "editing"


class _NewForm(Protocol):
    def __call__(self, customer_id: str, close: Press, *, takes_focus: bool) -> ft.Control: ...


_FORMS: Final[Mapping[str, _NewForm]] = {FOLLOW_UP: FollowUpForm, APPOINTMENT: AppointmentForm, TALK: TalkForm}
"""What opens below the actions, by the name under which its draft is kept."""


@safe
def CustomerScreen(customer_id: str, tab: CustomerTab = CustomerTab.HISTORY) -> ft.Control:
    """The customer, or why there is none to show."""
    customer = use_customer(customer_id)
    was_here = ft.use_ref(False)
    match customer:
        case Loading(slow):
            return scrolling(CustomerSkeleton()) if slow else ft.Container()
        case Failed(code):
            return scrolling(CustomerFailed(code))
        case Ready(None):
            return scrolling(CustomerAbsent(customer_id, left=bool(was_here.current)))
        case Ready(view):
            pass
    assert view is not None
    was_here.current = True
    return CustomerBody(view, tab)


@safe
def CustomerBody(view: CustomerView, tab: CustomerTab) -> ft.Control:
    """The first screenful and the tabs. Which tab is open stands in the address: reload and back keep it."""
    session = use_session()
    now = use_now().replace(second=0, microsecond=0)
    preferences = use_preferences()
    translator = use_text()
    drafted = (one for one in _FORMS if session.kept.get(draft_key(one, view.id, preferences.associate_id)))
    opened = use_opened(next(drafted, ""))
    note_presses, set_note_presses = use_state(0)

    def choose(chosen: CustomerTab) -> None:
        if chosen is not tab:
            session.go(CustomerPlace(view.id, chosen))

    def note_editing() -> None:
        session.services.note_access(
            Access.REVEALED, author_id=preferences.associate_id, customer_id=view.id, field="form", turned=0
        )

    editing = use_action(note_editing, done=lambda _: opened.toggle(_EDITING))

    def toggle(part: str) -> None:
        if part == _EDITING:  # the form has phone and e-mail in full
            editing.run()
        else:
            opened.toggle(part)

    def start_note() -> None:
        choose(CustomerTab.NOTES)
        set_note_presses(lambda before: before + 1)

    may_open_requests = handles_requests(session.services, use_rights())
    first = _first(view, now, Actions(start_note, toggle), opened, handles_requests=may_open_requests)
    adding: list[ft.Control] = []
    if editing.problem is not None:
        adding.append(body_text(editing.problem.in_words(translator), color=Role.REFUSED))
    if opened.part == _ADDING:
        adding.append(keyed("adding", WishAdding, view.id, opened.close))
    elif opened.part in _FORMS:
        key = f"{opened.part}:{preferences.associate_id}"
        adding.append(WaysToReach(view))
        adding.append(keyed(key, _FORMS[opened.part], view.id, opened.close, takes_focus=opened.was_asked_for))
    if is_owed_anything(view, now=now):
        owed = keyed("promises", Promises, view, now)
        adding.append(ft.Container(owed, padding=ft.Padding.symmetric(vertical=UNIT)))
    rest = ft.Column(
        controls=[*adding, TabRow(view, tab, choose), _tab_content(view, tab, now, note_presses)],
        spacing=UNIT,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    say: list[ft.Control] = [RestrictedBanner()] if view.restricted else []
    if view.say_first:
        say.append(SayFirstLine(view.say_first, now))
    if view.do_not:
        say.append(Prohibitions(view))
    top = Top(view)
    below = ft.Column(
        controls=[StandingRow(view, now), *say, _side_by_side(first, rest, whole_width=opened.part == _EDITING)],
        spacing=UNIT + 4,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    if is_large():  # the name in large letters would leave no room for what scrolls below it
        below.controls.insert(0, top)
        return scrolling(below)
    return ft.Column(
        controls=[top, scrolling(below)],
        spacing=UNIT // 2,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _side_by_side(first: ft.Column, rest: ft.Column, *, whole_width: bool) -> ft.Control:
    """Facts beside the tabs on a wide screen, above them elsewhere; the form needs the whole width anywhere."""
    if whole_width:  # another kind of control: Flutter does not lay a responsive row out again for a changed `col`
        return ft.Column(
            controls=[first, rest], spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
        )
    if is_large():
        first.col, rest.col = 12, 12
    else:
        first.col, rest.col = {"xs": 12, "xxl": 4}, {"xs": 12, "xxl": 8}
    return ft.ResponsiveRow(controls=[first, rest], spacing=3 * UNIT, run_spacing=GAP)


@safe
def Top(view: CustomerView) -> ft.Control:
    """Back, the person, and the way to turn the screen to them: always in sight, whatever is read or typed below."""
    session = use_session()
    text = use_text().text
    wide = use_wide()
    turn = quiet_button(
        text("customer.turn"),
        lambda: session.go(TurnedPlace(view.id)),
        icon=ft.Icons.SCREEN_ROTATION_ALT_OUTLINED,
        identifier="turn-to-customer",
    )
    name = name_line(view, [turn])
    if wide:  # the list stays at the left: there is nothing to go back to
        return name
    back = icon_button(ft.Icons.ARROW_BACK, text("app.back"), session.go_back, identifier="back")
    return ft.Row(
        controls=[back, ft.Container(name, expand=True)],
        spacing=UNIT,
        vertical_alignment=ft.CrossAxisAlignment.START if is_large() else ft.CrossAxisAlignment.CENTER,
    )


def _first(
    view: CustomerView, now: datetime, actions: ft.Control, opened: Opened, *, handles_requests: bool
) -> ft.Column:
    parts: list[ft.Control] = []
    if opened.part == _EDITING:
        parts.append(keyed("form", ContactForm, view, opened.close))
    else:
        parts += [Facts(view, now), actions]
    if view.conflicts or view.possible_duplicates:
        parts.append(OpenQuestions(view))
    if handles_requests:
        parts.append(ft.Row(controls=[ToRequests(view.id)]))
    return ft.Column(controls=parts, spacing=UNIT + 4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@safe
def Actions(note: Callable[[], None], toggle: Callable[[str], None]) -> ft.Control:
    """What can be done for this person now; `toggle` opens and closes a part by its name."""
    text = use_text().text
    others = (
        (_ADDING, text("customer.add_wish"), ft.Icons.FAVORITE_BORDER, "add-wish"),
        (_EDITING, text("customer.edit"), ft.Icons.PERSON_OUTLINE, "edit-contact"),
        (FOLLOW_UP, text("follow_up.add"), ft.Icons.TASK_ALT, "add-follow-up"),
        (APPOINTMENT, text("appointment.add"), ft.Icons.EVENT_OUTLINED, "add-appointment"),
        (TALK, text("interaction.add"), ft.Icons.FORUM_OUTLINED, "add-talk"),
    )
    buttons = [
        primary_button(text("customer.write_note"), note, icon=ft.Icons.EDIT_NOTE, identifier="write-note"),
        *(
            quiet_button(words, functools.partial(toggle, part), icon=icon, identifier=identifier)
            for part, words, icon, identifier in others
        ),
    ]
    for button in buttons:
        button.col = 12 if is_large() else {"xs": 12, "sm": 4, "xxl": 12}
    return ft.ResponsiveRow(controls=buttons, spacing=UNIT, run_spacing=UNIT)


def _tab_content(view: CustomerView, tab: CustomerTab, now: datetime, note_presses: int) -> ft.Control:
    match tab:
        case CustomerTab.HISTORY:
            return History(view, now)
        case CustomerTab.WISHLIST:
            return Wishlist(view.id, view.wishlist, now)
        case CustomerTab.CART:
            return OpenCart(view.cart, now)
        case CustomerTab.NOTES:
            # Another key makes the field anew, with the focus; the draft is the session's.
            return keyed(f"notes:{note_presses}", Notes, view.id, view.notes, now, autofocus=note_presses > 0)
        case CustomerTab.CONSENTS:
            return stretched([Consents(view.id, view.consents, now), ConsentLedger(view.id, now)], spacing=3 * UNIT)
