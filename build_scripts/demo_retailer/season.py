"""When people buy: days by weekday and season, hours by channel, and counts by a Poisson process."""

import math
from bisect import bisect
from datetime import date, timedelta
from itertools import accumulate
from random import Random

EID = (date(2024, 4, 10), date(2025, 3, 31), date(2026, 3, 21), date(2027, 3, 10))
WEEKDAYS = (0.8, 0.78, 0.84, 0.9, 1.12, 1.55, 1.5)
STORE_HOURS = {10: 4, 11: 6, 12: 9, 13: 9, 14: 6, 15: 7, 16: 9, 17: 11, 18: 12, 19: 14, 20: 9}
WEB_HOURS = {
    6: 1,
    7: 3,
    8: 4,
    9: 5,
    10: 5,
    11: 5,
    12: 8,
    13: 6,
    14: 4,
    15: 4,
    16: 5,
    17: 5,
    18: 7,
    19: 11,
    20: 14,
    21: 13,
    22: 8,
}
_MOST = 40


def poisson(random: Random, mean: float) -> int:
    """A count around the mean (Knuth, The Art of Computer Programming 2, 3.4.1); at most 40."""
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit and count < _MOST:
        product *= random.random()
        count += 1
    return count


def busyness(on: date, *, online: bool) -> float:
    """How much is bought on that day against an average one."""
    factor = 1.0 if online else WEEKDAYS[on.weekday()]
    for feast in EID:
        days = (feast - on).days
        if 1 <= days <= 24:
            factor *= 2.4 if days <= 14 else 1.7
        elif -3 <= days <= 0:
            factor *= 0.35
    if on.month == on.day and on.month >= 9:
        factor *= {9: 1.6, 10: 1.9, 11: 2.8, 12: 4.2}[on.month] if online else 1.2
    if on.month == 12 and on.day >= 15:
        factor *= 1.5
    if on.month == 8 and 14 <= on.day <= 18:
        factor *= 1.3
    if on.day >= 25:
        factor *= 1.25
    return factor


class Season:
    """Days between two dates, drawn by how busy they are."""

    def __init__(self, first: date, last: date, *, online: bool) -> None:
        self._days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
        self._upto = list(accumulate(busyness(on, online=online) for on in self._days))

    def a_day(self, random: Random, *, since: date) -> date:
        """A day not before `since`."""
        start = bisect(self._days, since - timedelta(days=1))
        floor = self._upto[start - 1] if start else 0.0
        drawn = floor + random.random() * (self._upto[-1] - floor)
        return self._days[min(bisect(self._upto, drawn), len(self._days) - 1)]


def a_clock(random: Random, *, online: bool) -> str:
    """A time of day as `hh:mm`."""
    hours = WEB_HOURS if online else STORE_HOURS
    hour = random.choices(tuple(hours), weights=tuple(hours.values()))[0]
    return f"{hour:02d}:{random.randint(0, 59):02d}"
