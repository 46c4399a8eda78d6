"""The PIN once more before something that must not be done from a screen that somebody left open (ASVS 5.0 7.5.3)."""

from collections.abc import Callable

import flet as ft

from clienteling.ui.components.pin_pad import PinPad
from clienteling.ui.hooks import use_action, use_preferences, use_session, use_state, use_text
from clienteling.ui.kit import identified, quiet_button, safe
from clienteling.ui.locking import use_pin_holders
from clienteling.ui.theme import GAP


def use_pin_again(do: Callable[[], None]) -> tuple[Callable[[], None], ft.Control | None]:
    """What a button calls in place of `do`, and what is to be shown beside it: the digits while they are asked for.

    Where whoever works here has no PIN, `do` is called at once.
    """
    holders = use_pin_holders()
    author_id = use_preferences().associate_id
    asked, ask = use_state(False)

    def begin() -> None:
        if holders is not None and author_id not in holders:
            do()
        else:
            ask(True)

    def confirmed() -> None:
        ask(False)
        do()

    return begin, PinAgain(confirmed, lambda: ask(False)) if asked else None


@safe
def PinAgain(confirmed: Callable[[], None], leave: Callable[[], None]) -> ft.Control:
    """The digits of whoever works here; `confirmed` once they were right."""
    services = use_session().services.sign_in
    translator = use_text()
    author_id = use_preferences().associate_id or ""

    def confirm(pin: str) -> None:
        if services is not None:
            services.confirm(author_id, pin)

    action = use_action(confirm, done=lambda _: confirmed(), once=True)
    problem = action.problem.in_words(translator) if action.problem is not None else ""
    pad = PinPad(translator.text("sign_in.again"), action.run, problem=problem, busy=action.busy)
    cancel = quiet_button(translator.text("app.close"), leave, identifier="pin-again-cancel")
    column = ft.Column(
        controls=[pad, cancel], spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER
    )
    return identified("pin-again", column)
