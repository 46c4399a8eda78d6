"""What screen tests share: the app over a fake shop, in a session without Flutter."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import flet as ft
import pytest

from clienteling.i18n import load_translators
from clienteling.ui.app import build_main
from clienteling.ui.session import Clock, Navigation, UiPreferences, UiSession, keep_session
from tests.support.fake_services import FakeShop, start_clock
from tests.support.flet_harness import Screen, flet_session

T = TypeVar("T")

TEXTS: Final = Path(__file__).parents[2] / "assets" / "i18n"


async def never(seconds: float) -> None:
    """A sleep nobody wakes from: no skeletons, no ticks."""
    await asyncio.Event().wait()


class OpenApp(Protocol):
    def __call__(
        self,
        shop: FakeShop,
        route: str = "/",
        *,
        size: tuple[int, int] = (768, 1024),
        associate_id: str | None = "associate-rina",
        language: str | None = "id",
        demo: bool = True,
        sleep: Callable[[float], Awaitable[None]] = never,
        now: Clock = start_clock,
        may_freeze: bool = False,
    ) -> AbstractAsyncContextManager[Screen]: ...


@pytest.fixture
def shop() -> FakeShop:
    """A store with ten customers, three cards and two things that need attention."""
    return FakeShop()


@pytest.fixture
def open_app() -> OpenApp:
    """Opens the whole app at a route: `async with open_app(shop) as screen`."""

    @asynccontextmanager
    async def opened(
        shop: FakeShop,
        route: str = "/",
        *,
        size: tuple[int, int] = (768, 1024),
        associate_id: str | None = "associate-rina",
        language: str | None = "id",
        demo: bool = True,
        sleep: Callable[[float], Awaitable[None]] = never,
        now: Clock = start_clock,
        may_freeze: bool = False,
    ) -> AsyncIterator[Screen]:
        main = build_main(
            shop.services(demo=demo),
            texts=TEXTS,
            default_associate_id=associate_id,
            default_language=language,
            now=now,
            sleep=sleep,
        )
        async with flet_session(main, route=route, size=size, may_freeze=may_freeze) as screen:
            yield screen

    return opened


def run(work: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns; a loop of its own for each test."""
    return asyncio.run(work)


def show(
    component: Callable[[], ft.Control],
    *,
    shop: FakeShop | None = None,
    sleep: Callable[[float], Awaitable[None]] = never,
    settle: bool = True,
) -> AbstractAsyncContextManager[Screen]:
    """One component in a session of its own."""
    services = (shop or FakeShop()).services()

    def main(page: ft.Page) -> None:
        session = UiSession(
            page=page,
            open_services=services,
            translators=load_translators(TEXTS),
            preferences=UiPreferences("id"),
            navigation=Navigation("/"),
            now=start_clock,
            sleep=sleep,
        )

        keep_session(session)
        page.render(component)

    return flet_session(main, settle=settle)


async def pressed(view: Screen, identifier: str, *, times: int = 1) -> None:
    """Presses without waiting between: all presses meet the same render."""
    button = view.inside(identifier, ft.FilledButton)
    for _ in range(times):
        await view.session.dispatch_event(button._i, "click", None)
    await view.settle()
