"""A place kept for this screen, which is not written yet."""

import flet as ft

from clienteling.ui.hooks import use_text
from clienteling.ui.kit import empty_state, screen


@screen
def ScanScreen(code: str | None) -> ft.Control:
    """A sentence that says so."""
    return empty_state(use_text().text("app.not_yet"))
