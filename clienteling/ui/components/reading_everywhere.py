"""For a manager: who opened how many customers within the hour over all devices of the store, as the server has it.

A device stops who opens very many there (`reading_counts`); who goes from one device to the next is seen here.
"""

import flet as ft

from clienteling.domain.reading_limit import MOST_IN_AN_HOUR
from clienteling.domain.views import ReadingEverywhere
from clienteling.ui.asking import use_asked, why_not
from clienteling.ui.hooks import use_now, use_preferences, use_store, use_text
from clienteling.ui.kit import (
    body_text,
    card,
    detail_text,
    identified,
    quiet_button,
    safe,
    section_text,
    skeleton,
    waiting_chip,
)
from clienteling.ui.theme import UNIT, Role
from clienteling.use_cases.manage_team import TeamServices


@safe
def ReadingEverywhereCard(team: TeamServices) -> ft.Control:
    """The most first; amber who is over the limit. Asked anew every minute."""
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    store = use_store()
    store_id = store.id if store is not None else ""
    minute = use_now().replace(second=0, microsecond=0)
    told = use_asked(lambda: team.reading(store_id, author_id=author_id), author_id, store_id, minute)
    parts: list[ft.Control] = [
        section_text(text("reading.title")),
        detail_text(text("reading.more", most=MOST_IN_AN_HOUR), lines=3),
    ]
    problem = why_not(told.stands, translator)
    if told.value is None and not problem:
        parts.append(skeleton(2, label=text("app.loading")))
    elif told.value:
        parts += [ReadingRow(one) for one in told.value]
    elif told.value is not None:
        parts.append(identified("reading-none", body_text(text("limit.nobody"))))
    if problem:
        parts.append(identified("reading-failing", body_text(problem, color=Role.REFUSED)))
        button = quiet_button(text("asked.again"), told.again, identifier="reading-again")
        parts.append(ft.Row(controls=[button]))
    return identified("reading-everywhere", card(ft.Column(controls=parts, spacing=UNIT + 4, tight=True)))


@safe
def ReadingRow(one: ReadingEverywhere) -> ft.Control:
    """One associate: customers opened, searches, and on how many devices."""
    translator = use_text()
    text = translator.text
    counts = [text("reading.opened", count=one.opened)]
    if one.looked_up:
        counts.append(text("reading.looked_up", count=one.looked_up))
    counts.append(text("reading.devices", count=one.devices))
    heading: list[ft.Control] = [body_text(one.name or text("reading.nameless"), strong=True)]
    if one.is_marked:
        heading.append(waiting_chip(text("reading.marked", most=MOST_IN_AN_HOUR)))
    lines: list[ft.Control] = [
        ft.Row(controls=heading, spacing=UNIT, wrap=True, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        detail_text(" · ".join(counts)),
    ]
    return identified(f"reading-{one.associate_id}", ft.Column(controls=lines, spacing=2, tight=True))
