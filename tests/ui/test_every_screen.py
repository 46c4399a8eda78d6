"""What holds on every screen: a name on everything to press, in both languages, and no cut text at 200 %."""

import dataclasses
import itertools

import flet as ft
import pytest
from flet.controls.base_control import BaseControl

from clienteling.ui.session import session_of
from tests.support.fake_customers import SITI
from tests.support.fake_services import ASSOCIATES
from tests.support.fake_serving import ServingShop
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run

ROUTES = ("/", "/find?q=sit", f"/customers/{SITI.id}", f"/customers/{SITI.id}?tab=wishlist", "/scan", "/attention")
OTHERS = (
    f"/customers/{SITI.id}/turned",
    f"/customers/{SITI.id}/turned?part=consents",
    f"/customers/{SITI.id}?tab=notes",
    f"/customers/{SITI.id}?tab=consents",
    "/labels",
    "/figures",
    "/devices",
    "/team",
    "/settings",
    "/help",
    "/nowhere",
)
MANAGER = ASSOCIATES[1].id
"""Who may go everywhere."""
BUTTONS = (ft.FilledButton, ft.OutlinedButton, ft.TextButton, ft.IconButton)


def unnamed(screen: Screen) -> list[str]:
    """Things to press that a screen reader has no words for."""
    found = []
    named: set[int] = set()
    for control in screen.controls():
        inside = (isinstance(control, ft.Semantics) and bool(control.label)) or isinstance(control, ft.MergeSemantics)
        if inside or id(control) in named:
            named.update(id(one) for one in children(control))
            continue
        if isinstance(control, BUTTONS) and not (has_words(control) or control.tooltip):
            found.append(type(control).__name__)
        elif isinstance(control, ft.Switch) and not (control.label or control.tooltip):
            found.append("Switch")
        elif isinstance(control, ft.TextField) and not control.label:
            found.append("TextField")
        elif isinstance(control, ft.Container) and control.on_click is not None and not control.tooltip:
            found.append("Container")
    return found


def has_words(button: BaseControl) -> bool:
    """Whether words stand on it, plain ones or such as are said otherwise."""
    content = getattr(button, "content", None)
    return isinstance(content, str) or (isinstance(content, ft.Text) and bool(content.semantics_label))


def children(control: BaseControl) -> list[ft.Control]:
    """The controls directly inside."""
    inside: list[ft.Control] = []
    for field in dataclasses.fields(control):
        value = getattr(control, field.name, None)
        for one in value if isinstance(value, list) else [value]:
            body = getattr(one, "_b", one)
            inside += [part for part in (body if isinstance(body, list) else [body]) if isinstance(part, ft.Control)]
    return inside


def has_text(control: ft.Control, depth: int = 0) -> bool:
    """Whether any text stands within."""
    if isinstance(control, ft.Text):
        return True
    return depth < 20 and any(has_text(one, depth + 1) for one in children(control))


@pytest.mark.parametrize("language", ["id", "en"])
def test_everything_to_press_has_a_name(open_app: OpenApp, language: str) -> None:
    async def journey() -> None:
        async with open_app(ServingShop().owing(), language=language, associate_id=MANAGER) as screen:
            for route in (*ROUTES, *OTHERS):
                await screen.go(route)
                assert not unnamed(screen), route

    run(journey())


def test_large_text_is_neither_cut_nor_held_in_a_fixed_height(open_app: OpenApp) -> None:
    async def journey() -> None:
        async with open_app(ServingShop().owing(), associate_id=MANAGER) as screen:
            session_of(screen.page).preferences.text_percent = 200
            for route in (*ROUTES, *OTHERS):
                await screen.go(route)
                cut = [one.value for one in screen.of_type(ft.Text) if one.max_lines]
                assert not cut, route
                low = [
                    one.height
                    for one in screen.of_type(ft.Container) + screen.of_type(ft.Row) + screen.of_type(ft.Column)
                    if one.height and one.height < 80 and has_text(one) and one.height != one.width
                ]
                assert not low, route

    run(journey())


def test_a_screen_lives_on_when_its_window_changes_shape(open_app: OpenApp) -> None:
    """Above all the parts inside it: what Flet does not mount reads nothing and hears nothing, without a word."""
    sizes = itertools.cycle(((1440, 900), (768, 1024)))

    def innermost_first(drawn: list[BaseControl]) -> None:
        drawn.sort(key=lambda one: -one._i)

    async def journey() -> None:
        async with open_app(ServingShop().owing(), associate_id=MANAGER) as screen:
            screen.draw_in_order(innermost_first)
            for route in (*ROUTES, *OTHERS):
                await screen.go(route)
                await screen.resize(*next(sizes))
                assert not screen.unmounted(), route

    run(journey())
