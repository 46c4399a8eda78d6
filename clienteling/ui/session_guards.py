"""What Flet's session makes of words that come too late, and of handlers that raise, held back from the person.

Flet ends the connection over an answer, and covers the whole app with an English error and its details over an event,
of a control that is gone; both come from presses and pictures that were on their way while the screen changed. And it
never draws again once a change could not be sent, as to a tablet that fell asleep that very moment.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import flet as ft

from clienteling.ui.controls_on_page import controls_on_page

DEEDS: Final = frozenset(
    {"click", "tap", "tap_down", "long_press", "change", "submit", "focus", "select", "keyboard_event", "route_change"}
)
"""Events that a person makes; a camera's pictures and a window's shape come by themselves."""

_log = logging.getLogger(__name__)


def guard_session(page: ft.Page, *, failed: Callable[[], None], touched: Callable[[], None]) -> None:
    """Nothing; from now on what the client says of controls that are gone is dropped, and so is what cannot be sent: a
    client that comes back gets the whole page. Once a session.

    touched  called for whatever a person does there
    failed   called where a handler, an effect or the drawing raised, instead of Flet's error over the app
    """
    session: Any = page.session
    answered, dispatched = session.handle_invoke_method_results, session.dispatch_event
    patched, sent = session.patch_control, session._Session__send_message

    def answer(control_id: int, *result: Any) -> None:
        if session.index.get(control_id) is not None:
            answered(control_id, *result)

    async def dispatch(control_id: int, event_name: str, event_data: Any) -> None:
        if event_name in DEEDS:
            touched()
        if _is_there(page, control_id):
            await dispatched(control_id, event_name, event_data)

    def patch(*change: Any, **about: Any) -> None:
        try:
            patched(*change, **about)
        except Exception:  # noqa: BLE001 - the boundary of a session: anything let through ends its drawing
            _log.exception("a change of the screen was not drawn")
            failed()

    def send(message: Any) -> None:
        try:
            sent(message)
        except Exception as error:  # noqa: BLE001 - else Flet would not mount what it was about to send
            _log.warning("a change of the screen was not sent: %s", type(error).__name__)

    session.handle_invoke_method_results = answer
    session.patch_control = patch
    session._Session__send_message = send
    session.dispatch_event = dispatch
    session.error = lambda _: failed()


def _is_there(page: ft.Page, control_id: int) -> bool:
    control = page.session.index.get(control_id)
    with suppress(RuntimeError):  # its parents are gone: with it, or because a component above was not drawn again
        if control is not None and control.page is page:
            return True
    return any(one._i == control_id for one in controls_on_page(page))
