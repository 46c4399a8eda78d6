"""One person's session on screen: what it may do (services), what it prefers, where it is.

An observable must never be shared between sessions: Flet sends its updates over the connection of whoever writes it.
So `build_main` makes one UiSession per page, and everything in here dies with it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import count
from string import digits
from typing import Final

import flet as ft

from clienteling.domain.brand import NO_BRAND, Brand
from clienteling.domain.errors import DeviceClosed
from clienteling.domain.signals import Signal
from clienteling.domain.views import StoreView
from clienteling.i18n import Translator
from clienteling.ui.places import CustomerPlace, Place, ProductPlace, TodayPlace, path_of, place_at, same_screen
from clienteling.ui.scanner import Scanner
from clienteling.use_cases.front_door import FrontDoor
from clienteling.use_cases.services import Services

_VISITORS: Final = count(1)
Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]


class ThemeChoice(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @property
    def mode(self) -> ft.ThemeMode:
        return ft.ThemeMode(self.value)


@ft.observable
@dataclass
class UiPreferences:
    """What the person chose. `resumed` counts reconnects: updates made while a tablet slept are lost and read anew."""

    language: str
    theme: ThemeChoice = ThemeChoice.SYSTEM
    text_percent: int = 100
    associate_id: str | None = None
    resumed: int = 0


@dataclass
class _Step:
    """One route on the way here, and what stood in its look-up when the person went on from there."""

    route: str
    searched: str = ""


@ft.observable
@dataclass
class Navigation:
    """Where the session is. Private fields draw nothing."""

    route: str

    def __post_init__(self) -> None:
        self._trail: list[_Step] = [_Step(self.route)]
        self._last_customer_id: str | None = None
        self._note_customer(self.route)

    @property
    def place(self) -> Place:
        return place_at(self.route)

    def arrived(self, route: str) -> None:
        """The client is at `route` now: one step on, or one back where that is where we came from."""
        self._note_customer(route)
        if len(self._trail) > 1 and self._trail[-2].route == route:
            self._trail.pop()
        elif same_screen(self._trail[-1].route, route):
            self._trail[-1].route = route
        else:
            self._trail.append(_Step(route))
        self.route = route

    def start_over(self) -> None:
        """Forget the way here: it was somebody else's."""
        self._trail = [_Step(path_of(TodayPlace()))]
        self._last_customer_id = None

    def leave_out(self) -> None:
        """Take the route we are at out of the way back."""
        self._trail.pop()
        if not self._trail:
            self._trail.append(_Step(path_of(TodayPlace())))

    def keep_search(self, text: str) -> None:
        """Have the look-up hold `text` when the person comes back to it."""
        self._look_up_step.searched = text

    def forget_search(self, route: str) -> None:
        """Have `route` begin with an empty look-up."""
        for step in self._trail:
            if step.route == route:
                step.searched = ""

    @property
    def searched(self) -> str:
        """What the look-up here, or the one a customer was opened from, was left with."""
        return self._look_up_step.searched

    @property
    def _look_up_step(self) -> _Step:
        asking = (step for step in reversed(self._trail) if not isinstance(place_at(step.route), CustomerPlace))
        return next(asking, self._trail[-1])

    def _note_customer(self, route: str) -> None:
        place = place_at(route)
        if isinstance(place, CustomerPlace):
            self._last_customer_id = place.customer_id

    @property
    def last_customer_id(self) -> str | None:
        """The customer opened last in this session."""
        return self._last_customer_id

    @property
    def way_back(self) -> str:
        """The route before this one; Today for a screen opened by its address."""
        return self._trail[-2].route if len(self._trail) > 1 else path_of(TodayPlace())


class Tried(StrEnum):
    """What a newcomer can try in the demo, and the session notices by itself."""

    CUSTOMER = "customer"
    OFFLINE = "offline"
    NOTE = "note"
    SCAN = "scan"
    ONLINE = "online"
    OTHER_STORE = "other_store"


@ft.observable
@dataclass
class Window:
    """Whether there is room for a rail and a second column. Apart from `Navigation`: a screen that follows this is not
    drawn once more while it is left."""

    wide: bool = False


@ft.observable
@dataclass
class Reopened:
    """How often what is on screen was opened again, as by a label that is scanned twice: no address changes then."""

    times: int = 0


@ft.observable
@dataclass
class Overlays:
    """What is said over the screen: the list of keys, and that something went wrong."""

    keys_shown: bool = False
    failed: bool = False

    def say_failed(self) -> None:
        """Something raised that no screen has a sentence for."""
        self.failed = True


@ft.observable
@dataclass
class Premises:
    """The store this device stands in; None before the first sync."""

    store: StoreView | None = None


@dataclass
class SearchField:
    """How a key press reaches the look-up on screen, if there is one.

    `clear` says whether there was anything to clear.
    """

    focus: Callable[[], None] | None = None
    move: Callable[[int], None] | None = None
    clear: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class PinKeys:
    """How keys reach the digits of a PIN while they are asked for."""

    digit: Callable[[str], None]
    erase: Callable[[], None]

    def press(self, key: str) -> None:
        """What a key of the keyboard does, by the name the client gives it; nothing for most."""
        digit = key.removeprefix("Numpad ")
        if len(digit) == 1 and digit in digits:
            self.digit(digit)
        elif key == "Backspace":
            self.erase()


@dataclass
class UiSession:
    """Everything a screen may reach.

    open_services  None while the device is closed
    front          how to open it; None for one that is open all the time
    tried      what of the guided try has been done; filled by any thread, read when Help is drawn
    kept       what was typed or chosen on a screen and outlives it, such as a note that is not saved yet
    typing_in  the field with the focus: keys are its own then, and no shortcuts or scans
    pin_keys   where keys go while a PIN is asked for
    inside     who is in by their PIN
    visitor    what the door of a closed device knows them by; another one once they are about to leave
    left_by    who worked here when the screen was locked
    touched_at when the client was last heard of
    came_in_at when whoever works here gave their PIN
    """

    page: ft.Page
    open_services: Services | None
    translators: Mapping[str, Translator]
    preferences: UiPreferences
    navigation: Navigation
    now: Clock
    sleep: Sleep
    brand: Brand = NO_BRAND
    front: FrontDoor | None = None
    unchanging: Signal[int] = field(default_factory=lambda: Signal(0))
    window: Window = field(default_factory=Window)
    reopened: Reopened = field(default_factory=Reopened)
    premises: Premises = field(default_factory=Premises)
    overlays: Overlays = field(default_factory=Overlays)
    tried: set[Tried] = field(default_factory=set)
    search_field: SearchField = field(default_factory=SearchField)
    scanner: Scanner = field(default_factory=Scanner)
    typing_in: object | None = None
    pin_keys: PinKeys | None = None
    inside: str | None = None
    visitor: int = field(default_factory=_VISITORS.__next__)
    left_by: str | None = None
    kept: dict[str, str] = field(default_factory=dict)
    closers: dict[int, Callable[[], None]] = field(default_factory=dict)

    def leave_as(self) -> int:
        """The visitor who leaves; whoever comes in from now on is another."""
        leaving, self.visitor = self.visitor, next(_VISITORS)
        return leaving

    def __post_init__(self) -> None:
        self.touched_at = self.came_in_at = self.now()

    @property
    def services(self) -> Services:
        """What the device can do. Raises DeviceClosed while it is closed."""
        if self.open_services is None:
            raise DeviceClosed
        return self.open_services

    @property
    def changed(self) -> Signal[int]:
        """Counts up when rows change; of a closed device nothing does."""
        return self.open_services.changed if self.open_services is not None else self.unchanging

    def touch(self) -> None:
        """The client was heard of."""
        self.touched_at = self.now()

    @property
    def translator(self) -> Translator:
        return self.translators[self.preferences.language]

    def go(self, place: Place) -> None:
        """Open a place as if for the first time; the browser's back returns from it."""
        self.navigation.forget_search(path_of(place))
        if isinstance(place, ProductPlace):
            self.choose_variant(place, place.variant_id)
        if path_of(place) == self.navigation.route:
            self.reopened.times += 1
        self.page.run_task(self.page.push_route, path_of(place))

    def choose_variant(self, place: ProductPlace, variant_id: str | None) -> None:
        """Have the product at `place` show this variant, also when the person comes back to it."""
        self.kept[_variant_at(place)] = variant_id or ""

    def chosen_variant(self, place: ProductPlace) -> str:
        """The variant chosen at `place`, else the one it names; "" for none."""
        return self.kept.get(_variant_at(place), place.variant_id or "")

    def go_instead(self, place: Place) -> None:
        """Open a place for the one we are at, which the way back then skips."""
        self.navigation.leave_out()
        self.go(place)

    def go_back(self) -> None:
        """Open where the person came from."""
        self.page.run_task(self.page.push_route, self.navigation.way_back)

    def step_out(self) -> None:
        """One thing less that the person sees.

        What lies over the screen, else a customer beside the list, else the look-up's text, else the screen.
        """
        if self.overlays.keys_shown:
            self.overlays.keys_shown = False
            return
        clear = self.search_field.clear
        at_customer = isinstance(self.navigation.place, CustomerPlace)
        if not at_customer and clear is not None and clear():
            return
        if not isinstance(self.navigation.place, TodayPlace):
            self.go_back()

    def open_customer(self, customer_id: str, *, searched: str = "") -> None:
        """Open a customer, so that back returns to the rows that `searched` had found.

        The look-up is no address of its own on the way: of two addresses in one frame, a browser keeps the last.
        """
        self.navigation.keep_search(searched)
        self.go(CustomerPlace(customer_id))

    def close(self) -> None:
        """Stop listening to the services' signals: Flet runs no clean-up when a session ends."""
        for stop in list(self.closers.values()):
            stop()
        self.closers.clear()


def _variant_at(place: ProductPlace) -> str:
    return f"variant:{path_of(place)}"


_KEPT_AS: Final = "clienteling.session"


def keep_session(session: UiSession) -> None:
    """Make it the session of its page."""
    session.page.session.store.set(_KEPT_AS, session)


def peek_session(page: ft.Page) -> UiSession | None:
    """The session of a page, or None where `build_main` has not made one."""
    session = page.session.store.get(_KEPT_AS)
    return session if isinstance(session, UiSession) else None


def session_of(page: ft.Page) -> UiSession:
    """The session of a page. Raises RuntimeError where `build_main` has not made one."""
    session = peek_session(page)
    if session is None:
        raise RuntimeError("a component outside a session")
    return session
