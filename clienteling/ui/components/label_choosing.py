"""Which labels, and how they are printed: the two halves of an order."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import flet as ft

from clienteling.i18n import LOCALES
from clienteling.ui.components.label_sheet import SheetPicture
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import Ready, use_query, use_text, use_wide
from clienteling.ui.kit import Field, card, choice_button, detail_text, identified, safe, section_text
from clienteling.ui.text_size import beside, scaled
from clienteling.ui.theme import GAP, RADIUS, SIZE_TEXT, UNIT, Role, text_style
from clienteling.use_cases.label_orders import (
    RESOLUTIONS,
    SHEETS,
    LabelFormat,
    LabelOrder,
    LabelServices,
    SheetName,
    Shelves,
)

Change = Callable[[Callable[[LabelOrder], LabelOrder]], None]
"""Makes a new order of the latest one, whatever was drawn meanwhile."""

_NO_SHELVES: Final = Shelves((), ())
_LIST_WIDTH: Final = 240
_OFFSET_WIDTH: Final = 160
_MOST_OFFSET_MM: Final = 50.0


@safe
def WhichLabels(labels: LabelServices, order: LabelOrder, change: Change) -> ft.Control:
    """All or only what changed, and what narrows it down."""
    text = use_text().text
    shelves = use_query(labels.shelves)
    words, codes = use_field_text(order.choice.words), use_field_text("\n".join(order.choice.codes))
    known = shelves.value if isinstance(shelves, Ready) else _NO_SHELVES
    choice = order.choice

    def chosen(**fields: Any) -> None:
        change(lambda latest: replace(latest, choice=replace(latest.choice, **fields)))

    def coded(typed: str) -> None:
        chosen(codes=tuple(line.strip() for line in typed.splitlines() if line.strip()))

    due = [("changed", text("labels.changed_only")), ("all", text("labels.all"))]
    here = [("any", text("labels.in_stock_or_not")), ("stock", text("labels.in_stock"))]
    category = _List("label-category", text("labels.category"), text("labels.any_category"), known.categories)
    brand = _List("label-brand", text("labels.brand"), text("labels.any_brand"), known.brands)
    return _part(
        text("labels.which"),
        [
            _choice(
                "labels-due",
                due,
                "changed" if choice.changed_only else "all",
                lambda name: chosen(changed_only=name == "changed"),
            ),
            _choice(
                "labels-stock",
                here,
                "stock" if choice.in_stock_only else "any",
                lambda name: chosen(in_stock_only=name == "stock"),
            ),
            beside(
                [
                    _list(category, choice.category, lambda name: chosen(category=name)),
                    _list(brand, choice.brand, lambda name: chosen(brand=name)),
                ],
                spacing=GAP,
            ),
            identified("label-words", Field(text("labels.words"), words, on_change=lambda typed: chosen(words=typed))),
            identified("label-codes", Field(text("labels.codes"), codes, multiline=True, on_change=coded)),
        ],
    )


@safe
def HowPrinted(labels: LabelServices, order: LabelOrder, count: int, change: Change) -> ft.Control:
    """Sheet, first free label, format, printer and offsets. `count`: labels to be printed."""
    text = use_text().text
    wide = use_wide()
    sheet = SHEETS[order.sheet]

    def set_order(**fields: Any) -> None:
        change(lambda latest: replace(latest, **fields))

    def choose_sheet(name: str) -> None:
        is_roll = SHEETS[SheetName(name)].is_roll
        change(
            lambda latest: replace(
                latest,
                sheet=SheetName(name),
                start=1,
                format=latest.format if is_roll or latest.format is not LabelFormat.ZPL else LabelFormat.PDF,
            )
        )

    sheets = [(name.value, text(f"labels.sheet_{name.value.lower()}")) for name in SheetName]
    formats = [(one.value, text(f"labels.format_{one.value}")) for one in LabelFormat]
    if not sheet.is_roll:
        formats = [one for one in formats if one[0] != LabelFormat.ZPL.value]
    printers = [(f"{dpi}", text("labels.dpi", dpi=dpi)) for dpi in RESOLUTIONS]
    languages = [(language, text(f"language.{language}")) for language in LOCALES]
    language = order.language or labels.language
    options = _stack(
        [
            detail_text(text("labels.format")),
            _choice("label-format", formats, order.format.value, lambda name: set_order(format=LabelFormat(name))),
            detail_text(text("labels.printer")),
            _choice("label-dpi", printers, f"{order.dpi}", lambda dpi: set_order(dpi=int(dpi))),
            detail_text(text("labels.language")),
            _choice("label-language", languages, language, lambda name: set_order(language=name)),
        ],
        spacing=UNIT,
    )
    parts: list[ft.Control] = [_choice("label-sheet-name", sheets, order.sheet.value, choose_sheet)]
    if sheet.is_roll:
        parts.append(options)
    else:
        picture = SheetPicture(sheet, order.start, count, lambda number: set_order(start=number))
        parts += [picture, options] if wide else [_side_by_side(picture, options)]
    return _part(text("labels.how"), [*parts, Offsets(change)])


def _side_by_side(picture: ft.Control, options: ft.Control) -> ft.Control:
    """The sheet with the options in the room beside it that a tablet has."""
    controls = [picture, ft.Container(options, expand=True)]
    return beside(controls, spacing=3 * UNIT, vertical_alignment=ft.CrossAxisAlignment.START)


@safe
def Offsets(change: Change) -> ft.Control:
    """Two fields in millimetres; what is no number is said and changes nothing."""
    text = use_text().text
    across, down = use_field_text(), use_field_text()

    def moved(field: str, typed: str) -> None:
        millimetres = offset_mm(typed)
        if millimetres is not None:
            change(lambda latest: replace(latest, **{field: millimetres}))  # type: ignore[arg-type]  # a number

    def problem(typed: str) -> str:
        return "" if offset_mm(typed) is not None else text("labels.not_a_number")

    to_right = Field(
        text("labels.offset_x"), across, on_change=lambda typed: moved("offset_x", typed), problem=problem(across.text)
    )
    to_bottom = Field(
        text("labels.offset_y"), down, on_change=lambda typed: moved("offset_y", typed), problem=problem(down.text)
    )
    fields = beside(
        [
            ft.Container(identified("label-offset-x", to_right), width=scaled(_OFFSET_WIDTH)),
            ft.Container(identified("label-offset-y", to_bottom), width=scaled(_OFFSET_WIDTH)),
        ],
        spacing=GAP,
    )
    return ft.Column(controls=[detail_text(text("labels.offsets")), fields], spacing=UNIT, tight=True)


def offset_mm(typed: str) -> float | None:
    """The millimetres somebody typed, with a comma or a point; nothing is 0, None is no number or too far."""
    plain = typed.strip().replace(",", ".")
    if not plain:
        return 0.0
    try:
        millimetres = float(plain)
    except ValueError:
        return None
    return millimetres if abs(millimetres) <= _MOST_OFFSET_MM else None


def _part(heading: str, content: Sequence[ft.Control]) -> ft.Control:
    return card(_stack([section_text(heading), *content]), padding=3 * UNIT)


def _stack(controls: Sequence[ft.Control], *, spacing: int = GAP) -> ft.Control:
    return ft.Column(
        controls=list(controls), spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


def _choice(name: str, options: Sequence[tuple[str, str]], chosen: str, choose: Callable[[str], None]) -> ft.Control:
    buttons = [
        choice_button(label, functools.partial(choose, value), chosen=value == chosen, identifier=f"{name}-{value}")
        for value, label in options
    ]
    return ft.Row(controls=buttons, spacing=UNIT, run_spacing=UNIT, wrap=True)


@dataclass(frozen=True, slots=True)
class _List:
    """A list to choose one from. `none`: what stands for no choice."""

    name: str
    label: str
    none: str
    values: Sequence[str]


def _list(shown: _List, chosen: str, choose: Callable[[str], None]) -> ft.Control:
    options = [
        ft.DropdownOption(key="", text=shown.none),
        *(ft.DropdownOption(key=one, text=one) for one in shown.values),
    ]
    control = ft.Dropdown(
        label=shown.label,
        value=chosen,
        options=options,
        on_select=lambda event: choose(event.control.value or ""),
        width=scaled(_LIST_WIDTH),
        text_style=text_style(SIZE_TEXT),
        border=ft.OutlineInputBorder(side=ft.BorderSide(1, Role.LINE), border_radius=RADIUS),
        filled=True,
        fill_color=Role.CARD,
        menu_height=360,
    )
    return identified(shown.name, control)
