"""Stock of one variant, place by place, with the age of that knowledge: only what is true may be promised."""

from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import LocationStock, StockHere, VariantView
from clienteling.i18n import Formats
from clienteling.ui.components.phones import grouped_phone
from clienteling.ui.components.stock_words import is_old, stock_words
from clienteling.ui.components.variants import stock_at_this_store
from clienteling.ui.hooks import use_formats
from clienteling.ui.kit import body_text, detail_text, empty_state, identified, safe
from clienteling.ui.text_size import beside, is_large, scaled
from clienteling.ui.theme import SIZE_SECTION, UNIT, Role

SHOWN: Final = 20


@safe
def StockPanel(variant: VariantView | None, now: datetime) -> ft.Control:
    """This store in the largest words, then the others with their telephone, then the warehouse."""
    formats = use_formats()
    text = formats.translator.text
    here = stock_at_this_store(variant) if variant is not None else None
    others = [line for line in variant.stock if not line.here][:SHOWN] if variant is not None else []
    words, colour = stock_words(
        StockHere(here.available, here.as_of) if here else StockHere(None, None), formats, now=now
    )
    first = ft.Text(
        words, size=scaled(SIZE_SECTION), weight=ft.FontWeight.W_700, color=colour, style=ft.TextStyle(height=1.25)
    )
    parts: list[ft.Control] = [identified("stock-here", first)]
    if here is not None and here.on_hand > here.available:
        parts.append(detail_text(reserved_words(here, formats)))
    if others:
        parts += [_elsewhere(line, formats, now=now) for line in others]
    else:
        parts.append(empty_state(text("stock.nothing_elsewhere"), identifier="no-stock-elsewhere"))
    content = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("stock", content)


def reserved_words(line: LocationStock, formats: Formats) -> str:
    """`ada 3, 1 dipesan`: why less is promised than lies there."""
    return formats.translator.text("stock.reserved", count=line.on_hand, reserved=line.on_hand - line.available)


def elsewhere_words(line: LocationStock, formats: Formats) -> str:
    """`5 di Surabaya`, `Habis di Surabaya`."""
    text = formats.translator.text
    place = line.location or line.city or text("stock.unnamed_place")
    if line.available > 0:
        return text("stock.at_place", count=line.available, place=place)
    return text("stock.none_at_place", place=place)


def _elsewhere(line: LocationStock, formats: Formats, *, now: datetime) -> ft.Control:
    there = line.available > 0
    old = is_old(line.as_of, now=now)
    words = body_text(elsewhere_words(line, formats), strong=there, color=Role.TEXT if there else Role.QUIET)
    age = detail_text(formats.age(line.as_of, now=now), color=Role.WAITING if old else Role.QUIET, strong=old)
    about: list[ft.Control] = [age]
    if line.phone:
        about.insert(0, ft.Container(detail_text(grouped_phone(line.phone), color=Role.TEXT), padding=0))
    row = beside(
        [
            ft.Container(words, expand=True),
            ft.Column(
                controls=about,
                spacing=0,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.START if is_large() else ft.CrossAxisAlignment.END,
            ),
        ],
        spacing=UNIT,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    return identified(
        f"stock-{line.location_id}",
        ft.Container(row, border=ft.Border(top=ft.BorderSide(1, Role.LINE)), padding=ft.Padding.only(top=UNIT)),
    )
