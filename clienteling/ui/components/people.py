"""Customers in lists: what tells people of one name apart, in the same columns on every row."""

from collections.abc import Callable
from datetime import datetime

import flet as ft

from clienteling.domain.naming import person_name
from clienteling.domain.views import LookupRow, MatchReason
from clienteling.i18n import Formats, Translator, as_shown
from clienteling.ui.components.phones import phone_tail
from clienteling.ui.kit import detail_text, pressable, safe, unchanged_skips
from clienteling.ui.text_size import height_at_rest, is_large, scaled
from clienteling.ui.theme import GAP, SIZE_DETAIL, SIZE_TEXT, TARGET, Role


def reason_found(row: LookupRow, translator: Translator) -> str:
    """Why someone is in the list where the name does not say it."""
    return "" if row.why is MatchReason.NAME else translator.text(f"people.why_{row.why.value}")


@safe
def _DrawnPersonRow(
    row: LookupRow, formats: Formats, now: datetime, compact: bool, chosen: bool, open_row: Callable[[LookupRow], None]
) -> ft.Control:
    name = person_name(row)
    details = [phone_tail(row.phone), row.home_store or row.city, formats.last_seen(row.last_visit_at, now=now)]
    spoken = ", ".join(part for part in (name, *details, row.tier, reason_found(row, formats.translator)) if part)
    return pressable(
        _compact(name, row, details, formats) if compact or is_large() else _columns(name, row, details, formats),
        lambda: open_row(row),
        label=spoken,
        identifier=f"customer-{row.customer_id}",
        flat=True,
        chosen=chosen,
    )


PersonRow = unchanged_skips(_DrawnPersonRow)
"""One line (two where `compact`), to be opened by a press. All arguments by position, `open_row` always the same."""


# A row is nine controls and no more, and its texts have no style of their own where one line leaves nothing to space:
# Flet looks at every field of every control and style it adds (65 of a text, 0.1 ms), which is the cost of a key.


def _columns(name: str, row: LookupRow, details: list[str], formats: Formats) -> ft.Control:
    tail, place, seen = details
    name_cell: ft.Control = _line(name, SIZE_TEXT, strong=True)
    reason = reason_found(row, formats.translator)
    if reason:
        name_cell = ft.Column(controls=[name_cell, detail_text(reason, lines=1)], spacing=0, tight=True)
    tier = _line(row.tier, SIZE_DETAIL, strong=True)
    tier.text_align = ft.TextAlign.END
    cells: list[tuple[ft.Control, int]] = [
        (name_cell, 5),
        (_line(tail, SIZE_DETAIL), 2),
        (_line(place, SIZE_DETAIL, color=Role.QUIET), 2),
        (detail_text(seen, lines=2), 3),
        (tier, 2),
    ]
    for cell, share in cells:
        cell.expand = share
    return ft.Row(
        height=height_at_rest(TARGET),
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
        controls=[cell for cell, _ in cells],
    )


def _compact(name: str, row: LookupRow, details: list[str], formats: Formats) -> ft.Control:
    below = " · ".join(part for part in (*details, reason_found(row, formats.translator)) if part)
    name_cell = _line(name, SIZE_TEXT, strong=True)
    name_cell.expand = True
    first = ft.Row(controls=[name_cell, _line(row.tier, SIZE_DETAIL, strong=True)])
    lines: list[ft.Control] = [first, detail_text(below, lines=1)]
    return ft.Column(
        controls=lines, tight=True, spacing=0, height=height_at_rest(TARGET), alignment=ft.MainAxisAlignment.CENTER
    )


def _line(words: str, size: int, *, strong: bool = False, color: Role = Role.TEXT) -> ft.Text:
    """One line of a row, cut with an ellipsis; large text is not cut."""
    weight = ft.FontWeight.W_600 if strong else None
    if is_large():
        return ft.Text(as_shown(words), size=scaled(size), color=color, weight=weight)
    return ft.Text(
        as_shown(words),
        size=scaled(size),
        color=color,
        weight=weight,
        max_lines=1,
        overflow=ft.TextOverflow.ELLIPSIS,
    )
