"""Words in the house's sizes."""

import flet as ft

from clienteling.i18n import as_shown
from clienteling.ui.kit.surfaces import identified
from clienteling.ui.text_size import lines_at_rest, scaled
from clienteling.ui.theme import SIZE_DETAIL, SIZE_NAME, SIZE_SECTION, SIZE_TEXT, Role


def name_text(words: str, *, identifier: str = "") -> ft.Control:
    """The largest words on a screen: whom or what it is about."""
    text = ft.Text(
        as_shown(words),
        size=scaled(SIZE_NAME),
        weight=ft.FontWeight.W_700,
        color=Role.TEXT,
        style=ft.TextStyle(height=1.2),
    )
    return identified(identifier, ft.Semantics(header=True, content=text))


def section_text(words: str) -> ft.Control:
    """The heading of a part."""
    text = ft.Text(
        as_shown(words),
        size=scaled(SIZE_SECTION),
        weight=ft.FontWeight.W_700,
        color=Role.TEXT,
        style=ft.TextStyle(height=1.25),
    )
    return ft.Semantics(header=True, content=text)


def overline(words: str) -> ft.Text:
    """A small heading above a group."""
    style = ft.TextStyle(letter_spacing=0.6)
    return ft.Text(
        as_shown(words).upper(),
        size=scaled(SIZE_DETAIL),
        weight=ft.FontWeight.W_700,
        color=Role.QUIET,
        style=style,
        semantics_label=as_shown(words),
    )


def body_text(words: str, *, strong: bool = False, color: Role = Role.TEXT, lines: int | None = None) -> ft.Text:
    """Plain text; at most `lines` lines, then an ellipsis."""
    return _running_text(words, size=SIZE_TEXT, strong=strong, color=color, lines=lines)


def detail_text(words: str, *, color: Role = Role.QUIET, strong: bool = False, lines: int | None = None) -> ft.Text:
    """What helps but may be skipped."""
    return _running_text(words, size=SIZE_DETAIL, strong=strong, color=color, lines=lines)


def _running_text(words: str, *, size: int, strong: bool, color: Role, lines: int | None) -> ft.Text:
    shown_lines = lines_at_rest(lines)
    return ft.Text(
        as_shown(words),
        size=scaled(size),
        color=color,
        weight=ft.FontWeight.W_600 if strong else ft.FontWeight.W_400,
        style=ft.TextStyle(height=1.35),
        max_lines=shown_lines,
        overflow=ft.TextOverflow.ELLIPSIS if shown_lines else ft.TextOverflow.CLIP,
    )
