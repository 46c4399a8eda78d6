"""What a customer agreed to, per purpose and channel, and the buttons that record a new answer at once.

A change names the event that was on screen (`seen_event_id`); whether a yes counts after a no is for the server to say.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime

import flet as ft

from clienteling.domain.consent_rules import ANY, MARKETING, PHONE, PROFILING, SERVICE, SURVEY, by_purpose
from clienteling.domain.views import ConsentMethod, ConsentView
from clienteling.i18n import Formats, Translator
from clienteling.ui.hooks import use_action, use_formats, use_preferences, use_session, use_state
from clienteling.ui.kit import (
    body_text,
    choice_button,
    detail_text,
    empty_state,
    identified,
    keyed,
    overline,
    primary_button,
    quiet_button,
    safe,
    waiting_chip,
)
from clienteling.ui.places import TurnedPlace
from clienteling.ui.text_size import beside, is_large
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.record_consent import asked_now


def prohibitions(do_not: Sequence[ConsentView], formats: Formats, *, never_called: bool) -> str:
    """`telepon; tanpa tawaran lewat WhatsApp dan SMS`; "" where nothing is forbidden."""
    text = formats.translator.text
    offers = [one.channel for one in do_not if one.purpose == MARKETING]
    orders = [one.channel for one in do_not if one.purpose == SERVICE]
    said = [text("do_not.phone")] if never_called else []
    if ANY in offers:
        said.append(text("do_not.any"))
    elif listed := _listed(offers, formats, but_calls=never_called):
        said.append(text("do_not.offers", channels=listed))
    if listed := _listed(orders, formats, but_calls=never_called):
        said.append(text("do_not.service", channels=listed))
    purposes = {one.purpose for one in do_not}
    if PROFILING in purposes:
        said.append(text("do_not.profiling"))
    if SURVEY in purposes:
        said.append(text("do_not.survey"))
    return "; ".join(said)


def _listed(channels: Sequence[str], formats: Formats, *, but_calls: bool) -> str:
    """`WhatsApp dan SMS`; "" for none."""
    named = [one for one in channels if not (but_calls and one == PHONE)]
    words = [formats.translator.text_or(f"channel.{one}", "channel.other") for one in named]
    return formats.listed(words)


@safe
def Consents(customer_id: str, consents: tuple[ConsentView, ...], now: datetime) -> ft.Control:
    """Every question with the answer that holds, to be answered for the customer who says it or wrote it on paper; and
    the way to have them answer by themselves."""
    session = use_session()
    translator = use_formats().translator
    text, text_or = translator.text, translator.text_or
    method, set_method = use_state(ConsentMethod.SPOKEN)
    if not consents:
        return empty_state(text("consent.none"), identifier="no-consents")
    themselves = primary_button(
        text("consent.ask_customer"),
        lambda: session.go(TurnedPlace(customer_id, asking=True)),
        icon=ft.Icons.SCREEN_ROTATION_ALT_OUTLINED,
        identifier="ask-customer",
    )
    methods = [
        choice_button(
            text(f"consent.method_{one.value}"),
            functools.partial(set_method, one),
            chosen=one is method,
            identifier=f"consent-by-{one.value}",
        )
        for one in (ConsentMethod.SPOKEN, ConsentMethod.PAPER)
    ]
    first: list[ft.Control] = [
        ft.Row(controls=[themselves], wrap=True),
        detail_text(text("consent.ask_first")),
        ft.Row(controls=[*methods], wrap=True, spacing=UNIT, run_spacing=UNIT),
    ]
    head = ft.Column(controls=first, spacing=UNIT, tight=True)
    rows: list[ft.Control] = [ft.Container(head, padding=ft.Padding.all(UNIT))]
    for purpose, about in by_purpose(consents):
        heading = overline(text_or(f"consent.about_{purpose}", "consent.about_other"))
        rows.append(ft.Container(heading, padding=ft.Padding.only(left=UNIT, right=UNIT, top=GAP)))
        rows += [keyed(f"{purpose}:{one.channel}", ConsentRow, customer_id, one, now, method) for one in about]
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


def consent_words(purpose: str, channel: str, translator: Translator) -> str:
    """`Tawaran lewat WhatsApp`."""
    return translator.text_or(f"consent.{purpose}_{channel}", "consent.other", purpose=purpose, channel=channel)


@safe
def ConsentRow(customer_id: str, one: ConsentView, now: datetime, method: ConsentMethod) -> ft.Control:
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
            to_name=one.to_name,
            method=method,
        )

    answer = use_action(record)
    name = f"{one.purpose}-{one.channel}"
    words: list[ft.Control] = [body_text(consent_words(one.purpose, one.channel, translator), strong=True)]
    question = asked_now(one.purpose, one.channel, translator.locale)
    if question:
        words.append(body_text(question))
    status = consent_status(one, formats, now=now)
    words.append(detail_text(status, color=Role.REFUSED if one.granted is False else Role.QUIET))
    if answer.problem:
        problem = answer.problem.in_words(translator)
        words.append(detail_text(problem, color=Role.REFUSED))
    parts: list[ft.Control] = [ft.Column(controls=words, spacing=2, tight=True, expand=True)]
    if one.pending:
        parts.append(waiting_chip(text("note.pending")))
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
