"""The customer answers by themselves: each question in whole words, each yes or no for itself, nothing ticked before.

Taking back costs as many presses as giving: the answer, and that it is theirs. That is said by a signature, or by
a press where nobody can draw (keyboard, screen reader), or by answering on a phone of their own (`own_phone`). It is
asked in the customer's language, not the associate's.
Source of the duty: UU 27/2022 (UU PDP), articles 21, 22 and 40.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.consent_rules import by_purpose
from clienteling.domain.signature import is_signature, path_of
from clienteling.domain.views import ConsentAnswer, ConsentView, CustomerView
from clienteling.i18n import LOCALES, Formats
from clienteling.ui.components.consent import consent_status
from clienteling.ui.components.own_phone import OwnPhone
from clienteling.ui.components.signature_pad import SignaturePad, Strokes
from clienteling.ui.hooks import use_action, use_preferences, use_session, use_state, use_store, zone_of
from clienteling.ui.kit import (
    body_text,
    card,
    choice_button,
    detail_text,
    identified,
    keyed,
    primary_button,
    quiet_button,
    safe,
    scrolling,
    section_text,
    waiting_chip,
)
from clienteling.ui.text_size import beside, is_large
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.record_consent import asked_now, told_before

_ANSWER_WIDTH: Final = 112

Key = tuple[str, str]
Answers = Mapping[Key, ConsentAnswer]
"""What was pressed, with what the screen showed then."""


Lay = Callable[[ft.Control], ft.Control]
"""Gives a part of the screen its width."""


@safe
def AskConsents(
    view: CustomerView, now: datetime, *, lay: Lay | None = None, head: Sequence[ft.Control] = ()
) -> ft.Control:
    """The questions, to be answered here or on a phone of the customer's own.

    lay   takes all the height there is: the questions scroll, and what comes next stays in sight below them
    head  what stands above the questions then
    """
    session = use_session()
    preferences = use_preferences()
    first = view.language if view.language in LOCALES else session.translators[preferences.language].locale
    language, set_language = use_state(first)
    on_phone, set_on_phone = use_state(False)
    ask = session.services.ask_on_phone
    above = [*head, _Head(language, set_language)]
    if ask is None:
        return AnswerHere(view, now, language, lay, above, None)
    if not on_phone:
        return AnswerHere(view, now, language, lay, above, lambda: set_on_phone(True))
    phone = OwnPhone(ask, view, language, lambda: set_on_phone(False))
    return _laid(identified("ask-consents", _stretched([*above, phone], spacing=GAP)), ft.Container(), lay)


@safe
def AnswerHere(
    view: CustomerView,
    now: datetime,
    language: str,
    lay: Lay | None,
    above: Sequence[ft.Control],
    on_phone: Callable[[], None] | None,
) -> ft.Control:
    """The questions, and once one is answered, how to say that the answers are one's own. `on_phone`: the other way."""
    session = use_session()
    preferences = use_preferences()
    formats = Formats(session.translators[language], zone_of(use_store()))
    answering = _use_answers()
    saved, set_saved = use_state(0)
    signing, set_signing = use_state(lay is None)

    def press(one: ConsentView, granted: bool) -> None:
        answering.press(one, granted)
        set_saved(0)

    def confirm(drawing: str) -> int:
        given = answering.latest()
        session.services.confirm_consents(
            view.id, given, drawing=drawing, author_id=preferences.associate_id or "", language=language
        )
        return len(given)

    def confirmed(count: int) -> None:
        answering.forget()
        set_saved(count)
        set_signing(lay is None)

    count = len(answering.given)
    foot: ft.Control = ft.Container()
    if count and signing:
        foot = keyed(language, ConfirmAnswers, count, language, confirm, confirmed)
    elif saved:
        foot = _saved(saved, formats)
    elif lay is not None or on_phone is not None:
        foot = _next_step(count, formats, on_phone, None if lay is None else lambda: set_signing(True))
    cards = _questions(view.consents, answering.given, press, formats, now=now)
    return _laid(identified("ask-consents", _stretched([*above, *cards], spacing=GAP)), foot, lay)


@dataclass(frozen=True, slots=True)
class _Answering:
    """What has been pressed, and what can be done with it.

    given    what has been pressed, as this drawing shows it
    latest   the same as it is when somebody saves
    press    an answer; the same once more takes it away
    forget   all of them
    """

    given: Answers
    latest: Callable[[], tuple[ConsentAnswer, ...]]
    press: Callable[[ConsentView, bool], None]
    forget: Callable[[], None]


def _use_answers() -> _Answering:
    """The answers of this screen. A press right after another still meets the handlers of the drawing before, so the
    latest are kept apart."""
    none: Answers = {}
    answers, set_answers = use_state(none)
    latest: ft.MutableRef[Answers] = ft.use_ref(none)

    def keep(given: Answers) -> None:
        latest.current = given
        set_answers(given)

    def press(one: ConsentView, granted: bool) -> None:
        given = dict(latest.current or {})
        before = given.pop(_key(one), None)
        if before is None or before.granted is not granted:
            given[_key(one)] = ConsentAnswer(one.purpose, one.channel, granted, one.event_id, one.to_name)
        keep(given)

    return _Answering(answers, lambda: tuple((latest.current or {}).values()), press, lambda: keep(none))


def _questions(
    consents: Sequence[ConsentView],
    given: Answers,
    press: Callable[[ConsentView, bool], None],
    formats: Formats,
    *,
    now: datetime,
) -> list[ft.Control]:
    """A card for each purpose."""
    language, text_or = formats.translator.locale, formats.translator.text_or
    cards: list[ft.Control] = []
    for purpose, lines in by_purpose(one for one in consents if asked_now(*_key(one), language)):
        heading = section_text(text_or(f"consent.about_{purpose}", "consent.about_other"))
        rows = [_question(one, formats, given.get(_key(one)), press, now=now) for one in lines]
        cards.append(card(_stretched([heading, *rows], spacing=GAP)))
    return cards


def _laid(questions: ft.Control, foot: ft.Control, lay: Lay | None) -> ft.Control:
    """The foot after the questions, or with `lay` below them in sight; large words leave no room for that."""
    if lay is None:
        return _stretched([questions, foot], spacing=GAP)
    if is_large():
        return scrolling(lay(_stretched([questions, foot], spacing=GAP)))
    below = ft.Container(lay(foot), padding=ft.Padding.only(top=UNIT))
    return ft.Column(
        controls=[scrolling(lay(questions)), below],
        spacing=0,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _saved(count: int, formats: Formats) -> ft.Control:
    words = body_text(formats.translator.text("consent.saved", count=count), strong=True, color=Role.ON_DONE)
    return identified("consents-saved", card(words, role=Role.DONE_SURFACE))


def _next_step(
    count: int, formats: Formats, on_phone: Callable[[], None] | None, go_on: Callable[[], None] | None
) -> ft.Control:
    """How many answers wait to be confirmed, and the ways to do that: here, or on a phone of the customer's own."""
    text = formats.translator.text
    words = text("consent.to_confirm", count=count) if count else text("consent.choose")
    parts: list[ft.Control] = [ft.Container(body_text(words, strong=True), expand=True)]
    if on_phone is not None:
        words = text("own_phone.choose")
        parts.append(quiet_button(words, on_phone, icon=ft.Icons.QR_CODE_2, identifier="consents-phone"))
    if go_on is not None:
        parts.append(primary_button(text("consent.next"), go_on, disabled=not count, identifier="consents-next"))
    return card(beside(parts, spacing=GAP), role=Role.SUNKEN, padding=UNIT + 4)


def _key(one: ConsentView) -> Key:
    return one.purpose, one.channel


@safe
def _Head(language: str, choose: Callable[[str], None]) -> ft.Control:
    """What is told before the questions, and the way to another language."""
    session = use_session()
    others = [one for one in LOCALES if one != language]
    ways: list[ft.Control] = [
        quiet_button(
            session.translators[one].text(f"language.{one}"),
            functools.partial(choose, one),
            icon=ft.Icons.TRANSLATE,
            identifier=f"ask-in-{one}",
        )
        for one in others
    ]
    told = ft.Container(body_text(told_before(language)), expand=True)
    return beside([told, *ways], spacing=GAP, vertical_alignment=ft.CrossAxisAlignment.START)


def _question(
    one: ConsentView,
    formats: Formats,
    given: ConsentAnswer | None,
    answer: Callable[[ConsentView, bool], None],
    *,
    now: datetime,
) -> ft.Control:
    """One question with the answer that holds; below it yes and no, of the same size."""
    text = formats.translator.text
    name = f"{one.purpose}-{one.channel}"
    chosen = given.granted if given is not None else None
    asked = asked_now(one.purpose, one.channel, formats.translator.locale)
    status: list[ft.Control] = [detail_text(consent_status(one, formats, now=now))]
    if one.pending:
        status.append(waiting_chip(text("note.pending")))
    words: list[ft.Control] = [body_text(asked), ft.Row(controls=status, spacing=UNIT, wrap=True)]
    choices: list[ft.Control] = [
        ft.Container(
            choice_button(
                text("consent.answer_yes" if granted else "consent.answer_no"),
                functools.partial(answer, one, granted),
                chosen=chosen is granted,
                icon=ft.Icons.CHECK_CIRCLE if chosen is granted else ft.Icons.RADIO_BUTTON_UNCHECKED,
                said=text(
                    "consent.answer_to",
                    answer=text("consent.answer_yes" if granted else "consent.answer_no"),
                    question=asked,
                ),
                identifier=f"ask-{'yes' if granted else 'no'}-{name}",
            ),
            width=None if is_large() else _ANSWER_WIDTH,
        )
        for granted in (True, False)
    ]
    column = ft.Column(controls=words, spacing=2, tight=True, expand=True)
    buttons = ft.Row(controls=choices, spacing=UNIT, tight=True, wrap=is_large())
    inside = beside([column, buttons], spacing=GAP)
    return identified(f"ask-{name}", inside)


@safe
def ConfirmAnswers(
    count: int, language: str, confirm: Callable[[str], int], confirmed: Callable[[int], None]
) -> ft.Control:
    """The ground to sign on, and the two ways to say that the answers are one's own."""
    translator = use_session().translators[language]
    text = translator.text
    none: Strokes = ()
    strokes, set_strokes = use_state(none)
    cleared, set_cleared = use_state(0)
    saving = use_action(confirm, done=confirmed, once=True)

    def clear() -> None:
        set_strokes(none)
        set_cleared(lambda before: before + 1)

    signed = is_signature(strokes)
    sign = primary_button(
        text("consent.sign"),
        lambda: saving.run(path_of(strokes)),
        disabled=saving.busy or not signed,
        identifier="consents-sign",
    )
    press = quiet_button(
        text("consent.confirm"), lambda: saving.run(""), disabled=saving.busy, identifier="consents-confirm"
    )
    parts: list[ft.Control] = [
        body_text(text("consent.to_confirm", count=count), strong=True),
        detail_text(text("consent.how_to_confirm")),
        keyed(f"pad:{cleared}", SignaturePad, set_strokes),
    ]
    buttons: list[ft.Control] = [sign, press]
    if strokes:
        buttons.append(quiet_button(text("signature.clear"), clear, identifier="signature-clear"))
    parts.append(ft.Row(controls=buttons, wrap=True, spacing=UNIT, run_spacing=UNIT))
    if saving.problem is not None:
        parts.append(detail_text(saving.problem.in_words(translator), color=Role.REFUSED))
    return identified("confirm-answers", card(_stretched(parts, spacing=UNIT + 4), role=Role.SUNKEN))


def _stretched(parts: list[ft.Control], *, spacing: int) -> ft.Control:
    return ft.Column(controls=parts, spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
