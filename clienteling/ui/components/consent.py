"""What a customer agreed to, per purpose and channel, and the buttons that record a new answer at once.

A change names the event that was on screen (`seen_event_id`); whether a yes counts after a no is for the server to say.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import ConsentView
from clienteling.i18n import Formats
from clienteling.ui.hooks import use_action, use_formats, use_preferences, use_session
from clienteling.ui.kit import (
    body_text,
    detail_text,
    empty_state,
    identified,
    keyed,
    quiet_button,
    safe,
    waiting_chip,
)
from clienteling.ui.text_size import beside, is_large
from clienteling.ui.theme import UNIT, Role

_CALL: Final = "phone"


def prohibitions(do_not: Sequence[ConsentView], formats: Formats) -> str:
    """`telepon; tanpa tawaran lewat WhatsApp dan SMS`; "" where nothing is forbidden."""
    text = formats.translator.text
    channels = [one.channel for one in do_not]
    said = [text("do_not.phone")] if _CALL in channels else []
    if "any" in channels:
        return "; ".join([*said, text("do_not.any")])
    others = [formats.translator.text_or(f"channel.{one}", "channel.other") for one in channels if one != _CALL]
    if others:
        said.append(text("do_not.offers", channels=formats.listed(others)))
    return "; ".join(said)


@safe
def Consents(
    customer_id: str, consents: tuple[ConsentView, ...], now: datetime, *, discreet: bool = False
) -> ft.Control:
    """One row for each thing that can be asked. `discreet`: to be read by the customer, without buttons."""
    formats = use_formats()
    text = formats.translator.text
    if not consents:
        return empty_state(text("consent.none"), identifier="no-consents")
    rows: list[ft.Control] = [
        keyed(f"{one.purpose}:{one.channel}", ConsentRow, customer_id, one, now, discreet=discreet) for one in consents
    ]
    if not discreet:
        rows.insert(0, ft.Container(detail_text(text("consent.ask_first")), padding=ft.Padding.all(UNIT)))
    listed = ft.Column(controls=rows, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("consents", listed)


def consent_status(one: ConsentView, formats: Formats, *, now: datetime) -> str:
    """`Setuju sejak 30 Jun 2026`, `Menolak sejak ...`, `Belum pernah ditanya`."""
    text = formats.translator.text
    if one.granted is None:
        return text("consent.never_asked")
    if one.at is None:
        return text("consent.yes") if one.granted else text("consent.no")
    day = formats.day(one.at, today=formats.date_of(now))
    return text("consent.yes_since", when=day) if one.granted else text("consent.no_since", when=day)


@safe
def ConsentRow(customer_id: str, one: ConsentView, now: datetime, *, discreet: bool) -> ft.Control:
    """The question, the answer that holds, and what can be answered now."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text

    def record(granted: bool) -> None:
        session.services.record_consent(
            customer_id,
            purpose=one.purpose,
            channel=one.channel,
            granted=granted,
            seen_event_id=one.event_id,
            author_id=preferences.associate_id or "",
            language=translator.locale,
        )

    answer = use_action(record)
    name = f"{one.purpose}-{one.channel}"
    question = translator.text_or(
        f"consent.{one.purpose}_{one.channel}", "consent.other", purpose=one.purpose, channel=one.channel
    )
    words: list[ft.Control] = [
        body_text(question),
        detail_text(consent_status(one, formats, now=now), color=Role.REFUSED if one.granted is False else Role.QUIET),
    ]
    if answer.problem:
        problem = answer.problem.in_words(translator)
        words.append(detail_text(problem, color=Role.REFUSED))
    parts: list[ft.Control] = [ft.Column(controls=words, spacing=2, tight=True, expand=True)]
    if one.pending:
        parts.append(waiting_chip(text("note.pending")))
    if not discreet:
        parts += _answers(one, name, answer.run, busy=answer.busy, formats=formats)
    row = ft.Container(
        beside(parts, spacing=UNIT),
        padding=ft.Padding.symmetric(horizontal=UNIT, vertical=UNIT),
        border=ft.Border(bottom=ft.BorderSide(1, Role.LINE)),
    )
    return identified(f"consent-{name}", row)


def _answers(
    one: ConsentView, name: str, record: Callable[[bool], None], *, busy: bool, formats: Formats
) -> list[ft.Control]:
    text = formats.translator.text
    give, refuse = f"consent-give-{name}", f"consent-withdraw-{name}"
    yes = quiet_button(text("consent.give"), lambda: record(True), disabled=busy, identifier=give)
    if one.granted:
        return [quiet_button(text("consent.withdraw"), lambda: record(False), disabled=busy, identifier=refuse)]
    if one.granted is False:
        return [yes]
    no = quiet_button(text("consent.refuse"), lambda: record(False), disabled=busy, identifier=refuse)
    return [ft.Row(controls=[yes, no], spacing=UNIT, run_spacing=UNIT, tight=True, wrap=is_large())]
