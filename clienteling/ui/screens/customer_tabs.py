"""The five things one may want to know further about a customer, as a row to choose from."""

from collections.abc import Callable

import flet as ft

from clienteling.domain.views import CustomerView
from clienteling.i18n import Translator
from clienteling.ui.hooks import use_text, use_wide
from clienteling.ui.kit import safe, spoken
from clienteling.ui.places import CustomerTab
from clienteling.ui.text_size import height_at_rest, scaled
from clienteling.ui.theme import SIZE_TEXT, TARGET, UNIT, Role


def tab_words(tab: CustomerTab, view: CustomerView, translator: Translator, *, short: bool = False) -> str:
    """`Daftar keinginan (4)`: with a number where there is something to count."""
    counts = {
        CustomerTab.WISHLIST: len(view.wishlist),
        CustomerTab.CART: sum(line.quantity for line in view.cart.lines) if view.cart else 0,
        CustomerTab.NOTES: len(view.notes),
    }
    words = translator.text(f"customer.tab_{tab.value}")
    if short and tab is CustomerTab.WISHLIST:
        words = translator.text("customer.tab_wishlist_short")
    count = counts.get(tab, 0)
    return translator.text("customer.tab_count", words=words, count=count) if count else words


@safe
def TabRow(view: CustomerView, chosen: CustomerTab, choose: Callable[[CustomerTab], None]) -> ft.Control:
    """The tabs in one row, in two where they do not fit."""
    translator = use_text()
    wide = use_wide()  # there the list of customers stands beside, and leaves less room than a tablet has
    tabs = [
        _tab(tab, tab_words(tab, view, translator, short=wide), tab is chosen, choose, narrow=wide)
        for tab in CustomerTab
    ]
    return ft.Container(
        ft.Row(controls=tabs, wrap=True, spacing=0, run_spacing=0),
        border=ft.Border(bottom=ft.BorderSide(1, Role.LINE)),
    )


def _tab(
    tab: CustomerTab, words: str, chosen: bool, choose: Callable[[CustomerTab], None], *, narrow: bool
) -> ft.Control:
    label = ft.Text(
        words,
        size=scaled(SIZE_TEXT),
        weight=ft.FontWeight.W_600 if chosen else ft.FontWeight.W_400,
        color=Role.ACTION if chosen else Role.QUIET,
        no_wrap=True,
    )
    surface = ft.Container(
        ft.Row(controls=[label], tight=True, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        height=height_at_rest(TARGET),
        padding=ft.Padding.symmetric(
            horizontal=UNIT if narrow else UNIT + 4, vertical=0 if height_at_rest(TARGET) else UNIT
        ),
        border=ft.Border(bottom=ft.BorderSide(2, Role.ACTION)) if chosen else None,
        ink=True,
        on_click=lambda _: choose(tab),
    )
    return spoken(surface, label=words, identifier=f"tab-{tab.value}", selected=chosen)
