"""What every list and wait has: nothing there, something wrong, still coming."""

from collections.abc import Sequence
from typing import Final

import flet as ft

from clienteling.ui.kit.surfaces import card, identified
from clienteling.ui.kit.words import body_text, detail_text
from clienteling.ui.theme import GAP, UNIT, Role

_SKELETON_WIDTHS: Final = (320, 240, 280, 200)


def empty_state(words: str, *, more: str = "", actions: Sequence[ft.Control] = (), identifier: str = "") -> ft.Control:
    """What stands where a list would be: what is not there, and what can be done."""
    lines: list[ft.Control] = [body_text(words, color=Role.QUIET)]
    if more:
        lines.append(detail_text(more))
    if actions:
        lines.append(ft.Row(controls=list(actions), wrap=True, spacing=UNIT, run_spacing=UNIT))
    content = ft.Column(controls=lines, spacing=UNIT, tight=True)
    return identified(identifier, ft.Container(content=content, padding=ft.Padding.symmetric(vertical=GAP)))


def problem_panel(what_happened: str, *, what_to_do: str = "", actions: Sequence[ft.Control] = ()) -> ft.Control:
    """What happened and what was kept, then what to do."""
    lines: list[ft.Control] = [body_text(what_happened, strong=True, color=Role.ON_REFUSED)]
    if what_to_do:
        lines.append(body_text(what_to_do, color=Role.ON_REFUSED))
    if actions:
        lines.append(ft.Row(controls=list(actions), wrap=True, spacing=UNIT))
    return card(ft.Column(controls=lines, spacing=UNIT, tight=True), role=Role.REFUSED_SURFACE)


def skeleton(rows: int = 3, *, label: str) -> ft.Control:
    """Grey bars in the shape of what is coming; `label` is what a screen reader says meanwhile."""
    bars: list[ft.Control] = [
        ft.Container(
            width=_SKELETON_WIDTHS[row % len(_SKELETON_WIDTHS)],
            height=2 * UNIT,
            bgcolor=Role.SUNKEN,
            border_radius=UNIT,
        )
        for row in range(rows)
    ]
    return ft.Semantics(label=label, content=ft.Column(controls=bars, spacing=GAP, tight=True))
