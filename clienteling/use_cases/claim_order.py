"""A customer shows an order that came masked, and agrees that it is linked to them."""

from typing import Final

from clienteling.domain.contact_rules import tidy
from clienteling.domain.errors import NotFound, ValidationFailed, refuse_wrong
from clienteling.store.queries_customer import customer_view
from clienteling.store.replica import LocalStore
from clienteling.use_cases.answers import WaitingClaim
from clienteling.use_cases.who_and_where import author_name, here
from sync.protocol.mutations.orders import MAX_NUMBER_CHARACTERS, ORDER_CLAIM, order_number_key
from sync.protocol.times import Clock, from_wire, to_wire

MOST_WAITING_READ: Final = 1_000


def valid_number(number: str, *, agreed: bool) -> str:
    """The number on one line. Raises ValidationFailed for number and agreement together."""
    wrong: list[ValidationFailed] = []
    kept = ""
    try:
        kept = " ".join(tidy("number", number, most=MAX_NUMBER_CHARACTERS).split())
        if not kept:
            wrong.append(ValidationFailed("number", "order.number_empty"))
    except ValidationFailed as error:
        wrong.append(error)
    if not agreed:
        wrong.append(ValidationFailed("agreed", "order.agreement_missing"))
    refuse_wrong(wrong)
    return kept


def claim_order(
    store: LocalStore,
    customer_id: str,
    number: str,
    *,
    agreed: bool,
    author_id: str,
    now: Clock,
    order_id: str | None = None,
) -> None:
    """Asks for the order with that number to be this customer's; `agreed`: they were asked and said yes.

    On disk in the outbox when this returns. The order is seldom on this device: it comes with the sync after the
    server has linked it. One that is another customer's, or that the server does not have, goes to Needs attention.
    `order_id`: where the order is on this device (one to be collected here); it is linked at once. No network. Raises
    ValidationFailed(order.number_empty, order.agreement_missing, text.too_long, text.bad_character, order.is_theirs,
    order.claim_waits, author.missing, device.no_store), NotFound(customer.not_here).
    """
    kept = valid_number(number, agreed=agreed)
    with store.reading() as connection:
        customer = customer_view(connection, customer_id, now=now())
        if customer is None:
            raise NotFound("customer.not_here")
        store_id, name = here(connection), author_name(connection, author_id)
    key = order_number_key(kept)
    if any(order_number_key(one.number) == key for one in customer.orders):
        raise ValidationFailed("number", "order.is_theirs")
    if any(order_number_key(one.number) == key for one in waiting_claims(store, customer_id)):
        raise ValidationFailed("number", "order.claim_waits")
    at = now()
    args = {
        "customer_id": customer_id,
        "number": kept,
        "order_id": order_id,
        "agreed_at": to_wire(at),
        "store_id": store_id,
        "author_name": name,
    }
    store.write(ORDER_CLAIM.name, ORDER_CLAIM.version, args, actor=author_id, at=at)


def waiting_claims(store: LocalStore, customer_id: str) -> tuple[WaitingClaim, ...]:
    """What was claimed here for this customer and the server has not decided, in the order it was written.

    Of a longer outbox only the first MOST_WAITING_READ entries are looked at.
    """
    return tuple(
        WaitingClaim(one.uuid, str(one.args.get("number", "")), from_wire(one.at))
        for one in store.pending(MOST_WAITING_READ)
        if one.name == ORDER_CLAIM.name and one.args.get("customer_id") == customer_id
    )
