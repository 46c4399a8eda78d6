"""Ask for a piece to be laid aside for a customer, give it back, or hand it over."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from clienteling.catalogue.fields import find_variant
from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.domain.views import HoldStatus, HoldView
from clienteling.store.queries_customer import customer_view
from clienteling.store.queries_holds import KNOWN_STATUSES
from clienteling.store.queries_records import body
from clienteling.store.replica import LocalStore
from clienteling.use_cases.who_and_where import author_name, here
from sync.protocol.bodies.holds import MOST_PIECES
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.holds import HOLD_CANCEL, HOLD_COLLECT, HOLD_REQUEST
from sync.protocol.times import Clock, to_wire

_GONE: Final = frozenset({HoldStatus.REFUSED, HoldStatus.CANCELLED, HoldStatus.EXPIRED})


def request_hold(
    store: LocalStore,
    customer_id: str,
    product_id: str,
    *,
    variant_id: str,
    quantity: int = 1,
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
) -> str:
    """Ask for pieces of this store's stock; returns the new hold's id.

    On disk and shown as requested when this returns, and no more than that: whether it is held the server says, which
    no stock on this device can know. What the customer waits for already is not asked for twice. No network. Raises
    ValidationFailed(hold.quantity, hold.already, author.missing, device.no_store), NotFound(customer.not_here,
    product.not_here).
    """
    if not 1 <= quantity <= MOST_PIECES:
        raise ValidationFailed("quantity", "hold.quantity", most=MOST_PIECES)
    at = now()
    with store.reading() as connection:
        customer = customer_view(connection, customer_id, now=at)
        if customer is None:
            raise NotFound("customer.not_here")
        store_id, name = here(connection), author_name(connection, author_id)
        product = body(connection, Kind.PRODUCT, product_id)
        if product is None or not find_variant(product, variant_id):
            raise NotFound("product.not_here")
    if any(_waits_for(one, variant_id) for one in customer.holds):
        raise ValidationFailed("variant", "hold.already")
    hold_id = new_id()
    args = {
        "hold_id": hold_id,
        "customer_id": customer_id,
        "product_id": product_id,
        "variant_id": variant_id,
        "store_id": store_id,
        "quantity": quantity,
        "requested_at": to_wire(at),
        "author_name": name,
    }
    store.write(HOLD_REQUEST.name, HOLD_REQUEST.version, args, actor=author_id, at=at)
    return hold_id


def cancel_hold(store: LocalStore, hold_id: str, *, author_id: str, now: Clock) -> None:
    """Give the pieces back, at whichever store; nothing to do where none are held any more.

    On disk and visible when this returns. Raises ValidationFailed(hold.collected, author.missing),
    NotFound(hold.not_here).
    """
    with store.reading() as connection:
        author_name(connection, author_id)
        hold = _hold(connection, hold_id)
    status = HoldStatus(hold["status"])
    if status is HoldStatus.COLLECTED:
        raise ValidationFailed("hold", "hold.collected")
    if status not in _GONE:
        store.write(HOLD_CANCEL.name, HOLD_CANCEL.version, _named(hold), actor=author_id, at=now())


def collect_hold(store: LocalStore, hold_id: str, *, author_id: str, now: Clock) -> None:
    """The customer takes the pieces home; nothing to do where they have done so already.

    A hold whose end has passed by this device's clock is still written: the server's clock decides. On disk and visible
    when this returns. Raises ValidationFailed(hold.not_confirmed, hold.gone, hold.elsewhere, author.missing,
    device.no_store), NotFound(hold.not_here).
    """
    with store.reading() as connection:
        author_name(connection, author_id)
        store_id, hold = here(connection), _hold(connection, hold_id)
    status = HoldStatus(hold["status"])
    if status is HoldStatus.REQUESTED:
        raise ValidationFailed("hold", "hold.not_confirmed")
    if status in _GONE:
        raise ValidationFailed("hold", "hold.gone")
    if hold["store_id"] != store_id:
        raise ValidationFailed("hold", "hold.elsewhere")
    if status is not HoldStatus.COLLECTED:
        args = {**_named(hold), "store_id": store_id}
        store.write(HOLD_COLLECT.name, HOLD_COLLECT.version, args, actor=author_id, at=now())


def _hold(connection: Connection, hold_id: str) -> Body:
    found = body(connection, Kind.HOLD, hold_id)
    if found is None or found.get("status") not in KNOWN_STATUSES:
        raise NotFound("hold.not_here")
    return found


def _named(hold: Body) -> Body:
    return {"hold_id": hold["id"], "customer_id": hold["customer_id"], "product_id": hold["product_id"]}


def _waits_for(hold: HoldView, variant_id: str) -> bool:
    return hold.is_open and hold.here and hold.variant_id == variant_id
