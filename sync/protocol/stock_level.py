"""What of a stock level may be promised: one rule for the server, which decides, and for the screens, which show it.

A store's own level carries `held` where pieces are held for customers there. Only the server writes it; a commerce
platform knows nothing of our holds, so an import's level comes without it and gets it again (`central_api.holds`).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from sync.protocol.times import from_wire

HELD: Final = "held"
"""The field of a store's own level: pieces held for customers, or collected and not counted since."""


def reserved_pieces(level: Mapping[str, Any]) -> int:
    """Pieces on hand that may not be promised: what the platform has reserved, and what is held here."""
    return max(0, level.get("reserved") or 0) + max(0, level.get(HELD) or 0)


def free_pieces(level: Mapping[str, Any]) -> int:
    """Pieces that may be promised, never below nothing."""
    return max(0, (level.get("on_hand") or 0) - reserved_pieces(level))


_counted_at = lru_cache(maxsize=256)(from_wire)
"""A million levels of one import have a handful of times."""


def is_counted_later(level: Mapping[str, Any], as_of: str) -> bool:
    """Whether this level was counted after `as_of` (wire text)."""
    later: str = level["as_of"]
    return later != as_of and _counted_at(later) > _counted_at(as_of)
