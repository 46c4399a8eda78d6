"""The hooks through which screens meet everything that is not a screen.

`use_signal` follows a value published by any thread; `use_query` reads the local store in a thread; `use_action` does
one thing once, however often it is pressed; `use_text` and `use_formats` speak the person's language. Components that
use these contain no asyncio and no try. Hooks are positional: call them unconditionally, at the top.
"""

import asyncio
import contextvars
import dataclasses
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, Generic, ParamSpec, TypeVar, cast
from zoneinfo import ZoneInfo

import flet as ft

from clienteling.domain.access import Access
from clienteling.domain.errors import ClientelingError, ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.domain.views import CustomerView, StoreView
from clienteling.i18n import Formats, Translator
from clienteling.ui.session import Navigation, UiPreferences, UiSession, session_of

T = TypeVar("T")
P = ParamSpec("P")

SLOW_AFTER_S: Final = 0.15
"""A wait shorter than this shows nothing: a skeleton that flashes is worse than none."""
TICK_S: Final = 30.0
TURNS_TO_SEND: Final = 5
"""Of the loop, after which a drawing has been written to its socket."""

_log = logging.getLogger(__name__)


SetState = Callable[[T | Callable[[T], T]], None]
"""Draws the component again where the new value differs (by `!=`) from the one before."""


def use_state(initial: T) -> tuple[T, SetState[T]]:
    """A value of this component and its setter, as `ft.use_state`, typed. `initial` must not be callable."""
    return cast(tuple[T, SetState[T]], ft.use_state(initial))


def nothing_to_clean() -> None:
    """A clean-up that only needs to exist: without one, Flet leaves an asynchronous effect running for ever."""


def use_session() -> UiSession:
    """This person's session.

    Found by the page and not by Flet's contexts: those are looked up along the parents, and a component that
    `unchanged_skips` keeps has parents that are gone.
    """
    return session_of(ft.context.page)


def use_preferences() -> UiPreferences:
    """Language, theme and associate; the component is drawn again when they change."""
    return use_state(use_session().preferences)[0]


def use_navigation() -> Navigation:
    """The place; the component is drawn again when it changes."""
    return use_state(use_session().navigation)[0]


def use_wide() -> bool:
    """Whether there is room for a rail and a second column; the component is drawn again when that changes."""
    return use_state(use_session().window)[0].wide


def use_reopened() -> int:
    """How often what is on screen was opened again; the component is drawn again each time."""
    return use_state(use_session().reopened)[0].times


def use_store() -> StoreView | None:
    """The store this device stands in, drawn again when it is known; None before the first sync."""
    return use_state(use_session().premises)[0].store


def use_text() -> Translator:
    """Texts in the chosen language."""
    session = use_session()
    preferences = use_preferences()
    return session.translators[preferences.language]


def use_formats() -> Formats:
    """Money, dates and ages in the chosen language and the store's time zone."""
    translator = use_text()
    return Formats(translator, zone_of(use_store()))


def zone_of(store: StoreView | None) -> tzinfo:
    """The store's time zone; UTC where it is not known."""
    try:
        return ZoneInfo(store.time_zone) if store else UTC
    except (KeyError, ValueError, OSError):  # no such zone on this machine
        return UTC


def use_attached(attach: Callable[[], None], detach: Callable[[], None], *keys: object) -> None:
    """`attach` once the component is on screen, again when `keys` change, and after a tablet slept: Flet forgets what
    was due just then."""
    ft.use_effect(attach, [*keys, use_preferences().resumed], cleanup=detach)


def use_held(begin: Callable[[], Callable[[], None]], *keys: object) -> None:
    """What `begin` begins is ended by what it returns: with the component, with the session, or when `keys` change."""
    session = use_session()
    own: ft.MutableRef[None] = ft.use_ref()

    def let_go() -> None:
        end = session.closers.pop(id(own), None)  # none where the session has ended, and it with it
        if end is not None:
            end()

    def hold() -> None:
        let_go()  # Flet may have forgotten to
        session.closers[id(own)] = begin()

    use_attached(hold, let_go, *keys)


def use_now() -> datetime:
    """The time, so that ages on a screen that stays open grow: drawn again every TICK_S."""
    session = use_session()
    resumed = use_preferences().resumed
    _, set_ticks = use_state(0)

    async def tick() -> None:
        while True:
            await session.sleep(TICK_S)
            set_ticks(lambda ticks: ticks + 1)

    ft.use_effect(tick, [resumed], cleanup=nothing_to_clean)
    return session.now()


def use_second_look() -> bool:
    """False at the first drawing, True from the next one on, which comes once the first is on its way to the client.

    For a screen of many controls: what one came for is seen first, and what lies below it follows.
    """
    again, set_again = use_state(False)

    async def look_again() -> None:
        for _ in range(TURNS_TO_SEND):
            await asyncio.sleep(0)
        set_again(True)

    ft.use_effect(look_again, [], cleanup=nothing_to_clean)
    return again


def use_signal(signal: Signal[T]) -> T:
    """The signal's value now, drawn again at every new one. Publishers may be in any thread and are never held up."""
    seen, set_seen = use_state(_Boxed(signal.value))

    def follow() -> Callable[[], None]:
        loop = asyncio.get_running_loop()
        here = contextvars.copy_context()  # Flet finds the session by a context variable, which other threads lack

        def hand_over(value: T) -> None:
            loop.call_soon_threadsafe(set_seen, _Boxed(value), context=here)

        stop = signal.subscribe(hand_over)
        set_seen(_Boxed(signal.value))
        return stop

    use_held(follow, id(signal))
    return seen.value


def use_pin(customer_id: str) -> None:
    """Nothing; the customer stays on this device while the component is on screen."""
    session = use_session()
    use_held(lambda: session.services.pin_customer(customer_id), customer_id)


@dataclass(frozen=True, slots=True)
class Loading:
    """Nothing to show yet. `slow`: it has taken long enough that a person should see something."""

    slow: bool = False


@dataclass(frozen=True, slots=True)
class Ready(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class Failed:
    """`code` is a message key."""

    code: str


Query = Loading | Ready[T] | Failed


def use_query(read: Callable[[], T], *keys: object) -> Query[T]:
    """What `read` returns, run in a thread; again when `keys` change, rows change or the tablet wakes.

    While it runs again, the value before stays on screen. Of several runs the latest counts, whichever ends last.
    """
    session = use_session()
    preferences = use_preferences()
    rows_version = use_signal(session.changed)
    first: Query[T] = Loading()
    outcome, set_outcome = use_state(first)
    run_number = ft.use_ref(0)

    async def load() -> None:
        run_number.current = this_run = (run_number.current or 0) + 1
        waiting = asyncio.create_task(_admit_slowness(session, set_outcome))
        try:
            result = await _read(read)
        finally:
            waiting.cancel()
        if run_number.current == this_run:
            set_outcome(result)

    ft.use_effect(load, [*keys, rows_version, preferences.resumed], cleanup=nothing_to_clean)
    return outcome


async def _read(read: Callable[[], T]) -> Ready[T] | Failed:
    try:
        return Ready(await asyncio.to_thread(read))
    except ClientelingError as error:
        _log.warning("a read failed: %s", error.code)
        return Failed(error.code)
    except Exception:  # noqa: BLE001 - the boundary of a screen: a person gets a sentence, the log the traceback
        _log.exception("a read failed")
        return Failed("error.unexpected")


async def _admit_slowness(session: UiSession, set_outcome: SetState[Query[T]]) -> None:
    await session.sleep(SLOW_AFTER_S)
    set_outcome(lambda outcome: Loading(slow=True) if isinstance(outcome, Loading) else outcome)


def use_customer(customer_id: str, *, turned: bool = False) -> Query[CustomerView | None]:
    """The customer, pinned while on screen; that this associate opened them is kept before they are shown.

    `turned`: to the customer, with their phone and e-mail in full.
    """
    session = use_session()
    associate_id = use_preferences().associate_id
    kept: ft.MutableRef[tuple[str, str | None]] = ft.use_ref()
    use_pin(customer_id)

    def read() -> CustomerView | None:
        view = session.services.customer(customer_id)
        if view is not None and kept.current != (customer_id, associate_id):
            session.services.note_access(
                Access.OPENED, author_id=associate_id, customer_id=customer_id, turned=int(turned)
            )
            kept.current = customer_id, associate_id
        return view

    return use_query(read, customer_id, associate_id)


@dataclass(frozen=True, slots=True)
class ActionProblem:
    """Why it did not work: `code` is a message key, `field` the form field where a person can mend it.

    `also`: the same for the other fields of a form that are wrong.
    """

    code: str
    field: str | None = None
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)
    also: "tuple[ActionProblem, ...]" = ()

    def in_words(self, translator: Translator) -> str:
        """What went wrong, as a sentence."""
        return translator.text_or(self.code, "error.unexpected", **self.values)

    def of(self, field: str) -> "ActionProblem | None":
        """What is wrong with one field of the form."""
        return next((one for one in (self, *self.also) if one.field == field), None)

    def of_in_words(self, field: str, translator: Translator) -> str:
        """What is wrong with one field of the form, as a sentence; "" for nothing."""
        wrong = self.of(field)
        return translator.text_or(wrong.code, "error.invalid", **wrong.values) if wrong is not None else ""


@dataclass(frozen=True, slots=True)
class Action(Generic[P]):
    """`run` starts it and returns at once; a second run while `busy` is ignored."""

    run: Callable[P, None]
    busy: bool
    problem: ActionProblem | None
    forget_problem: Callable[[], None]


def use_action(work: Callable[P, T], *, done: Callable[[T], None] | None = None, once: bool = False) -> Action[P]:
    """An action on the local store, done in a thread; `done` gets what it returned, on the screen's own loop.

    `once`: after it has worked it does not run again, for what closes then: a second tap may come before it is gone.
    """
    session = use_session()
    busy, set_busy = use_state(False)
    problem, set_problem = use_state(_NO_PROBLEM)
    latch = ft.use_ref(False)

    async def perform(*args: P.args, **kwargs: P.kwargs) -> None:
        over = False
        try:
            result = await asyncio.to_thread(work, *args, **kwargs)
        except ValidationFailed as error:
            also = tuple(ActionProblem(one.code, one.field, one.fields) for one in error.also)
            set_problem(_Problem(ActionProblem(error.code, error.field, error.fields, also)))
        except ClientelingError as error:
            _log.warning("an action failed: %s", error.code)
            set_problem(_Problem(ActionProblem(error.code, None, error.fields)))
        except Exception:  # noqa: BLE001 - the boundary of a screen, as in _read
            _log.exception("an action failed")
            set_problem(_Problem(ActionProblem("error.unexpected")))
        else:
            over = once
            set_problem(_NO_PROBLEM)
            if done is not None:
                done(result)
        finally:
            latch.current = over
            set_busy(False)

    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        # Two presses within one frame both see the render before; only a reference knows.
        if latch.current:
            return
        latch.current = True
        set_busy(True)
        session.page.run_task(perform, *args, **kwargs)

    return Action(run, busy, problem.problem, lambda: set_problem(_NO_PROBLEM))


@dataclass(frozen=True, slots=True)
class _Problem:
    problem: ActionProblem | None


_NO_PROBLEM: Final = _Problem(None)


@dataclass(frozen=True, slots=True)
class _Boxed(Generic[T]):
    """A value that `use_state` must not call, should it be callable."""

    value: T
