"""The customer's screen in grey, for a wait that is long enough to be seen."""

import flet as ft

from clienteling.ui.hooks import use_text
from clienteling.ui.kit import safe, skeleton
from clienteling.ui.theme import GAP, RADIUS, SIZE_NAME, UNIT, Role


@safe
def CustomerSkeleton() -> ft.Control:
    """A name, a card and rows, where they will stand."""
    words = use_text().text("app.loading")
    name = ft.Container(width=360, height=SIZE_NAME, bgcolor=Role.SUNKEN, border_radius=UNIT)
    facts = ft.Container(height=128, bgcolor=Role.SUNKEN, border_radius=RADIUS)
    return ft.Column(
        controls=[ft.Row(controls=[name]), facts, skeleton(4, label=words)],
        spacing=3 * UNIT - GAP // 2,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
