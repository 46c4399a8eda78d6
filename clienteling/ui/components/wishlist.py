"""A customer's wishes with what they cost now and whether they are here, told with the age of that knowledge."""

from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import WishlistLine
from clienteling.i18n import Formats
from clienteling.ui.components.stock_words import stock_words
from clienteling.ui.hooks import use_action, use_formats, use_preferences, use_session, use_state
from clienteling.ui.kit import (
    body_text,
    detail_text,
    empty_state,
    icon_button,
    identified,
    keyed,
    pressable,
    quiet_button,
    safe,
    waiting_chip,
)
from clienteling.ui.places import ProductPlace
from clienteling.ui.text_size import beside, height_at_rest, is_large, scaled
from clienteling.ui.theme import GAP, RADIUS, SIZE_DETAIL, UNIT, Role, text_style

SHOWN: Final = 60
_PICTURE: Final = 72


def promotion_words(line: WishlistLine, formats: Formats, *, now: datetime) -> str:
    """`Promo November s.d. Minggu`, or "" where none runs."""
    name = formats.in_language(line.promotion, line.promotion_en)
    if not name or line.promotion_ends_at is None:
        return name
    until = formats.near_day(line.promotion_ends_at, today=formats.date_of(now))
    return formats.translator.text("wish.promotion_until", name=name, when=until)


def product_picture(address: str, *, size: int = _PICTURE) -> ft.Control:
    """A square with the picture, or with a quiet sign where there is none."""
    nothing = ft.Icon(ft.Icons.CHECKROOM_OUTLINED, color=Role.QUIET, size=size // 3)
    picture = (
        ft.Image(src=address, width=size, height=size, fit=ft.BoxFit.COVER, error_content=nothing)
        if address
        else nothing
    )
    return ft.Container(
        picture,
        width=size,
        height=size,
        bgcolor=Role.SUNKEN,
        border_radius=RADIUS,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        alignment=ft.Alignment.CENTER,
    )


@safe
def Wishlist(customer_id: str, lines: tuple[WishlistLine, ...], now: datetime, *, discreet: bool = False) -> ft.Control:
    """One row a wish. `discreet`: to be read by the customer, without buttons."""
    formats = use_formats()
    text = formats.translator.text
    if not lines:
        return empty_state(text("wish.none"), identifier="no-wishes")
    rows: list[ft.Control] = [
        keyed(line.item_ids[0], WishRow, customer_id, line, now, discreet=discreet) for line in lines[:SHOWN]
    ]
    if len(lines) > SHOWN:
        rows.append(detail_text(text("wish.only_first", count=SHOWN)))
    listed = ft.Column(controls=rows, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return identified("wishes", listed)


@safe
def WishRow(customer_id: str, line: WishlistLine, now: datetime, *, discreet: bool) -> ft.Control:
    """The wish, which opens the product; its removal asks once more, in the same place."""
    session = use_session()
    preferences = use_preferences()
    formats = use_formats()
    translator = formats.translator
    text = translator.text
    asking, set_asking = use_state(False)

    def remove() -> None:
        session.services.remove_from_wishlist(customer_id, line.item_ids, author_id=preferences.associate_id or "")

    removal = use_action(remove)
    item = line.item_ids[0]
    said = [line.name, *line.options, formats.money(line.price) if line.price else ""]
    said += [promotion_words(line, formats, now=now), stock_words(line.here, formats, now=now)[0]]
    wish = _wish(line, session.services.picture_address(line.picture), formats, now=now, discreet=discreet)
    if discreet:
        return identified(f"wish-{item}", _rows([ft.Container(wish, padding=GAP // 2)]))
    opens = pressable(
        wish,
        lambda: session.go(ProductPlace(line.product_id, line.variant_id)),
        label=", ".join(part for part in said if part),
        identifier=f"wish-{item}",
        flat=True,
    )
    ends: ft.Control = icon_button(
        ft.Icons.DELETE_OUTLINE,
        text("wish.remove", name=line.name),
        lambda: set_asking(True),
        identifier=f"wish-remove-{item}",
    )
    if asking:
        ends = ft.Column(
            controls=[
                quiet_button(
                    text("wish.remove_yes"), removal.run, disabled=removal.busy, identifier=f"wish-remove-yes-{item}"
                ),
                quiet_button(text("wish.remove_no"), lambda: set_asking(False), identifier=f"wish-remove-no-{item}"),
            ],
            spacing=UNIT,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            width=scaled(128),
        )
    opens.expand = True
    parts: list[ft.Control] = [
        ft.Row(
            controls=[opens, ends],
            spacing=UNIT,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
            height=height_at_rest(112),
        )
    ]
    if removal.problem:
        problem = removal.problem.in_words(translator)
        parts.append(detail_text(problem, color=Role.REFUSED))
    return _rows(parts)


def _rows(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(
        controls=[*parts, ft.Divider(height=1, color=Role.LINE)],
        spacing=0,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _wish(line: WishlistLine, picture: str, formats: Formats, *, now: datetime, discreet: bool) -> ft.Control:
    stock, colour = stock_words(line.here, formats, now=now)
    promotion = promotion_words(line, formats, now=now)
    words: list[ft.Control] = [
        _name_and_options(line, formats, discreet=discreet),
        price_row(line, formats),
        *([detail_text(promotion, color=Role.ACTION, strong=True, lines=1)] if promotion else []),
        detail_text(stock, color=colour, strong=colour is Role.WAITING, lines=1),
    ]
    return ft.Row(
        controls=[product_picture(picture), ft.Column(controls=words, spacing=2, tight=True, expand=True)],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


def _name_and_options(line: WishlistLine, formats: Formats, *, discreet: bool) -> ft.Control:
    name = body_text(" · ".join([line.name, *line.options]), lines=1)
    if discreet or not line.pending:
        return name
    return beside(
        [ft.Container(name, expand=True), waiting_chip(formats.translator.text("note.pending"))], spacing=UNIT
    )


def price_row(line: WishlistLine, formats: Formats) -> ft.Control:
    """The price now, and the one before struck through."""
    if line.price is None:
        return detail_text(formats.translator.text("wish.no_price"))
    parts: list[ft.Control] = [body_text(formats.money(line.price), strong=True)]
    if line.price_before:
        style = text_style(SIZE_DETAIL)
        style.decoration = ft.TextDecoration.LINE_THROUGH
        parts.append(ft.Text(formats.money(line.price_before), style=style, color=Role.QUIET))
    return ft.Row(controls=parts, spacing=UNIT, run_spacing=0, wrap=is_large())
