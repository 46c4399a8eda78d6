"""Customers in lists: what tells people of one name apart, in the same columns on every row."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import LookupRow, MatchReason
from clienteling.i18n import Formats, Translator
from clienteling.ui.kit import body_text, chip, detail_text, pressable, safe, unchanged_skips
from clienteling.ui.theme import GAP, TARGET, Role

SALUTATIONS: Final = {"bu": "Bu", "ibu": "Bu", "pak": "Pak", "bapak": "Pak", "kak": "Kak", "mbak": "Mbak", "mas": "Mas"}
"""How people are addressed; the same in every language, as names are."""


def addressed(salutation: str, name: str) -> str:
    """`Bu Siti Rahmawati`."""
    shown = SALUTATIONS.get(salutation.strip().lower().rstrip("."), salutation.strip())
    return f"{shown} {name}".strip()


def phone_tail(row: LookupRow) -> str:
    """`···· 4471`, or "" without a phone."""
    return f"···· {row.phone_tail}" if row.phone_tail else ""


def last_seen(row: LookupRow, formats: Formats, *, now: datetime) -> str:
    """`terakhir 12 hari lalu`; "" for someone never seen at this store."""
    if row.last_visit_at is None:
        return formats.translator.text("people.not_here_yet")
    return formats.translator.text("people.last_seen", age=formats.age(row.last_visit_at, now=now))


def tier_chip(tier: str) -> ft.Control:
    """The loyalty tier, or nothing of the same kind."""
    return chip(tier, role=Role.SUNKEN, color=Role.TEXT) if tier else ft.Container()


def reason_found(row: LookupRow, translator: Translator) -> str:
    """Why someone is in the list where the name does not say it."""
    return "" if row.why is MatchReason.NAME else translator.text(f"people.why_{row.why.value}")


@safe
def _DrawnPersonRow(
    row: LookupRow, formats: Formats, now: datetime, compact: bool, chosen: bool, open_row: Callable[[LookupRow], None]
) -> ft.Control:
    name = addressed(row.salutation, row.name)
    details = [phone_tail(row), row.home_store or row.city, last_seen(row, formats, now=now)]
    spoken = ", ".join(part for part in (name, *details, row.tier, reason_found(row, formats.translator)) if part)
    return pressable(
        _compact(name, row, details, formats) if compact else _columns(name, row, details, formats),
        lambda: open_row(row),
        label=spoken,
        identifier=f"customer-{row.customer_id}",
        flat=True,
        chosen=chosen,
    )


PersonRow = unchanged_skips(_DrawnPersonRow)
"""One line (two where `compact`), to be opened by a press. All arguments by position, `open_row` always the same."""


def _name_cell(name: str, row: LookupRow, formats: Formats) -> ft.Control:
    lines: list[ft.Control] = [body_text(name, strong=True, lines=1)]
    reason = reason_found(row, formats.translator)
    if reason:
        lines.append(detail_text(reason, lines=1))
    return ft.Column(controls=lines, spacing=0, tight=True, alignment=ft.MainAxisAlignment.CENTER)


def _columns(name: str, row: LookupRow, details: list[str], formats: Formats) -> ft.Control:
    tail, place, seen = details
    return ft.Row(
        height=TARGET,
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
        controls=[
            ft.Container(_name_cell(name, row, formats), expand=5),
            ft.Container(detail_text(tail, color=Role.TEXT), width=76),
            ft.Container(detail_text(place, lines=1), expand=2),
            ft.Container(detail_text(seen, lines=2), expand=3),
            ft.Container(tier_chip(row.tier), width=92, alignment=ft.Alignment.CENTER_RIGHT),
        ],
    )


def _compact(name: str, row: LookupRow, details: list[str], formats: Formats) -> ft.Control:
    below = " · ".join(part for part in (*details, reason_found(row, formats.translator)) if part)
    first = ft.Row(controls=[ft.Container(body_text(name, strong=True, lines=1), expand=True), tier_chip(row.tier)])
    lines: list[ft.Control] = [first, detail_text(below, lines=1)]
    return ft.Column(controls=lines, spacing=0, height=TARGET, alignment=ft.MainAxisAlignment.CENTER)
