"""A visitor's saved list: made at a hub, found by its code, and given to a customer who agrees."""

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Final

from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.domain.store_day import end_of_day
from clienteling.domain.views import HandoverView
from clienteling.store.queries_handovers import count_waiting, find_handover, handover_view
from clienteling.store.queries_records import body, store_view
from clienteling.store.queries_wishlist import wished_item
from clienteling.store.replica import LocalStore
from clienteling.use_cases.who_and_where import author_name, here, must_be_known
from sync.protocol.bodies.handovers import MOST_WAITING
from sync.protocol.kinds import Kind
from sync.protocol.mutations.handovers import HANDOVER_ATTACH, HANDOVER_MAKE
from sync.protocol.spoken_codes import HANDOVER_CHARS, new_spoken_code
from sync.protocol.times import Clock, to_wire

AGREEMENT: Final = "handover.agreement"
"""The message key of what the customer is asked; which language they read it in is kept beside it."""
_TRIES: Final = 20

SavedVariant = tuple[str, str | None]
"""A product, and the variant of it or None."""


def make_handover(
    store: LocalStore, items: Sequence[SavedVariant], *, now: Clock, new_id: Callable[[], str], random: Random
) -> HandoverView:
    """Keep a visitor's list under a new code, on disk and on every screen of this device when it returns.

    `random` decides whether codes can be guessed. Raises ValidationFailed(device.no_store, handover.empty,
    handover.too_many).
    """
    if not items:
        raise ValidationFailed("items", "handover.empty")
    at = now()
    with store.reading() as connection:
        store_id, place = here(connection), store_view(connection)
        if count_waiting(connection, now=at) >= MOST_WAITING:
            raise ValidationFailed("items", "handover.too_many")
        codes = (new_spoken_code(HANDOVER_CHARS, random) for _ in range(_TRIES))
        code = next(code for code in codes if find_handover(connection, code) is None)
    handover_id = new_id()
    args = {
        "handover_id": handover_id,
        "code": code,
        "store_id": store_id,
        "items": [{"product_id": product_id, "variant_id": variant_id} for product_id, variant_id in items],
        "made_at": to_wire(at),
        "expires_at": to_wire(end_of_day(at, place.time_zone if place is not None else "UTC")),
    }
    store.write(HANDOVER_MAKE.name, HANDOVER_MAKE.version, args, actor=None, at=at)
    made = open_handover(store, handover_id, now=now)
    if made is None:
        raise NotFound("handover.not_here")
    return made


def open_handover(store: LocalStore, handover_id: str, *, now: Clock) -> HandoverView | None:
    """The list with what its goods cost and where they are; None where it is not on this device."""
    with store.reading() as connection:
        return handover_view(connection, handover_id, now=now())


def attach_handover(
    store: LocalStore,
    handover_id: str,
    customer_id: str,
    *,
    goods: Sequence[SavedVariant],
    agreed: bool,
    language: str,
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
) -> int:
    """Put what the customer wants to keep on their wishlist; returns how many came to it, and uses the code up.

    `goods`: of the list; what is on the wishlist already is not added again. `language`: in which the customer was
    asked. On disk and visible when this returns. Raises ValidationFailed(handover.not_agreed, handover.nothing_chosen,
    handover.used, handover.expired, author.missing, device.no_store), NotFound(handover.not_here, customer.not_here).
    """
    at = now()
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        name, store_id = author_name(connection, author_id), here(connection)
        view = handover_view(connection, handover_id, now=at)
        _refuse(view, agreed=agreed, chosen=len(goods), now=at)
        new = [one for one in dict.fromkeys(goods) if wished_item(connection, customer_id, *one) is None]
        place_name = (body(connection, Kind.LOCATION, store_id) or {}).get("name", "")
    args = {
        "handover_id": handover_id,
        "interaction_id": new_id(),
        "customer_id": customer_id,
        "store_id": store_id,
        "items": [
            {"item_id": new_id(), "product_id": product_id, "variant_id": variant_id} for product_id, variant_id in new
        ],
        "agreed_text": f"{AGREEMENT} {language}",
        "place_name": place_name,
        "author_name": name,
        "at": to_wire(at),
    }
    store.write(HANDOVER_ATTACH.name, HANDOVER_ATTACH.version, args, actor=author_id, at=at)
    return len(new)


def _refuse(view: HandoverView | None, *, agreed: bool, chosen: int, now: datetime) -> None:
    """Raises ValidationFailed or NotFound where the list may not be given to a customer."""
    if view is None:
        raise NotFound("handover.not_here")
    if view.attached_at is not None:
        raise ValidationFailed("code", "handover.used")
    if not view.is_open(now):
        raise ValidationFailed("code", "handover.expired")
    if not chosen:
        raise ValidationFailed("goods", "handover.nothing_chosen")
    if not agreed:
        raise ValidationFailed("agreed", "handover.not_agreed")
