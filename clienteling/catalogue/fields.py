"""Parts of bodies that are read again and again: times, a product's variants, options and pictures."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sync.protocol.kinds import Body
from sync.protocol.times import from_wire

_parsed: Final = lru_cache(maxsize=1_024)(from_wire)
"""The levels of one count have one time."""


def moment(found: Mapping[str, Any], field: str) -> datetime | None:
    """The time in that field, or None where there is none that can be read."""
    text = found.get(field)
    try:
        return _parsed(text) if text else None
    except (ValueError, TypeError):
        return None


def variants_in_order(product: Body) -> list[Body]:
    """The product's variants as the platform orders them."""
    return sorted(product.get("variants") or (), key=lambda variant: variant.get("position") or 0)


def find_variant(product: Body, variant_id: str | None) -> Body:
    """The variant's part of the product's body, {} where there is none."""
    return next((one for one in product.get("variants", ()) if one.get("id") == variant_id), {})


def option_values(product: Body, variant: Body) -> tuple[str, ...]:
    """The variant's options in the product's order (`M`, `Putih`)."""
    options: dict[str, str] = variant.get("options") or {}
    names = [*(product.get("option_names") or ()), *options]
    return tuple(options[name] for name in dict.fromkeys(names) if options.get(name))


def picture_of(product: Body, variant: Body) -> str:
    """The variant's picture, else the product's first, else ""."""
    pictures = product.get("pictures") or ()
    return variant.get("picture") or (pictures[0].get("url", "") if pictures else "")
