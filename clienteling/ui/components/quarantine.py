"""What revoked devices had not sent, for a manager: what was written, by whom and when, and what becomes of it."""

import flet as ft

from clienteling.domain.views import QuarantinedView, QuarantineView
from clienteling.ui.asking import Asking, Told, use_asking, why_not
from clienteling.ui.hooks import use_formats, use_now, use_preferences, use_state, use_text
from clienteling.ui.kit import (
    Press,
    body_text,
    card,
    detail_text,
    identified,
    keyed,
    quiet_button,
    safe,
    section_text,
)
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.manage import ManageServices


@safe
def Quarantine(manage: ManageServices, told: Told[QuarantineView]) -> ft.Control:
    """The section; nothing at all where nothing waits, as it nearly always is."""
    translator = use_text()
    text = translator.text
    view = told.value
    problem = why_not(told.stands, translator)
    if view is None or not view.entries:
        # The list above says why the server was not reached.
        return ft.Container()
    parts: list[ft.Control] = [
        section_text(text("quarantine.title")),
        detail_text(text("quarantine.more")),
        *([body_text(problem, color=Role.REFUSED)] if problem else []),
        *(keyed(f"{one.registration_id}:{one.uuid}", Entry, manage, one, told.again) for one in view.entries),
    ]
    if view.more:
        parts.append(detail_text(text("quarantine.others", count=view.more)))
    column = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("quarantine", column)


@safe
def Entry(manage: ManageServices, one: QuarantinedView, again: Press) -> ft.Control:
    """One entry: taken over at a press; discarded only after the question."""
    translator = use_text()
    formats = use_formats()
    now = use_now()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    refused, set_refused = use_state(one.refused)
    sure, set_sure = use_state(False)

    def settled(why: str) -> None:
        set_refused(why)
        again()

    asking: Asking[str] = use_asking(settled, translator)

    def settle(keep: bool) -> None:
        asking.begin(lambda: manage.settle(one.registration_id, one.uuid, keep=keep, author_id=author_id))

    what = translator.text_or(f"action.{one.action}", "action.other")
    when = formats.moment(one.at, now=now) if one.at is not None else ""
    device = text("quarantine.on_device", name=one.device_name or text("devices.nameless"))
    by = " · ".join(part for part in (one.author_name or text("quarantine.unknown_author"), when, device) if part)
    lines: list[ft.Control] = [
        body_text(" · ".join(part for part in (what, one.customer_name) if part), strong=True),
        detail_text(by),
        *([body_text(one.typed)] if one.typed else []),
    ]
    if refused:
        reason = translator.text_or(refused, "mutation.other")
        lines.append(body_text(text("quarantine.refused", reason=reason), color=Role.REFUSED))
    if asking.problem:
        lines.append(body_text(asking.problem, color=Role.REFUSED))
    if sure:
        lines.append(body_text(text("quarantine.discard_ask"), strong=True))
        presses = [
            _press(text("quarantine.discard_yes"), lambda: settle(False), asking.busy, f"discard-yes-{one.uuid}"),
            _press(text("quarantine.discard_no"), lambda: set_sure(False), False, f"discard-no-{one.uuid}"),
        ]
    else:
        presses = [_press(text("quarantine.discard"), lambda: set_sure(True), asking.busy, f"discard-{one.uuid}")]
        if not refused:
            take = _press(text("quarantine.take"), lambda: settle(True), asking.busy, f"take-{one.uuid}")
            presses.insert(0, take)
    lines.append(ft.Row(controls=list(presses), wrap=True, spacing=UNIT, run_spacing=UNIT))
    return identified(f"entry-{one.uuid}", card(ft.Column(controls=lines, spacing=UNIT, tight=True)))


def _press(words: str, on_press: Press, busy: bool, identifier: str) -> ft.Control:
    return quiet_button(words, on_press, disabled=busy, identifier=identifier)
