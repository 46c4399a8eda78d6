"""What time a device takes it to be, for what leaves it by age while nobody can be asked.

Its own clock may be wrong by years: set by hand, or its battery empty. So time goes on with the clock, but never back,
and never by more than MOST_APART at once: what would leave by a leap of years could not be brought back offline, and by
thirty days too early little goes (the central API's day's work takes the same). The server's word sets it right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MOST_APART: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """`clock_at`: what the device's clock said; `time_at`: what time that was taken for."""

    clock_at: datetime
    time_at: datetime


def time_of(clock_at: datetime, before: Reckoned | None) -> datetime:
    """What time it is where the clock says `clock_at`, given when it was last looked at. None: as the clock says."""
    if before is None:
        return clock_at
    passed = clock_at - before.clock_at
    return before.time_at + min(max(passed, timedelta(0)), MOST_APART)
