"""Text fields lose no key, however fast they come, and the program's own texts still get through."""

import random
import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import flet as ft
import pytest

import clienteling.ui
from clienteling.ui.field_text import FieldText, use_field_text
from clienteling.ui.hooks import use_state
from clienteling.ui.kit import Field, identified, primary_button, safe
from clienteling.ui.session import session_of
from clienteling.ui.theme import Role
from tests.support.fake_customers import SITI, CustomerShop
from tests.support.fake_services import FakeShop
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, pressed, run, show

FORTY = "Kemeja putih M, kancing kedua diganti 12"
SITIS = f"/customers/{SITI.id}"
FIELDS: dict[str, tuple[type[FakeShop], str, str]] = {
    "look-up": (FakeShop, "/", ""),
    "scan-field": (FakeShop, "/scan", ""),
    "product-search": (FakeShop, "/scan?code=kulot", ""),
    "note-text": (CustomerShop, SITIS, "tab-notes"),
    "wish-search": (CustomerShop, SITIS, "add-wish"),
    "contact-city": (CustomerShop, SITIS, "edit-contact"),
    "contact-size_top": (CustomerShop, SITIS, "edit-contact"),
}
"""Every field: in which shop, where, and what is pressed to open it."""


def value(view: Screen, identifier: str = "box") -> str:
    """What stands in a field."""
    return str(view.inside(identifier, ft.TextField).value)


async def type_ahead(view: Screen, identifier: str, text: str, chance: random.Random) -> None:
    """A client that is ahead: its texts arrive at once, its events later, and drawings come in between at random."""
    box = view.inside(identifier, ft.TextField)
    start = str(box.value)
    late: list[str] = []
    for end in range(1, len(text) + 1):
        view.session.apply_patch(box._i, {"value": start + text[:end]})
        late.append(start + text[:end])
        while late and chance.random() < 0.6:
            await view.session.dispatch_event(box._i, "change", late.pop(0))
        if chance.random() < 0.5:
            await view.settle()
    for one in late:
        await view.session.dispatch_event(box._i, "change", one)
    await view.settle()


@pytest.mark.parametrize("identifier", FIELDS)
def test_keys_that_come_faster_than_the_screen_all_stay(open_app: OpenApp, identifier: str) -> None:
    shop, route, opened_by = FIELDS[identifier]

    async def journey() -> None:
        async with open_app(shop(), route) as view:
            if opened_by:
                await view.press(opened_by)
            before = value(view, identifier)
            await type_ahead(view, identifier, FORTY, random.Random(4471))
            assert value(view, identifier) == before + FORTY

    run(journey())


def test_there_is_no_text_field_but_the_kits() -> None:
    folder = Path(clienteling.ui.__file__).parent
    makers = [path.name for path in folder.rglob("*.py") if re.search(r"\bTextField\(", path.read_text("utf-8"))]
    assert makers == ["field.py"]


class OneField:
    """A form with one field, which `text` reaches from outside."""

    def __init__(self, first: str = "") -> None:
        self.first = first
        self.followed: str | None = None
        self.text: FieldText | None = None

    def shown(self) -> AbstractAsyncContextManager[Screen]:
        """The form in a session of its own."""

        @safe
        def Form() -> ft.Control:
            text = self.text = use_field_text(self.first)
            there, set_there = use_state(True)
            redraws, set_redraws = use_state(0)
            if self.followed is not None:
                text.follow(self.followed)
            return ft.Column(
                controls=[
                    *([identified("box", Field("Name", text))] if there else []),
                    identified("other", Field("Other", use_field_text())),
                    ft.Text(f"redraws {redraws}"),
                    primary_button("redraw", lambda: set_redraws(lambda old: old + 1), identifier="redraw"),
                    primary_button("toggle", lambda: set_there(lambda old: not old), identifier="toggle"),
                ]
            )

        return show(Form)

    def now(self) -> FieldText:
        assert self.text is not None
        return self.text


def test_a_field_shows_its_text_after_any_redraw() -> None:
    form = OneField()

    async def journey() -> None:
        async with form.shown() as view:
            for typed in ("s", "si", "sit"):
                await view.type("box", typed, settle=False)
            await pressed(view, "redraw")
            assert (value(view), form.now().text) == ("sit", "sit")
            assert "redraws 1" in view.words()

    run(journey())


@pytest.mark.parametrize("settle", [True, False], ids=["drawn before", "not drawn before"])
def test_an_emptied_field_is_empty_whatever_was_typed_before(settle: bool) -> None:
    form = OneField()

    async def journey() -> None:
        async with form.shown() as view:
            for typed in ("1", "", "12", "123"):
                await view.type("box", typed, settle=settle)
            form.now().show("")
            await view.settle()
            assert (value(view), form.now().text) == ("", "")
            await view.type("box", "4")
            assert value(view) == "4"

    run(journey())


def test_a_text_the_program_puts_there_can_be_typed_on() -> None:
    form = OneField("kulot")

    async def journey() -> None:
        async with form.shown() as view:
            assert value(view) == "kulot"
            form.now().show("kemeja")
            await view.settle()
            await view.type("box", "kemeja b", settle=False)
            await type_ahead(view, "box", "iru", random.Random(1))
            assert value(view) == "kemeja biru"

    run(journey())


def test_a_field_follows_a_value_from_elsewhere_until_somebody_types() -> None:
    form = OneField("Bandung")

    async def journey() -> None:
        async with form.shown() as view:
            form.followed = "Cimahi"
            await pressed(view, "redraw")
            assert value(view) == "Cimahi"
            await view.type("box", "Cimahi U")
            form.followed = "Garut"
            await pressed(view, "redraw")
            assert (value(view), form.now().touched) == ("Cimahi U", True)

    run(journey())


def test_a_field_that_was_away_comes_back_with_its_text() -> None:
    form = OneField()

    async def journey() -> None:
        async with form.shown() as view:
            await view.type("box", "sit")
            await pressed(view, "toggle")
            assert not view.has("box")
            await pressed(view, "toggle")
            assert value(view) == "sit"

    run(journey())


@pytest.mark.parametrize("order", [("blur", "focus"), ("focus", "blur")])
def test_the_field_with_the_focus_is_known_while_it_has_it(order: tuple[str, str]) -> None:
    form = OneField()

    async def journey() -> None:
        async with form.shown() as view:
            session = session_of(view.page)
            box, other = view.inside("box", ft.TextField), view.inside("other", ft.TextField)
            await view.fire(box, "focus")
            assert session.typing_in is form.now()
            for event in order:
                await view.fire(box if event == "blur" else other, event)
            assert session.typing_in not in (None, form.now())
            await view.fire(other, "blur")
            assert session.typing_in is None

    run(journey())


def test_a_field_taken_away_with_the_focus_in_it_has_it_no_longer() -> None:
    form = OneField()

    async def journey() -> None:
        async with form.shown() as view:
            await view.fire(view.inside("box", ft.TextField), "focus")
            await pressed(view, "toggle")
            assert session_of(view.page).typing_in is None

    run(journey())


@pytest.mark.parametrize("identifier", FIELDS)
def test_what_is_typed_has_the_themes_colour_in_every_size_of_text(identifier: str, open_app: OpenApp) -> None:
    shop, route, opens = FIELDS[identifier]

    async def scenario() -> None:
        async with open_app(shop(), route) as view:
            if opens:
                await view.press(opens)
            assert view.inside(identifier, ft.TextField).color is Role.TEXT

    run(scenario())
