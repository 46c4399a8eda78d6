"""Put something on a customer's wishlist, or take it off."""

from collections.abc import Callable, Sequence

from clienteling.catalogue.fields import find_variant
from clienteling.domain.errors import NotFound, ValidationFailed
from clienteling.store.queries_records import body
from clienteling.store.queries_wishlist import wished_item
from clienteling.store.replica import LocalStore
from clienteling.use_cases.answers import WishAdded
from clienteling.use_cases.who_and_where import author_name, here, must_be_known
from sync.protocol.kinds import Kind
from sync.protocol.times import Clock, to_wire

MAX_ITEMS_AT_ONCE = 100


def add_to_wishlist(
    store: LocalStore,
    customer_id: str,
    product_id: str,
    *,
    variant_id: str | None,
    author_id: str,
    now: Clock,
    new_id: Callable[[], str],
) -> WishAdded:
    """Add a product, or one variant of it; what is on the list already is not added again.

    On disk and visible when this returns. Where two devices add the same thing, the list shows it once.
    Raises ValidationFailed(author.missing, device.no_store), NotFound(customer.not_here, product.not_here).
    """
    with store.reading() as connection:
        must_be_known(connection, customer_id)
        author_name(connection, author_id)
        store_id = here(connection)
        product = body(connection, Kind.PRODUCT, product_id)
        if product is None or (variant_id is not None and not find_variant(product, variant_id)):
            raise NotFound("product.not_here")
        known = wished_item(connection, customer_id, product_id, variant_id)
        if known is not None:
            return WishAdded(known, already=True)
        channel = (body(connection, Kind.LOCATION, store_id) or {}).get("name", "")
    item_id, at = new_id(), now()
    args = {
        "item_id": item_id,
        "customer_id": customer_id,
        "product_id": product_id,
        "variant_id": variant_id,
        "added_at": to_wire(at),
        "channel": channel,
        "store_id": store_id,
    }
    store.write("wishlist.add", 1, args, actor=author_id, at=at)
    return WishAdded(item_id)


def remove_from_wishlist(
    store: LocalStore, customer_id: str, item_ids: Sequence[str], *, author_id: str, now: Clock
) -> None:
    """Take the items off; one added elsewhere meanwhile stays. On disk and visible when this returns.

    Raises ValidationFailed(wishlist.nothing_chosen, author.missing).
    """
    if not item_ids:
        raise ValidationFailed("items", "wishlist.nothing_chosen")
    with store.reading() as connection:
        author_name(connection, author_id)
    for first in range(0, len(item_ids), MAX_ITEMS_AT_ONCE):
        args = {"customer_id": customer_id, "item_ids": list(item_ids[first : first + MAX_ITEMS_AT_ONCE])}
        store.write("wishlist.remove", 1, args, actor=author_id, at=now())
