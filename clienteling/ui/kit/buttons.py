"""Things to press, each large enough for a thumb."""

from typing import Final

import flet as ft

from clienteling.i18n import as_shown
from clienteling.ui.kit.surfaces import Press, identified, ignoring_event
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, RADIUS, SIZE_TEXT, TARGET, Role, text_style

_BUTTON_ICON: Final = 18
_ICON: Final = 24
_MOST_ICON: Final = 36
_BUTTON_PADDING: Final = (TARGET - 20) // 2
"""Above and below one line of text, which is 20 high: no fixed height, so that longer or larger words are not cut."""


def primary_button(
    words: str,
    on_press: Press,
    *,
    icon: ft.IconData | None = None,
    disabled: bool = False,
    identifier: str = "",
    autofocus: bool = False,
) -> ft.Control:
    """The one thing to do on a screen."""
    button = ft.FilledButton(
        autofocus=autofocus,
        content=as_shown(words),
        icon=icon,
        on_click=ignoring_event(on_press),
        disabled=disabled,
        style=button_style(),
    )
    return identified(identifier, button)


def quiet_button(
    words: str, on_press: Press, *, icon: ft.IconData | None = None, disabled: bool = False, identifier: str = ""
) -> ft.Control:
    """Something else one may do."""
    button = ft.OutlinedButton(
        content=as_shown(words),
        icon=icon,
        on_click=ignoring_event(on_press),
        disabled=disabled,
        style=button_style(outlined=True),
    )
    return identified(identifier, button)


def choice_button(
    words: str,
    on_press: Press,
    *,
    chosen: bool,
    identifier: str = "",
    icon: ft.IconData | None = None,
    said: str = "",
) -> ft.Control:
    """One of a few that exclude each other; the chosen one is tinted.

    said: what a screen reader says, where `words` alone do not tell it from the same words beside another question
    """
    style = button_style(outlined=True)
    if chosen:
        style.bgcolor, style.color = Role.CHOSEN, Role.ON_CHOSEN
    label = ft.Text(as_shown(words), semantics_label=as_shown(said)) if said else as_shown(words)
    button = ft.OutlinedButton(content=label, icon=icon, on_click=ignoring_event(on_press), style=style)
    return ft.Semantics(content=button, selected=chosen, identifier=identifier or None, container=True)


def text_button(words: str, on_press: Press, *, identifier: str = "") -> ft.Control:
    """A way to more, within text."""
    button = ft.TextButton(content=as_shown(words), on_click=ignoring_event(on_press), style=button_style())
    return identified(identifier, button)


def icon_button(icon: ft.IconData, words: str, on_press: Press, *, identifier: str = "") -> ft.Control:
    """An icon that everyone knows; `words` are its tooltip and what a screen reader says."""
    button = ft.IconButton(
        icon=icon,
        tooltip=as_shown(words),
        on_click=ignoring_event(on_press),
        width=TARGET,
        height=TARGET,
        icon_color=Role.QUIET,
        icon_size=min(scaled(_ICON), _MOST_ICON),
        padding=4,
        style=ft.ButtonStyle(side=_sides(None)),
    )
    # Else the words are said of a group around it, and the button itself has no name.
    return identified(identifier, ft.MergeSemantics(content=button))


def button_style(*, outlined: bool = False) -> ft.ButtonStyle:
    """The house's corners and words for a button that needs more than the functions here give."""
    return ft.ButtonStyle(
        shape=ft.RoundedRectangleBorder(radius=RADIUS),
        side=_sides(ft.BorderSide(1, Role.LINE) if outlined else None),
        padding=ft.Padding.symmetric(horizontal=GAP, vertical=_BUTTON_PADDING),
        text_style=text_style(SIZE_TEXT, strong=True),
        icon_size=scaled(_BUTTON_ICON),
    )


def _sides(at_rest: ft.BorderSide | None) -> dict[ft.ControlState, ft.BorderSide]:
    """A line around what has the focus, so that a person at the keyboard sees where they are."""
    sides = {ft.ControlState.FOCUSED: ft.BorderSide(3, Role.FOCUS)}
    if at_rest is not None:
        sides[ft.ControlState.DEFAULT] = at_rest
    return sides
