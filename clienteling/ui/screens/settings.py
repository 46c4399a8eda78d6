"""Settings: language, light or dark, who works here, and how the data on this device stands."""

import functools
from collections.abc import Callable, Sequence

import flet as ft

from clienteling.domain.sync_status import SyncStatus
from clienteling.i18n import LOCALES, Formats
from clienteling.ui.client_memory import memory_of
from clienteling.ui.components.status_line import status_sentence
from clienteling.ui.hooks import (
    Ready,
    use_action,
    use_formats,
    use_now,
    use_preferences,
    use_query,
    use_session,
    use_signal,
    use_store,
    use_text,
)
from clienteling.ui.kit import (
    body_text,
    card,
    choice_button,
    detail_text,
    name_text,
    quiet_button,
    safe,
    screen,
    section_text,
)
from clienteling.ui.session import ThemeChoice
from clienteling.ui.theme import GAP, READING_WIDTH, UNIT


@screen
def SettingsScreen() -> ft.Control:
    """Cards, one for each question."""
    text = use_text().text
    cards = [name_text(text("settings.title")), LookCard(), PeopleCard(), DeviceCard()]
    return ft.Column(
        controls=cards, spacing=GAP, width=READING_WIDTH, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


@safe
def LookCard() -> ft.Control:
    """Language and theme, remembered by this browser."""
    preferences = use_preferences()
    memory = memory_of(use_session().page)
    text = use_text().text

    def choose_language(language: str) -> None:
        preferences.language = language
        memory.choose(language=language)

    def choose_theme(theme: str) -> None:
        preferences.theme = ThemeChoice(theme)
        memory.choose(theme=preferences.theme)

    languages = [(language, text(f"language.{language}")) for language in LOCALES]
    themes = [(theme.value, text(f"theme.{theme.value}_short")) for theme in ThemeChoice]
    return _card(
        text("settings.look"),
        [
            _choice("language", text("settings.language"), languages, preferences.language, choose_language),
            _choice("theme", text("settings.theme"), themes, preferences.theme.value, choose_theme),
        ],
    )


def _card(heading: str, content: Sequence[ft.Control]) -> ft.Control:
    return card(ft.Column(controls=[section_text(heading), *content], spacing=GAP, tight=True), padding=3 * UNIT)


def _choice(
    name: str, words: str, options: Sequence[tuple[str, str]], chosen: str, choose: Callable[[str], None]
) -> ft.Control:
    buttons = [
        choice_button(label, functools.partial(choose, value), chosen=value == chosen, identifier=f"{name}-{value}")
        for value, label in options
    ]
    row = ft.Row(controls=buttons, spacing=UNIT, run_spacing=UNIT, wrap=True)
    return ft.Column(controls=[detail_text(words), row], spacing=UNIT, tight=True)


@safe
def PeopleCard() -> ft.Control:
    """Who works here now, and the way to be someone else."""
    session = use_session()
    memory = memory_of(session.page)
    preferences = use_preferences()
    text = use_text().text
    store = use_store()
    associates = use_query(session.services.associates)
    known = associates.value if isinstance(associates, Ready) else ()
    name = next((one.name for one in known if one.id == preferences.associate_id), "")

    def leave() -> None:
        preferences.associate_id = None
        memory.choose(associate_id=None)

    return _card(
        text("settings.people"),
        [
            _fact(text("settings.store"), f"{store.name}, {store.city}" if store else text("settings.not_known")),
            _fact(text("settings.associate"), name or text("settings.not_known")),
            quiet_button(text("settings.change_associate"), leave, identifier="change-associate"),
        ],
    )


@safe
def DeviceCard() -> ft.Control:
    """What this device holds and when it last met the server."""
    session = use_session()
    text = use_text().text
    formats = use_formats()
    now = use_now()
    status = use_signal(session.services.status)
    sync = use_action(session.services.sync_now)
    facts = [_fact(words, value) for words, value in device_facts(status, formats)]
    sentence, _ = status_sentence(status, formats, now=now)
    button = quiet_button(text("settings.sync_now"), sync.run, disabled=sync.busy, identifier="sync-now")
    return _card(text("settings.device"), [body_text(sentence), *facts, button])


def device_facts(status: SyncStatus, formats: Formats) -> list[tuple[str, str]]:
    """What there is to say about the data, as words and value."""
    text = formats.translator.text
    return [
        (text("settings.cached_customers"), formats.number(status.cached_customers)),
        (text("settings.waiting"), formats.number(status.waiting)),
        (text("settings.needs_attention"), formats.number(status.needs_attention)),
    ]


def _fact(words: str, value: str) -> ft.Control:
    return ft.Row(
        controls=[ft.Container(detail_text(words), width=220), ft.Container(body_text(value), expand=True)],
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
