"""What was refused or merged, and conflicts: what was typed, what came of it, and settling it."""

from collections.abc import Mapping
from typing import Any, Final

from clienteling.domain.errors import NotFound
from clienteling.domain.views import AttentionItem, ConflictView
from clienteling.store.outbox import AttentionEntry
from clienteling.store.queries_attention import conflict_views, names_of, open_conflicts
from clienteling.store.replica import LocalStore
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import Clock, from_wire

CONFLICT_OPEN: Final = "conflict.open"
_MAY_BE_ACCEPTED_LATER: Final = frozenset(
    {"mutation.failed", "mutation.missing", "mutation.order_unknown", "mutation.unknown", "mutation.unknown_field"}
)
"""Refusals whose reason may be gone: the server was ill or older, or did not have the record yet."""


def needs_attention(store: LocalStore) -> tuple[AttentionItem, ...]:
    """Entries in the order they were refused or merged, then conflicts that are not about one of them."""
    entries = store.attention()
    with store.reading() as connection:
        conflicts = open_conflicts(connection)
        listed = {one.entry.uuid for one in entries}
        others = [one for one in conflicts if one.get("entry_uuid") not in listed]
        customer_ids = [
            *(one.entry.args.get("customer_id") for one in entries),
            *(one["customer_id"] for one in others),
        ]
        people = names_of(connection, Kind.CUSTOMER, customer_ids)
        products = names_of(connection, Kind.PRODUCT, [one.entry.args.get("product_id") for one in entries])
        lost = {one.id: one for one in conflict_views(connection, conflicts)}
    by_entry = [(one.get("entry_uuid"), lost[one["id"]]) for one in conflicts]
    return (
        *(
            _entry_item(one, people, products, lost=tuple(view for uuid, view in by_entry if uuid == one.entry.uuid))
            for one in entries
        ),
        *(_conflict_item(one, people, lost[one["id"]]) for one in others),
    )


def settle_attention(store: LocalStore, item_id: str, *, author_id: str, now: Clock) -> None:
    """Take an item off the list: an entry here, a conflict for everybody. Raises NotFound where it is gone already."""
    settled = store.settle(item_id)
    with store.reading() as connection:
        conflicts = [one for one in open_conflicts(connection) if item_id in (one["id"], one.get("entry_uuid"))]
    for one in conflicts:
        args = {"conflict_id": one["id"], "customer_id": one["customer_id"]}
        store.write("conflict.settle", 1, args, actor=author_id, at=now())
    if not settled and not conflicts:
        raise NotFound("attention.gone")


def retry_attention(store: LocalStore, item_id: str, *, author_id: str, now: Clock) -> None:
    """Send a refused entry once more, as it was written, and take the refused one off the list.

    Raises NotFound where the entry is gone already.
    """
    refused = next((one for one in store.attention() if one.entry.uuid == item_id), None)
    if refused is None:
        raise NotFound("attention.gone")
    again = refused.entry
    store.write(again.name, again.version, again.args, actor=author_id, at=now())
    store.settle(item_id)


def _entry_item(
    one: AttentionEntry, people: Mapping[str, str], products: Mapping[str, str], *, lost: tuple[ConflictView, ...]
) -> AttentionItem:
    customer_id = str(one.entry.args.get("customer_id") or "")
    return AttentionItem(
        id=one.entry.uuid,
        customer_id=customer_id,
        customer_name=people.get(customer_id, ""),
        action=one.entry.name,
        code=one.code or f"mutation.{one.verdict}",
        typed=_typed(one.entry.name, one.entry.args, products),
        at=from_wire(one.entry.at),
        about=_about(one.entry.name, one.entry.args),
        lost=lost,
        may_retry=one.code in _MAY_BE_ACCEPTED_LATER and customer_id in people,
    )


def _conflict_item(one: Body, people: Mapping[str, str], lost: ConflictView) -> AttentionItem:
    return AttentionItem(
        id=one["id"],
        customer_id=one["customer_id"],
        customer_name=people.get(one["customer_id"], ""),
        action="preference.set" if lost.preference else "contact.edit",
        code=CONFLICT_OPEN,
        typed="",
        at=None,
        lost=(lost,),
    )


def _about(name: str, args: Mapping[str, Any]) -> str:
    """Which consent or which preference."""
    match name:
        case "consent.record":
            return f"consent.{args.get('purpose')}_{args.get('channel')}"
        case "preference.set":
            return f"preference.{args.get('key')}"
        case _:
            return ""


def _typed(name: str, args: Mapping[str, Any], products: Mapping[str, str]) -> str:
    """What the person had written, as far as words go."""
    match name:
        case "note.write":
            return str(args.get("text", ""))
        case "order.claim":
            return str(args.get("number", ""))
        case "wishlist.add" | "hold.request" | "hold.cancel" | "hold.collect":
            return products.get(str(args.get("product_id")), "")
        case "preference.set":
            return str((args.get("value") or ("", ""))[1] or "")
        case "contact.edit":
            edits = args.get("fields") or {}
            shown = (str(edits[field][1] or "") for field in sorted(edits) if field != "phone_typed")
            return ", ".join(one for one in shown if one)
        case _:
            return ""
