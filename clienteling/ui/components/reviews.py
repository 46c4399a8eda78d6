"""What buyers said: the rating with its distribution, and reviews by page, the critical ones too.

At most MOST are drawn: a render of hundreds of rows holds up every tablet that this process serves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import RatingView, ReviewOrder, ReviewView
from clienteling.i18n import Formats
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Query,
    Ready,
    use_formats,
    use_query,
    use_session,
    use_state,
)
from clienteling.ui.kit import (
    Press,
    body_text,
    button_style,
    detail_text,
    empty_state,
    identified,
    problem_panel,
    quiet_button,
    safe,
    section_text,
    skeleton,
)
from clienteling.ui.text_size import beside, scaled
from clienteling.ui.theme import GAP, SIZE_NAME, UNIT, Role

PAGE: Final = 20
MOST: Final = 100
_MOST_STARS: Final = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """Which reviews, in what order, how many. `stars` None: all."""

    order: ReviewOrder = ReviewOrder.NEWEST
    stars: int | None = None
    count: int = PAGE


def rating_words(rating: RatingView, formats: Formats) -> str:
    """`4,3 dari 5 · 128 ulasan`."""
    text = formats.translator.text
    if not rating.count:
        return text("review.none_yet")
    average = text("review.average", average=formats.decimal(rating.average))
    return f"{average} · {text('review.count', count=rating.count)}"


@safe
def RatingBars(rating: RatingView) -> ft.Control:
    """The average in large figures, and how many gave five stars, four, down to one."""
    formats = use_formats()
    text = formats.translator.text
    if not rating.count:
        return empty_state(text("review.none"), identifier="no-reviews")
    average = ft.Column(
        controls=[
            ft.Text(
                formats.decimal(rating.average), size=scaled(SIZE_NAME), weight=ft.FontWeight.W_700, color=Role.TEXT
            ),
            detail_text(text("review.of_five")),
            detail_text(text("review.count", count=rating.count)),
        ],
        spacing=0,
        tight=True,
    )
    bars = [
        _bar(_MOST_STARS - position, count, max(rating.distribution), formats)
        for position, count in enumerate(rating.distribution)
    ]
    content = ft.Row(
        controls=[average, ft.Column(controls=bars, spacing=4, tight=True, expand=True)],
        spacing=3 * UNIT,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    return identified("rating", content)


def _bar(stars: int, count: int, most: int, formats: Formats) -> ft.Control:
    row = ft.Row(
        controls=[
            ft.Container(detail_text(f"{stars}", color=Role.TEXT, strong=True), width=scaled(GAP)),
            ft.ProgressBar(
                value=count / most if most else 0,
                bar_height=UNIT,
                border_radius=UNIT // 2,
                color=Role.QUIET,
                bgcolor=Role.SUNKEN,
                expand=True,
            ),
            ft.Container(
                detail_text(formats.number(count), color=Role.TEXT),
                width=scaled(5 * UNIT),
                alignment=ft.Alignment.CENTER_RIGHT,
            ),
        ],
        spacing=UNIT,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    label = formats.translator.text("review.bar", stars=stars, count=count)
    return ft.Semantics(content=row, label=label, container=True, exclude_semantics=True)


@safe
def Reviews(product_id: str, rating: RatingView, now: datetime, *, headed: bool = False) -> ft.Control:
    """The choice of order and stars, then the reviews by page; nothing where there are none."""
    session = use_session()
    formats = use_formats()
    asked, set_asked = use_state(Asked())
    first, last = min(asked.count, MOST), asked.stars

    def read() -> tuple[ReviewView, ...]:
        return session.services.reviews(product_id, order=asked.order, stars=last, offset=0, limit=first)

    found = use_query(read, product_id, asked)
    if not rating.count:
        return ft.Container()
    parts: list[ft.Control] = [_choices(asked, rating, set_asked, formats), _listed(found, asked, formats, now=now)]
    if headed:
        parts.insert(0, reviews_heading(formats))
    more = _more(found, asked, rating, lambda: set_asked(Asked(asked.order, asked.stars, asked.count + PAGE)), formats)
    if more is not None:
        parts.append(more)
    content = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("reviews", content)


def _choices(asked: Asked, rating: RatingView, ask: Callable[[Asked], None], formats: Formats) -> ft.Control:
    """Order, and stars: a press on what is chosen takes it back."""
    text = formats.translator.text
    critical = asked.order is ReviewOrder.CRITICAL_FIRST
    order = ReviewOrder.NEWEST if critical else ReviewOrder.CRITICAL_FIRST
    buttons = [
        _toggle(
            text("review.critical_first"),
            lambda: ask(Asked(order, asked.stars)),
            chosen=critical,
            identifier="reviews-critical",
        )
    ]
    for stars in range(_MOST_STARS, 0, -1):
        if rating.distribution[_MOST_STARS - stars]:
            chosen = asked.stars == stars
            wanted = Asked(asked.order, None if chosen else stars)
            buttons.append(
                _toggle(
                    text("review.stars", count=stars),
                    _asking(ask, wanted),
                    chosen=chosen,
                    identifier=f"reviews-stars-{stars}",
                )
            )
    return ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT)


def _asking(ask: Callable[[Asked], None], wanted: Asked) -> Press:
    return lambda: ask(wanted)


def _toggle(words: str, press: Press, *, chosen: bool, identifier: str) -> ft.Control:
    style = button_style(outlined=True)
    if chosen:
        style.bgcolor, style.color = Role.CHOSEN, Role.ON_CHOSEN
    else:
        style.color = Role.TEXT
    button = ft.OutlinedButton(content=words, on_click=lambda _: press(), style=style)
    return ft.Semantics(content=button, identifier=identifier, selected=chosen, container=True)


def _listed(found: Query[tuple[ReviewView, ...]], asked: Asked, formats: Formats, *, now: datetime) -> ft.Control:
    translator = formats.translator
    match found:
        case Loading(slow):
            return skeleton(4, label=translator.text("app.loading")) if slow else ft.Container()
        case Failed(code):
            return problem_panel(translator.text_or(code, "error.unexpected"))
        case Ready(reviews):
            pass
    if not reviews:
        words = (
            translator.text("review.none_with", count=asked.stars or 0)
            if asked.stars
            else translator.text("review.none")
        )
        return empty_state(words, identifier="no-reviews")
    rows = [_review(one, formats, now=now) for one in reviews[:MOST]]
    return ft.Column(controls=rows, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _review(one: ReviewView, formats: Formats, *, now: datetime) -> ft.Control:
    text = formats.translator.text
    author = one.author or text("review.nameless")
    day = formats.day(one.written_at, today=formats.date_of(now))
    about = [author, day, text("review.verified") if one.verified else ""]
    given = beside(
        [
            ft.Icon(ft.Icons.STAR_ROUNDED, size=GAP, color=Role.QUIET),
            body_text(text("review.given", stars=one.rating), strong=True),
            ft.Container(
                detail_text(" · ".join(part for part in about if part), lines=1),
                expand=True,
                alignment=ft.Alignment.CENTER_RIGHT,
            ),
        ],
        spacing=4,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    lines: list[ft.Control] = [given]
    if one.title:
        lines.append(body_text(one.title, strong=True))
    if one.text:
        lines.append(body_text(one.text))
    if one.reply:
        lines.append(_reply(one.reply, text("review.reply")))
    return ft.Container(
        identified(
            f"review-{one.id}",
            ft.Column(controls=lines, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        ),
        padding=ft.Padding.symmetric(vertical=GAP - 4),
        border=ft.Border(top=ft.BorderSide(1, Role.LINE)),
    )


def _reply(words: str, heading: str) -> ft.Control:
    return ft.Container(
        ft.Column(
            controls=[detail_text(heading, strong=True), detail_text(words, color=Role.TEXT)], spacing=0, tight=True
        ),
        padding=ft.Padding.only(left=GAP, top=4, bottom=4),
        border=ft.Border(left=ft.BorderSide(2, Role.LINE)),
    )


def _more(
    found: Query[tuple[ReviewView, ...]], asked: Asked, rating: RatingView, press: Press, formats: Formats
) -> ft.Control | None:
    """The way to the next page, or why there is none; None where all are shown."""
    text = formats.translator.text
    total = rating.count if asked.stars is None else rating.distribution[_MOST_STARS - asked.stars]
    shown = len(found.value) if isinstance(found, Ready) else 0
    if not shown or shown >= total:
        return None
    if asked.count >= MOST:
        return detail_text(text("review.only_first", count=MOST))
    count = min(PAGE, total - shown)
    return ft.Row(controls=[quiet_button(text("review.more", count=count), press, identifier="reviews-more")])


def reviews_heading(formats: Formats) -> ft.Control:
    """The heading of the part."""
    return section_text(formats.translator.text("review.title"))
