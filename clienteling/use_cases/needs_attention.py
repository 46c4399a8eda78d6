"""What was refused or merged, and conflicts: what was typed, what came of it, and settling it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from clienteling.domain.errors import NotFound
from clienteling.domain.views import AttentionItem, ConflictView
from clienteling.store.outbox import AttentionEntry
from clienteling.store.queries_attention import conflict_views, names_of, open_conflicts, subjects_of
from clienteling.store.replica import LocalStore
from clienteling.use_cases.typed_words import product_ids, typed_in
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
        around = _Around(
            people=names_of(connection, Kind.CUSTOMER, customer_ids),
            products=names_of(
                connection, Kind.PRODUCT, [one for entry in entries for one in product_ids(entry.entry.args)]
            ),
            subjects=subjects_of(
                connection,
                [
                    *((Kind.FOLLOW_UP, str(one.entry.args.get("follow_up_id"))) for one in entries),
                    *((Kind.APPOINTMENT, str(one.entry.args.get("appointment_id"))) for one in entries),
                    *((one.get("record_kind", ""), one.get("record_id", "")) for one in others),
                ],
            ),
        )
        lost = {one.id: one for one in conflict_views(connection, conflicts)}
    by_entry = [(one.get("entry_uuid"), lost[one["id"]]) for one in conflicts]
    return (
        *(
            _entry_item(one, around, lost=tuple(view for uuid, view in by_entry if uuid == one.entry.uuid))
            for one in entries
        ),
        *(_conflict_item(one, around, lost[one["id"]]) for one in others),
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """What is told beside the entries, by id: names of customers and products, subjects of promises and meetings."""

    people: Mapping[str, str]
    products: Mapping[str, str]
    subjects: Mapping[str, str]


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


def _entry_item(one: AttentionEntry, around: _Around, *, lost: tuple[ConflictView, ...]) -> AttentionItem:
    name, args = one.entry.name, one.entry.args
    customer_id = str(args.get("customer_id") or "")
    return AttentionItem(
        id=one.entry.uuid,
        customer_id=customer_id,
        customer_name=around.people.get(customer_id, ""),
        action=name,
        code=one.code or f"mutation.{one.verdict}",
        typed=typed_in(name, args, around.products),
        at=from_wire(one.entry.at),
        about=_about(name, args),
        lost=lost,
        may_retry=one.code in _MAY_BE_ACCEPTED_LATER and customer_id in around.people,
        subject=around.subjects.get(str(args.get("follow_up_id") or args.get("appointment_id") or ""), ""),
    )


_ACTION_OF: Final[Mapping[str, str]] = {
    Kind.PREFERENCE: "preference.set",
    Kind.NOTE: "note.revise",
    Kind.FOLLOW_UP: "follow_up.edit",
    Kind.APPOINTMENT: "appointment.edit",
}
"""What was done to a record of which nothing but a conflict is known here."""


def _conflict_item(one: Body, around: _Around, lost: ConflictView) -> AttentionItem:
    return AttentionItem(
        id=one["id"],
        customer_id=one["customer_id"],
        customer_name=around.people.get(one["customer_id"], ""),
        action=_ACTION_OF.get(lost.record_kind, "contact.edit"),
        code=CONFLICT_OPEN,
        typed="",
        at=None,
        lost=(lost,),
        subject=around.subjects.get(lost.record_id, ""),
    )


def _about(name: str, args: Mapping[str, Any]) -> str:
    """Which consent or preference, which end of a follow-up or an appointment, which way of speaking."""
    match name:
        case "consent.record":
            return f"consent.{args.get('purpose')}_{args.get('channel')}"
        case "preference.set":
            return f"preference.{args.get('key')}"
        case "follow_up.finish":
            return f"follow_up.status_{args.get('status')}"
        case "appointment.close":
            return f"appointment.status_{args.get('status')}"
        case "interaction.log":
            return f"interaction.channel_{args.get('channel')}"
        case _:
            return ""
