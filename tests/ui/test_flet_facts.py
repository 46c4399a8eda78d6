"""What `clienteling.ui` relies on in Flet 1.0.5: an upgrade that changes one of these says so here.

The raise that freezes a session and the controlled field are in `test_hooks.py`, beside what we do about them.
"""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass

import flet as ft
import pytest

from clienteling.ui.kit import primary_button, safe, unchanged_skips
from tests.support.flet_harness import flet_session
from tests.ui.conftest import run


def test_an_async_effect_ends_with_its_component_only_if_it_has_a_clean_up() -> None:
    ended: list[str] = []

    async def forever(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    @safe
    def Child(name: str, tidy: bool) -> ft.Control:
        async def effect() -> None:
            await forever(name)

        ft.use_effect(effect, [], cleanup=(lambda: None) if tidy else None)
        return ft.Text(name)

    @safe
    def Parent() -> ft.Control:
        shown, set_shown = ft.use_state(True)
        children: list[ft.Control] = [Child("tidy", True), Child("untidy", False)] if shown else []
        hide = primary_button("hide", lambda: set_shown(False), identifier="hide")
        return ft.Column(controls=[*children, hide])

    async def journey() -> None:
        async with flet_session(lambda page: page.render(Parent)) as view:
            await view.press("hide")
            assert ended == ["tidy"]

    run(journey())


def test_an_observable_shared_by_two_sessions_tells_only_the_writers_client() -> None:
    @ft.observable
    @dataclass
    class Shared:
        ticks: int = 0

    shared = Shared()

    @safe
    def Ticks(state: Shared) -> ft.Control:
        return ft.Text(f"ticks {state.ticks}")

    async def journey() -> None:
        async with (
            flet_session(lambda page: page.render(Ticks, shared)) as first,
            flet_session(lambda page: page.render(Ticks, shared)) as second,
        ):
            sent = len(first.connection.sent), len(second.connection.sent)
            shared.ticks += 1  # the context is the second session's, which began last
            await second.settle()
            assert len(first.connection.sent) == sent[0]
            assert len(second.connection.sent) == sent[1] + 2

    run(journey())


def test_an_observable_written_without_a_session_fails_in_the_writer() -> None:
    @ft.observable
    @dataclass
    class State:
        ticks: int = 0

    state = State()

    @safe
    def Ticks(shown: State) -> ft.Control:
        return ft.Text(f"ticks {shown.ticks}")

    def write() -> None:
        state.ticks += 1

    async def journey() -> None:
        async with flet_session(lambda page: page.render(Ticks, state)):
            with pytest.raises(RuntimeError):
                await asyncio.get_running_loop().run_in_executor(None, write)

    run(journey())


def test_a_skipped_component_is_drawn_again_for_new_arguments_and_for_observables() -> None:
    drawn: list[str] = []

    @ft.observable
    @dataclass
    class Language:
        name: str = "id"

    language = Language()

    @safe
    def Row(name: str) -> ft.Control:
        spoken, _ = ft.use_state(language)
        drawn.append(f"{name} {spoken.name}")
        return ft.Text(name)

    skipped = unchanged_skips(Row)

    @safe
    def Parent() -> ft.Control:
        count, set_count = ft.use_state(0)
        more = primary_button("more", lambda: set_count(count + 1), identifier="more")
        rows = [skipped("a"), skipped(f"b{count}")]
        return ft.Column(controls=[ft.Text(str(count)), *rows, more])

    async def journey() -> None:
        async with flet_session(lambda page: page.render(Parent)) as view:
            drawn.clear()
            await view.press("more")
            assert drawn == ["b1 id"]
            drawn.clear()
            language.name = "en"
            await view.settle()
            assert sorted(drawn) == ["a en", "b1 en"]

    run(journey())


def test_a_context_is_lost_below_a_component_that_was_skipped() -> None:
    """Why `use_session` asks the page: should this one fail one day, contexts may be used again."""
    seen: list[str] = []
    Context: ft.ContextProvider[str] = ft.create_context("lost")
    redraw: list[Callable[[], None]] = []

    @safe
    def Leaf() -> ft.Control:
        count, set_count = ft.use_state(0)
        redraw[:] = [lambda: set_count(count + 1)]
        seen.append(ft.use_context(Context))
        return ft.Text(f"leaf {count}")

    @safe
    def Middle() -> ft.Control:
        return ft.Column(controls=[Leaf()])

    skipped = unchanged_skips(Middle)

    @safe
    def Parent() -> ft.Control:
        count, set_count = ft.use_state(0)
        more = primary_button("more", lambda: set_count(count + 1), identifier="more")
        return ft.Column(controls=[Context("found", skipped), more])

    async def journey() -> None:
        async with flet_session(lambda page: page.render(Parent)) as view:
            await view.press("more")
            gc.collect()
            redraw[0]()
            await view.settle()
            assert seen == ["found", "lost"]

    run(journey())
