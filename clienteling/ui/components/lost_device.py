"""The report on a lost device: which one, since when it was not in safe hands, and the papers of it."""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import flet as ft

from clienteling.domain.views.customer_requests import LostDevice
from clienteling.ui.components.request_steps import SavePapers
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_formats,
    use_now,
    use_query,
    use_session,
    use_state,
    use_text,
)
from clienteling.ui.kit import (
    Press,
    body_text,
    card,
    chip,
    choice_button,
    detail_text,
    empty_state,
    identified,
    keyed,
    pressable,
    problem_panel,
    quiet_button,
    safe,
    section_text,
    skeleton,
)
from clienteling.ui.theme import UNIT
from clienteling.use_cases.customer_requests import Files, RequestServices

SHOWN: Final = 50
_DAYS: Final = (1, 3, 7, 30)
"""How many days ago it may have been in safe hands last; else at its last sync."""


@safe
def LostDeviceCard(services: RequestServices) -> ft.Control:
    """The way to the report; the devices are asked for once somebody wants one."""
    text = use_text().text
    looking, look = use_state(False)
    parts: list[ft.Control] = [section_text(text("lost.title")), detail_text(text("lost.more"), lines=3)]
    if looking:
        parts.append(Devices(services, lambda: look(False)))
    else:
        button = quiet_button(text("lost.begin"), lambda: look(True), identifier="lost-device")
        parts.append(ft.Row(controls=[button]))
    return identified("lost", card(_column(parts)))


@safe
def Devices(services: RequestServices, close: Press) -> ft.Control:
    """All devices, those seen longest ago last; then the report on the one that was chosen."""
    translator = use_text()
    text = translator.text
    found = use_query(services.devices)
    chosen, choose = use_state("")
    leave = ft.Row(controls=[quiet_button(text("app.close"), close, identifier="lost-close")])
    match found:
        case Loading(slow):
            return _column([*([skeleton(label=text("app.loading"))] if slow else []), leave])
        case Failed(code):
            more = text("requests.needs_network")
            return _column([problem_panel(translator.text_or(code, "error.unexpected"), what_to_do=more), leave])
        case Ready(devices):
            pass
    if not devices:
        return _column([empty_state(text("lost.none"), identifier="lost-none"), leave])
    lost = next((one for one in devices if one.id == chosen), None)
    if lost is not None:
        return keyed(f"lost:{lost.id}", Report, services, lost, lambda: choose(""))
    rows = [keyed(one.id, DeviceRow, one, choose) for one in devices[:SHOWN]]
    return _column([body_text(text("lost.which")), *rows, leave])


@safe
def DeviceRow(one: LostDevice, choose: Callable[[str], None]) -> ft.Control:
    """A device, and when it was last seen."""
    formats = use_formats()
    text = formats.translator.text
    seen = (
        text("devices.seen", when=formats.age(one.last_seen_at, now=use_now()))
        if one.last_seen_at is not None
        else text("devices.never_seen")
    )
    name = one.name or text("devices.nameless")
    heading: list[ft.Control] = [body_text(name, strong=True)]
    if one.is_revoked:
        heading.append(chip(text("lost.revoked")))
    about = " · ".join(part for part in (one.store_name, seen) if part)
    lines: list[ft.Control] = [ft.Row(controls=heading, spacing=UNIT, wrap=True), detail_text(about)]
    return pressable(
        ft.Column(controls=lines, spacing=2, tight=True),
        functools.partial(choose, one.id),
        label=f"{name}, {about}",
        identifier=f"lost-{one.id}",
    )


@safe
def Report(services: RequestServices, one: LostDevice, back: Press) -> ft.Control:
    """Since when it was not in safe hands, what to do first, and the files."""
    text = use_text().text
    session = use_session()
    days, choose = use_state(0)
    choices = [choice_button(text("lost.since_sync"), lambda: choose(0), chosen=days == 0, identifier="since-0")]
    choices += [
        choice_button(
            text("lost.since_days", count=each),
            functools.partial(choose, each),
            chosen=days == each,
            identifier=f"since-{each}",
        )
        for each in _DAYS
    ]

    def make(language: str) -> Files:
        since: datetime | None = session.now() - timedelta(days=days) if days else None
        return services.breach_report(one.id, since, language)

    parts: list[ft.Control] = [body_text(one.name or text("devices.nameless"), strong=True)]
    if not one.is_revoked:
        parts.append(identified("lost-not-revoked", body_text(text("lost.revoke_first"))))
    parts += [
        detail_text(text("lost.since")),
        ft.Row(controls=list(choices), wrap=True, spacing=UNIT, run_spacing=UNIT),
        detail_text(text("lost.what_it_says"), lines=4),
        SavePapers(make),
        ft.Row(controls=[quiet_button(text("lost.another"), back, identifier="lost-back")]),
    ]
    return identified("lost-report", _column(parts))


def _column(controls: list[ft.Control]) -> ft.Control:
    return ft.Column(
        controls=controls, spacing=UNIT + 4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
