"""An address that leads nowhere."""

import flet as ft

from clienteling.ui.hooks import use_session, use_text
from clienteling.ui.kit import empty_state, primary_button, quiet_button, safe
from clienteling.ui.places import FindPlace, TodayPlace


@safe
def NotFoundScreen() -> ft.Control:
    """Says so, and offers two ways on."""
    session = use_session()
    text = use_text().text
    return empty_state(
        text("not_found.title"),
        more=text("not_found.more"),
        actions=[
            primary_button(text("nav.today"), lambda: session.go(TodayPlace())),
            quiet_button(text("nav.find"), lambda: session.go(FindPlace())),
        ],
        identifier="not-found",
    )
