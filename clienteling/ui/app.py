"""The app on screen: `build_main` makes the function Flet calls once for every session.

The session decides which associate works here (a list, until sign-in exists) and which language; then the frame stays
on screen, and the address decides which screen stands in it.
"""

import asyncio
import locale as system_locale
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import flet as ft

from clienteling.domain.brand import Brand
from clienteling.i18n import PSEUDO_NAME, Translator, choose_locale, load_translators, pseudo_translator
from clienteling.ui.browser_language import browser_language, own_page
from clienteling.ui.client_memory import ClientMemory, Kept, keep_memory, memory_of
from clienteling.ui.hooks import (
    Loading,
    Ready,
    nothing_to_clean,
    use_preferences,
    use_query,
    use_session,
    use_signal,
    use_state,
)
from clienteling.ui.inside import App, is_wide, locales
from clienteling.ui.kit import keyed, safe
from clienteling.ui.locking import leave_later, use_leaver_lock, use_pin_holders
from clienteling.ui.places import (
    FindPlace,
    TurnedPlace,
    query_value,
)
from clienteling.ui.screens.choose_associate import ClosedScreen
from clienteling.ui.screens.enrol import EnrolScreen
from clienteling.ui.session import (
    Clock,
    Navigation,
    Sleep,
    Tried,
    UiPreferences,
    UiSession,
    Window,
    keep_session,
)
from clienteling.ui.session_guards import guard_session
from clienteling.ui.theme import FONT, dark_theme, light_theme
from clienteling.use_cases.front_door import FirstDoor, FrontDoor
from clienteling.use_cases.services import Services

P = ParamSpec("P")
T = TypeVar("T")

_UNSEEN: Final = (ft.AppLifecycleState.HIDE, ft.AppLifecycleState.PAUSE)
_STEPS: Final = {"Arrow Down": 1, "Arrow Up": -1}
DEFAULT_FONT_URL: Final = "/fonts/PlusJakartaSans.ttf"


def build_main(
    to_show: Services | FrontDoor | FirstDoor,
    *,
    texts: Path,
    font_url: str = DEFAULT_FONT_URL,
    default_associate_id: str | None = None,
    default_language: str | None = None,
    now: Clock = lambda: datetime.now(UTC),
    sleep: Sleep = asyncio.sleep,
) -> Callable[[ft.Page], None]:
    """The function for `ft.run` or `flet_web.fastapi.app`, which runs once per session.

    to_show               the services, or of a device that is closed its front door, or the door of one that has not
                          enrolled
    texts                 the folder with `<locale>.json` (`assets/i18n`)
    font_url              where the client fetches the font, below Flet's `assets_dir` (`assets`)
    default_associate_id  who works here without being asked, as in the demo
    default_language      stands before what the browser says, not before `?lang=` or what was chosen in this browser
    """
    translators = _translators(texts)
    front = to_show if isinstance(to_show, FrontDoor) else None

    def main(page: ft.Page) -> None:
        memory = ClientMemory(page, keeps_drafts=own_page.get())
        tried: set[Tried] = set()
        session = UiSession(
            page=page,
            open_services=_noticing(to_show, tried) if isinstance(to_show, Services) else None,
            translators=translators,
            preferences=UiPreferences(
                _language(page, translators, default_language), associate_id=default_associate_id
            ),
            navigation=Navigation(page.route or "/"),
            window=Window(wide=is_wide(page.width, 100)),
            brand=to_show.brand,
            front=front,
            now=now,
            sleep=sleep,
            tried=tried,
            kept=Kept(memory.keep_drafts),
        )
        keep_session(session)
        keep_memory(page, memory)
        _prepare_page(page, font_url, to_show.brand)
        _listen(page, session)
        session.closers[id(session)] = partial(leave_later, session)
        if isinstance(to_show, FirstDoor):
            page.render(First, to_show)
        elif front is None:
            page.render(StoreFirst)
        else:
            page.render(Front, front)
        guard_session(page, failed=session.overlays.say_failed, touched=session.touch)

    return main


def _translators(texts: Path) -> Mapping[str, Translator]:
    loaded = load_translators(texts)
    return {**loaded, PSEUDO_NAME: pseudo_translator(loaded["id"])}


def _language(page: ft.Page, known: Mapping[str, Translator], default: str | None) -> str:
    asked = query_value(page.route or "", "lang")
    if asked in known:
        return str(asked)
    if page.web:
        return choose_locale(default, browser_language.get())
    return choose_locale(default, os.environ.get("LANG"), system_locale.getlocale()[0])


def _noticing(services: Services, tried: set[Tried]) -> Services:
    """The services, which also note what of the guided try they were used for."""

    def noticing(what: Tried, use: Callable[P, T]) -> Callable[P, T]:
        def used(*args: P.args, **kwargs: P.kwargs) -> T:
            result = use(*args, **kwargs)
            tried.add(what)
            return result

        return used

    pretend = services.pretend_offline

    def pretend_offline(offline: bool) -> None:
        if pretend is not None:
            pretend(offline)
        if offline:
            tried.add(Tried.OFFLINE)
        elif Tried.OFFLINE in tried:
            tried.add(Tried.ONLINE)

    return replace(
        services,
        customer=noticing(Tried.CUSTOMER, services.customer),
        write_note=noticing(Tried.NOTE, services.write_note),
        resolve_scan=noticing(Tried.SCAN, services.resolve_scan),
        pretend_offline=pretend_offline if pretend is not None else None,
    )


def _prepare_page(page: ft.Page, font_url: str, brand: Brand) -> None:
    if not own_page.get():  # our own page brings the font itself, before the first frame
        page.fonts = {FONT: font_url}
    page.theme = light_theme(brand.accent)
    page.dark_theme = dark_theme(brand.accent)
    page.theme_mode = ft.ThemeMode.SYSTEM
    page.padding = 0
    page.spacing = 0
    page.locale_configuration = locales()


def _listen(page: ft.Page, session: UiSession) -> None:
    """Tie what the client tells to the session's own observables."""
    navigation, preferences = session.navigation, session.preferences

    def arrived(event: ft.RouteChangeEvent) -> None:
        session.overlays.keys_shown = False
        navigation.arrived(event.route)

    def resized(event: ft.PageResizeEvent) -> None:
        session.window.wide = is_wide(event.width, preferences.text_percent)

    def resumed(_: object) -> None:
        preferences.resumed += 1

    def pressed(event: ft.KeyboardEvent) -> None:
        if session.pin_keys is not None:
            session.pin_keys.press(event.key)
            return
        field = session.search_field
        at = session.now()
        control = event.ctrl and not event.alt  # both together are AltGr
        session.scanner.key(event.key, event.shift, at, in_field=session.typing_in is not None, control=control)
        if event.key == "Escape":
            session.step_out()
        elif event.key in _STEPS and field.move is not None and not session.overlays.keys_shown:
            field.move(_STEPS[event.key])
        elif event.key not in ("/", "?") or session.typing_in is not None or session.scanner.is_typing(at):
            return
        elif event.key == "?" or event.shift:  # some clients name the key and some the sign
            session.overlays.keys_shown = not session.overlays.keys_shown
        elif session.overlays.keys_shown:
            return  # what lies under the list is not seen
        elif field.focus is not None:
            field.focus()
        elif not isinstance(navigation.place, TurnedPlace):  # the customer has the screen: no key leads to others
            session.go(FindPlace())

    def seen_or_not(event: ft.AppLifecycleStateChangeEvent) -> None:
        if event.state in _UNSEEN and session.scanner.on_hidden is not None:
            session.scanner.on_hidden()

    page.on_route_change = arrived
    page.on_app_lifecycle_state_change = seen_or_not
    page.on_resize = resized
    page.on_connect = resumed
    page.on_keyboard_event = pressed
    page.on_close = lambda _: session.close()


@safe
def First(first: FirstDoor) -> ft.Control:
    """Server and code until the device has enrolled; then the app."""
    session = use_session()
    opened = use_signal(first.opened)
    if opened is None:
        return EnrolScreen(first)
    session.open_services = _noticing(opened, session.tried)
    return keyed(f"open:{id(opened)}", StoreFirst)


@safe
def Front(front: FrontDoor) -> ft.Control:
    """A closed device's first screen until a PIN has opened it; then the app, until it closes again."""
    session = use_session()
    resumed = use_preferences().resumed
    opened = use_signal(front.opened)
    memory = memory_of(session.page)
    recalled, set_recalled = use_state(False)

    async def recall() -> None:
        if not recalled:
            await memory.recall()
            _take_up_choices(session, memory)
            session.left_by = session.left_by or memory.choices.associate_id
            set_recalled(True)

    ft.use_effect(recall, [resumed], cleanup=nothing_to_clean)
    if not recalled:
        return ft.Container()
    if opened is None:
        return ClosedScreen(front)
    session.open_services = _noticing(opened, session.tried)
    return keyed(f"open:{id(opened)}", StoreFirst)


@safe
def StoreFirst() -> ft.Control:
    """Nothing until it is known in which store, and so in which time zone, this is, and what was chosen here before.

    Both take milliseconds; then the app, at once in the right language and colours. A tablet that fell asleep meanwhile
    asks again when it wakes up: Flet forgets what it was about to do.
    """
    session = use_session()
    resumed = use_preferences().resumed
    memory = memory_of(session.page)
    store = use_query(session.services.store)
    associates = use_query(session.services.associates)
    pins = use_pin_holders()
    use_leaver_lock(associates)
    recalled, set_recalled = use_state(False)
    entered, set_entered = use_state(False)

    async def recall() -> None:
        if not recalled:
            await memory.recall()
            set_recalled(True)

    def enter() -> None:
        if isinstance(store, Ready):
            session.premises.store = store.value
        if entered or not recalled or isinstance(store, Loading) or isinstance(associates, Loading) or pins is None:
            return
        known = associates.value if isinstance(associates, Ready) else ()
        _take_up(session, memory, {one.id for one in known}, must_sign_in=bool(pins))
        set_entered(True)

    ft.use_effect(recall, [resumed], cleanup=nothing_to_clean)
    ft.use_effect(enter, [store, associates, pins, recalled, resumed])
    return App() if entered else ft.Container()


def _take_up(session: UiSession, memory: ClientMemory, associate_ids: set[str], *, must_sign_in: bool) -> None:
    """Give the session what was chosen in this browser before, and who worked in it."""
    if session.front is not None:
        return  # it was asked at the door
    _take_up_choices(session, memory)
    preferences, choices = session.preferences, memory.choices
    if must_sign_in:
        hints = session.services.demo
        first = preferences.associate_id if hints is not None and hints.pin else None
        session.left_by, preferences.associate_id = choices.associate_id or first, None
    elif choices.associate_id in associate_ids:
        preferences.associate_id = choices.associate_id


def _take_up_choices(session: UiSession, memory: ClientMemory) -> None:
    """Give the session what was chosen in this browser before, and what was being typed when its hub went."""
    preferences, choices = session.preferences, memory.choices
    asked = query_value(session.page.route or "", "lang")
    if choices.language in session.translators and asked not in session.translators:
        preferences.language = str(choices.language)
    if choices.theme is not None:
        preferences.theme = choices.theme
    if choices.text_percent is not None:
        preferences.text_percent = choices.text_percent
    session.kept.update(memory.drafts)
