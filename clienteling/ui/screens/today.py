"""Today: whom to tell what, and the look-up, ready to type in. The screen an associate returns to."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import assert_never

import flet as ft

from clienteling.domain.naming import addressed, person_name
from clienteling.domain.views import CardKind, LookupRow, TodayCard, TodayView
from clienteling.i18n import Formats
from clienteling.ui.components.demo_panel import DemoPanel
from clienteling.ui.components.look_up import LookUpField, LookUpRows, use_look_up
from clienteling.ui.components.phones import phone_tail
from clienteling.ui.components.promises import PromisesOfToday
from clienteling.ui.components.reach import by_words, not_by_words
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_formats,
    use_now,
    use_query,
    use_session,
    use_text,
)
from clienteling.ui.kit import (
    body_text,
    detail_text,
    empty_state,
    identified,
    overline,
    pressable,
    primary_button,
    problem_panel,
    safe,
    skeleton,
    unchanged_skips,
)
from clienteling.ui.places import ScanPlace
from clienteling.ui.text_size import is_large, text_scale
from clienteling.ui.theme import GAP, UNIT, Role

_CARDS_IN_ROW = 3
_ONE_COLUMN_FROM = 2.0
_RECENT = 6


@safe
def TodayScreen() -> ft.Control:
    """The look-up; below it what it finds, or today's cards while nothing is typed."""
    session = use_session()
    text = use_text().text
    look_up = use_look_up(session.navigation.searched)

    def open_row(row: LookupRow) -> None:
        session.open_customer(row.customer_id, searched=look_up.text.strip())

    box = ft.Container(LookUpField(look_up, open_row, autofocus=True), expand=True)
    to_scan = primary_button(
        text("nav.scan"), lambda: session.go(ScanPlace()), icon=ft.Icons.QR_CODE_SCANNER, identifier="to-scan"
    )
    # Beside large text there is no room for the button; the way to Scan is on the bar as well.
    top = ft.Row(controls=[box] if is_large() else [box, to_scan], spacing=GAP)
    typed = bool(look_up.text.strip())
    # The board is only hidden: to take it away and build it again is what a first key would cost.
    below: list[ft.Control] = [
        ft.Container(LookUpRows(look_up, open_row), visible=typed),
        ft.Container(_Board(), visible=not typed),
    ]
    return ft.Column(controls=[top, *below], spacing=GAP, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@safe
def TodayBoard() -> ft.Control:
    """Cards, what the shop owes people today, the people served last, and in the demo what to try."""
    session = use_session()
    translator = use_text()
    today = use_query(session.services.today)
    match today:
        case Loading(slow):
            return skeleton(4, label=translator.text("app.loading")) if slow else ft.Container()
        case Failed(code):
            return problem_panel(
                translator.text_or(code, "error.unexpected"), what_to_do=translator.text("today.failed")
            )
        case Ready(view):
            pass
    parts: list[ft.Control] = [TodayCards(view), RecentPeople(view)]
    if view.follow_ups or view.appointments:
        parts.insert(1, PromisesOfToday(view))
    if session.services.demo is not None:
        parts.append(DemoPanel(session.services.demo))
    return ft.Column(controls=parts, spacing=3 * UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


_Board = unchanged_skips(TodayBoard)


@safe
def TodayCards(view: TodayView) -> ft.Control:
    """Up to six cards, in rows of equal height."""
    session = use_session()
    text = use_text().text
    formats = use_formats()
    now = use_now()
    left_out: list[ft.Control] = []
    if view.left_out:
        words = detail_text(text("today.left_out", count=view.left_out))
        left_out.append(identified("left-out", words))
    if not view.cards:
        return _part(text("today.tell"), [empty_state(text("today.no_cards"), identifier="no-cards"), *left_out])
    cards = [
        _card(card, formats, now=now, position=position, open_customer=session.open_customer)
        for position, card in enumerate(view.cards)
    ]
    return _part(text("today.tell"), [*_in_rows(cards, _columns()), *left_out])


def _part(heading: str, content: Sequence[ft.Control]) -> ft.Control:
    return ft.Column(
        controls=[overline(heading), *content],
        spacing=UNIT + UNIT // 2,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _in_rows(cells: list[ft.Control], width: int) -> list[ft.Control]:
    rows: list[ft.Control] = []
    for start in range(0, len(cells), width):
        row = cells[start : start + width]
        missing: list[ft.Control] = [ft.Container() for _ in range(width - len(row))]
        rows.append(
            ft.Row(
                controls=_apart([ft.Container(cell, expand=1) for cell in (*row, *missing)]),
                spacing=0,
                intrinsic_height=True,
                vertical_alignment=ft.CrossAxisAlignment.STRETCH,
            )
        )
    return rows


def _apart(cells: list[ft.Container]) -> list[ft.Control]:
    """The cells with gaps between them.

    The gaps are controls: a row's own spacing does not count when Flutter measures how high its cells must be, which
    made every cell a little wider in the measure than on screen, and cut a last line that wrapped because of it.
    """
    first, *others = cells
    parts: list[ft.Control] = [first]
    for cell in others:
        parts += [ft.Container(width=UNIT + UNIT // 2), cell]
    return parts


def _columns() -> int:
    """How many cards stand side by side: fewer for larger text."""
    scale = text_scale()
    return 1 if scale >= _ONE_COLUMN_FROM else _CARDS_IN_ROW if scale == 1.0 else _CARDS_IN_ROW - 1


def _card(
    card: TodayCard, formats: Formats, *, now: datetime, position: int, open_customer: Callable[[str], None]
) -> ft.Control:
    name = addressed(card.salutation, card.customer_name)
    kind, lines = card_words(card, formats, now=now)
    content = ft.Column(
        controls=[
            detail_text(kind, color=Role.ACTION, strong=True),
            body_text(name, strong=True),
            *(detail_text(line, color=Role.TEXT if order == 0 else Role.QUIET) for order, line in enumerate(lines)),
        ],
        spacing=4,
    )
    return pressable(
        content,
        lambda: open_customer(card.customer_id),
        label=", ".join([kind, name, *lines]),
        identifier=f"card-{position}",
    )


def card_words(card: TodayCard, formats: Formats, *, now: datetime) -> tuple[str, list[str]]:
    """The card's heading and its lines, the most telling first."""
    text = formats.translator.text
    today = formats.date_of(now)
    match card.kind:
        case CardKind.PICKUP_READY:
            lines = [card.item, text("today.order_number", number=card.order_number) if card.order_number else ""]
            if card.since_at:
                lines.append(text("today.ready_since", when=_since(card.since_at, formats, now=now)))
        case CardKind.WISHLIST_HERE:
            promotion = card.promotion_en if formats.locale == "en" and card.promotion_en else card.promotion
            lines = [card.item, text("today.available_here", count=card.available)]
            if promotion and card.ends_at:
                lines.append(
                    text("today.promotion_until", name=promotion, when=formats.near_day(card.ends_at, today=today))
                )
        case CardKind.CART_LEFT:
            pieces = text("today.cart_pieces", count=card.pieces)
            lines = [f"{pieces} · {formats.money(card.total)}" if card.total else pieces]
            if card.since_at:
                lines.append(text("today.cart_since", when=formats.near_day(card.since_at, today=today)))
        case _:
            assert_never(card.kind)
    lines += [by_words(card.by, formats), not_by_words(card.not_by, formats)]
    return text(f"today.{card.kind.value}"), [line for line in lines if line]


def _since(at: datetime, formats: Formats, *, now: datetime) -> str:
    """The time on the same day, else the day: nobody asks at what minute of last week."""
    today = formats.date_of(now)
    return formats.time(at) if formats.date_of(at) == today else formats.near_day(at, today=today)


@safe
def RecentPeople(view: TodayView) -> ft.Control:
    """The people served last, to be opened again."""
    session = use_session()
    text = use_text().text
    formats = use_formats()
    now = use_now()
    if not view.recent:
        return _part(text("today.recent"), [empty_state(text("today.no_recent"))])
    people = [_recent(row, formats, now=now, open_customer=session.open_customer) for row in view.recent[:_RECENT]]
    return _part(text("today.recent"), _in_rows(people, _columns()))


def _recent(row: LookupRow, formats: Formats, *, now: datetime, open_customer: Callable[[str], None]) -> ft.Control:
    name = person_name(row)
    seen = formats.last_seen(row.last_visit_at, now=now)
    below = " · ".join(part for part in (phone_tail(row.phone), row.tier) if part)
    lines: list[ft.Control] = [
        body_text(name, strong=True, lines=2),
        detail_text(seen, lines=1),
        detail_text(below, lines=1),
    ]
    return pressable(
        ft.Column(controls=lines, spacing=2, tight=True),
        lambda: open_customer(row.customer_id),
        label=", ".join(part for part in (name, seen, below) if part),
        identifier=f"recent-{row.customer_id}",
    )
