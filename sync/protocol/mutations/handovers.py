"""handover.make@1 and handover.attach@1: a list saved at the shelf, and what becomes of it.

A visitor makes one without a name and without an account, so nobody is its author; a server makes the same record by
itself. An associate gives it to a customer who agrees that it is kept: the goods come to the wishlist, the agreement
into an interaction, and the code is used up. Where two people take one code without a network, the first to arrive
stands and the other entry is refused whole.
"""

from typing import Annotated, Final

from pydantic import Field

from sync.protocol.bodies.base import Moment, Short
from sync.protocol.bodies.handovers import MAX_SAVED, HandoverBody, HandoverCode, SavedItem
from sync.protocol.bodies.people import WishlistItemBody
from sync.protocol.bodies.serving import InteractionBody
from sync.protocol.kinds import Body, Kind, RecordKey
from sync.protocol.mutations.base import APPLIED, Args, Entry, Mutation, Outcome, Records, applied, made, rejected
from sync.protocol.wire import Id

_MADE_ONCE: Final = ("code", "store_id", "made_at")


class HandoverMakeArgs(Args):
    handover_id: Id
    code: HandoverCode
    store_id: Id
    items: Annotated[list[SavedItem], Field(min_length=1, max_length=MAX_SAVED)]
    made_at: Moment
    expires_at: Moment


class AttachedItem(SavedItem):
    """One of the goods, with the id it gets on the wishlist."""

    item_id: Id


class HandoverAttachArgs(Args):
    """`items`: those the customer wants to keep, without what is on their wishlist already. `agreed_text`: as in
    InteractionBody; an entry without it is not valid."""

    handover_id: Id
    interaction_id: Id
    customer_id: Id
    store_id: Id
    items: Annotated[list[AttachedItem], Field(max_length=MAX_SAVED)]
    agreed_text: Annotated[Short, Field(min_length=1)]
    place_name: Short = ""
    author_name: Short = ""
    at: Moment


def _made_key(args: HandoverMakeArgs) -> RecordKey:
    return RecordKey(Kind.HANDOVER, args.handover_id)


def _make_touches(args: HandoverMakeArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return (_made_key(args),)


def _make(records: Records, args: HandoverMakeArgs, entry: Entry) -> Outcome:
    new = HandoverBody(
        id=args.handover_id,
        code=args.code,
        store_id=args.store_id,
        items=args.items,
        made_at=args.made_at,
        expires_at=args.expires_at,
    ).to_body()
    there = records.get(_made_key(args))
    if there is not None:
        return APPLIED if all(there.get(name) == new[name] for name in _MADE_ONCE) else rejected("mutation.id_taken")
    return applied({_made_key(args): new})


def _interaction_key(args: HandoverAttachArgs) -> RecordKey:
    return RecordKey(Kind.INTERACTION, args.interaction_id)


def _attach_touches(args: HandoverAttachArgs, entry: Entry) -> tuple[RecordKey, ...]:
    return (
        RecordKey(Kind.CUSTOMER, args.customer_id),
        RecordKey(Kind.HANDOVER, args.handover_id),
        _interaction_key(args),
        *(RecordKey(Kind.WISHLIST_ITEM, item.item_id) for item in args.items),
    )


def _attach(records: Records, args: HandoverAttachArgs, entry: Entry) -> Outcome:
    """A list that is gone meanwhile does not stand in the way: what the customer agreed to is in the entry."""
    served = made(records, _interaction_key(args), args.customer_id, lambda: _interaction(args, entry))
    if not served.changes:
        return served
    key = RecordKey(Kind.HANDOVER, args.handover_id)
    handover = records.get(key)
    if handover is not None and handover.get("attached_by") not in (None, args.interaction_id):
        return rejected("mutation.handover_used")
    changes: dict[RecordKey, Body | None] = dict(served.changes)
    for item in args.items:
        wished = made(
            records,
            RecordKey(Kind.WISHLIST_ITEM, item.item_id),
            args.customer_id,
            lambda item=item: _wish(args, item, entry),  # type: ignore[misc]  # mypy cannot see the default
        )
        if wished.code is not None:
            return wished
        changes.update(wished.changes)
    if handover is not None:
        changes[key] = {
            **handover,
            "attached_by": args.interaction_id,
            "attached_at": args.at,
            "author_name": args.author_name,
        }
    return applied(changes)


def _interaction(args: HandoverAttachArgs, entry: Entry) -> InteractionBody:
    return InteractionBody(
        id=args.interaction_id,
        customer_id=args.customer_id,
        store_id=args.store_id,
        associate_id=entry.actor or "",
        associate_name=args.author_name,
        at=args.at,
        channel="store",
        direction="in",
        handover_id=args.handover_id,
        agreed_text=args.agreed_text,
    )


def _wish(args: HandoverAttachArgs, item: AttachedItem, entry: Entry) -> WishlistItemBody:
    return WishlistItemBody(
        id=item.item_id,
        customer_id=args.customer_id,
        product_id=item.product_id,
        variant_id=item.variant_id,
        added_at=args.at,
        channel=args.place_name,
        added_by=entry.actor or "",
        store_id=args.store_id,
    )


HANDOVER_MAKE = Mutation("handover.make", 1, HandoverMakeArgs, _make_touches, _make, _made_key, made_by_visitor=True)
HANDOVER_ATTACH = Mutation("handover.attach", 1, HandoverAttachArgs, _attach_touches, _attach, _interaction_key)
