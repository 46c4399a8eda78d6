"""What Flet's session makes of words that come too late, and of handlers that raise, held back from the person.

Flet ends the connection over an answer, and covers the whole app with an English error and its details over an event,
of a control that is gone; both come from presses and pictures that were on their way while the screen changed.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import flet as ft

from clienteling.ui.controls_on_page import controls_on_page


def guard_session(page: ft.Page, *, failed: Callable[[], None]) -> None:
    """Nothing; from now on what the client says of controls that are gone is dropped. Once a session.

    failed  called where a handler or an effect raised, instead of Flet's error over the app; Flet has logged it
    """
    session: Any = page.session
    answered, dispatched = session.handle_invoke_method_results, session.dispatch_event

    def answer(control_id: int, *result: Any) -> None:
        if session.index.get(control_id) is not None:
            answered(control_id, *result)

    async def dispatch(control_id: int, event_name: str, event_data: Any) -> None:
        if _is_there(page, control_id):
            await dispatched(control_id, event_name, event_data)

    session.handle_invoke_method_results = answer
    session.dispatch_event = dispatch
    session.error = lambda _: failed()


def _is_there(page: ft.Page, control_id: int) -> bool:
    control = page.session.index.get(control_id)
    with suppress(RuntimeError):  # its parents are gone: with it, or because a component above was not drawn again
        if control is not None and control.page is page:
            return True
    return any(one._i == control_id for one in controls_on_page(page))
