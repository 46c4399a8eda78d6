"""What a customer bought, in shops and online, newest first, with how each purchase stands; between the purchases, what
was done for them.

Turned to the customer (`discreet`), amounts and the names of who served are left out.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import flet as ft

from clienteling.domain.views import CartView, CustomerView, LineView, OrderView
from clienteling.i18n import Formats
from clienteling.ui.components.order_claims import OrderClaims
from clienteling.ui.components.past_service import DATE_WIDTH, Past, PastRow, past_of
from clienteling.ui.hooks import use_formats, use_session, use_state, use_text
from clienteling.ui.kit import (
    body_text,
    chip,
    detail_text,
    empty_state,
    identified,
    keyed,
    pressable,
    quiet_button,
    safe,
)
from clienteling.ui.places import ProductPlace
from clienteling.ui.text_size import beside, is_large, scaled
from clienteling.ui.theme import GAP, UNIT, Role

SHOWN_AT_FIRST: Final = 12
_NAMED_LINES: Final = 3
SHOWN_AT_MOST: Final = 90


@dataclass(frozen=True, slots=True)
class Standing:
    """How a purchase stands, in words; `surface` and `ink` say how much it matters."""

    words: str
    surface: Role = Role.SUNKEN
    ink: Role = Role.QUIET


def channel_words(order: OrderView, formats: Formats) -> str:
    """The store's name, "Online", or the channel as the platform calls it."""
    if order.channel == "store":
        return order.store or formats.translator.text("order.channel_store")
    if order.channel == "online":
        return formats.translator.text("order.channel_online")
    return order.channel


def line_words(lines: Sequence[LineView]) -> str:
    """`Kemeja linen M, Celana chino 30 ×2`."""
    return ", ".join(_line_name(line) for line in lines)


def _line_name(line: LineView) -> str:
    return f"{line.name} ×{line.quantity}" if line.quantity > 1 else line.name


def standings(order: OrderView, formats: Formats) -> tuple[Standing, ...]:
    """What is worth knowing about a purchase; () for one that was simply bought in a shop and taken home."""
    text = formats.translator.text
    if order.cancelled:
        return (Standing(text("order.cancelled"), Role.REFUSED_SURFACE, Role.ON_REFUSED),)
    found = [_pickup_standing(order, formats) or _delivery_standing(order, formats), _payment_standing(order, formats)]
    return tuple(one for one in found if one)


def _pickup_standing(order: OrderView, formats: Formats) -> Standing | None:
    pickup = order.pickup
    if pickup is None:
        return None
    text = formats.translator.text
    words = formats.translator.text_or(f"pickup.{pickup.status}", "pickup.other")
    where = text("pickup.here") if pickup.here else text("pickup.at", store=pickup.location)
    said = text("pickup.status_where", status=words, where=where)
    match pickup.status:
        case "ready":
            return Standing(said, Role.CHOSEN, Role.ON_CHOSEN)
        case "new" | "preparing":
            return Standing(said, Role.WAITING_SURFACE, Role.ON_WAITING)
        case _:
            return Standing(said)


def _delivery_standing(order: OrderView, formats: Formats) -> Standing | None:
    if order.channel == "store" and order.fulfilment_status in ("fulfilled", ""):
        return None
    if order.payment_status in ("refunded", "voided"):
        return None
    text = formats.translator.text
    match order.fulfilment_status:
        case "fulfilled":
            return Standing(text("order.sent"))
        case "partial" | "partially_fulfilled":
            return Standing(text("order.sent_in_part"), Role.WAITING_SURFACE, Role.ON_WAITING)
        case "unfulfilled" | "":
            return Standing(text("order.not_sent"), Role.WAITING_SURFACE, Role.ON_WAITING)
        case _:
            return Standing(order.fulfilment_status)


def _payment_standing(order: OrderView, formats: Formats) -> Standing | None:
    text = formats.translator.text
    match order.payment_status:
        case "refunded":
            return Standing(text("order.refunded"))
        case "partially_refunded":
            return Standing(text("order.refunded_in_part"))
        case "pending" | "authorized" | "partially_paid":
            return Standing(text("order.not_paid"), Role.WAITING_SURFACE, Role.ON_WAITING)
        case "voided":
            return Standing(text("order.cancelled"), Role.REFUSED_SURFACE, Role.ON_REFUSED)
        case _:
            return None


@safe
def History(view: CustomerView, now: datetime) -> ft.Control:
    """The purchases, and above them the way to one that is not among them because a marketplace masked it."""
    past = past_of(view, now=now)
    return _list([OrderClaims(view.id, now), Timeline(view.orders, view.orders_total, now, past=past)])


@safe
def Timeline(
    orders: tuple[OrderView, ...], total: int, now: datetime, *, past: tuple[Past, ...] = (), discreet: bool = False
) -> ft.Control:
    """The purchases, and between them what was done for the customer; some at first and the rest at a press."""
    text = use_text().text
    shown, set_shown = use_state(SHOWN_AT_FIRST)
    if not orders and not past:
        return empty_state(text("order.none"), identifier="no-orders")
    entries: list[OrderView | Past] = sorted([*orders, *past], key=_moment, reverse=True)
    rows = [_entry(one, now, discreet=discreet) for one in entries[:shown]]
    more = min(len(entries), SHOWN_AT_MOST) - len(rows)
    if more > 0:
        step = min(more, 2 * SHOWN_AT_FIRST)
        rows.append(
            quiet_button(
                text("order.show_more", count=step),
                lambda: set_shown(lambda before: min(before + 2 * SHOWN_AT_FIRST, SHOWN_AT_MOST)),
                identifier="more-orders",
            )
        )
    elif total + len(past) > len(rows):
        rows.append(detail_text(text("order.only_newest", shown=len(rows), total=total + len(past))))
    return identified("orders", _list(rows))


def _moment(entry: OrderView | Past) -> datetime:
    return entry.at if isinstance(entry, Past) else entry.placed_at


def _entry(entry: OrderView | Past, now: datetime, *, discreet: bool) -> ft.Control:
    if isinstance(entry, Past):
        return keyed(entry.what.id, PastRow, entry, now)
    return keyed(entry.id, OrderRow, entry, now, discreet=discreet)


def _list(rows: list[ft.Control]) -> ft.Column:
    return ft.Column(controls=rows, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@safe
def OrderRow(order: OrderView, now: datetime, *, discreet: bool) -> ft.Control:
    """One purchase; a press opens its lines."""
    formats = use_formats()
    opened, set_opened = use_state(False)
    text = formats.translator.text
    when = formats.day(order.placed_at, today=formats.date_of(now))
    served = text("order.served_by", name=order.associate) if order.associate and not discreet else ""
    where = " · ".join(part for part in (channel_words(order, formats), order.number, served) if part)
    known = standings(order, formats)
    loud = tuple(one for one in known if one.surface is not Role.SUNKEN)
    where = " · ".join([where, *(one.words for one in known if one not in loud)])
    amount = "" if discreet else formats.money(order.total)
    said = [when, line_words(order.lines), where, *(one.words for one in loud), amount]
    summary = pressable(
        _summary(order, when=when, where=where, known=loud, amount=amount, more=text("order.more_lines")),
        lambda: set_opened(not opened),
        label=", ".join(part for part in said if part),
        identifier=f"order-{order.id}",
        flat=True,
    )
    parts: list[ft.Control] = [summary]
    if opened:
        parts.append(OrderLines(order.lines, indent=_indent(), discreet=discreet))
        if order.refunded and order.refunded.amount_minor and not discreet:
            parts.append(_indented(detail_text(text("order.refunded_amount", amount=formats.money(order.refunded)))))
    parts.append(ft.Divider(height=1, color=Role.LINE))
    return _list(parts)


def _summary(
    order: OrderView, *, when: str, where: str, known: tuple[Standing, ...], amount: str, more: str
) -> ft.Control:
    named = line_words(order.lines[:_NAMED_LINES])
    if len(order.lines) > _NAMED_LINES:
        named = f"{named} +{len(order.lines) - _NAMED_LINES} {more}"
    middle: list[ft.Control] = [body_text(named, lines=2), detail_text(where, lines=2)]
    if known:
        chips: list[ft.Control] = [chip(one.words, role=one.surface, color=one.ink) for one in known]
        middle.append(
            ft.Container(ft.Row(controls=chips, wrap=True, spacing=UNIT, run_spacing=4), padding=ft.Padding.only(top=4))
        )
    return beside(
        [
            ft.Container(detail_text(when, color=Role.TEXT), width=scaled(DATE_WIDTH), padding=ft.Padding.only(top=3)),
            ft.Column(controls=middle, spacing=2, tight=True, expand=True),
            body_text(amount),
        ],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _indent() -> float:
    """How far what a press opens stands to the right: under the words beside the date, or below it, a little."""
    return GAP if is_large() else scaled(DATE_WIDTH) + GAP


def _indented(control: ft.Control) -> ft.Control:
    return ft.Container(control, padding=ft.Padding.only(left=_indent() + GAP, right=GAP, bottom=UNIT))


@safe
def OrderLines(lines: tuple[LineView, ...], *, indent: float = 0, discreet: bool = False) -> ft.Control:
    """The lines with their prices; one whose product is known opens it."""
    session = use_session()
    formats = use_formats()
    rows: list[ft.Control] = []
    for position, line in enumerate(lines):
        price = "" if discreet else _line_price(line, formats)
        name = _line_name(line) if discreet else line.name
        content = beside(
            [
                ft.Container(body_text(name, lines=2), expand=True),
                body_text(price, color=Role.QUIET),
            ],
            spacing=GAP,
            height=32,
        )
        if line.product_id is None or discreet:
            rows.append(ft.Container(content, padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT)))
            continue
        place = ProductPlace(line.product_id, line.variant_id)
        rows.append(
            pressable(
                content,
                functools.partial(session.go, place),
                label=", ".join(part for part in (name, price) if part),
                identifier=f"line-{position}",
                flat=True,
            )
        )
    return ft.Container(_list(rows), padding=ft.Padding.only(left=indent))


def _line_price(line: LineView, formats: Formats) -> str:
    price = formats.money(line.price)
    return f"{line.quantity} × {price}" if line.quantity > 1 else price


@safe
def OpenCart(cart: CartView | None, now: datetime) -> ft.Control:
    """What lies in the cart online and is not paid."""
    formats = use_formats()
    text = formats.translator.text
    if cart is None or not cart.lines:
        return empty_state(text("cart.none"), identifier="no-cart")
    total = ft.Row(
        controls=[
            ft.Container(body_text(text("cart.total"), strong=True), expand=True),
            body_text(formats.money(cart.total), strong=True),
        ]
    )
    parts: list[ft.Control] = [
        ft.Container(
            detail_text(text("cart.updated", age=formats.age(cart.updated_at, now=now))), padding=_edges(top=UNIT)
        ),
        OrderLines(cart.lines),
        ft.Divider(height=1, color=Role.LINE),
        ft.Container(total, padding=_edges(top=UNIT + 4, bottom=UNIT)),
    ]
    return identified("cart", _list(parts))


def _edges(*, top: int = 0, bottom: int = 0) -> ft.Padding:
    return ft.Padding.only(left=GAP, right=GAP, top=top, bottom=bottom)
