"""How long a device lets people in without having heard of its server: from it alone it learns that somebody left, or
that it was revoked.

The last sync is known from the encrypted store, which nobody changes without its key. So a clock set to before it shows
itself; one that stands still is caught by nothing but the next sync.
"""

from datetime import datetime, timedelta
from typing import Final

from clienteling.domain.errors import LeaseEnded

MOST_HOURS: Final = 72
CLOCKS_DIFFER_BY: Final = timedelta(minutes=15)
"""Between two readings of a clock that is corrected meanwhile."""


def refuse_ended(synced_at: datetime | None, now: datetime, *, hours: int = MOST_HOURS) -> None:
    """Raises LeaseEnded where the last sync is more than `hours` ago, or lies ahead, or never was."""
    if synced_at is None:
        raise LeaseEnded("sign_in.never_synced")
    if now < synced_at - CLOCKS_DIFFER_BY:
        raise LeaseEnded("sign_in.clock_set_back")
    if now - synced_at > timedelta(hours=hours):
        raise LeaseEnded(count=hours)
