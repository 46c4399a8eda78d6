"""Numbers as bars: rows that are compared with each other, each with its words and its number.

Flutter's own progress bar and not a chart: one control for a bar, in the colours of the theme, and nothing to load.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import flet as ft

from clienteling.domain.views import HourBar
from clienteling.ui.kit import Press, body_text, detail_text, spoken
from clienteling.ui.kit.surfaces import ignoring_event
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, RADIUS, UNIT, Role

_THICK: Final = UNIT
_HOURS_WIDTH: Final = 88
_NUMBER_WIDTH: Final = 56


@dataclass(frozen=True, slots=True)
class Bar:
    """A row. `number` None: it is not told, and `shown` says why; `press`: where the row leads.

    is_rest  it is of what could not be told one by one, and quieter than the others
    """

    words: str
    number: int | None
    shown: str
    detail: str = ""
    press: Press | None = None
    identifier: str = ""
    is_rest: bool = False


def bars(rows: Sequence[Bar]) -> ft.Control:
    """The rows, the longest bar being the highest number."""
    highest = max((row.number or 0 for row in rows), default=0) or 1
    return ft.Column(
        controls=[_row(row, (row.number or 0) / highest) for row in rows],
        spacing=4,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _row(row: Bar, share: float) -> ft.Control:
    number = body_text(row.shown, strong=row.number is not None, color=Role.QUIET if row.number is None else Role.TEXT)
    name = ft.Container(body_text(row.words), expand=True)
    lines: list[ft.Control] = [
        ft.Row(controls=[name, number], spacing=GAP, vertical_alignment=ft.CrossAxisAlignment.END),
        _bar(share, role=Role.QUIET if row.is_rest else Role.ACTION),
    ]
    if row.detail:
        lines.append(detail_text(row.detail))
    inside = ft.Column(controls=lines, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    surface = ft.Container(inside, padding=ft.Padding.symmetric(vertical=UNIT), border_radius=RADIUS)
    said = ", ".join(part for part in (row.words, row.shown, row.detail) if part)
    if row.press is None:
        return ft.Semantics(content=surface, label=said, exclude_semantics=True, container=True)
    surface.ink, surface.on_click = True, ignoring_event(row.press)
    return spoken(surface, label=said, identifier=row.identifier)


def _bar(share: float, *, role: Role = Role.ACTION) -> ft.Control:
    return ft.ProgressBar(
        value=min(1.0, share), color=role, bgcolor=Role.SUNKEN, bar_height=_THICK, border_radius=_THICK // 2
    )


def hour_bars(found: Iterable[HourBar], number: Callable[[int], str]) -> ft.Control:
    """The hours of a day, one below the other; several together have the bar of their mean, so that bars compare."""
    rows = list(found)
    highest = max((row.scans / len(row.hours) for row in rows), default=1)
    return ft.Column(
        controls=[_hour_row(row, row.scans / len(row.hours) / highest, number(row.scans)) for row in rows],
        spacing=UNIT,
        tight=True,
    )


def _hour_row(row: HourBar, share: float, number: str) -> ft.Control:
    words = hours_words(row.hours)
    scans = body_text(number, strong=True)
    scans.text_align = ft.TextAlign.END
    line = ft.Row(
        controls=[
            ft.Container(detail_text(words), width=scaled(_HOURS_WIDTH)),
            ft.Container(_bar(share), expand=True),
            ft.Container(scans, width=scaled(_NUMBER_WIDTH)),
        ],
        spacing=UNIT,
    )
    return ft.Semantics(content=line, label=f"{words}, {number}", exclude_semantics=True, container=True)


def hours_words(hours: Sequence[int]) -> str:
    """`09-12, 19-20`: from the first to the end of the last of hours that follow each other."""
    runs: list[list[int]] = []
    for hour in hours:
        if runs and runs[-1][-1] == hour - 1:
            runs[-1].append(hour)
        else:
            runs.append([hour])
    return ", ".join(f"{run[0]:02}-{run[-1] + 1:02}" for run in runs)
