"""A phone number or an e-mail address: enough of it to tell people apart, the whole of it at a tap that is kept.

The tap is in the audit log before the whole is shown. It is masked again at the next tap, when the customer is left,
and when a tablet wakes. On the screen that is turned to the customer the same holds, and the log says so. With
the whole an associate is told what it may be used for.
"""

from collections.abc import Callable

import flet as ft

from clienteling.domain.access import Access
from clienteling.domain.emails import masked_email
from clienteling.domain.phones import last_digits
from clienteling.domain.views import CustomerView
from clienteling.ui.components.phones import grouped_phone, phone_tail
from clienteling.ui.components.reach import WaysToReach
from clienteling.ui.hooks import use_action, use_preferences, use_session, use_state, use_text
from clienteling.ui.kit import body_text, safe, spoken
from clienteling.ui.text_size import height_at_rest
from clienteling.ui.theme import GAP, RADIUS, TARGET, UNIT, Role


@safe
def Phone(view: CustomerView, phone: str, *, turned: bool = False) -> ft.Control:
    """The last digits; the whole number at a press, and the last digits again at the next."""
    text = use_text().text
    shown, switch, problem = _use_reveal(view.id, "phone", turned=turned)
    words = grouped_phone(phone) if shown else phone_tail(phone)
    label = (
        f"{words}; {text('customer.phone_hide')}" if shown else text("customer.phone_ending", tail=last_digits(phone))
    )
    surface = _surface(problem or words, switch, shown=shown, label=problem or label, identifier="phone")
    return _with_ways(surface, view) if shown and not turned else surface


@safe
def Email(view: CustomerView, *, turned: bool = False) -> ft.Control:
    """The first letter and the domain; the whole address at a press."""
    text = use_text().text
    shown, switch, problem = _use_reveal(view.id, "email", turned=turned)
    words = view.email if shown else masked_email(view.email)
    label = f"{words}; {text('customer.email_hide')}" if shown else text("customer.email_masked", masked=words)
    surface = _surface(problem or words, switch, shown=shown, label=problem or label, identifier="email")
    return _with_ways(surface, view) if shown and not turned else surface


def _with_ways(surface: ft.Control, view: CustomerView) -> ft.Control:
    return ft.Column(controls=[surface, WaysToReach(view)], spacing=0, tight=True)


def _use_reveal(customer_id: str, field: str, *, turned: bool) -> tuple[bool, Callable[[], None], str]:
    """Whether the whole is shown, what a tap does, and why it could not be shown."""
    session = use_session()
    translator = use_text()
    author_id = use_preferences().associate_id
    shown, set_shown = use_state(False)

    def note() -> None:
        session.services.note_access(
            Access.REVEALED, author_id=author_id, customer_id=customer_id, field=field, turned=int(turned)
        )

    noting = use_action(note, done=lambda _: set_shown(True))

    def switch() -> None:
        if shown:
            set_shown(False)
        else:
            noting.run()

    return shown, switch, noting.problem.in_words(translator) if noting.problem is not None else ""


def _surface(words: str, switch: Callable[[], None], *, shown: bool, label: str, identifier: str) -> ft.Control:
    icon = ft.Icons.VISIBILITY_OFF_OUTLINED if shown else ft.Icons.VISIBILITY_OUTLINED
    surface = ft.Container(
        ft.Row(
            controls=[body_text(words), ft.Icon(icon, size=GAP + 2, color=Role.QUIET)],
            spacing=UNIT,
            tight=True,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        height=height_at_rest(TARGET),
        border_radius=RADIUS,
        padding=ft.Padding.only(right=UNIT),
        ink=True,
        on_click=lambda _: switch(),
    )
    return spoken(surface, label=label, identifier=identifier)
