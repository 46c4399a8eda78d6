"""wishlist.add@1 and wishlist.remove@1: an observed-remove set, where an add wins over a concurrent remove.

Source of the rule: Shapiro et al., "A comprehensive study of Convergent and Commutative Replicated Data Types", OR-Set.
"""

from typing import Annotated

from pydantic import Field

from sync.protocol.bodies.base import Moment, Short
from sync.protocol.bodies.people import WishlistItemBody
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import Args, Entry, Mutation, Outcome, Records, applied, made, rejected
from sync.protocol.wire import Id


class WishlistAddArgs(Args):
    item_id: Id
    customer_id: Id
    product_id: Id
    variant_id: Id | None = None
    added_at: Moment
    channel: Short = ""
    store_id: Id | None = None


class WishlistRemoveArgs(Args):
    """`item_ids`: the items the person saw; one added meanwhile elsewhere stays."""

    customer_id: Id
    item_ids: Annotated[list[Id], Field(min_length=1, max_length=100)]


def _add_touches(args: WishlistAddArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return RecordKey(Kind.CUSTOMER, args.customer_id), RecordKey(Kind.WISHLIST_ITEM, args.item_id)


def _add_creates(args: WishlistAddArgs) -> RecordKey:
    return RecordKey(Kind.WISHLIST_ITEM, args.item_id)


def _add(records: Records, args: WishlistAddArgs, entry: Entry) -> Outcome:
    return made(
        records,
        RecordKey(Kind.WISHLIST_ITEM, args.item_id),
        args.customer_id,
        lambda: WishlistItemBody(
            id=args.item_id,
            customer_id=args.customer_id,
            product_id=args.product_id,
            variant_id=args.variant_id,
            added_at=args.added_at,
            channel=args.channel,
            added_by=entry.actor or "",
            store_id=args.store_id,
        ),
    )


def _remove_touches(args: WishlistRemoveArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return tuple(RecordKey(Kind.WISHLIST_ITEM, item_id) for item_id in args.item_ids)


def _remove(records: Records, args: WishlistRemoveArgs, entry: Entry) -> Outcome:
    keys = [RecordKey(Kind.WISHLIST_ITEM, item_id) for item_id in args.item_ids]
    present = [key for key in keys if key in records]
    if any(records[key].get("customer_id") != args.customer_id for key in present):
        return rejected("mutation.wrong_customer")
    changes: dict[RecordKey, Body | None] = dict.fromkeys(present)
    return applied(changes)


WISHLIST_ADD = Mutation("wishlist.add", 1, WishlistAddArgs, _add_touches, _add, _add_creates)
WISHLIST_REMOVE = Mutation("wishlist.remove", 1, WishlistRemoveArgs, _remove_touches, _remove)
