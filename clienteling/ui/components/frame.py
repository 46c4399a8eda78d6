"""What stays on screen everywhere: who and where, the state of sync, the switches, and the way to the other places.

Tablet: navigation below. Desktop: a rail at the left.
"""

import functools
from dataclasses import dataclass
from typing import assert_never

import flet as ft

from clienteling.domain.views import AssociateView
from clienteling.i18n import as_shown
from clienteling.ui.client_memory import prefer
from clienteling.ui.components.brand_mark import brand_logo, brand_name
from clienteling.ui.components.keys_overlay import KeysOverlay
from clienteling.ui.components.status_line import StatusLine
from clienteling.ui.components.wedge import ScannerEar
from clienteling.ui.hooks import (
    Ready,
    use_action,
    use_navigation,
    use_preferences,
    use_query,
    use_session,
    use_signal,
    use_state,
    use_store,
    use_text,
    use_wide,
)
from clienteling.ui.kit import Press, band, icon_button, identified, safe, scrolling, spoken
from clienteling.ui.locking import lock, use_pin_holders
from clienteling.ui.places import (
    AttentionPlace,
    CustomerPlace,
    DevicesPlace,
    FiguresPlace,
    FindPlace,
    HandoverPlace,
    HelpPlace,
    LabelsPlace,
    Place,
    ProductPlace,
    RequestsPlace,
    ScanPlace,
    SettingsPlace,
    TeamPlace,
    TodayPlace,
    TurnedPlace,
    UnknownPlace,
)
from clienteling.ui.rights import Permission, handles_requests, manages_devices, use_rights
from clienteling.ui.session import ThemeChoice, UiPreferences, UiSession
from clienteling.ui.text_size import is_large, lines_at_rest, scaled
from clienteling.ui.theme import (
    GAP,
    MARGIN_DESKTOP,
    MARGIN_TABLET,
    RADIUS,
    SIZE_DETAIL,
    SIZE_TEXT,
    TARGET,
    UNIT,
    Role,
    text_style,
)

_RAIL_WIDTH = 104
_BAR_HEIGHT = 72
_LABEL_HEIGHT = 24


@dataclass(frozen=True, slots=True)
class Destination:
    """A way on the bar or rail. `name` is part of its message key and identifier."""

    name: str
    place: Place
    icon: ft.IconData
    chosen_icon: ft.IconData


DESTINATIONS = (
    Destination("today", TodayPlace(), ft.Icons.TODAY_OUTLINED, ft.Icons.TODAY),
    Destination("find", FindPlace(), ft.Icons.SEARCH, ft.Icons.SEARCH),
    Destination("scan", ScanPlace(), ft.Icons.QR_CODE_SCANNER, ft.Icons.QR_CODE_SCANNER),
    Destination("attention", AttentionPlace(), ft.Icons.NOTIFICATIONS_OUTLINED, ft.Icons.NOTIFICATIONS),
)

LABELS = Destination("labels", LabelsPlace(), ft.Icons.SELL_OUTLINED, ft.Icons.SELL)
FIGURES = Destination("figures", FiguresPlace(), ft.Icons.BAR_CHART_OUTLINED, ft.Icons.BAR_CHART)
REQUESTS = Destination("requests", RequestsPlace(), ft.Icons.PRIVACY_TIP_OUTLINED, ft.Icons.PRIVACY_TIP)
DEVICES = Destination("devices", DevicesPlace(), ft.Icons.TABLET_OUTLINED, ft.Icons.TABLET)
TEAM = Destination("team", TeamPlace(), ft.Icons.PEOPLE_OUTLINE, ft.Icons.PEOPLE)
"""On the rail alone: labels are printed, and figures read, at a desk. A tablet has the ways in its settings."""


def destination_of(place: Place) -> str | None:
    """The name of the destination a place belongs to."""
    match place:
        case TodayPlace():
            return "today"
        case FindPlace() | CustomerPlace() | TurnedPlace():
            return "find"
        case ScanPlace() | ProductPlace() | HandoverPlace():
            return "scan"
        case AttentionPlace():
            return "attention"
        case LabelsPlace():
            return "labels"
        case FiguresPlace():
            return "figures"
        case RequestsPlace():
            return "requests"
        case DevicesPlace():
            return "devices"
        case TeamPlace():
            return "team"
        case SettingsPlace() | HelpPlace() | UnknownPlace():
            return None
        case _:
            assert_never(place)


@safe
def Frame(content: ft.Control, *, wide: bool, fills: bool = False) -> ft.Control:
    """The frame around a screen. `fills`: the screen scrolls by itself and takes the whole height.

    It has no state of its own: a component that is given controls must only be drawn with them. Drawn alone in another
    shape, it would put the old screen in a new place, and Flet would never mount what is in that screen.
    """
    margin = MARGIN_DESKTOP if wide else MARGIN_TABLET
    inner: ft.Control = ft.Container(
        content=content, padding=ft.Padding.only(left=margin, right=margin, top=UNIT, bottom=GAP), expand=fills
    )
    if not fills:
        inner = scrolling(inner)
    page = ft.Column(
        controls=[Header(), Warnings(), Failure(), ScannerEar(), inner],
        spacing=0,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    if wide:
        body: ft.Control = ft.Row(
            controls=[Ways(), page], spacing=0, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH
        )
    else:
        body = ft.Column(
            controls=[page, Ways()], spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
        )
    return ft.Stack(controls=[ft.SafeArea(content=body, expand=True), KeysOverlay()], expand=True)


@safe
def Header() -> ft.Control:
    """Store and associate, the state of sync, and the quiet switches."""
    session = use_session()
    text = use_text().text
    preferences = use_preferences()
    wide = use_wide()
    store = use_store()
    associates = use_query(session.services.associates)
    name = _associate_name(associates.value if isinstance(associates, Ready) else (), preferences)
    where = " · ".join(part for part in (store.name if store else "", name) if part) or text("app.name")
    pretend: list[ft.Control] = [PretendSwitch()] if session.services.pretend_offline else []
    switches: list[ft.Control] = [*([] if is_large() else pretend)]
    if use_pin_holders():
        switches.append(
            icon_button(ft.Icons.LOCK_OUTLINE, text("sign_in.lock"), lambda: lock(session), identifier="lock")
        )
    switches += [
        _language_button(session, text("settings.other_language"), text("settings.other_language_short")),
        _theme_button(session, text(f"theme.{preferences.theme.value}")),
        icon_button(
            ft.Icons.SETTINGS_OUTLINED,
            text("settings.title"),
            lambda: session.go(SettingsPlace()),
            identifier="open-settings",
        ),
    ]
    who = ft.Text(
        as_shown(where),
        size=scaled(SIZE_TEXT),
        weight=ft.FontWeight.W_700,
        color=Role.TEXT,
        max_lines=lines_at_rest(1),
        overflow=ft.TextOverflow.ELLIPSIS if lines_at_rest(1) else ft.TextOverflow.CLIP,
    )
    margin = MARGIN_DESKTOP if wide else MARGIN_TABLET
    padding = ft.Padding.only(left=margin, right=margin, top=UNIT, bottom=UNIT)
    brand = session.brand
    logo, named = brand_logo(brand), brand_name(brand)
    signs: list[ft.Control] = [] if logo is None else [ft.Container(logo, padding=ft.Padding.only(right=UNIT))]
    words: list[ft.Control] = [who] if named is None else [identified("brand", named), who]
    if wide:
        left: ft.Control = ft.Column(controls=[*words, StatusLine()], spacing=2, expand=True)
        return ft.Container(content=_header_row([*signs, left, *switches]), padding=padding)
    # On a tablet the sentence has a line of its own: a longer one must not move what is below.
    top = _header_row([*signs, ft.Column(controls=words, spacing=0, tight=True, expand=True), *switches])
    rows: list[ft.Control] = [top, *(pretend if is_large() else []), StatusLine()]
    return ft.Container(content=ft.Column(controls=rows, spacing=0, tight=True), padding=padding)


def _header_row(controls: list[ft.Control]) -> ft.Control:
    return ft.Row(controls=controls, spacing=4, vertical_alignment=ft.CrossAxisAlignment.CENTER)


def _associate_name(associates: tuple[AssociateView, ...], preferences: UiPreferences) -> str:
    return next((one.name for one in associates if one.id == preferences.associate_id), "")


def _language_button(session: UiSession, tooltip: str, short: str) -> ft.Control:
    def switch(_: object) -> None:
        prefer(session, language="en" if session.preferences.language == "id" else "id")

    button = ft.TextButton(
        content=short,
        tooltip=tooltip,
        on_click=switch,
        width=TARGET,
        height=TARGET,
        style=ft.ButtonStyle(padding=0, color=Role.QUIET, text_style=text_style(SIZE_DETAIL, strong=True)),
    )
    return identified("switch-language", button)


_NEXT_THEME = {
    ThemeChoice.SYSTEM: ThemeChoice.DARK,
    ThemeChoice.DARK: ThemeChoice.LIGHT,
    ThemeChoice.LIGHT: ThemeChoice.SYSTEM,
}
_THEME_ICONS = {
    ThemeChoice.SYSTEM: ft.Icons.BRIGHTNESS_AUTO_OUTLINED,
    ThemeChoice.DARK: ft.Icons.DARK_MODE_OUTLINED,
    ThemeChoice.LIGHT: ft.Icons.LIGHT_MODE_OUTLINED,
}


def _theme_button(session: UiSession, words: str) -> ft.Control:
    def switch() -> None:
        prefer(session, theme=_NEXT_THEME[session.preferences.theme])

    return icon_button(_THEME_ICONS[session.preferences.theme], words, switch, identifier="switch-theme")


@safe
def PretendSwitch() -> ft.Control:
    """The demo's switch: everything works on, as if the network were gone."""
    session = use_session()
    text = use_text().text
    status = use_signal(session.services.status)
    pretend = session.services.pretend_offline or (lambda _: None)
    switch = use_action(pretend)
    words = text("demo.pretend_offline")
    label = ft.Text(words, size=scaled(SIZE_DETAIL), color=Role.QUIET)
    control = ft.Switch(
        value=status.pretend_offline, on_change=lambda event: switch.run(bool(event.control.value)), height=TARGET
    )
    together = ft.Row(controls=[label, control], spacing=4, tight=True, vertical_alignment=ft.CrossAxisAlignment.CENTER)
    return identified("pretend-offline", ft.MergeSemantics(content=together))


@safe
def Warnings() -> ft.Control:
    """What the person who runs this should know, such as a key kept in a file, and what happened to this device."""
    session = use_session()
    translator = use_text()
    warnings = (*session.services.warnings, *use_signal(session.services.status).notices)
    return _bands(
        [band(translator.text_or(key, "warning.other"), identifier=key) for key in warnings],
        wide=use_wide(),
    )


@safe
def Failure() -> ft.Control:
    """That a press came to nothing because something raised, until the person goes on."""
    session = use_session()
    text = use_text().text
    navigation = use_navigation()
    overlays = use_state(session.overlays)[0]

    def forget() -> None:
        overlays.failed = False

    ft.use_effect(forget, [navigation.route])
    words = [text("error.unexpected")] if overlays.failed else []
    return _bands([band(one, waiting=False, identifier="failure") for one in words], wide=use_wide())


def _bands(bands: list[ft.Control], *, wide: bool) -> ft.Control:
    margin = MARGIN_DESKTOP if wide else MARGIN_TABLET
    return ft.Container(
        content=ft.Column(controls=bands, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        padding=ft.Padding.only(left=margin, right=margin, bottom=UNIT if bands else 0),
    )


@safe
def Ways() -> ft.Control:
    """The bar below or the rail at the left, with the number of things that need attention."""
    session = use_session()
    navigation = use_navigation()
    wide = use_wide()
    rights = use_rights()
    text = use_text().text
    status = use_signal(session.services.status)
    at_a_desk = _at_a_desk(session, rights) if wide else ()
    chosen = destination_of(navigation.place)
    ways: list[ft.Control] = [
        _way(
            one,
            text(f"nav.{one.name}"),
            chosen=one.name == chosen,
            count=status.needs_attention if one.name == "attention" else 0,
            count_words=text("nav.attention_count", count=status.needs_attention),
            go=functools.partial(session.go, one.place),
        )
        for one in (*DESTINATIONS, *at_a_desk)
    ]
    side = ft.BorderSide(1, Role.LINE)
    if wide:
        return ft.Container(
            content=ft.Column(controls=ways, spacing=UNIT),
            width=scaled(_RAIL_WIDTH),
            padding=ft.Padding.symmetric(vertical=GAP, horizontal=UNIT),
            bgcolor=Role.CARD,
            border=ft.Border(right=side),
        )
    for way in ways:
        way.expand = True
    return ft.Container(
        content=ft.Row(controls=ways, spacing=0),
        height=_bar_height(),
        padding=ft.Padding.symmetric(horizontal=GAP),
        bgcolor=Role.CARD,
        border=ft.Border(top=side),
    )


def _at_a_desk(session: UiSession, rights: frozenset[Permission]) -> tuple[Destination, ...]:
    """What is led to besides, by what whoever works here may."""
    services = session.services
    ways = {
        LABELS: services.labels is not None,
        FIGURES: Permission.SEE_FIGURES in rights,
        DEVICES: manages_devices(services, rights),
        TEAM: manages_devices(services, rights),
        REQUESTS: handles_requests(services, rights),
    }
    return tuple(destination for destination, is_shown in ways.items() if is_shown)


def _bar_height() -> float:
    return _BAR_HEIGHT + scaled(_LABEL_HEIGHT) - _LABEL_HEIGHT


def _way(one: Destination, words: str, *, chosen: bool, count: int, count_words: str, go: Press) -> ft.Control:
    icon = ft.Icon(
        one.chosen_icon if chosen else one.icon,
        size=min(scaled(24), 30),
        color=Role.ON_CHOSEN if chosen else Role.QUIET,
    )
    mark = ft.Container(
        content=icon,
        width=64,
        height=32,
        border_radius=GAP,
        bgcolor=Role.CHOSEN if chosen else None,
        alignment=ft.Alignment.CENTER,
        badge=ft.Badge(label=str(count), bgcolor=Role.WAITING, text_color=Role.PAGE) if count else None,
    )
    label = ft.Text(
        words,
        size=scaled(SIZE_DETAIL),
        weight=ft.FontWeight.W_700 if chosen else ft.FontWeight.W_500,
        color=Role.TEXT if chosen else Role.QUIET,
        no_wrap=True,
    )
    surface = ft.Container(
        content=ft.Column(
            controls=[mark, label],
            spacing=4,
            alignment=ft.MainAxisAlignment.CENTER,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        height=_bar_height() - 2,
        border_radius=RADIUS,
        ink=True,
        alignment=ft.Alignment.CENTER,
        on_click=lambda _: go(),
    )
    said = f"{words}, {count_words}" if count else words
    return spoken(surface, label=said, identifier=f"nav-{one.name}", selected=chosen)
