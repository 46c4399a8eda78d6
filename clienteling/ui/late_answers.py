"""Answers of a client that come after the person went on."""

from typing import Any

import flet as ft


def allow_late_answers(page: ft.Page) -> None:
    """Let the client answer for a control that has left the screen, as when a picture comes too late. Once a session.

    Flet ends the whole connection over such an answer.
    """
    session: Any = page.session
    answered = session.handle_invoke_method_results

    def tolerant(control_id: int, *answer: Any) -> None:
        if session.index.get(control_id) is not None:
            answered(control_id, *answer)

    session.handle_invoke_method_results = tolerant
