"""Printed labels that somebody should look at: why, what to do, and which."""

from collections.abc import Sequence
from typing import Final

import flet as ft

from clienteling.domain.views import LabelsToSee, ShelfLabel
from clienteling.ui.hooks import use_session, use_text
from clienteling.ui.kit import body_text, card, detail_text, identified, quiet_button, safe, section_text
from clienteling.ui.places import LabelsPlace
from clienteling.ui.theme import UNIT

MOST_LABELS: Final = 8


@safe
def LabelsCard(labels: LabelsToSee | None) -> ft.Control:
    """Those nobody scanned, those that say something else than the shop, those of what is no longer sold."""
    session = use_session()
    text = use_text().text
    parts: list[ft.Control] = [section_text(text("figures.labels"))]
    if labels is None:
        parts.append(body_text(text("figures.none_printed")))
    else:
        groups = {"outdated": labels.outdated, "unscanned": labels.unscanned or (), "ended": labels.ended}
        parts += [LabelGroup(name, found) for name, found in groups.items() if found]
        if not any(groups.values()):
            parts.append(body_text(text("figures.labels_well", count=labels.printed)))
        if labels.unscanned is None:
            parts.append(detail_text(text("figures.unscanned_not_yet")))
        parts.append(detail_text(text("figures.own_labels")))
    if session.services.labels is not None and (labels is None or labels.outdated):
        words = text("figures.to_labels")
        print_them = quiet_button(words, lambda: session.go(LabelsPlace()), identifier="figures-print")
        parts.append(ft.Row(controls=[print_them], wrap=True))
    inside = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("figures-labels", card(inside, padding=3 * UNIT))


@safe
def LabelGroup(name: str, labels: Sequence[ShelfLabel]) -> ft.Control:
    """How many, what to do, and the first of them."""
    text = use_text().text
    lines: list[ft.Control] = [
        body_text(text(f"figures.{name}", count=len(labels)), strong=True),
        detail_text(text(f"figures.{name}_do")),
    ]
    lines += [body_text(" · ".join((one.product, *one.options))) for one in labels[:MOST_LABELS]]
    if len(labels) > MOST_LABELS:
        lines.append(detail_text(text("figures.more", count=len(labels) - MOST_LABELS)))
    return identified(f"figures-{name}", ft.Column(controls=lines, spacing=4, tight=True))
