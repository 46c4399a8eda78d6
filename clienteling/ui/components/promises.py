"""What this shop owes people: of one customer all that is open, of the store's day what is due; else nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import flet as ft

from clienteling.domain.views import AppointmentView, CustomerView, FollowUpView, HoldStatus, HoldView, TodayView
from clienteling.ui.components.appointments import BOOKED, AppointmentRow
from clienteling.ui.components.follow_ups import FollowUpRow
from clienteling.ui.components.holds import HoldRow
from clienteling.ui.components.serving_forms import stretched
from clienteling.ui.hooks import use_now, use_state, use_text, use_wide
from clienteling.ui.kit import card, identified, keyed, overline, quiet_button, safe
from clienteling.ui.text_size import is_large
from clienteling.ui.theme import GAP, UNIT, Role

SHOWN_AT_FIRST: Final = 6
SHOWN_AT_MOST: Final = 40
_TOLD_FOR: Final = timedelta(days=2)


def open_follow_ups(view: CustomerView) -> tuple[FollowUpView, ...]:
    """Those still to be done."""
    return tuple(one for one in view.follow_ups if one.status == "open")


def open_appointments(view: CustomerView) -> tuple[AppointmentView, ...]:
    """Those to come, and those of which nobody said yet whether they came."""
    return tuple(one for one in view.appointments if one.status == BOOKED)


def told_holds(view: CustomerView, *, now: datetime) -> tuple[HoldView, ...]:
    """Open ones, and those that were refused or ended so lately that the customer may still count on them."""
    ended = (HoldStatus.REFUSED, HoldStatus.EXPIRED)
    return tuple(
        one
        for one in view.holds
        if one.is_open or (one.status in ended and now - (one.until or one.requested_at) < _TOLD_FOR)
    )


def is_owed_anything(view: CustomerView, *, now: datetime) -> bool:
    """Whether there is anything to list."""
    return bool(open_follow_ups(view) or open_appointments(view) or told_holds(view, now=now))


@safe
def Promises(view: CustomerView, now: datetime) -> ft.Control:
    """Promises, appointments and held pieces of one customer, the most pressing first."""
    text = use_text().text
    rows: list[ft.Control] = [keyed(one.id, FollowUpRow, one, now) for one in open_follow_ups(view)]
    rows += [keyed(one.id, AppointmentRow, one, now) for one in open_appointments(view)]
    rows += [keyed(one.id, HoldRow, one, now) for one in told_holds(view, now=now)]
    return Listed(text("customer.promised"), rows, "promises", "customer.promised_more")


@safe
def PromisesOfToday(view: TodayView) -> ft.Control:
    """Promises due and appointments of the store's day; side by side where there is room."""
    text = use_text().text
    now = use_now().replace(second=0, microsecond=0)
    wide = use_wide()
    parts: list[ft.Control] = []
    if view.appointments:
        rows = [keyed(one.id, AppointmentRow, one, now, named=True) for one in view.appointments]
        parts.append(Listed(text("today.appointments"), rows, "appointments-today", "today.more_promises"))
    if view.follow_ups:
        rows = [keyed(one.id, FollowUpRow, one, now, named=True) for one in view.follow_ups]
        parts.append(Listed(text("today.follow_ups"), rows, "follow-ups-today", "today.more_promises"))
    if wide and len(parts) > 1 and not is_large():
        halves: list[ft.Control] = [ft.Container(one, expand=1) for one in parts]
        return ft.Row(controls=halves, spacing=3 * UNIT, vertical_alignment=ft.CrossAxisAlignment.START)
    return stretched(parts, spacing=3 * UNIT)


@safe
def Listed(heading: str, rows: Sequence[ft.Control], identifier: str, more_key: str) -> ft.Control:
    """The rows below a heading, some at first and the rest at a press."""
    text = use_text().text
    whole, set_whole = use_state(False)
    shown = list(rows[: SHOWN_AT_MOST if whole else SHOWN_AT_FIRST])
    left = min(len(rows), SHOWN_AT_MOST) - len(shown)
    if left > 0:
        more = quiet_button(text(more_key, count=left), lambda: set_whole(True), identifier=f"{identifier}-more")
        shown.append(ft.Container(ft.Row(controls=[more]), padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT)))
    lined = [part for row in shown for part in (ft.Divider(height=1, color=Role.LINE), row)][1:]
    # No ground at the sides: the rows bring their own, and their words stand below those of the cards.
    inside = card(stretched(lined, spacing=0), padding=ft.Padding.symmetric(vertical=UNIT // 2))
    return identified(identifier, stretched([overline(heading), inside], spacing=UNIT))
