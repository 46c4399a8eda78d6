"""The screen turned to the customer: what is theirs to read, and nothing about anybody else.

Left out are notes, what was spent, who served, other names, conflicts and possible duplicates. It stands without the
app's frame, which names the associate and keeps a list of other customers; one large button leads back.
"""

from datetime import datetime

import flet as ft

from clienteling.domain.views import CustomerView
from clienteling.ui.components.brand_mark import brand_mark
from clienteling.ui.components.consent_asking import AskConsents, Lay
from clienteling.ui.components.customer_header import Facts, StandingRow, group, name_line
from clienteling.ui.components.timeline import Timeline
from clienteling.ui.components.wishlist import Wishlist
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_customer,
    use_now,
    use_session,
    use_text,
    use_wide,
)
from clienteling.ui.kit import body_text, card, identified, primary_button, quiet_button, safe, scrolling
from clienteling.ui.places import CustomerPlace, place_at
from clienteling.ui.screens.customer_waiting import CustomerSkeleton
from clienteling.ui.theme import GAP, MARGIN_DESKTOP, MARGIN_TABLET, READING_WIDTH, UNIT


@safe
def TurnedScreen(customer_id: str, *, asking: bool = False) -> ft.Control:
    """The customer's own page, or why there is none. `asking`: only what they are asked to agree to."""
    session = use_session()
    now = use_now().replace(second=0, microsecond=0)
    wide = use_wide()
    margin = MARGIN_DESKTOP if wide else MARGIN_TABLET
    customer = use_customer(customer_id, turned=True)
    mark = brand_mark(session.brand, large=True)
    lay = _in_the_middle if wide else _whole_width
    match customer:
        case Loading(slow):
            content = _below_mark(mark, CustomerSkeleton() if slow else ft.Container(), lay)
        case Failed(code):
            content = _below_mark(mark, TurnedAbsent(code), lay)
        case Ready(None):
            content = _below_mark(mark, TurnedAbsent("customer.unknown"), lay)
        case Ready(view):
            assert view is not None
            if asking:
                head = [one for one in (mark, name_line(view, [])) if one is not None]
                content = AskConsents(view, now, lay=lay, head=head)
            else:
                content = _below_mark(mark, TurnedBody(view, now), lay)
    way_back = ft.Container(_WayBack(customer_id, asking), padding=ft.Padding.only(top=UNIT, bottom=2 * UNIT))
    parts: list[ft.Control] = [content, lay(way_back)]
    return ft.SafeArea(
        ft.Container(
            ft.Column(controls=parts, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
            padding=ft.Padding.only(left=margin, right=margin, top=3 * UNIT),
            expand=True,
        ),
        expand=True,
    )


def _below_mark(mark: ft.Control | None, content: ft.Control, lay: Lay) -> ft.Control:
    parts = [one for one in (mark, content) if one is not None]
    column = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return scrolling(lay(column))


def _whole_width(content: ft.Control) -> ft.Control:
    return content


def _in_the_middle(content: ft.Control) -> ft.Control:
    """Wider, lines are hard to follow."""
    return ft.Row(
        controls=[ft.Container(content, width=READING_WIDTH)],
        alignment=ft.MainAxisAlignment.CENTER,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


@safe
def TurnedAbsent(code: str) -> ft.Control:
    """Why there is nothing to show. No way on but back: searching and drafts of notes are the associate's."""
    words = use_text().text_or(code, "error.unexpected")
    return identified("turned-absent", card(body_text(words, strong=True)))


@safe
def _WayBack(customer_id: str, asking: bool) -> ft.Control:
    """Where the customer is asked, what they are to do is the louder button."""
    session = use_session()

    def turn_back() -> None:
        before = place_at(session.navigation.way_back)
        if isinstance(before, CustomerPlace) and before.customer_id == customer_id:
            session.go_back()  # to the tab that was open
        else:
            session.go(CustomerPlace(customer_id))

    button = quiet_button if asking else primary_button
    return button(use_text().text("turned.back"), turn_back, icon=ft.Icons.ARROW_BACK, identifier="turn-back")


@safe
def TurnedBody(view: CustomerView, now: datetime) -> ft.Control:
    """Name, facts, purchases without amounts, wishes, and what they agree to or take back."""
    text = use_text().text
    parts = [
        name_line(view, []),
        StandingRow(view, now, turned=True),
        Facts(view, now, discreet=True),
        group(text("customer.tab_wishlist"), Wishlist(view.id, view.wishlist, now, discreet=True)),
        group(text("customer.tab_history"), Timeline(view.orders, view.orders_total, now, discreet=True)),
        group(text("customer.tab_consents"), AskConsents(view, now)),
    ]
    return ft.Column(controls=parts, spacing=3 * UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
