"""A client never meets a number of a control twice: not over a restart, not over a connection that was gone."""

import flet as ft

from clienteling.hosting.control_numbers import FIRST, number_run_anew, number_session_anew
from clienteling.ui.controls_on_page import controls_on_page
from clienteling.ui.kit import primary_button, safe
from tests.support.flet_harness import flet_session
from tests.ui.conftest import run


def numbers(page: ft.Page) -> set[int]:
    """Of all controls but the page itself, whose number is always 1."""
    return {control._i for control in controls_on_page(page) if control is not page}


def test_each_run_of_the_program_numbers_its_controls_from_elsewhere() -> None:
    firsts = set()
    for _ in range(3):
        number_run_anew()
        firsts.add(ft.Text()._i)
    assert len(firsts) == 3
    assert min(firsts) >= FIRST


def test_a_session_numbered_anew_keeps_no_number_and_hears_presses_by_old_and_new_ones() -> None:
    @safe
    def Counter() -> ft.Control:
        count, set_count = ft.use_state(0)
        more = primary_button("more", lambda: set_count(count + 1), identifier="more")
        return ft.Column(controls=[ft.Text(f"pressed {count}"), more])

    async def journey() -> None:
        async with flet_session(lambda page: page.render(Counter)) as screen:
            before = numbers(screen.page)
            number = screen.inside("more", ft.FilledButton)._i
            number_session_anew(screen.page)
            assert before
            assert not before & numbers(screen.page)
            await screen.session.dispatch_event(number, "click", None)
            await screen.settle()
            assert "pressed 1" in screen.words()
            await screen.press("more")
            assert "pressed 2" in screen.words()

    run(journey())
