"""Needs attention: what was typed, what came of it, and a button that settles it."""

import flet as ft

from clienteling.domain.views import AttentionItem
from clienteling.ui.components.conflicts import conflict_words, two_values, words_of
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
)
from clienteling.ui.kit import (
    body_text,
    card,
    detail_text,
    empty_state,
    keyed,
    name_text,
    primary_button,
    problem_panel,
    quiet_button,
    safe,
    screen,
    skeleton,
)
from clienteling.ui.theme import GAP, UNIT, Role

SHOWN = 50
CONFLICT_OPEN = "conflict.open"
"""An item that is nothing but a conflict: the two values say it all."""


@screen
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
            parts.append(empty_state(translator.text("attention.none"), identifier="no-attention"))
        case Ready(value):
            parts.append(detail_text(translator.text("attention.explanation")))
            parts += [keyed(item.id, AttentionCard, item) for item in value[:SHOWN]]
            if len(value) > SHOWN:
                parts.append(detail_text(translator.text("attention.more", count=len(value) - SHOWN)))
    return ft.Column(controls=parts, spacing=GAP, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@safe
def AttentionCard(item: AttentionItem) -> ft.Control:
    """One thing that did not go as it was meant."""
    session = use_session()
    translator = use_text()
    formats = use_formats()
    now = use_now()
    settle = use_action(session.services.settle_attention)
    author_id = use_preferences().associate_id or ""
    heading = translator.text_or(f"action.{item.action}", "action.other")
    about = words_of(item.about, translator) if item.about else ""
    when = formats.moment(item.at, now=now) if item.at else ""
    lines: list[ft.Control] = [
        detail_text(" · ".join(part for part in (heading, about, when) if part), strong=True),
        body_text(item.customer_name or translator.text("attention.unknown_customer"), strong=True),
    ]
    if item.typed:
        lines.append(body_text(translator.text("attention.typed", typed=item.typed)))
    if item.code != CONFLICT_OPEN:
        lines.append(body_text(translator.text_or(item.code, "mutation.other"), color=Role.ON_REFUSED))
    for one in item.lost:
        lines += [body_text(conflict_words(one, translator)), body_text(two_values(one, translator), strong=True)]
    actions: list[ft.Control] = [
        primary_button(
            translator.text("attention.settle"),
            lambda: settle.run(item.id, author_id=author_id),
            disabled=settle.busy,
            identifier=f"settle-{item.id}",
        )
    ]
    if item.customer_name:
        actions.append(
            quiet_button(translator.text("attention.open_customer"), lambda: session.open_customer(item.customer_id))
        )
    lines.append(ft.Row(controls=actions, wrap=True, spacing=UNIT, run_spacing=UNIT))
    if settle.problem:
        lines.append(detail_text(translator.text_or(settle.problem.code, "error.unexpected"), color=Role.REFUSED))
    return card(ft.Column(controls=lines, spacing=UNIT, tight=True))
