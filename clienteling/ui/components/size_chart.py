"""The size chart as a table; the row of the size that is chosen stands out."""

from collections.abc import Sequence

import flet as ft

from clienteling.domain.views import SizeChartView
from clienteling.ui.kit import body_text, detail_text, identified, safe
from clienteling.ui.theme import UNIT, Role


@safe
def SizeChart(chart: SizeChartView, chosen: tuple[str, ...]) -> ft.Control:
    """Columns of equal width. `chosen`: values of the variant shown, of which one may name a row."""
    rows: list[ft.Control] = [_row(chart.columns, heading=True)]
    for cells in chart.rows:
        rows.append(_row(_fitted(cells, len(chart.columns)), chosen=bool(cells) and cells[0] in chosen))
    table = ft.Column(controls=rows, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("size-chart", table)


def _fitted(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))


def _row(cells: Sequence[str], *, heading: bool = False, chosen: bool = False) -> ft.Control:
    shown: list[ft.Control] = []
    for position, cell in enumerate(cells):
        words = detail_text(cell, strong=True) if heading else body_text(cell, strong=chosen or position == 0)
        shown.append(ft.Container(words, expand=1))
    return ft.Container(
        ft.Row(controls=shown, spacing=UNIT, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        padding=ft.Padding.symmetric(horizontal=UNIT, vertical=UNIT),
        bgcolor=Role.CHOSEN if chosen else None,
        border_radius=UNIT if chosen else None,
        border=None if chosen else ft.Border(bottom=ft.BorderSide(1, Role.LINE)),
    )
