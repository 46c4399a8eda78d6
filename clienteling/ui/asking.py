"""Questions to the server from screens: asked at once, answered later, never waited for by anything but the screen.

`use_asked` asks when the screen opens and again on demand; `use_asking` asks at a press, once however often it is
pressed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import flet as ft

from clienteling.domain.asked import Asked, AskedStage
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.i18n import Translator
from clienteling.ui.hooks import nothing_to_clean, use_preferences, use_session, use_state

T = TypeVar("T")

Ask = Callable[[], Signal[Asked[T]]]


async def _answer(signal: Signal[Asked[T]]) -> Asked[T]:
    """What comes of it in the end."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[Asked[T]] = loop.create_future()

    def settle(answer: Asked[T]) -> None:
        if not over.done():
            over.set_result(answer)

    def hear(answer: Asked[T]) -> None:
        if answer.is_over:
            loop.call_soon_threadsafe(settle, answer)

    stop = signal.subscribe(hear)
    hear(signal.value)
    try:
        return await over
    finally:
        stop()


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What the server told last (`value`), and how the latest question stands. `again` asks once more."""

    stands: Asked[T]
    value: T | None
    again: Callable[[], None]

    @property
    def is_asking(self) -> bool:
        return not self.stands.is_over


def use_asked(ask: Ask[T], *keys: object) -> Told[T]:
    """What the server told, asked for when the component comes on screen, again when `keys` change or a tablet wakes.

    What was told before stays until there is something newer.
    """
    resumed = use_preferences().resumed
    times, set_times = use_state(0)
    first: Asked[T] = Asked(AskedStage.ASKING)
    stands, set_stands = use_state(first)
    nothing: T | None = None
    value, set_value = use_state(nothing)

    async def find_out() -> None:
        set_stands(Asked(AskedStage.ASKING))
        answer = await _answer(ask())
        if answer.stage is AskedStage.ANSWERED:
            set_value(answer.value)
        set_stands(answer)

    ft.use_effect(find_out, [*keys, times, resumed], cleanup=nothing_to_clean)
    return Told(stands, value, lambda: set_times(lambda before: before + 1))


@dataclass(frozen=True, slots=True)
class Asking(Generic[T]):
    """`begin` asks and returns at once; a second press meanwhile is ignored. `problem`: why it came to nothing."""

    begin: Callable[[Ask[T]], None]
    busy: bool
    problem: str
    forget: Callable[[], None]


def use_asking(done: Callable[[T], None], translator: Translator) -> Asking[T]:
    """A question at a press; `done` gets what was answered."""
    session = use_session()
    first: Asked[T] = Asked(AskedStage.NOT_ASKED)
    stands, set_stands = use_state(first)
    latch: ft.MutableRef[bool] = ft.use_ref(False)

    async def follow(ask: Ask[T]) -> None:
        try:
            answer = await _answer(ask())
        except ValidationFailed as wrong:
            answer = Asked(AskedStage.FAILED, code=wrong.code)
        latch.current = False
        set_stands(answer)
        if answer.stage is AskedStage.ANSWERED:
            done(cast(T, answer.value))

    def begin(ask: Ask[T]) -> None:
        if latch.current:
            return
        latch.current = True
        set_stands(Asked(AskedStage.ASKING))
        session.page.run_task(follow, ask)

    busy = stands.stage is AskedStage.ASKING
    return Asking(begin, busy, why_not(stands, translator), lambda: set_stands(Asked(AskedStage.NOT_ASKED)))


def why_not(stands: Asked[T], translator: Translator) -> str:
    """Why nothing came of a question, as a sentence; "" while nothing is wrong."""
    match stands.stage:
        case AskedStage.NO_NETWORK:
            return translator.text("asked.no_network")
        case AskedStage.FAILED:
            return translator.text_or(stands.code, "error.unexpected")
        case _:
            return ""
