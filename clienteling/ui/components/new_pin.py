"""A new PIN on this device: the code that a manager made, then the digits twice."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from clienteling.ui.components.pin_pad import PinPad
from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import use_action, use_session, use_state, use_text
from clienteling.ui.kit import Field, body_text, identified, name_text, primary_button, safe
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import GAP, UNIT, Role

_WIDTH = 360


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was typed; not shown where this is printed."""

    code: str = ""
    pin: str = ""

    def __repr__(self) -> str:
        return "typed"


@safe
def NewPinPad(
    name: str, take: Callable[[str, str, str], None], done: Callable[[str], None], why: str = ""
) -> ft.Control:
    """`take` gets the code, the PIN and the PIN again, in a thread; `done` the PIN once it holds. `why` one is needed
    by whoever has a PIN."""
    session = use_session()
    translator = use_text()
    text = translator.text
    chosen: ft.MutableRef[Chosen] = ft.use_ref(Chosen())
    step, set_step = use_state(0)
    code = use_field_text()

    def give(typed: Chosen, again: str) -> str:
        take(typed.code, typed.pin, again)
        return typed.pin

    action = use_action(give, done=done)

    def begin(_: str = "") -> None:
        if code.text.strip():
            action.forget_problem()
            chosen.current = Chosen(code.text.strip())
            session.typing_in = None
            set_step(1)

    def first(pin: str) -> None:
        action.forget_problem()
        chosen.current = Chosen((chosen.current or Chosen()).code, pin)
        set_step(2)

    def again(pin: str) -> None:
        action.run(chosen.current or Chosen(), pin)
        set_step(0)

    problem = action.problem.in_words(translator) if action.problem is not None else ""
    if step == 2 or action.busy:
        return identified("new-pin", PinPad(text("pin.again"), again, busy=action.busy))
    if step == 1 or (action.problem is not None and action.problem.code.startswith("pin.")):
        return identified("new-pin", PinPad(text("pin.new"), first, problem=problem))
    field = Field(text("sign_in.code"), code, on_submit=begin, problem=problem)
    parts: list[ft.Control] = [
        name_text(text("sign_in.new_for", name=name)),
        *([identified("why-new-pin", body_text(why, color=Role.ON_WAITING))] if why else []),
        body_text(text("sign_in.ask_for_code"), color=Role.QUIET),
        ft.Container(identified("sign-in-code", field), padding=ft.Padding.only(top=UNIT)),
        primary_button(text("sign_in.go_on"), lambda: begin(), identifier="code-go-on"),
    ]
    column = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("new-pin", ft.Container(column, width=scaled(_WIDTH)))
