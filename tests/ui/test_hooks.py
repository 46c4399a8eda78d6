"""The hooks and the guard, in components as small as can be."""

import asyncio
import threading
from collections.abc import Callable

import flet as ft
import pytest

from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_action,
    use_held,
    use_query,
    use_second_look,
    use_state,
    use_wide,
)
from clienteling.ui.kit import keyed, primary_button, safe
from clienteling.ui.session import session_of
from tests.support.fake_services import FakeShop
from tests.support.flet_harness import flet_session
from tests.ui.conftest import pressed, run, show

# --- the guard


def test_a_component_that_raises_shows_a_panel_and_the_rest_lives_on(caplog: pytest.LogCaptureFixture) -> None:
    @safe
    def Fragile(number: int) -> ft.Control:
        return ft.Text(f"one over it is {1 / number}")

    @safe
    def Parent() -> ft.Control:
        number, set_number = use_state(1)
        return ft.Column(
            controls=[
                ft.Text(f"number {number}"),
                Fragile(number),
                primary_button("less", lambda: set_number(lambda old: old - 1), identifier="less"),
            ]
        )

    async def journey() -> None:
        async with show(Parent) as view:
            await pressed(view, "less")
            assert "number 0" in view.words()
            assert "Bagian ini tidak dapat ditampilkan" in view.words()
            await pressed(view, "less")
            assert "one over it is -1.0" in view.words()

    run(journey())
    assert "Fragile failed" in caplog.text


def test_without_the_guard_the_same_raise_would_freeze_the_session() -> None:
    @ft.component
    def Bare() -> ft.Control:
        number, set_number = use_state(1)
        return ft.Column(
            controls=[
                ft.Text(f"one over it is {1 / number}"),
                primary_button("less", lambda: set_number(lambda old: old - 1), identifier="less"),
            ]
        )

    async def journey() -> None:
        async with flet_session(lambda page: page.render(Bare), may_freeze=True) as view:
            await pressed(view, "less")
            assert view.frozen()
            task: asyncio.Task[None] = getattr(view.session, "_Session__updates_task")  # noqa: B009 - a mangled name
            assert isinstance(task.exception(), ZeroDivisionError)

    run(journey())


def test_what_lies_below_is_drawn_once_the_rest_is_on_its_way() -> None:
    drawn: list[bool] = []

    @safe
    def Long() -> ft.Control:
        whole = use_second_look()
        drawn.append(whole)
        return ft.Column(controls=[ft.Text("above"), *([ft.Text("below")] if whole else [])])

    async def journey() -> None:
        async with show(Long) as view:
            assert drawn == [False, True]
            assert "above" in view.words()
            assert "below" in view.words()

    run(journey())


def test_a_screen_that_asks_for_the_width_is_not_drawn_once_more_while_it_is_left() -> None:
    drawn: list[bool] = []

    @safe
    def Shown() -> ft.Control:
        drawn.append(use_wide())
        return ft.Text("here")

    async def journey() -> None:
        async with show(Shown) as view:
            session = session_of(view.page)
            session.navigation.arrived("/find")
            await view.settle()
            assert drawn == [False]
            session.window.wide = True
            await view.settle()
            assert drawn == [False, True]

    run(journey())


def test_another_key_begins_with_fresh_state() -> None:
    @safe
    def Counter(name: str) -> ft.Control:
        count, set_count = use_state(0)
        return ft.Column(
            controls=[
                ft.Text(f"{name} {count}"),
                primary_button("more", lambda: set_count(lambda old: old + 1), identifier="more"),
            ]
        )

    @safe
    def Parent() -> ft.Control:
        name, set_name = use_state("a")
        other = primary_button("other", lambda: set_name("b"), identifier="other")
        return ft.Column(controls=[keyed(name, Counter, name), other])

    async def journey() -> None:
        async with show(Parent) as view:
            await pressed(view, "more")
            assert "a 1" in view.words()
            await pressed(view, "other")
            assert "b 0" in view.words()

    run(journey())


# --- reading


def query_screen(read: Callable[[], str]) -> Callable[[], ft.Control]:
    @safe
    def Reading() -> ft.Control:
        match use_query(read):
            case Loading(slow):
                return ft.Text("skeleton" if slow else "nothing yet")
            case Failed(code):
                return ft.Text(f"failed {code}")
            case Ready(value):
                return ft.Text(f"got {value}")

    return Reading


def test_what_a_screen_holds_is_held_again_after_a_tablet_slept_and_never_twice() -> None:
    held: list[str] = []

    def begin() -> Callable[[], None]:
        held.append("held")
        return held.clear

    @safe
    def Holder() -> ft.Control:
        use_held(begin)
        return ft.Text("here")

    async def journey() -> None:
        async with show(Holder, settle=False) as view:
            await view.session.disconnect(60)  # with what Flet was about to begin
            for _ in range(2):
                await view.session.connect(view.connection)
                session_of(view.page).preferences.resumed += 1
                await view.settle()
                assert held == ["held"]
            session_of(view.page).close()
            assert held == []

    run(journey())


def test_query_reads_in_a_thread_and_again_when_rows_change() -> None:
    shop = FakeShop()
    threads: list[str] = []

    def read() -> str:
        threads.append(threading.current_thread().name)
        return f"row {len(threads)}"

    async def journey() -> None:
        async with show(query_screen(read), shop=shop) as view:
            assert "got row 1" in view.words()
            shop.rows_changed()
            await view.settle()
            assert "got row 2" in view.words()
            assert threading.current_thread().name not in threads

    run(journey())


def test_skeleton_shows_only_after_a_wait_worth_it() -> None:
    release = threading.Event()
    waits: list[float] = []

    async def journey() -> None:
        wake = asyncio.Event()

        async def sleep(seconds: float) -> None:
            waits.append(seconds)
            await wake.wait()

        def read() -> str:
            assert release.wait(5)
            return "it"

        async with show(query_screen(read), sleep=sleep, settle=False) as view:
            await view.until(lambda: bool(waits))
            assert "nothing yet" in view.words()
            wake.set()
            await view.until(lambda: "skeleton" in view.words())
            release.set()
            await view.settle()
            assert "got it" in view.words()
        assert waits[0] == pytest.approx(0.15)

    run(journey())


@pytest.mark.parametrize(("error", "code"), [(NotFound(), "error.not_found"), (KeyError("x"), "error.unexpected")])
def test_a_failed_read_becomes_a_message_key(error: Exception, code: str, caplog: pytest.LogCaptureFixture) -> None:
    def read() -> str:
        raise error

    async def journey() -> None:
        async with show(query_screen(read)) as view:
            assert f"failed {code}" in view.words()

    run(journey())
    assert "a read failed" in caplog.text


# --- doing


def action_screen(work: Callable[[str], str], *, once: bool = False) -> Callable[[], ft.Control]:
    @safe
    def Doing() -> ft.Control:
        result, set_result = use_state("")
        action = use_action(work, done=set_result, once=once)
        problem = f"{action.problem.field}: {action.problem.code}" if action.problem else ""
        return ft.Column(
            controls=[
                ft.Text(f"result {result}"),
                ft.Text(f"problem {problem}"),
                primary_button("do", lambda: action.run("x"), identifier="do"),
            ]
        )

    return Doing


def test_two_presses_within_one_frame_do_it_once() -> None:
    done: list[str] = []

    def work(text: str) -> str:
        done.append(text)
        return "done"

    async def journey() -> None:
        async with show(action_screen(work)) as view:
            await pressed(view, "do", times=2)
            assert done == ["x"]
            assert "result done" in view.words()
            await pressed(view, "do")
            assert done == ["x", "x"]

    run(journey())


def test_what_closes_when_it_has_worked_does_not_run_again_but_after_a_refusal_it_does() -> None:
    attempts: list[str] = []

    def work(text: str) -> str:
        attempts.append(text)
        if len(attempts) == 1:
            raise ValidationFailed("text", "note.empty")
        return "done"

    async def journey() -> None:
        async with show(action_screen(work, once=True)) as view:
            for _ in range(3):
                await pressed(view, "do")
            assert attempts == ["x", "x"]
            assert "result done" in view.words()

    run(journey())


def test_a_refused_entry_names_its_field_and_a_good_one_clears_it() -> None:
    attempts: list[str] = []

    def work(text: str) -> str:
        attempts.append(text)
        if len(attempts) == 1:
            raise ValidationFailed("text", "note.empty")
        return "kept"

    async def journey() -> None:
        async with show(action_screen(work)) as view:
            await pressed(view, "do")
            assert "problem text: note.empty" in view.words()
            await pressed(view, "do")
            assert "problem \n" in view.words() + "\n"
            assert "result kept" in view.words()

    run(journey())


def test_an_unforeseen_failure_leaves_the_button_usable(caplog: pytest.LogCaptureFixture) -> None:
    attempts: list[str] = []

    def work(text: str) -> str:
        attempts.append(text)
        raise RuntimeError("broken")

    async def journey() -> None:
        async with show(action_screen(work)) as view:
            await pressed(view, "do")
            assert "problem None: error.unexpected" in view.words()
            await pressed(view, "do")
            assert len(attempts) == 2

    run(journey())
    assert "an action failed" in caplog.text
