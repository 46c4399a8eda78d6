"""The five things one may want to know further about a customer, as a row to choose from."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import flet as ft

from clienteling.domain.views import CustomerView
from clienteling.i18n import Translator
from clienteling.ui.hooks import use_navigation, use_text
from clienteling.ui.kit import safe
from clienteling.ui.theme import SIZE_TEXT, TARGET, UNIT, Role


class Tab(StrEnum):
    HISTORY = "history"
    WISHLIST = "wishlist"
    CART = "cart"
    NOTES = "notes"
    CONSENTS = "consents"


TABS: Final = tuple(Tab)


def tab_words(tab: Tab, view: CustomerView, translator: Translator, *, short: bool = False) -> str:
    """`Daftar keinginan (4)`: with a number where there is something to count."""
    counts = {
        Tab.WISHLIST: len(view.wishlist),
        Tab.CART: sum(line.quantity for line in view.cart.lines) if view.cart else 0,
        Tab.NOTES: len(view.notes),
    }
    words = translator.text(f"customer.tab_{tab.value}")
    if short and tab is Tab.WISHLIST:
        words = translator.text("customer.tab_wishlist_short")
    count = counts.get(tab, 0)
    return translator.text("customer.tab_count", words=words, count=count) if count else words


@safe
def TabRow(view: CustomerView, chosen: Tab, choose: Callable[[Tab], None]) -> ft.Control:
    """The tabs in one row, in two where they do not fit."""
    translator = use_text()
    wide = use_navigation().wide  # there the list of customers stands beside, and leaves less room than a tablet has
    tabs = [_tab(tab, tab_words(tab, view, translator, short=wide), tab is chosen, choose, narrow=wide) for tab in TABS]
    return ft.Container(
        ft.Row(controls=tabs, wrap=True, spacing=0, run_spacing=0),
        border=ft.Border(bottom=ft.BorderSide(1, Role.LINE)),
    )


def _tab(tab: Tab, words: str, chosen: bool, choose: Callable[[Tab], None], *, narrow: bool) -> ft.Control:
    label = ft.Text(
        words,
        size=SIZE_TEXT,
        weight=ft.FontWeight.W_600 if chosen else ft.FontWeight.W_400,
        color=Role.ACTION if chosen else Role.QUIET,
        no_wrap=True,
    )
    surface = ft.Container(
        ft.Row(controls=[label], tight=True, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        height=TARGET,
        padding=ft.Padding.symmetric(horizontal=UNIT if narrow else UNIT + 4),
        border=ft.Border(bottom=ft.BorderSide(2, Role.ACTION)) if chosen else None,
        ink=True,
        on_click=lambda _: choose(tab),
    )
    return ft.Semantics(
        content=surface,
        identifier=f"tab-{tab.value}",
        label=words,
        button=True,
        selected=chosen,
        container=True,
        exclude_semantics=True,
        on_tap=lambda _: choose(tab),
    )
