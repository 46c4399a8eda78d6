"""Six digits by touch or by keyboard. What is typed stands in no text field: those are remembered by the browser."""

from collections.abc import Callable
from typing import Final

import flet as ft

from clienteling.domain.pin_rules import PIN_DIGITS
from clienteling.ui.hooks import use_attached, use_session, use_state, use_text
from clienteling.ui.kit import body_text, icon_button, identified, name_text, safe
from clienteling.ui.kit.buttons import button_style
from clienteling.ui.session import PinKeys
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, SIZE_SECTION, UNIT, Role, text_style

_KEY: Final = 80
_DOT: Final = 16
_ROWS: Final = ("123", "456", "789")


@safe
def PinPad(title: str, take: Callable[[str], None], *, problem: str = "", busy: bool = False) -> ft.Control:
    """`take` gets each PIN once its last digit is there; while `busy` no key is taken. `problem`: of the one before."""
    session = use_session()
    text = use_text().text
    count, set_count = use_state(0)
    typed: ft.MutableRef[str] = ft.use_ref("")
    is_busy: ft.MutableRef[bool] = ft.use_ref(busy)
    is_busy.current = busy

    def digit(one: str) -> None:
        before = typed.current or ""
        if is_busy.current or len(before) >= PIN_DIGITS:
            return
        typed.current = before + one
        set_count(len(typed.current))
        if len(typed.current) == PIN_DIGITS:
            pin, typed.current = typed.current, ""
            take(pin)

    def erase() -> None:
        typed.current = (typed.current or "")[:-1]
        set_count(len(typed.current))

    def begin_again() -> None:
        if not busy:
            typed.current = ""
            set_count(0)

    def hear() -> None:
        session.pin_keys = PinKeys(digit, erase)

    def hear_no_more() -> None:
        session.pin_keys = None

    ft.use_effect(begin_again, [busy, title, problem])
    use_attached(hear, hear_no_more, title)
    said = text("sign_in.checking") if busy else problem
    keys: list[ft.Control] = [_row([_digit(one, digit) for one in row]) for row in _ROWS]
    eraser = ft.Container(
        icon_button(ft.Icons.BACKSPACE_OUTLINED, text("sign_in.erase"), erase, identifier="pin-erase"),
        width=scaled(_KEY),
        alignment=ft.Alignment.CENTER,
    )
    keys.append(_row([ft.Container(width=scaled(_KEY)), _digit("0", digit), eraser]))
    return identified(
        "pin-pad",
        ft.Column(
            controls=[
                name_text(title, identifier="pin-title"),
                _dots(PIN_DIGITS if busy else count, text("sign_in.digits", count=count)),
                ft.Container(
                    identified("pin-problem", body_text(said, color=Role.TEXT if busy else Role.REFUSED)),
                    padding=ft.Padding.symmetric(vertical=UNIT),
                ),
                *keys,
            ],
            spacing=UNIT,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
    )


def _dots(count: int, words: str) -> ft.Control:
    dots: list[ft.Control] = [
        ft.Container(
            width=_DOT,
            height=_DOT,
            border_radius=_DOT,
            bgcolor=Role.ACTION if place < count else None,
            border=ft.Border.all(2, Role.ACTION if place < count else Role.QUIET),
        )
        for place in range(PIN_DIGITS)
    ]
    row = ft.Row(controls=dots, spacing=GAP, tight=True)
    return ft.Semantics(content=row, label=words, identifier="pin-dots", container=True)


def _row(keys: list[ft.Control]) -> ft.Control:
    return ft.Row(controls=keys, spacing=GAP, tight=True, alignment=ft.MainAxisAlignment.CENTER)


def _digit(one: str, press: Callable[[str], None]) -> ft.Control:
    style = button_style(outlined=True)
    style.text_style = text_style(SIZE_SECTION, strong=True)
    button = ft.OutlinedButton(
        content=one, on_click=lambda _: press(one), style=style, width=scaled(_KEY), height=scaled(_KEY - UNIT)
    )
    return ft.Semantics(content=button, identifier=f"pin-{one}", container=True)
