"""Every answer a customer gave, as proof: what, when, where, to whom, how, and in which words. Newest first."""

from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import ConsentEventView
from clienteling.i18n import LOCALES, Formats
from clienteling.ui.components.consent import consent_words
from clienteling.ui.components.serving_forms import stretched
from clienteling.ui.components.signature_pad import SignatureDrawing
from clienteling.ui.hooks import Failed, Loading, Ready, use_formats, use_query, use_session, use_state
from clienteling.ui.kit import (
    body_text,
    card,
    detail_text,
    identified,
    keyed,
    overline,
    problem_panel,
    quiet_button,
    safe,
    waiting_chip,
)
from clienteling.ui.text_size import beside
from clienteling.ui.theme import GAP, UNIT, Role

SHOWN_AT_FIRST: Final = 10
SHOWN_AT_MOST: Final = 100


@safe
def ConsentLedger(customer_id: str, now: datetime) -> ft.Control:
    """The list, some of it at first and the rest at a press; nothing where nobody ever answered."""
    session = use_session()
    formats = use_formats()
    text = formats.translator.text
    whole, set_whole = use_state(False)
    ledger = use_query(lambda: session.services.consent_ledger(customer_id), customer_id)
    match ledger:
        case Loading():
            return ft.Container()
        case Failed(code):
            return problem_panel(formats.translator.text_or(code, "error.unexpected"))
        case Ready(events) if not events:
            return ft.Container()
        case Ready(events):
            pass
    shown = events[: SHOWN_AT_MOST if whole else SHOWN_AT_FIRST]
    rows: list[ft.Control] = [
        keyed(f"{one.event_id}:{one.refused}", ConsentEventRow, one, now, same_drawing=one.drawing == above)
        for one, above in zip(shown, ("", *(one.drawing for one in shown)), strict=False)
    ]
    left = min(len(events), SHOWN_AT_MOST) - len(shown)
    if left > 0:
        more = quiet_button(text("ledger.more", count=left), lambda: set_whole(True), identifier="ledger-more")
        rows.append(ft.Row(controls=[more]))
    heading = overline(text("ledger.title"))
    return identified("consent-ledger", stretched([heading, card(stretched(rows, spacing=GAP))], spacing=UNIT))


@safe
def ConsentEventRow(one: ConsentEventView, now: datetime, *, same_drawing: bool) -> ft.Control:
    """One answer. One that does not count says so first. `same_drawing`: its signature stands above it already."""
    formats = use_formats()
    text = formats.translator.text
    about = consent_words(one.purpose, one.channel, formats.translator)
    answer = text("ledger.agreed" if one.granted else "ledger.declined", about=about)
    ends: list[ft.Control] = [waiting_chip(text("note.pending"))] if one.pending else []
    words = ft.Container(body_text(answer, strong=True), expand=True)
    lines: list[ft.Control] = [beside([words, *ends], spacing=UNIT)]
    if one.refused:
        why = formats.translator.text_or(one.refused, "mutation.other")
        lines.append(body_text(text("ledger.does_not_count", why=why), color=Role.REFUSED))
    lines.append(detail_text(proof_words(one, formats, now=now)))
    asked = asked_words(one, formats)
    if asked:
        lines.append(detail_text(asked))
    if one.drawing and same_drawing:
        lines.append(detail_text(text("ledger.same_signature")))
    elif one.drawing:
        lines.append(SignatureDrawing(one.drawing))
    return identified(f"ledger-{one.event_id}", ft.Column(controls=lines, spacing=4, tight=True))


def proof_words(one: ConsentEventView, formats: Formats, *, now: datetime) -> str:
    """`2 Nov 15.10 · Toko Bandung · Rina · Ditandatangani di layar`."""
    translator = formats.translator
    how = translator.text_or(f"consent.method_{one.method}", "consent.method_other") if one.method else ""
    if one.source:
        how = translator.text("ledger.imported", source=one.source)
    when = formats.moment(one.at, now=now) if one.at else ""
    return " · ".join(part for part in (when, one.store, one.by, how) if part)


def asked_words(one: ConsentEventView, formats: Formats) -> str:
    """What was asked, in the language in which it was asked; where the words are kept elsewhere, under which name."""
    text = formats.translator.text
    if one.words:
        language = text(f"language.{one.language}") if one.language in LOCALES else one.language
        return text("ledger.asked", words=one.words, language=language)
    return text("ledger.words_elsewhere", version=one.text_version) if one.text_version else ""
