"""What a person had typed, told again from a mutation's args when it was refused or merged."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

_NOT_TYPED: Final = frozenset({"phone_typed", "assignee_id", "associate_id"})
"""Fields told by another one: a number as it is kept, and the name of whom an id means."""


def typed_in(name: str, args: Mapping[str, Any], products: Mapping[str, str]) -> str:
    """The words, "" where there are none; `products`: names by id."""
    match name:
        case "note.write" | "note.revise":
            return _text(args, "text")
        case "order.claim":
            return _text(args, "number")
        case "wishlist.add" | "hold.request" | "hold.cancel" | "hold.collect":
            return products.get(_text(args, "product_id"), "")
        case "handover.attach":
            return _joined(products.get(product_id, "") for product_id in product_ids(args))
        case "preference.set":
            return str((args.get("value") or ("", ""))[1] or "")
        case "contact.edit" | "follow_up.edit" | "appointment.edit":
            edits = args.get("fields") or {}
            return _joined(_day_first(str(edits[field][1] or "")) for field in sorted(edits) if field not in _NOT_TYPED)
        case "follow_up.create":
            return _joined((_text(args, "subject"), _day_first(_text(args, "due_on")), _text(args, "assignee_name")))
        case "follow_up.finish":
            return _text(args, "outcome")
        case "appointment.book":
            when = _day_first(_text(args, "local_date")), _text(args, "local_time")
            return _joined((_text(args, "subject"), *when, _text(args, "associate_name")))
        case "interaction.log":
            return _text(args, "summary")
        case _:
            return ""


def product_ids(args: Mapping[str, Any]) -> tuple[str, ...]:
    """The products an entry is about, in its order."""
    items = args.get("items")
    goods = [one.get("product_id") for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    return tuple(str(one) for one in (args.get("product_id"), *goods) if one)


def _text(args: Mapping[str, Any], field: str) -> str:
    return str(args.get(field) or "")


def _joined(words: Any) -> str:
    return ", ".join(one for one in words if one)


def _day_first(text: str) -> str:
    """`25-11-2026` for a day as it is kept, the way it is written on forms; anything else unchanged."""
    try:
        return f"{date.fromisoformat(text):%d-%m-%Y}"
    except ValueError:
        return text
