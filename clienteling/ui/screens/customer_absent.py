"""Where a customer cannot be shown: not on this device, no longer on it, or the reading failed."""

import flet as ft

from clienteling.ui.components.notes import draft_key
from clienteling.ui.hooks import use_preferences, use_session, use_text
from clienteling.ui.kit import (
    body_text,
    card,
    detail_text,
    identified,
    primary_button,
    problem_panel,
    quiet_button,
    safe,
)
from clienteling.ui.places import FindPlace
from clienteling.ui.theme import UNIT


@safe
def CustomerAbsent(customer_id: str, *, left: bool) -> ft.Control:
    """Says so, with two ways on. `left`: they were on screen a moment ago. A note not yet saved is shown, not lost."""
    session = use_session()
    preferences = use_preferences()
    text = use_text().text
    draft = session.kept.get(draft_key(customer_id, preferences.associate_id), "").strip()
    parts: list[ft.Control] = [
        body_text(text("customer.left" if left else "customer.unknown"), strong=True),
        detail_text(text("customer.left_more" if left else "customer.unknown_more")),
    ]
    if draft:
        parts.append(ft.Text(text("customer.draft_kept", typed=draft), selectable=True))
    parts.append(WaysOn())
    return identified("customer-absent", card(ft.Column(controls=parts, spacing=UNIT, tight=True)))


@safe
def CustomerFailed(code: str) -> ft.Control:
    """What happened and what was kept, with the same ways on."""
    translator = use_text()
    return problem_panel(
        translator.text_or(code, "error.unexpected"), what_to_do=translator.text("customer.failed"), actions=[WaysOn()]
    )


@safe
def WaysOn() -> ft.Control:
    """To the look-up, or back."""
    session = use_session()
    text = use_text().text
    return ft.Row(
        controls=[
            primary_button(text("customer.find_another"), lambda: session.go(FindPlace()), identifier="find-another"),
            quiet_button(text("app.back"), session.go_back, identifier="back"),
        ],
        wrap=True,
        spacing=UNIT,
        run_spacing=UNIT,
    )
