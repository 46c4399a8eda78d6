"""The list of keys over the screen: opened by `?`, closed by `?`, Esc or a press beside it.

Its button has the focus, and Tab comes back to it: Flet has nothing that keeps the focus out of what lies beneath.
"""

from typing import cast

import flet as ft

from clienteling.ui.hooks import use_attached, use_session, use_state, use_text
from clienteling.ui.kit import body_text, identified, primary_button, safe, section_text
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, RADIUS, SIZE_TEXT, UNIT, Role, text_style

KEYS = (("/", "find"), ("↑ ↓", "move"), ("Enter", "open"), ("Esc", "back"), ("Tab", "next"), ("?", "keys"))
_WIDTH = 480


@safe
def KeysOverlay() -> ft.Control:
    """The keys and what each does; nothing while it is not asked for."""
    overlays = use_state(use_session().overlays)[0]
    return KeyList() if overlays.keys_shown else ft.Container(width=0, height=0)


@safe
def KeyList() -> ft.Control:
    """The list itself, over everything."""
    session = use_session()
    text = use_text().text
    made: ft.MutableRef[ft.Ref[ft.FilledButton]] = ft.use_ref(lambda: ft.Ref[ft.FilledButton]())
    button = cast(ft.Ref[ft.FilledButton], made.current)

    def close() -> None:
        session.overlays.keys_shown = False

    def focus() -> None:
        if button.current is not None:
            session.page.run_task(button.current.focus)

    def keep_focus() -> None:
        session.focus_overlay = focus
        focus()

    def let_focus_go() -> None:
        session.focus_overlay = None

    use_attached(keep_focus, let_focus_go)
    rows: list[ft.Control] = [
        ft.Row(
            controls=[_key(sign), ft.Container(body_text(text(f"keys.{name}")), expand=True)],
            spacing=GAP,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        )
        for sign, name in KEYS
    ]
    heading = section_text(text("keys.title"))
    done = primary_button(text("app.close"), close, identifier="keys-close", ref=button)
    panel = ft.Container(
        content=ft.Column(controls=[heading, *rows, done], spacing=GAP, scroll=ft.ScrollMode.AUTO, tight=True),
        width=scaled(_WIDTH),
        bgcolor=Role.CARD,
        border_radius=RADIUS,
        border=ft.Border.all(1, Role.LINE),
        padding=3 * UNIT,
        on_click=lambda _: None,  # a press on the list itself does not close it
    )
    return ft.Container(
        content=identified("keys", panel),
        alignment=ft.Alignment.CENTER,
        bgcolor=f"{Role.SCRIM},0.5",
        padding=GAP,
        left=0,
        top=0,
        right=0,
        bottom=0,
        on_click=lambda _: close(),
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
