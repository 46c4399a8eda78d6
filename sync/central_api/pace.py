"""How often something may be done: so many times at once, from then on once in a while; one moment is all that is kept.

The generic cell rate algorithm (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sync.protocol.addresses import counted_as

MAX_ADDRESSES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """`at_once` times, then once in each `one_every`. Kept is when all so far would have been done at that pace."""

    at_once: int
    one_every: timedelta

    def wait_s(self, until: datetime | None, now: datetime) -> int:
        """Whole seconds until once more is allowed; 0 where it is allowed now."""
        too_soon = self._counted(until, now) - now - (self.at_once - 1) * self.one_every
        return max(0, ceil(too_soon.total_seconds()))

    def after_one_more(self, until: datetime | None, now: datetime) -> datetime:
        """What is to be kept once it was done now."""
        return self._counted(until, now) + self.one_every

    def _counted(self, until: datetime | None, now: datetime) -> datetime:
        # Further off than any pace leads to: the clock was set back.
        if until is None or until < now or until - now > 2 * self.at_once * self.one_every:
            return now
        return until


class PaceOfAddresses:
    """The pace of each address, in this process's memory, of the latest MAX_ADDRESSES."""

    def __init__(self, pace: Pace, *, refused: Callable[[int], Exception]) -> None:
        self._pace = pace
        self._refused = refused
        self._until: OrderedDict[str, datetime] = OrderedDict()

    def refuse_hasty(self, address: str, now: datetime) -> None:
        """Nothing; raises `refused(seconds)` where the address has to wait."""
        wait_s = self._pace.wait_s(self._until.get(counted_as(address)), now)
        if wait_s:
            raise self._refused(wait_s)

    def count(self, address: str, now: datetime) -> None:
        """One more."""
        key = counted_as(address)
        self._until[key] = self._pace.after_one_more(self._until.pop(key, None), now)
        if len(self._until) > MAX_ADDRESSES:
            self._until.popitem(last=False)
