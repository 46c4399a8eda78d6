"""One row of what was promised, booked or held: the words, at their right what can be done, below what opened."""

from collections.abc import Sequence

import flet as ft

from clienteling.ui.components.serving_forms import stretched
from clienteling.ui.kit import Press, body_text, chip, detail_text, icon_button, identified, pressable, waiting_chip
from clienteling.ui.text_size import is_large
from clienteling.ui.theme import GAP, UNIT, Role


def serving_words(
    first: str,
    second: str,
    *,
    about: Sequence[str],
    plain: str = "",
    waits: str = "",
    refused: str = "",
    unsent: str = "",
) -> ft.Control:
    """Up to two lines, then the details.

    waits    what is late or not certain, on amber
    refused  what will not be, on red
    plain    the same where it is neither
    """
    lines: list[ft.Control] = [body_text(first, strong=True)]
    if second:
        lines.append(body_text(second))
    said = " · ".join(part for part in (plain, *about) if part)
    details: list[ft.Control] = []
    if waits:
        details.append(waiting_chip(waits))
    if refused:
        details.append(chip(refused, role=Role.REFUSED_SURFACE, color=Role.ON_REFUSED))
    if said:
        details.append(detail_text(said, color=Role.TEXT if plain else Role.QUIET))
    if unsent:
        details.append(waiting_chip(unsent))
    if details:
        lines.append(
            ft.Row(
                controls=details,
                wrap=True,
                spacing=UNIT,
                run_spacing=4,
                vertical_alignment=ft.CrossAxisAlignment.CENTER,
            )
        )
    return ft.Column(controls=lines, spacing=4, tight=True)


def serving_row(
    words: ft.Control,
    ends: Sequence[ft.Control],
    below: Sequence[ft.Control],
    *,
    label: str,
    identifier: str,
    on_press: Press | None = None,
) -> ft.Control:
    """The words beside what can be done; `on_press`: for the words, which a screen reader then says as `label`."""
    if on_press is not None:
        left = pressable(words, on_press, label=label, identifier=identifier, flat=True)
    else:
        ground = ft.Container(words, padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT))
        left = identified(identifier, ground)
    parts = [_across(left, ends)]
    parts += [ft.Container(one, padding=ft.Padding.only(left=GAP, right=UNIT, bottom=UNIT)) for one in below]
    return stretched(parts, spacing=0)


def _across(left: ft.Control, ends: Sequence[ft.Control]) -> ft.Control:
    """What can be done stands at the right of the words; below large ones, side by side as far as there is room."""
    if is_large():
        buttons = ft.Row(controls=list(ends), wrap=True, spacing=UNIT, run_spacing=UNIT)
        return stretched([left, ft.Container(buttons, padding=ft.Padding.only(left=GAP, bottom=UNIT))], spacing=0)
    left.expand = True
    return ft.Container(ft.Row(controls=[left, *ends], spacing=UNIT), padding=ft.Padding.only(right=UNIT))


def change_button(words: str, on_press: Press, *, identifier: str) -> ft.Control:
    """Opens the form that changes what the row is about, or closes it."""
    return icon_button(ft.Icons.EDIT_OUTLINED, words, on_press, identifier=identifier)
