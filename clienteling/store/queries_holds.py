"""Holds: a customer's, with what the server answered and until when, and those of a product, for whom they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from clienteling.catalogue.fields import find_variant, moment, option_values, picture_of
from clienteling.domain.views import HeldPiece, HoldStatus, HoldView
from clienteling.store.ask import ask_column
from clienteling.store.queries_records import bodies, location_names, pending, people_now
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind

KNOWN_STATUSES: Final = frozenset(HoldStatus)
MAX: Final = 100
"""No screen draws more rows."""
_ORDER: Final = {HoldStatus.CONFIRMED: 0, HoldStatus.REQUESTED: 1}


def hold_views(
    connection: Connection, holds: Sequence[Body], *, store_id: str | None, now: datetime
) -> tuple[HoldView, ...]:
    """Confirmed ones first, then those that wait, then the rest; of each the newest first."""
    known = [one for one in holds if one.get("status") in KNOWN_STATUSES and one.get("product_id")]
    products = bodies(connection, Kind.PRODUCT, [one["product_id"] for one in known])
    names = location_names(connection, [one.get("store_id") for one in known])
    waiting = pending(connection, Kind.HOLD, [one["id"] for one in known])
    views = []
    for one in known:
        product = products.get(one["product_id"], {})
        variant = find_variant(product, one.get("variant_id"))
        views.append(
            HoldView(
                id=one["id"],
                product_id=one["product_id"],
                variant_id=one.get("variant_id") or "",
                name=product.get("name", ""),
                options=option_values(product, variant),
                picture=picture_of(product, variant),
                quantity=one.get("quantity") or 1,
                status=status_now(one, now),
                reason=one.get("reason") or "",
                store=names.get(one.get("store_id") or "", ""),
                here=one.get("store_id") == store_id,
                requested_at=moment(one, "requested_at") or EPOCH,
                until=moment(one, "until"),
                author=one.get("author_name", ""),
                pending=one["id"] in waiting,
            )
        )
    newest_first = sorted(views, key=lambda one: (one.requested_at, one.id), reverse=True)
    return tuple(sorted(newest_first, key=lambda one: _ORDER.get(one.status, 2)))


def status_now(hold: Body, now: datetime) -> HoldStatus:
    """The hold's status; expired where its end has passed by this device's clock.

    Without a network nobody else says so, and a promise too few does less harm than one too many.
    """
    status = HoldStatus(hold["status"])
    until = moment(hold, "until")
    has_ended = status is HoldStatus.CONFIRMED and until is not None and until <= now
    return HoldStatus.EXPIRED if has_ended else status


def held_pieces(connection: Connection, product_id: str, *, now: datetime) -> tuple[HeldPiece, ...]:
    """What customers wait for of a product, wherever it lies; those that are certain first, then by their end."""
    ids = ask_column(connection, "SELECT id FROM open_hold WHERE product_id = ? ORDER BY id LIMIT ?", (product_id, MAX))
    found = bodies(connection, Kind.HOLD, ids)
    people = people_now(connection, [one.get("customer_id") for one in found.values()])
    pieces = (_held_piece(one, people.get(one.get("customer_id") or "", {}), now) for one in found.values())
    waited_for = (one for one in pieces if one.status in _ORDER and one.customer_name and _is_sure_of_its_end(one))
    return tuple(sorted(waited_for, key=lambda one: (_ORDER[one.status], one.until or EPOCH, one.hold_id)))


def _is_sure_of_its_end(piece: HeldPiece) -> bool:
    """The server takes a confirmed hold without an end for one that is over."""
    return piece.status is HoldStatus.REQUESTED or piece.until is not None


def _held_piece(hold: Body, customer: Body, now: datetime) -> HeldPiece:
    return HeldPiece(
        hold_id=hold["id"],
        variant_id=hold["variant_id"],
        location_id=hold["store_id"],
        customer_id=customer.get("id") or "",
        customer_name=customer.get("name", ""),
        salutation=customer.get("salutation", ""),
        quantity=hold.get("quantity") or 1,
        status=status_now(hold, now),
        until=moment(hold, "until"),
    )
