"""Stock of one variant, place by place, with the age of that knowledge: only what is true may be promised.

For whom pieces are held is said when asked for: customers look at this screen too.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import flet as ft

from clienteling.domain.naming import addressed
from clienteling.domain.views import HeldPiece, HoldStatus, LocationStock, StockHere, VariantView
from clienteling.i18n import Formats
from clienteling.ui.components.phones import grouped_phone
from clienteling.ui.components.stock_words import is_old, stock_words
from clienteling.ui.components.variants import stock_at_this_store
from clienteling.ui.hooks import Ready, use_formats, use_query, use_session, use_state
from clienteling.ui.kit import body_text, detail_text, empty_state, identified, safe, text_button
from clienteling.ui.text_size import beside, is_large, scaled
from clienteling.ui.theme import SIZE_SECTION, UNIT, Role

SHOWN: Final = 20
HELD_SHOWN: Final = 3
"""At each place."""


@safe
def StockPanel(product_id: str, variant: VariantView | None, now: datetime) -> ft.Control:
    """This store in the largest words, then the others with their telephone, then the warehouse; and what is held at
    each."""
    session = use_session()
    formats = use_formats()
    named, set_named = use_state(False)
    found = use_query(lambda: session.services.held_pieces(product_id), product_id)
    held = _of_variant(found.value, variant, now=now) if isinstance(found, Ready) else []
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
    if here is not None:
        parts += _held_lines(held, here, formats, now=now, named=named)
    if others:
        parts += [
            _elsewhere(line, _held_lines(held, line, formats, now=now, named=named), formats, now=now)
            for line in others
        ]
    else:
        parts.append(empty_state(text("stock.nothing_elsewhere"), identifier="no-stock-elsewhere"))
    if _is_any_shown(held, [*([here] if here is not None else []), *others]):
        words = text("stock.whose_not" if named else "stock.whose")
        parts.append(ft.Row(controls=[text_button(words, lambda: set_named(not named), identifier="held-names")]))
    content = ft.Column(controls=parts, spacing=UNIT, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("stock", content)


def _is_any_shown(held: Sequence[HeldPiece], lines: Sequence[LocationStock]) -> bool:
    places = {line.location_id for line in lines}
    return any(one.location_id in places for one in held)


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


def held_words(piece: HeldPiece, formats: Formats, *, now: datetime, named: bool) -> str:
    """`1 disimpan sampai 14.42`, `1 disimpan untuk Bu Siti sampai 14.42`; of one asked for, that it is not certain."""
    text = formats.translator.text
    words: dict[str, Any] = {"count": piece.quantity}
    if named:
        words["name"] = addressed(piece.salutation, piece.customer_name)
    if piece.status is HoldStatus.REQUESTED or piece.until is None:
        return text("stock.asked_for" if named else "stock.asked", **words)
    return text("stock.held_for" if named else "stock.held", when=formats.moment(piece.until, now=now), **words)


def _of_variant(pieces: Sequence[HeldPiece], variant: VariantView | None, *, now: datetime) -> list[HeldPiece]:
    """Those of the variant that have not ended since they were read: a screen may be open for hours."""
    wanted = (one for one in pieces if variant is not None and one.variant_id == variant.id)
    return [one for one in wanted if one.until is None or one.until > now]


def _held_lines(
    held: Sequence[HeldPiece], line: LocationStock, formats: Formats, *, now: datetime, named: bool
) -> list[ft.Control]:
    at_place = [one for one in held if one.location_id == line.location_id]
    said: list[ft.Control] = [
        identified(
            f"held-{one.hold_id}",
            detail_text(
                held_words(one, formats, now=now, named=named),
                color=Role.TEXT if one.status is HoldStatus.CONFIRMED else Role.WAITING,
            ),
        )
        for one in at_place[:HELD_SHOWN]
    ]
    left = len(at_place) - len(said)
    if left > 0:
        said.append(detail_text(formats.translator.text("stock.held_more", count=left)))
    return said


def _elsewhere(line: LocationStock, held: Sequence[ft.Control], formats: Formats, *, now: datetime) -> ft.Control:
    there = line.available > 0
    old = is_old(line.as_of, now=now)
    words = body_text(elsewhere_words(line, formats), strong=there, color=Role.TEXT if there else Role.QUIET)
    age = detail_text(formats.age(line.as_of, now=now), color=Role.WAITING if old else Role.QUIET, strong=old)
    about: list[ft.Control] = [age]
    if line.phone:
        about.insert(0, ft.Container(detail_text(grouped_phone(line.phone), color=Role.TEXT), padding=0))
    row = beside(
        [
            ft.Column(controls=[words, *held], spacing=0, tight=True, expand=True),
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
