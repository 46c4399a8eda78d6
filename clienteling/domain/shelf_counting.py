"""How often labels were scanned and what came of it, counted in memory by store, hour and source, and never by whom.

A program counts for itself and tells the totals of an hour now and then, each time with everything of that hour; what
was counted since it told last is lost with the program, which figures can bear and a visitor's wait could not.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_LABELS: Final = 1_000
"""In one hour of a store; further labels of it are not counted."""


@dataclass(frozen=True, slots=True)
class HourTotals:
    """Everything this program counted at a store in the hour that begins at `hour`: {GTIN: {action: how often}}."""

    store_id: str
    hour: datetime
    source: str
    counts: dict[str, dict[str, int]]


_Hour = tuple[str, datetime, str]


class ShelfCounter:
    """Counts. Thread-safe."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._hours: dict[_Hour, dict[str, dict[str, int]]] = {}
        self._untold: set[_Hour] = set()

    def count(self, store_id: str, gtins: Sequence[str], action: str, *, source: str) -> None:
        """Count the action once for each label."""
        at = self._now().replace(minute=0, second=0, microsecond=0)
        with self._lock:
            labels = self._hours.setdefault((store_id, at, source), {})
            for gtin in gtins:
                if gtin not in labels and len(labels) >= MOST_LABELS:
                    continue
                actions = labels.setdefault(gtin, {})
                actions[action] = actions.get(action, 0) + 1
                self._untold.add((store_id, at, source))

    def untold(self) -> tuple[HourTotals, ...]:
        """The hours in which something was counted that `told` has not been called for."""
        with self._lock:
            return tuple(
                HourTotals(*hour, {gtin: dict(actions) for gtin, actions in self._hours[hour].items()})
                for hour in sorted(self._untold)
            )

    def told(self, totals: HourTotals) -> None:
        """These totals are kept elsewhere. Of an hour that is over nothing is remembered then."""
        hour = totals.store_id, totals.hour, totals.source
        this_hour = self._now().replace(minute=0, second=0, microsecond=0)
        with self._lock:
            if self._hours.get(hour) != totals.counts:
                return
            self._untold.discard(hour)
            if totals.hour < this_hour:
                del self._hours[hour]
