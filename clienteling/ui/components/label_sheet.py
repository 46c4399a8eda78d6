"""The sheet as a small picture: which labels are used up already, which will be printed, and the press that says so."""

import functools
from collections.abc import Callable

import flet as ft

from clienteling.ui.hooks import use_text
from clienteling.ui.kit import Press, detail_text, identified, safe, spoken
from clienteling.ui.theme import SIZE_DETAIL, UNIT, Role, text_style
from clienteling.use_cases.label_orders import Sheet

SHEET_WIDTH = 400
_CORNER = 3


@safe
def SheetPicture(sheet: Sheet, start: int, count: int, choose: Callable[[int], None]) -> ft.Control:
    """The first sheet; a press on a label makes it the first that is free. `count`: labels to be printed."""
    text = use_text().text
    scale = SHEET_WIDTH / sheet.paper_width
    cells: list[ft.Control] = []
    for index in range(sheet.per_page):
        box = sheet.cell(index)
        number = index + 1
        is_printed = start <= number < start + count
        cell = _cell(
            number,
            text(
                "labels.cell_used" if number < start else "labels.cell_printed" if is_printed else "labels.cell_free",
                number=number,
            ),
            is_used=number < start,
            is_printed=is_printed,
            press=functools.partial(choose, number),
        )
        # By its four sides: a height of its own would cut large figures.
        right, bottom = (sheet.paper_width - box.right) * scale, (sheet.paper_height - box.bottom) * scale
        cells.append(ft.Container(cell, left=box.left * scale, top=box.top * scale, right=right, bottom=bottom))
    paper = ft.Container(
        ft.Stack(controls=cells),
        width=SHEET_WIDTH,
        height=sheet.paper_height * scale,
        bgcolor=Role.CARD,
        border=ft.Border.all(1, Role.LINE),
        border_radius=_CORNER,
    )
    said = text("labels.start_said", start=start, count=sheet.per_page)
    return ft.Column(controls=[detail_text(said), identified("label-sheet", paper)], spacing=UNIT, tight=True)


def _cell(number: int, words: str, *, is_used: bool, is_printed: bool, press: Press) -> ft.Control:
    surface = ft.Container(
        content=ft.Text(
            f"{number}",
            style=text_style(SIZE_DETAIL, strong=is_printed),
            color=Role.ON_CHOSEN if is_printed else Role.QUIET,
            text_align=ft.TextAlign.CENTER,
        ),
        alignment=ft.Alignment.CENTER,
        bgcolor=Role.CHOSEN if is_printed else Role.SUNKEN if is_used else None,
        border=ft.Border.all(1, Role.LINE),
        border_radius=_CORNER,
        ink=True,
        on_click=lambda _: press(),
        expand=True,
    )
    return spoken(surface, label=words, identifier=f"label-cell-{number}", selected=is_printed or None)
