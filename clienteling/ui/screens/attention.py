"""Needs attention: what was typed, what came of it, and what can become of it now."""

import functools

import flet as ft

from clienteling.domain.views import AttentionItem, ConflictView
from clienteling.i18n import Translator
from clienteling.ui.components.conflicts import conflict_words, value_words, words_of
from clienteling.ui.components.notes import draft_key
from clienteling.ui.components.order_claims import claim_draft_key
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_action,
    use_formats,
    use_now,
    use_preferences,
    use_query,
    use_session,
    use_text,
    use_wide,
)
from clienteling.ui.kit import (
    body_text,
    card,
    detail_text,
    identified,
    keyed,
    name_text,
    primary_button,
    problem_panel,
    quiet_button,
    readable_width,
    safe,
    skeleton,
)
from clienteling.ui.places import CustomerPlace, CustomerTab
from clienteling.ui.text_size import beside
from clienteling.ui.theme import GAP, UNIT, Role
from clienteling.use_cases.services import Services

SHOWN = 50
CONFLICT_OPEN = "conflict.open"
"""An item that is nothing but a conflict: the two values say it all."""


@safe
def AttentionScreen() -> ft.Control:
    """The list, the newest as the store gives it."""
    session = use_session()
    translator = use_text()
    items = use_query(session.services.attention)
    parts: list[ft.Control] = [name_text(translator.text("attention.title"))]
    match items:
        case Loading(slow):
            parts += [skeleton(label=translator.text("app.loading"))] if slow else []
        case Failed(code):
            parts.append(problem_panel(translator.text_or(code, "error.unexpected")))
        case Ready(value) if not value:
            parts.append(_nothing_waits(translator))
        case Ready(value):
            parts.append(detail_text(translator.text("attention.explanation")))
            parts += [keyed(item.id, AttentionCard, item) for item in value[:SHOWN]]
            if len(value) > SHOWN:
                parts.append(detail_text(translator.text("attention.more", count=len(value) - SHOWN)))
    column = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return readable_width(column, wide=use_wide())


def _nothing_waits(translator: Translator) -> ft.Control:
    words = ft.Column(
        controls=[
            body_text(translator.text("attention.none"), strong=True, color=Role.ON_DONE),
            body_text(translator.text("attention.none_more"), color=Role.ON_DONE),
        ],
        spacing=4,
        tight=True,
        expand=True,
    )
    sign = ft.Icon(ft.Icons.CHECK_CIRCLE_OUTLINE, size=4 * UNIT, color=Role.ON_DONE)
    inside = ft.Row(controls=[sign, words], spacing=GAP, vertical_alignment=ft.CrossAxisAlignment.START)
    return identified("no-attention", card(inside, role=Role.DONE_SURFACE))


@safe
def AttentionCard(item: AttentionItem) -> ft.Control:
    """One thing that did not go as it was meant: whose, what, why, and what can become of it."""
    translator = use_text()
    formats = use_formats()
    now = use_now()
    heading = translator.text_or(f"action.{item.action}", "action.other")
    about = words_of(item.about, translator) if item.about else ""
    when = ""
    if item.at is not None:
        moment, age = formats.moment(item.at, now=now), formats.age(item.at, now=now)
        when = translator.text("attention.written", when=moment if moment == age else f"{moment}, {age}")
    lines: list[ft.Control] = [
        ft.Column(
            controls=[
                body_text(item.customer_name or translator.text("attention.unknown_customer"), strong=True),
                detail_text(" · ".join(part for part in (heading, about, item.subject, when) if part)),
            ],
            spacing=2,
            tight=True,
        )
    ]
    if item.typed:
        lines.append(_labelled(translator.text("attention.typed_label"), _quoted(item.typed)))
    if item.code != CONFLICT_OPEN:
        why = body_text(translator.text_or(item.code, "mutation.other"), color=Role.ON_REFUSED)
        lines.append(_labelled(translator.text("attention.why"), why))
    for one in item.lost:
        lines += [body_text(conflict_words(one, translator)), _both_values(one, translator)]
    lines.append(AttentionActions(item))
    return card(
        ft.Column(controls=lines, spacing=UNIT + 4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    )


def _labelled(label: str, content: ft.Control) -> ft.Control:
    return ft.Column(controls=[detail_text(label, strong=True), content], spacing=4, tight=True)


def _quoted(words: str) -> ft.Control:
    return ft.Container(
        body_text(words),
        bgcolor=Role.SUNKEN,
        border_radius=UNIT,
        padding=ft.Padding.symmetric(horizontal=GAP - 4, vertical=UNIT),
    )


def _both_values(one: ConflictView, translator: Translator) -> ft.Control:
    """The value that holds and the one that lost, side by side."""
    nothing = translator.text("attention.empty_value")
    kept, other = value_words(one, translator)
    pairs = (("attention.in_use", kept), ("attention.other_value", other))
    cells: list[ft.Control] = []
    for label, value in pairs:
        cell = ft.Column(
            controls=[detail_text(translator.text(label)), body_text(value or nothing, strong=True)],
            spacing=2,
            tight=True,
        )
        cells.append(ft.Container(cell, bgcolor=Role.SUNKEN, border_radius=UNIT, padding=GAP - 4, expand=True))
    return beside(cells, spacing=UNIT, vertical_alignment=ft.CrossAxisAlignment.START)


def write_other(services: Services, customer_id: str, one: ConflictView, *, author_id: str) -> None:
    """Puts the value that lost in the place of the one that holds. Raises ValidationFailed, NotFound."""
    change = {one.field: (one.kept, one.other)}
    match one.record_kind:
        case "follow_up":
            services.edit_follow_up(one.record_id, change, author_id=author_id)
        case "appointment" if one.field == "status":
            services.close_appointment(one.record_id, one.other, seen=one.kept, author_id=author_id)
        case "appointment":
            services.edit_appointment(one.record_id, change, author_id=author_id)
        case _:
            field = f"preference:{one.field}" if one.preference else one.field
            services.edit_contact(customer_id, {field: (one.kept, one.other)}, author_id=author_id)


@safe
def AttentionActions(item: AttentionItem) -> ft.Control:
    """What can be done about it; the most useful first."""
    session = use_session()
    translator = use_text()
    text = translator.text
    author_id = use_preferences().associate_id or ""
    services = session.services
    settle = use_action(services.settle_attention)
    retry = use_action(services.retry_attention)

    def take_other(one: ConflictView) -> None:
        write_other(services, item.customer_id, one, author_id=author_id)
        services.settle_attention(item.id, author_id=author_id)

    other = use_action(take_other)
    busy = settle.busy or retry.busy or other.busy

    def write_anew() -> None:
        session.kept[draft_key(item.customer_id, author_id)] = item.typed
        session.go(CustomerPlace(item.customer_id, CustomerTab.NOTES))

    def retype() -> None:
        session.kept[claim_draft_key(item.customer_id, author_id)] = item.typed
        session.go(CustomerPlace(item.customer_id))

    actions: list[ft.Control] = []
    if item.may_retry:
        again = functools.partial(retry.run, item.id, author_id=author_id)
        actions.append(primary_button(text("attention.try_again"), again, disabled=busy, identifier=f"retry-{item.id}"))
    if item.action in ("note.write", "note.revise") and item.typed and item.customer_name:
        actions.append(quiet_button(text("attention.write_anew"), write_anew, identifier=f"anew-{item.id}"))
    if item.action == "order.claim" and item.customer_name:
        actions.append(quiet_button(text("attention.retype"), retype, identifier=f"retype-{item.id}"))
    if item.action == "consent.record" and item.customer_name:
        consents = CustomerPlace(item.customer_id, CustomerTab.CONSENTS)
        ask_again = functools.partial(session.go, consents)
        actions.append(quiet_button(text("attention.ask_again"), ask_again, identifier=f"ask-again-{item.id}"))
    if len(item.lost) == 1 and item.lost[0].other and item.lost[0].record_kind != "note" and item.customer_name:
        words = text("attention.use_other", other=value_words(item.lost[0], translator)[1])
        take = functools.partial(other.run, item.lost[0])
        actions.append(quiet_button(words, take, disabled=busy, identifier=f"take-other-{item.id}"))
    if item.customer_name:
        open_it = functools.partial(session.open_customer, item.customer_id)
        actions.append(quiet_button(text("attention.open_customer"), open_it, identifier=f"open-{item.id}"))
    put_away = functools.partial(settle.run, item.id, author_id=author_id)
    actions.append(quiet_button(text("attention.settle"), put_away, disabled=busy, identifier=f"settle-{item.id}"))
    parts: list[ft.Control] = [ft.Row(controls=actions, wrap=True, spacing=UNIT, run_spacing=UNIT)]
    for problem in (settle.problem, retry.problem, other.problem):
        if problem is not None:
            said = problem.in_words(translator)
            parts.append(detail_text(said, color=Role.REFUSED))
    return ft.Column(controls=parts, spacing=UNIT, tight=True)
