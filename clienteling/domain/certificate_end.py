"""When people are told that the certificate of the customer's page ends: a month before, as its makers remind them."""

from datetime import datetime, timedelta
from typing import Final

ENDS_SOON: Final = timedelta(days=30)


def ends_soon(ends_at: datetime, at: datetime) -> bool:
    """Whether it is time to renew it."""
    return ends_at - at <= ENDS_SOON


def days_left(ends_at: datetime, at: datetime) -> int:
    """Whole days until the end, never less than 0."""
    return max(0, (ends_at - at).days)
