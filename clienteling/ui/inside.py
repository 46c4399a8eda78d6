"""The app once somebody is in: the question who works here, then the frame, and the address decides which screen
stands in it."""

from typing import Final, assert_never

import flet as ft

from clienteling.domain.brand import Brand
from clienteling.i18n import Translator, as_shown
from clienteling.ui.components.frame import Frame
from clienteling.ui.hooks import (
    use_navigation,
    use_preferences,
    use_session,
    use_text,
    use_wide,
)
from clienteling.ui.kit import empty_state, keyed, safe, scrolling
from clienteling.ui.locking import use_idle_lock, use_key_lock
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
from clienteling.ui.screens.attention import AttentionScreen
from clienteling.ui.screens.choose_associate import ChooseAssociateScreen, ClosedScreen
from clienteling.ui.screens.customer import CustomerScreen
from clienteling.ui.screens.customer_turned import TurnedScreen
from clienteling.ui.screens.devices import DevicesScreen
from clienteling.ui.screens.figures import FiguresScreen
from clienteling.ui.screens.find import FindScreen
from clienteling.ui.screens.handover import HandoverScreen
from clienteling.ui.screens.help import HelpScreen
from clienteling.ui.screens.labels import LabelsScreen
from clienteling.ui.screens.not_found import NotFoundScreen
from clienteling.ui.screens.product import ProductScreen
from clienteling.ui.screens.requests import RequestsScreen
from clienteling.ui.screens.scan import ScanScreen
from clienteling.ui.screens.settings import SettingsScreen
from clienteling.ui.screens.team import TeamScreen
from clienteling.ui.screens.today import TodayScreen
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import UNIT, WIDE_FROM, Role, dark_theme, light_theme

_LIST_WIDTH: Final = 400
_COUNTRIES: Final = {"id": "ID", "en": "GB"}


def is_wide(width: float | None, text_percent: int) -> bool:
    """Whether list and detail fit side by side. Larger text needs a wider window, though not in full proportion."""
    return (width or 0) >= WIDE_FROM * (1 + (text_percent - 100) / 200)


def locales(language: str | None = None) -> ft.LocaleConfiguration:
    """The languages of Flutter's own words, and which of them is spoken now."""
    known = {name: ft.Locale(name, country) for name, country in _COUNTRIES.items()}
    current = None if language is None else known[language]
    return ft.LocaleConfiguration(supported_locales=list(known.values()), current_locale=current)


def _title(brand: Brand, translator: Translator) -> str:
    """Of the window or tab: the retailer first, which is what tells tabs apart."""
    return " · ".join(part for part in (as_shown(brand.name), translator.text("app.name")) if part)


@safe
def App() -> ft.Control:
    """The question who is there, then the frame with the screen of the place."""
    session = use_session()
    preferences = use_preferences()
    place = use_navigation().place
    wide = use_wide()
    translator = session.translators[preferences.language]

    def apply_preferences() -> None:
        session.page.theme_mode = preferences.theme.mode
        session.page.title = _title(session.brand, translator)
        session.page.locale_configuration = locales(translator.locale)

    def apply_text_size() -> None:
        accent = session.brand.accent
        session.page.theme, session.page.dark_theme = light_theme(accent), dark_theme(accent)
        session.window.wide = is_wide(session.page.width, preferences.text_percent)

    ft.use_effect(apply_preferences, [preferences.theme, preferences.language])
    ft.use_effect(apply_text_size, [preferences.text_percent])
    use_idle_lock()
    use_key_lock()
    if preferences.associate_id is None:
        return ChooseAssociateScreen() if session.front is None else ClosedScreen(session.front)
    if isinstance(place, TurnedPlace):
        return screen_of(place)  # without the frame: it names the associate, and beside it stand other customers
    if wide and isinstance(place, FindPlace | CustomerPlace):
        return Frame(SideBySide(place), wide=True, fills=True)
    return Frame(screen_of(place), wide=wide, fills=isinstance(place, CustomerPlace))


@safe
def SideBySide(place: FindPlace | CustomerPlace) -> ft.Control:
    """Desktop: the look-up stays at the left while customers are opened at the right."""
    text = use_text().text
    query: str | None = None
    match place:
        case FindPlace(query):
            detail = scrolling(empty_state(text("find.choose")))
        case CustomerPlace(customer_id, tab):
            detail = keyed(f"customer:{customer_id}", CustomerScreen, customer_id, tab)
        case _:
            assert_never(place)
    left = keyed("look-up", FindScreen, query, compact=True, autofocus=isinstance(place, FindPlace))
    return ft.Row(
        controls=[
            ft.Container(scrolling(left), width=scaled(_LIST_WIDTH)),
            ft.VerticalDivider(width=1, color=Role.LINE),
            ft.Container(detail, expand=True),
        ],
        spacing=3 * UNIT,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def screen_of(place: Place) -> ft.Control:
    """The screen that stands at a place; another customer or product begins with fresh state."""
    match place:
        case TodayPlace():
            return TodayScreen()
        case FindPlace(query):
            return keyed("find", FindScreen, query)
        case CustomerPlace(customer_id, tab):
            return keyed(f"customer:{customer_id}", CustomerScreen, customer_id, tab)
        case TurnedPlace(customer_id, asking):
            return keyed(f"turned:{customer_id}:{asking}", TurnedScreen, customer_id, asking=asking)
        case ProductPlace(product_id, variant_id):
            return keyed(f"product:{product_id}:{variant_id}", ProductScreen, product_id, variant_id)
        case HandoverPlace(handover_id):
            return keyed(f"handover:{handover_id}", HandoverScreen, handover_id)
        case ScanPlace(code):
            return keyed(f"scan:{code}", ScanScreen, code)
        case AttentionPlace():
            return AttentionScreen()
        case LabelsPlace():
            return LabelsScreen()
        case FiguresPlace(days):
            return FiguresScreen(days)
        case RequestsPlace(request_id, customer_id):
            return RequestsScreen(request_id, customer_id)
        case DevicesPlace():
            return DevicesScreen()
        case TeamPlace():
            return TeamScreen()
        case SettingsPlace():
            return SettingsScreen()
        case HelpPlace():
            return HelpScreen()
        case UnknownPlace():
            return NotFoundScreen()
        case _:
            assert_never(place)
