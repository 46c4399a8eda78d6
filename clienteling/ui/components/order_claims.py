"""Linking an order that a marketplace masked: the claims that wait, and the form for one more.

The number outlives the screen (`UiSession.kept`), as a note's draft does; the customer's agreement does not: they are
asked anew. What the server refuses is told in Needs attention.
"""

from datetime import datetime
from typing import Final

import flet as ft

from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import (
    Ready,
    use_action,
    use_formats,
    use_preferences,
    use_query,
    use_session,
    use_state,
    use_text,
)
from clienteling.ui.kit import (
    Field,
    Press,
    body_text,
    card,
    detail_text,
    identified,
    keyed,
    overline,
    primary_button,
    quiet_button,
    safe,
    text_button,
    tick_row,
    waiting_chip,
)
from clienteling.ui.text_size import beside
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.answers import WaitingClaim

_FIELDS: Final = ("number", "agreed")


def claim_draft_key(customer_id: str, associate_id: str | None) -> str:
    """Where the session keeps the number of an order that this associate has not claimed yet."""
    return f"claim:{customer_id}:{associate_id}"


@safe
def OrderClaims(customer_id: str, now: datetime) -> ft.Control:
    """Claims not sent yet, and the way to the form; the form itself where a number was being typed."""
    session = use_session()
    preferences = use_preferences()
    text = use_text().text
    waiting = use_query(lambda: session.services.waiting_claims(customer_id), customer_id)
    key = claim_draft_key(customer_id, preferences.associate_id)
    is_open, set_open = use_state(bool(session.kept.get(key)))
    was_asked_for, set_asked_for = use_state(False)

    def open_form() -> None:
        set_asked_for(True)
        set_open(True)

    claims = waiting.value if isinstance(waiting, Ready) else ()
    parts: list[ft.Control] = [keyed(one.id, WaitingClaimRow, one, now) for one in claims]
    if is_open:
        parts.append(keyed(key, ClaimForm, customer_id, key, lambda: set_open(False), takes_focus=was_asked_for))
    else:
        ask = text_button(text("order.claim_ask"), open_form, identifier="claim-open")
        parts.append(ft.Row(controls=[ask], wrap=True))
    return ft.Container(_column(parts, spacing=UNIT), padding=ft.Padding.only(bottom=UNIT if is_open else 0))


@safe
def WaitingClaimRow(claim: WaitingClaim, now: datetime) -> ft.Control:
    """The number, when it was claimed, and that it has not been sent."""
    formats = use_formats()
    text = formats.translator.text
    words = ft.Column(
        controls=[
            body_text(text("order.claimed", number=claim.number)),
            detail_text(text("order.claimed_more", age=formats.age(claim.written_at, now=now))),
        ],
        spacing=2,
        tight=True,
        expand=True,
    )
    row = beside([words, waiting_chip(text("order.claim_waiting"))], spacing=GAP)
    return identified(
        f"claim-{claim.id}", ft.Container(row, padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT))
    )


@safe
def ClaimForm(customer_id: str, key: str, close: Press, *, takes_focus: bool) -> ft.Control:
    """The number and the customer's yes. What is typed goes only once the claim is on disk, or is given up."""
    session = use_session()
    preferences = use_preferences()
    translator = use_text()
    text = translator.text
    number = use_field_text(session.kept.get(key, ""))
    agreed, set_agreed = use_state(False)
    # A press right after the tick still meets the handlers of the render before: they must see the latest.
    latest_agreed: ft.MutableRef[bool] = ft.use_ref(False)

    def keep(typed: str) -> None:
        session.kept[key] = typed

    def claim(typed: str) -> None:
        session.services.claim_order(
            customer_id, typed, agreed=bool(latest_agreed.current), author_id=preferences.associate_id or ""
        )

    def give_up() -> None:
        keep("")
        close()

    def tick() -> None:
        latest_agreed.current = not latest_agreed.current
        set_agreed(bool(latest_agreed.current))

    claiming = use_action(claim, done=lambda _: give_up())
    problem = claiming.problem
    box = Field(
        text("order.claim_number"),
        number,
        on_change=keep,
        on_submit=lambda _: claiming.run(number.text),
        takes_focus=takes_focus,
        problem=problem.of_in_words("number", translator) if problem is not None else "",
    )
    agreement = text("order.claim_agreed")
    parts: list[ft.Control] = [
        overline(text("order.claim_title")),
        detail_text(text("order.claim_why")),
        identified("claim-number", box),
        tick_row(
            ft.Container(body_text(agreement), expand=True),
            ticked=agreed,
            on_press=tick,
            label=agreement,
            identifier="claim-agreed",
        ),
    ]
    missing = problem.of_in_words("agreed", translator) if problem is not None else ""
    if missing and not agreed:
        parts.append(detail_text(missing, color=Role.REFUSED))
    if problem is not None and problem.field not in _FIELDS:
        said = problem.in_words(translator)
        parts.append(body_text(said, color=Role.REFUSED))
    save = primary_button(
        text("order.claim_save"), lambda: claiming.run(number.text), disabled=claiming.busy, identifier="claim-save"
    )
    cancel = quiet_button(text("order.claim_cancel"), give_up, identifier="claim-cancel")
    parts.append(ft.Row(controls=[save, cancel], wrap=True, spacing=UNIT, run_spacing=UNIT))
    return identified("claim-form", card(_column(parts, spacing=GAP)))


def _column(parts: list[ft.Control], *, spacing: int) -> ft.Column:
    return ft.Column(controls=parts, spacing=spacing, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
