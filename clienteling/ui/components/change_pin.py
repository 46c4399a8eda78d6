"""An associate's own PIN, changed on the device: the one they have, the new one, and the new one again."""

from dataclasses import dataclass
from typing import Final

import flet as ft

from clienteling.ui.components.pin_pad import PinPad
from clienteling.ui.hooks import use_action, use_preferences, use_session, use_state, use_text
from clienteling.ui.kit import body_text, identified, quiet_button, safe
from clienteling.ui.theme import GAP

_STEPS: Final = ("sign_in.old", "pin.new", "pin.again")


@dataclass(frozen=True, slots=True)
class _Typed:
    """The PINs typed so far, not shown where this is printed."""

    pins: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{len(self.pins)} typed"


@safe
def ChangePin() -> ft.Control:
    """A button; the digits once it is pressed; what became of them."""
    session = use_session()
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    services = session.services.sign_in
    is_open, set_open = use_state(False)
    changed, set_changed = use_state(False)
    typed: ft.MutableRef[_Typed] = ft.use_ref(_Typed())
    step, set_step = use_state(0)

    def begin() -> None:
        typed.current = _Typed()
        set_step(0)
        set_changed(False)
        set_open(True)

    def change(pins: tuple[str, ...]) -> None:
        pin, new_pin, again = pins
        if services is not None:
            services.change_pin(author_id, pin=pin, new_pin=new_pin, again=again)

    def end(_: None) -> None:
        set_open(False)
        set_changed(True)

    action = use_action(change, done=end)

    def take(pin: str) -> None:
        pins = (*(typed.current or _Typed()).pins, pin)
        if len(pins) < len(_STEPS):
            typed.current = _Typed(pins)
            set_step(len(pins))
            return
        typed.current = _Typed()
        set_step(0)
        action.run(pins)

    button = quiet_button(text("sign_in.change"), begin, identifier="change-pin")
    if not is_open:
        said = [body_text(text("sign_in.changed"))] if changed else []
        return identified("own-pin", ft.Column(controls=[*said, button], spacing=GAP, tight=True))
    problem = action.problem.in_words(translator) if action.problem is not None and step == 0 else ""
    pad = PinPad(text(_STEPS[step]), take, problem=problem, busy=action.busy)
    cancel = quiet_button(text("app.close"), lambda: set_open(False), identifier="change-pin-cancel")
    column = ft.Column(
        controls=[pad, cancel], spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER
    )
    return identified("own-pin", column)
