"""A rate with the interval it may be shown with."""

from math import sqrt
from typing import Final

from clienteling.domain.views import Rate

LEAST_FOR_A_RATE: Final = 30
"""Of fewer a rate says nothing yet."""

_Z: Final = 1.959963984540054
"""Two-sided 95 %."""


def rate_of(hits: int, of: int) -> Rate | None:
    """The rate with its Wilson 95 % interval; None where there are too few to say.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927; as recommended by
    Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", 2001. `hits` above `of` count as all.
    """
    if of < LEAST_FOR_A_RATE:
        return None
    share = min(hits, of) / of
    spread = _Z * sqrt(share * (1 - share) / of + (_Z / (2 * of)) ** 2)
    middle, scale = share + _Z**2 / (2 * of), 1 + _Z**2 / of
    return Rate(min(hits, of), of, max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))
