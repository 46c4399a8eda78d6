"""Settings: how it looks, who works here, the connection, what lies on this device, and which program this is."""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import flet as ft
from flet.version import flet_version

from clienteling.domain.sync_status import SyncStatus
from clienteling.i18n import LOCALES, Formats
from clienteling.ui.client_memory import prefer
from clienteling.ui.components.change_pin import ChangePin
from clienteling.ui.components.reading_counts import ReadingCard
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
    use_state,
    use_store,
    use_text,
    use_wide,
)
from clienteling.ui.kit import (
    body_text,
    card,
    choice_button,
    detail_text,
    name_text,
    primary_button,
    quiet_button,
    readable_width,
    safe,
    section_text,
)
from clienteling.ui.locking import lock, use_pin_holders
from clienteling.ui.places import DevicesPlace, FiguresPlace, HelpPlace, LabelsPlace, TeamPlace
from clienteling.ui.rights import Permission, handles_requests, manages_devices, use_rights
from clienteling.ui.screens.requests import RequestsCard
from clienteling.ui.session import ThemeChoice
from clienteling.ui.text_size import TEXT_PERCENTS, beside, scaled
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.answers import DeviceFacts
from clienteling.use_cases.sign_in import SignInServices

_WORDS_WIDTH: Final = 220
_MEGABYTE: Final = 1_000_000


@safe
def SettingsScreen() -> ft.Control:
    """Cards, one for each question."""
    text = use_text().text
    labels = [LabelsCard()] if use_session().services.labels is not None else []
    title = name_text(text("settings.title"))
    services, rights = use_session().services, use_rights()
    reading = [ReadingCard()] if Permission.MANAGE_TEAM in rights else []
    figures = [FiguresCard()] if Permission.SEE_FIGURES in rights else []
    managing = [DevicesCard()] if manages_devices(services, rights) else []
    requests = [RequestsCard()] if handles_requests(services, rights) else []
    cards = [title, LookCard(), PeopleCard(), *reading, *labels, *figures, *managing, *requests]
    cards += [ConnectionCard(), DeviceCard(), AboutCard()]
    column = ft.Column(controls=cards, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return readable_width(column, wide=use_wide())


@safe
def LookCard() -> ft.Control:
    """Language, theme and size of the text, remembered by this browser."""
    session = use_session()
    preferences = use_preferences()
    text = use_text().text

    def choose_language(language: str) -> None:
        prefer(session, language=language)

    def choose_theme(theme: str) -> None:
        prefer(session, theme=ThemeChoice(theme))

    def choose_text_size(percent: str) -> None:
        prefer(session, text_percent=int(percent))

    languages = [(language, text(f"language.{language}")) for language in LOCALES]
    sizes = [(f"{percent}", text("settings.percent", percent=percent)) for percent in TEXT_PERCENTS]
    themes = [(theme.value, text(f"theme.{theme.value}_short")) for theme in ThemeChoice]
    return _card(
        text("settings.look"),
        [
            _choice("language", text("settings.language"), languages, preferences.language, choose_language),
            _choice("theme", text("settings.theme"), themes, preferences.theme.value, choose_theme),
            _choice("text-size", text("settings.text_size"), sizes, f"{preferences.text_percent}", choose_text_size),
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
    preferences = use_preferences()
    text = use_text().text
    store = use_store()
    associates = use_query(session.services.associates)
    known = associates.value if isinstance(associates, Ready) else ()
    name = next((one.name for one in known if one.id == preferences.associate_id), "")

    holders = use_pin_holders()

    def leave() -> None:
        if holders:
            lock(session)
        else:
            prefer(session, associate_id=None)

    return _card(
        text("settings.people"),
        [
            _fact(text("settings.store"), f"{store.name}, {store.city}" if store else text("settings.not_known")),
            _fact(text("settings.associate"), name or text("settings.not_known")),
            _buttons(quiet_button(text("settings.change_associate"), leave, identifier="change-associate")),
            *(_pin_rows(session.services.sign_in, text) if holders else []),
        ],
    )


def _pin_rows(sign_in: SignInServices | None, text: Callable[..., str]) -> list[ft.Control]:
    idle_s = sign_in.idle_s if sign_in is not None else 0
    return [detail_text(text("sign_in.locked_after", count=max(1, round(idle_s / 60)))), ChangePin()]


@safe
def LabelsCard() -> ft.Control:
    """The way to the labels, which on a tablet has no place of its own below."""
    session = use_session()
    text = use_text().text
    button = quiet_button(text("settings.to_labels"), lambda: session.go(LabelsPlace()), identifier="settings-labels")
    return _card(text("settings.labels"), [body_text(text("settings.labels_more")), _buttons(button)])


@safe
def FiguresCard() -> ft.Control:
    """The way to the figures of the shelf, for a tablet."""
    session = use_session()
    text = use_text().text
    button = quiet_button(
        text("settings.to_figures"), lambda: session.go(FiguresPlace()), identifier="settings-figures"
    )
    return _card(text("settings.figures"), [body_text(text("settings.figures_more")), _buttons(button)])


@safe
def DevicesCard() -> ft.Control:
    """The ways to the devices and people of the store, for a manager at a tablet."""
    session = use_session()
    text = use_text().text
    button = quiet_button(
        text("settings.to_devices"), lambda: session.go(DevicesPlace()), identifier="settings-devices"
    )
    team = quiet_button(text("settings.to_team"), lambda: session.go(TeamPlace()), identifier="settings-team")
    return _card(text("settings.devices"), [body_text(text("settings.devices_more")), _buttons(button, team)])


@safe
def ConnectionCard() -> ft.Control:
    """The server, since when all is there, what waits, and a sync at a press."""
    session = use_session()
    text = use_text().text
    formats = use_formats()
    now = use_now()
    status = use_signal(session.services.status)
    device = use_query(session.services.device)
    sync = use_action(session.services.sync_now)
    sentence, _ = status_sentence(status, formats, now=now)
    server = device.value.server if isinstance(device, Ready) else ""
    facts = [
        (text("settings.server"), server or text("settings.no_server")),
        *connection_facts(status, formats, now=now),
    ]
    button = quiet_button(text("settings.sync_now"), sync.run, disabled=sync.busy, identifier="sync-now")
    rows = [_fact(words, value) for words, value in facts]
    return _card(text("settings.connection"), [body_text(sentence), *rows, _buttons(button)])


def connection_facts(status: SyncStatus, formats: Formats, *, now: datetime) -> list[tuple[str, str]]:
    """When this device last met the server and what it still has to tell it, as words and value."""
    text = formats.translator.text
    synced = status.last_synced_at
    return [
        (text("settings.synced"), formats.moment(synced, now=now) if synced else text("settings.never")),
        (text("settings.waiting"), formats.number(status.waiting)),
        (text("settings.needs_attention"), formats.number(status.needs_attention)),
    ]


@safe
def DeviceCard() -> ft.Control:
    """What this device holds, how large it is, where it lies, and whether a thief could read it."""
    session = use_session()
    text = use_text().text
    formats = use_formats()
    status = use_signal(session.services.status)
    device = use_query(session.services.device)
    if not isinstance(device, Ready):
        return ft.Container()
    facts = [_fact(words, value) for words, value in device_facts(device.value, status, formats)]
    unsafe: list[ft.Control] = [
        body_text(formats.translator.text_or(key, "warning.other"), color=Role.WAITING)
        for key in session.services.warnings
    ]
    parts = [*facts, *unsafe]
    if session.services.reset_demo is not None:
        parts.append(ResetDemo())
    return _card(text("settings.device"), parts)


def device_facts(device: DeviceFacts, status: SyncStatus, formats: Formats) -> list[tuple[str, str]]:
    """What there is to say about the data, as words and value."""
    text = formats.translator.text
    megabytes = formats.decimal(round(device.size_bytes / _MEGABYTE, 1))
    return [
        (text("settings.cached_customers"), formats.number(status.cached_customers)),
        (text("settings.size"), text("settings.megabytes", size=megabytes)),
        (text("settings.folder"), device.folder),
        (text("settings.encryption"), text("settings.encrypted" if device.encrypted else "settings.not_encrypted")),
    ]


@safe
def ResetDemo() -> ft.Control:
    """Starts the demo shop anew, and asks once more before it does."""
    session = use_session()
    text = use_text().text
    asking, set_asking = use_state(False)
    reset = use_action(session.services.reset_demo or (lambda: None), done=lambda _: set_asking(False))
    if not asking:
        return _buttons(quiet_button(text("settings.reset_demo"), lambda: set_asking(True), identifier="reset-demo"))
    yes = primary_button(text("settings.reset_yes"), reset.run, disabled=reset.busy, identifier="reset-demo-yes")
    no = quiet_button(text("settings.reset_no"), lambda: set_asking(False), identifier="reset-demo-no")
    words = body_text(text("settings.reset_ask"), strong=True)
    return ft.Column(controls=[words, _buttons(yes, no)], spacing=UNIT, tight=True)


@safe
def AboutCard() -> ft.Control:
    """Which program this is, and whose letters it writes with."""
    session = use_session()
    text = use_text().text
    device = use_query(session.services.device)
    if not isinstance(device, Ready):
        return ft.Container()
    facts = [
        (text("settings.retailer"), session.services.brand.name or text("settings.not_known")),
        (text("settings.program"), text("settings.version", name=text("app.name"), version=device.value.program)),
        (text("settings.schema"), str(device.value.schema)),
        (text("settings.screen_library"), text("settings.version", name="Flet", version=flet_version)),
        (text("settings.fonts"), text("settings.fonts_licence")),
    ]
    to_help = quiet_button(text("settings.to_help"), lambda: session.go(HelpPlace()), identifier="settings-help")
    return _card(text("settings.about"), [*(_fact(words, value) for words, value in facts), _buttons(to_help)])


def _buttons(*buttons: ft.Control) -> ft.Control:
    return ft.Row(controls=list(buttons), wrap=True, spacing=UNIT, run_spacing=UNIT)


def _fact(words: str, value: str) -> ft.Control:
    return beside(
        [ft.Container(detail_text(words), width=scaled(_WORDS_WIDTH)), ft.Container(body_text(value), expand=True)],
        spacing=GAP,
    )
