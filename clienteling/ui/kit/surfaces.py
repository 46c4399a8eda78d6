"""Grounds that words and other controls stand on, and how a control is found by tests."""

from collections.abc import Callable
from typing import Final

import flet as ft

from clienteling.i18n import as_shown
from clienteling.ui.text_size import is_large, scaled
from clienteling.ui.theme import GAP, RADIUS, READING_WIDTH, SIZE_DETAIL, TARGET, UNIT, Role

Press = Callable[[], None]
_TICK_SIZE: Final = 24


def card(
    content: ft.Control, *, role: Role = Role.CARD, padding: int | ft.Padding = GAP, expand: bool = False
) -> ft.Container:
    """A surface with a hairline and no shadow."""
    return ft.Container(
        content=content,
        padding=padding,
        bgcolor=role,
        border_radius=RADIUS,
        border=ft.Border.all(1, Role.LINE) if role is Role.CARD else None,
        expand=expand,
    )


def pressable(
    content: ft.Control,
    on_press: Press,
    *,
    label: str,
    identifier: str = "",
    flat: bool = False,
    chosen: bool = False,
) -> ft.Control:
    """A card that does something; `label` is what a screen reader says. `flat`: a row of a list, without a card."""
    surface = ft.Container(
        content=content,
        padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT) if flat else GAP,
        bgcolor=Role.CHOSEN if chosen else None if flat else Role.CARD,
        border_radius=RADIUS,
        border=None if flat else ft.Border.all(1, Role.LINE),
        ink=True,
        on_click=ignoring_event(on_press),
    )
    return spoken(surface, label=label, identifier=identifier, selected=chosen or None)


def spoken(
    surface: ft.Container,
    *,
    label: str,
    identifier: str = "",
    selected: bool | None = None,
    checked: bool | None = None,
) -> ft.Control:
    """The surface, which is pressed, as one thing for a screen reader, with `label` for all that stands on it.

    Words, press and focus are one node: what a screen reader follows is what the keyboard follows.
    """
    surface.content = ft.Semantics(content=surface.content, exclude_semantics=True)
    return ft.MergeSemantics(
        content=ft.Semantics(
            content=surface,
            button=checked is None,
            selected=selected,
            checked=checked,
            label=as_shown(label),
            identifier=identifier or None,
        )
    )


def tick_row(content: ft.Control, *, ticked: bool, on_press: Press, label: str, identifier: str) -> ft.Control:
    """A box to tick beside the content, all of it to press. Not Flet's own box: given a height, it is stretched."""
    sign = ft.Icons.CHECK_BOX if ticked else ft.Icons.CHECK_BOX_OUTLINE_BLANK
    box = ft.Icon(sign, size=scaled(_TICK_SIZE), color=Role.ACTION if ticked else Role.QUIET)
    surface = ft.Container(
        content=ft.Row(controls=[box, content], spacing=UNIT + 4),
        padding=ft.Padding.symmetric(horizontal=UNIT, vertical=(TARGET - _TICK_SIZE) // 2),
        border_radius=RADIUS,
        ink=True,
        on_click=ignoring_event(on_press),
    )
    return spoken(surface, label=label, identifier=identifier, checked=ticked)


def identified(identifier: str, control: ft.Control) -> ft.Control:
    """The control, findable by tests in every language."""
    return ft.Semantics(identifier=identifier, content=control, container=True) if identifier else control


def chip(words: str, *, role: Role = Role.SUNKEN, color: Role = Role.QUIET) -> ft.Control:
    """A short fact on a tinted ground."""
    return ft.Container(
        content=ft.Text(
            as_shown(words), size=scaled(SIZE_DETAIL), weight=ft.FontWeight.W_600, color=color, no_wrap=not is_large()
        ),
        bgcolor=role,
        border_radius=UNIT,
        padding=ft.Padding.symmetric(horizontal=UNIT, vertical=4),
    )


def waiting_chip(words: str) -> ft.Control:
    """Not sent yet, or old."""
    return chip(words, role=Role.WAITING_SURFACE, color=Role.ON_WAITING)


def band(words: str, *, waiting: bool = True, identifier: str = "") -> ft.Control:
    """A line over the whole width that must not be missed: amber where something waits, else red."""
    surface, text = (Role.WAITING_SURFACE, Role.ON_WAITING) if waiting else (Role.REFUSED_SURFACE, Role.ON_REFUSED)
    line = ft.Container(
        content=ft.Text(as_shown(words), size=scaled(SIZE_DETAIL), color=text, weight=ft.FontWeight.W_600),
        bgcolor=surface,
        padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT),
        border_radius=UNIT,
    )
    return identified(identifier, line)


def scrolling(content: ft.Control) -> ft.Control:
    """The content in all the height there is, scrolled where it needs more."""
    return ft.Column(
        controls=[content],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def readable_width(content: ft.Control, *, wide: bool) -> ft.Control:
    """The content, on a wide screen no wider than a line of text is easy to follow."""
    return ft.Row(controls=[ft.Container(content, width=READING_WIDTH)]) if wide else content


def ignoring_event(on_press: Press) -> Callable[[object], None]:
    """The handler that Flet calls with an event."""
    return lambda _: on_press()
