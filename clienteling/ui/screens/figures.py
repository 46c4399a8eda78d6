"""Figures of the shelf, for the store's manager: what was scanned and what came of it, and what to do about each.

Numbers are scans and never people. What is under 10 comes here already put together with others.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import flet as ft

from clienteling.domain.views import SPANS, NotBought, ScannedRow, ShelfFigures, ShelfReport, Standing, Together
from clienteling.i18n import Formats
from clienteling.ui.components.figure_bars import Bar, bars, hour_bars
from clienteling.ui.components.figure_labels import LabelsCard
from clienteling.ui.components.pin_again import use_pin_again
from clienteling.ui.figure_words import STEPS, rate_words, row_name, span_words
from clienteling.ui.file_saving import use_file_saving
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_action,
    use_formats,
    use_now,
    use_preferences,
    use_query,
    use_session,
    use_state,
    use_text,
    use_wide,
)
from clienteling.ui.kit import (
    Press,
    body_text,
    card,
    choice_button,
    detail_text,
    empty_state,
    identified,
    name_text,
    problem_panel,
    quiet_button,
    safe,
    section_text,
    skeleton,
    waiting_chip,
)
from clienteling.ui.places import FiguresPlace, LabelsPlace, ProductPlace
from clienteling.ui.rights import Permission, use_rights
from clienteling.ui.session import UiSession
from clienteling.ui.text_size import beside
from clienteling.ui.theme import GAP, UNIT, Role

MOST_ROWS: Final = 10
MOST_CALLS: Final = 5
"""Rows that call for something: more than that nobody does at once, and all are in the file."""
MOST_LABELS: Final = 3
"""Of one product."""
OLD_AFTER: Final = timedelta(days=1)


@safe
def FiguresScreen(days: int) -> ft.Control:
    """The span to choose, then what it tells."""
    session = use_session()
    translator = use_text()
    author_id = use_preferences().associate_id
    found = use_query(lambda: session.services.shelf_figures(days, author_id=author_id), days, author_id)
    title = ft.Container(name_text(translator.text("figures.title"), identifier="figures"), expand=True)
    head = beside([title, _spans(session, translator.text, days)], spacing=GAP)
    match found:
        case Loading(slow):
            inside: ft.Control = skeleton(6, label=translator.text("app.loading")) if slow else ft.Container()
        case Failed(code):
            inside = problem_panel(translator.text_or(code, "error.unexpected"))
        case Ready(None):
            inside = NothingYet(Standing.NOTHING_COUNTED, days)
        case Ready(figures):
            assert figures is not None
            inside = Figures(figures)
    return _column([head, inside])


def _spans(session: UiSession, text: Callable[..., str], chosen: int) -> ft.Control:
    buttons = [
        choice_button(
            text("figures.days", count=days),
            functools.partial(session.go, FiguresPlace(days)),
            chosen=days == chosen,
            identifier=f"figures-{days}",
        )
        for days in SPANS
    ]
    return ft.Row(controls=buttons, spacing=UNIT, run_spacing=UNIT, wrap=True)


@safe
def Figures(figures: ShelfFigures) -> ft.Control:
    """All of it: on a desktop in two columns, what calls for something at the right."""
    wide = use_wide()
    report = figures.report
    saves = Permission.EXPORT in use_rights() and wide and report.standing is not Standing.NOTHING_COUNTED
    top = [Basis(report), *([Saving(figures)] if saves else [])]
    basis = ft.Row(controls=top, alignment=ft.MainAxisAlignment.SPACE_BETWEEN, wrap=True, run_spacing=UNIT)
    labels = LabelsCard(figures.labels)
    if report.standing is not Standing.READY:
        return _column([basis, NothingYet(report.standing, report.days), labels])
    told = [Steps(report), MostScanned(report)]
    calls = [SeldomBought(report), SoldOut(report), labels, Hours(report)]
    if not wide:
        return _column([basis, *told, *calls])
    columns: list[ft.Control] = [ft.Container(_column(one), expand=True) for one in (told, calls)]
    return _column([basis, ft.Row(controls=columns, spacing=3 * UNIT, vertical_alignment=ft.CrossAxisAlignment.START)])


@safe
def Basis(report: ShelfReport) -> ft.Control:
    """Which days these are, and how old the figures."""
    formats = use_formats()
    now = use_now()
    lines: list[ft.Control] = [detail_text(span_words(formats, report))]
    if report.as_of is not None:
        words = formats.translator.text("figures.as_of", when=formats.age(report.as_of, now=now))
        lines.append(waiting_chip(words) if is_old(report.as_of, now) else detail_text(words))
    inside = ft.Row(controls=lines, spacing=GAP, run_spacing=4, wrap=True)
    return identified("figures-basis", inside)


def is_old(as_of: datetime, now: datetime) -> bool:
    """Whether a whole day was counted since, at most, that is not in these figures."""
    return now - as_of >= OLD_AFTER


@safe
def NothingYet(standing: Standing, days: int) -> ft.Control:
    """Why nothing is shown, and what to do."""
    session = use_session()
    text = use_text().text
    ways: list[ft.Control] = []
    if standing is Standing.NOTHING_COUNTED and session.services.labels is not None:
        words = text("figures.to_labels")
        ways.append(quiet_button(words, lambda: session.go(LabelsPlace()), identifier="figures-to-labels"))
    told = text(f"figures.{standing.value}", count=days)
    return card(
        empty_state(told, more=text(f"figures.{standing.value}_more"), actions=ways, identifier="figures-empty")
    )


@safe
def Saving(figures: ShelfFigures) -> ft.Control:
    """The press for a file, and what became of it: at a desk, and never on a tablet."""
    session = use_session()
    formats = use_formats()
    text = formats.translator.text
    name, set_name = use_state("")
    latest: ft.MutableRef[str] = ft.use_ref()
    saving = use_file_saving(lambda: set_name(latest.current or ""))

    def save(made: tuple[str, bytes]) -> None:
        latest.current = made[0]
        saving.save(*made)

    author_id = use_preferences().associate_id

    def write() -> tuple[str, bytes]:
        return session.services.figures_file(figures, delimiter=formats.cell_delimiter, author_id=author_id)

    make = use_action(write, done=save)
    begin, again = use_pin_again(make.run)
    parts: list[ft.Control] = []
    if saving.failed:
        parts.append(detail_text(text("figures.not_saved"), color=Role.REFUSED))
    elif make.problem is not None:
        parts.append(detail_text(make.problem.in_words(formats.translator), color=Role.REFUSED))
    elif name:
        parts.append(detail_text(text("figures.saved", file=name)))
    busy = make.busy or saving.busy
    button = quiet_button(text("figures.save"), begin, icon=ft.Icons.DOWNLOAD, disabled=busy, identifier="figures-save")
    row = ft.Row(controls=[*parts, button], spacing=GAP, run_spacing=UNIT, wrap=True)
    return row if again is None else ft.Column(controls=[row, again], spacing=GAP, tight=True)


@safe
def Steps(report: ShelfReport) -> ft.Control:
    """How many scans, and how often each step after them was taken."""
    formats = use_formats()
    text = formats.translator.text
    assert report.scans is not None
    parts: list[ft.Control] = [name_text(text("figures.scans", count=report.scans), identifier="figures-scans")]
    if report.by_source is not None:
        told = text("figures.by_source", phone=report.by_source.phone, tablet=report.by_source.tablet)
        parts.append(body_text(told))
    parts.append(detail_text(text("figures.not_people")))
    if report.funnel is not None:
        rows = []
        for step in STEPS:
            number: int | None = getattr(report.funnel, step)
            shown = text("figures.too_few_to_show") if number is None else formats.number(number)
            rows.append(Bar(text(f"figures.step_{step}"), number, shown))
        steps: list[ft.Control] = [
            section_text(text("figures.steps")),
            detail_text(text("figures.steps_do")),
            bars(rows),
        ]
        parts.append(ft.Container(_column(steps, spacing=UNIT), padding=ft.Padding.only(top=GAP)))
    return identified("figures-steps", card(_column(parts, spacing=UNIT), padding=3 * UNIT))


@safe
def MostScanned(report: ShelfReport) -> ft.Control:
    """Products by their scans, and what is only told together."""
    session = use_session()
    formats = use_formats()
    rows = [
        Bar(
            row_name(formats, row),
            row.scans,
            formats.number(row.scans),
            _labels_words(formats, row),
            _to_product(session, row.product_id),
            f"scanned-{row.product_id}",
            is_rest=row.together is not Together.PRODUCT,
        )
        for row in report.rows
    ]
    return _list("most", rows, most=MOST_ROWS)


def _labels_words(formats: Formats, row: ScannedRow) -> str:
    """`2 terjual · M 30 · L 14 · lainnya 12`."""
    text = formats.translator.text
    parts = [text("figures.sold", count=row.sold)] if row.sold is not None else []
    if row.together is Together.PRODUCT and (len(row.labels) > 1 or row.other_labels):
        shown, others = row.labels[:MOST_LABELS], row.labels[MOST_LABELS:]
        parts += [f"{', '.join(one.options) or one.gtin} {formats.number(one.scans)}" for one in shown]
        rest = row.other_labels + sum(one.scans for one in others)
        if shown and rest:
            parts.append(text("figures.other_labels", count=rest))
    return " · ".join(parts)


@safe
def SeldomBought(report: ShelfReport) -> ft.Control:
    """Products that sell less for their scans than the rest."""
    session = use_session()
    formats = use_formats()

    def row(one: NotBought) -> Bar:
        sold = formats.translator.text("figures.sold", count=one.sold)
        detail = f"{sold} · {rate_words(formats, one)}"
        press = _to_product(session, one.product_id)
        return Bar(one.name, one.scans, formats.number(one.scans), detail, press, f"not-bought-{one.product_id}")

    return _list("not_bought", [row(one) for one in report.not_bought])


@safe
def SoldOut(report: ShelfReport) -> ft.Control:
    """Products that were scanned while none of them was left here."""
    session = use_session()
    formats = use_formats()

    def row(one: ScannedRow) -> Bar:
        number = one.sold_out or 0
        detail = formats.translator.text("figures.of_scans", count=one.scans)
        press = _to_product(session, one.product_id)
        return Bar(one.name, number, formats.number(number), detail, press, f"sold-out-{one.product_id}")

    return _list("sold_out", [row(one) for one in report.sold_out])


def _to_product(session: UiSession, product_id: str) -> Press | None:
    return functools.partial(session.go, ProductPlace(product_id)) if product_id else None


def _list(name: str, rows: Sequence[Bar], *, most: int = MOST_CALLS) -> ft.Control:
    """A card: what it lists, what to do about it, and the first of the rows."""
    text = use_text().text
    parts: list[ft.Control] = [section_text(text(f"figures.{name}"))]
    if rows:
        parts += [detail_text(text(f"figures.{name}_do")), bars(rows[:most])]
    else:
        parts.append(body_text(text(f"figures.none_{name}"), color=Role.QUIET))
    if len(rows) > most:
        parts.append(detail_text(text("figures.more", count=len(rows) - most)))
    return identified(f"figures-{name}", card(_column(parts, spacing=UNIT), padding=3 * UNIT))


@safe
def Hours(report: ShelfReport) -> ft.Control:
    """When most is scanned, by source where that can be told."""
    formats = use_formats()
    text = formats.translator.text
    if not report.hours:
        return ft.Container()
    parts: list[ft.Control] = [section_text(text("figures.hours")), detail_text(text("figures.hours_do"))]
    for one in report.hours:
        parts.append(body_text(text(f"figures.source_{one.source or 'both'}"), strong=True))
        parts.append(hour_bars(one.bars, formats.number))
    return identified("figures-hours", card(_column(parts, spacing=UNIT + 4), padding=3 * UNIT))


def _column(controls: Sequence[ft.Control], *, spacing: int = GAP) -> ft.Control:
    return ft.Column(
        controls=list(controls), spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
