"""Lists that visitors saved in this store, as far as they have come to this device. There are those of two days."""

from datetime import datetime

from sqlalchemy import Connection

from clienteling.catalogue.fields import moment
from clienteling.domain.views import HandoverView, SavedGood, VariantView
from clienteling.store.queries_product import product_view
from clienteling.store.queries_records import all_bodies, body
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind


def find_handover(connection: Connection, code: str) -> str | None:
    """The id of the newest list under this code, None where there is none."""
    found = [one for one in all_bodies(connection, Kind.HANDOVER) if one.get("code") == code]
    return max(found, key=lambda one: str(one.get("made_at")))["id"] if found else None


def count_waiting(connection: Connection, *, now: datetime) -> int:
    """How many lists somebody may still take over."""
    lists = all_bodies(connection, Kind.HANDOVER)
    return sum(not one.get("attached_at") and now < (moment(one, "expires_at") or EPOCH) for one in lists)


def is_taken(connection: Connection, code: str) -> bool:
    """Whether the newest list under this code was taken over; False where there is none."""
    found = body(connection, Kind.HANDOVER, find_handover(connection, code))
    return found is not None and bool(found.get("attached_at"))


def handover_view(connection: Connection, handover_id: str, *, now: datetime) -> HandoverView | None:
    """The list with prices and stock of now; None where it is not on this device."""
    found = body(connection, Kind.HANDOVER, handover_id)
    if found is None:
        return None
    return HandoverView(
        id=handover_id,
        code=found.get("code", ""),
        goods=tuple(_good(connection, item, now) for item in found.get("items") or ()),
        made_at=moment(found, "made_at") or EPOCH,
        expires_at=moment(found, "expires_at") or EPOCH,
        attached_at=moment(found, "attached_at"),
        attached_by=found.get("author_name", ""),
    )


def _good(connection: Connection, item: Body, now: datetime) -> SavedGood:
    product_id, variant_id = item.get("product_id", ""), item.get("variant_id")
    product = product_view(connection, product_id, now=now)
    if product is None:
        return SavedGood(product_id, variant_id, "", "", None)
    variant: VariantView | None = next((one for one in product.variants if one.id == variant_id), None)
    if variant is None and len(product.variants) == 1:
        variant = product.variants[0]
    picture = (variant.picture if variant is not None else "") or next(iter(product.pictures), "")
    return SavedGood(product_id, variant_id, product.name, picture, variant)
