"""The list of keys over the screen: opened by `?`, closed by `?`, Esc or a press beside it.

Its button has the focus, and Tab stays in it.
"""

from collections.abc import Callable

import flet as ft

from clienteling.ui.hooks import use_session, use_state, use_text
from clienteling.ui.kit import body_text, identified, primary_button, safe, section_text
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, RADIUS, SIZE_TEXT, UNIT, Role, text_style

KEYS = (("/", "find"), ("↑ ↓", "move"), ("Enter", "open"), ("Esc", "back"), ("Tab", "next"), ("?", "keys"))
_WIDTH = 480


@safe
def KeysOverlay() -> ft.Control:
    """The keys and what each does; nothing while it is not asked for."""
    overlays = use_state(use_session().overlays)[0]
    text = use_text().text

    def close() -> None:
        overlays.keys_shown = False

    ft.use_dialog(_key_list(text, close) if overlays.keys_shown else None)
    return ft.Container(width=0, height=0)


def _key_list(text: Callable[[str], str], close: Callable[[], None]) -> ft.AlertDialog:
    """A dialog, so that the keyboard's focus cannot leave it."""
    rows: list[ft.Control] = [
        ft.Row(
            controls=[_key(sign), ft.Container(body_text(text(f"keys.{name}")), expand=True)],
            spacing=GAP,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        )
        for sign, name in KEYS
    ]
    done = primary_button(text("app.close"), close, identifier="keys-close", autofocus=True)
    column = ft.Column(
        controls=[section_text(text("keys.title")), *rows, done],
        spacing=GAP,
        tight=True,
        width=scaled(_WIDTH),
    )
    return ft.AlertDialog(
        content=identified("keys", column),
        scrollable=True,
        bgcolor=Role.CARD,
        barrier_color=f"{Role.SCRIM},0.5",
        shape=ft.RoundedRectangleBorder(radius=RADIUS, side=ft.BorderSide(1, Role.LINE)),
        content_padding=3 * UNIT,
        inset_padding=GAP,
        on_dismiss=lambda _: close(),
    )


def _key(sign: str) -> ft.Control:
    words = ft.Text(sign, style=text_style(SIZE_TEXT, strong=True), color=Role.TEXT, text_align=ft.TextAlign.CENTER)
    return ft.Container(
        words,
        width=scaled(72),
        bgcolor=Role.SUNKEN,
        border_radius=UNIT,
        padding=ft.Padding.symmetric(horizontal=UNIT, vertical=4),
        alignment=ft.Alignment.CENTER,
    )
