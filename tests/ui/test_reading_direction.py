"""Marks that turn the reading direction, in anything imported or typed, reach no text on screen."""

import dataclasses
import re
from typing import Any, TypeVar

import flet as ft
import pytest

from clienteling.i18n import as_shown
from clienteling.ui.places import CustomerTab
from tests.support.fake_customers import ASKED_ABOUT, SITI, CustomerShop
from tests.support.fake_products import SHIRT, product_shop
from tests.support.fake_services import ASSOCIATES, ATTENTION, CARDS, ROWS, STORE
from tests.support.flet_harness import Screen
from tests.ui.conftest import OpenApp, run

V = TypeVar("V")
MARKS = "\u202e\u2066"
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NAMES_OF_THINGS = re.compile(
    "id|.*_ids?|key|kind|channel|purpose|status|.*_status|time_zone|picture|pictures|currency|phone|action|code|field|about|holds_in"
)


def turned_around(view: V) -> V:
    """The view with marks in every word that came from somebody."""
    if isinstance(view, tuple):
        return tuple(turned_around(one) for one in view)  # type: ignore[return-value]  # as it was, part by part
    if not dataclasses.is_dataclass(view) or isinstance(view, type):
        return view
    changed: dict[str, Any] = {}
    for spec in dataclasses.fields(view):
        value = getattr(view, spec.name)
        if _NAMES_OF_THINGS.fullmatch(spec.name):
            continue
        if type(value) is str:
            changed[spec.name] = f"{MARKS}{value}" if value else value
        elif isinstance(value, tuple) and value and all(type(one) is str for one in value):
            changed[spec.name] = tuple(f"{MARKS}{one}" for one in value)
        else:
            changed[spec.name] = turned_around(value)
    return dataclasses.replace(view, **changed)


def turned_shop() -> CustomerShop:
    products = product_shop()
    shop = CustomerShop(
        store=turned_around(STORE),
        associates=turned_around(ASSOCIATES),
        rows=turned_around(ROWS),
        attention=turned_around(ATTENTION),
        customers={SITI.id: turned_around(dataclasses.replace(ASKED_ABOUT, id=SITI.id))},
        products={SHIRT.id: turned_around(SHIRT)},
        reviews={SHIRT.id: turned_around(products.reviews[SHIRT.id])},
    )
    shop.today = dataclasses.replace(shop.today, cards=turned_around(CARDS), recent=shop.rows[:6])
    return shop


def assert_nothing_turns(screen: Screen) -> None:
    """No mark in any text, label or tooltip; a text field shows its own text as it is."""
    fields = {str(box.value) for box in screen.of_type(ft.TextField)}
    for words in screen.words().split("\n"):
        assert not TURNING.search(words) or words in fields, words.encode("unicode_escape")


@pytest.mark.parametrize("size", [(768, 1024), (1440, 900)])
@pytest.mark.parametrize(
    ("route", "shown"),
    [
        ("/", "Siti Rahmawati"),
        ("/find?q=5", "Budi"),
        ("/attention", "Agus Setiawan"),
        ("/settings", "Toko Bandung"),
        (f"/products/{SHIRT.id}", "Kemeja Linen"),
        (f"/customers/{SITI.id}/turned", "Rahmawati"),
        *((f"/customers/{SITI.id}?tab={tab.value}", "Rahmawati") for tab in CustomerTab),
    ],
)
def test_no_text_on_screen_turns_its_neighbours(
    open_app: OpenApp, route: str, shown: str, size: tuple[int, int]
) -> None:
    async def journey() -> None:
        shop = turned_shop()
        async with open_app(shop, route, size=size) as screen:
            if route.startswith("/find"):
                await screen.type("look-up", MARKS)
            assert_nothing_turns(screen)
            assert "tidak dapat ditampilkan" not in screen.words()
            if not route.startswith("/find"):
                assert shown in screen.words()

    run(journey())


def test_a_form_shows_and_keeps_a_name_as_it_is(open_app: OpenApp) -> None:
    async def journey() -> None:
        shop = turned_shop()
        async with open_app(shop, f"/customers/{SITI.id}") as screen:
            await screen.press("edit-contact")
            assert screen.inside("contact-name", ft.TextField).value == shop.customers[SITI.id].name
            assert_nothing_turns(screen)

    run(journey())


def test_only_the_marks_go() -> None:
    assert as_shown("a\u202bb\u2069 · \u200fא") == "ab · \u200fא"
