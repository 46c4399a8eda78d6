"""A customer shows an order that came masked, and agrees that it is linked to them."""

from clienteling.domain.contact_rules import tidy
from clienteling.domain.errors import ValidationFailed
from clienteling.store.replica import LocalStore
from clienteling.use_cases.who_and_where import author_name, here, must_be_known
from sync.protocol.mutations.orders import MAX_NUMBER_CHARACTERS
from sync.protocol.times import Clock, to_wire


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
    ValidationFailed(order.number_empty, text.too_long, text.bad_character, order.agreement_missing, author.missing,
    device.no_store), NotFound.
    """
    kept = " ".join(tidy("number", number, most=MAX_NUMBER_CHARACTERS).split())
    if not kept:
        raise ValidationFailed("number", "order.number_empty")
    if not agreed:
        raise ValidationFailed("agreed", "order.agreement_missing")
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        store_id, name = here(connection), author_name(connection, author_id)
    at = now()
    args = {
        "customer_id": customer_id,
        "number": kept,
        "order_id": order_id,
        "agreed_at": to_wire(at),
        "store_id": store_id,
        "author_name": name,
    }
    store.write("order.claim", 1, args, actor=author_id, at=at)
