"""How hard a history is on everybody, and what it did and survived."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tests.support.shops import Fault

_FAULTS: Final = [fault for fault in Fault if fault is not Fault.NONE]


PAGES: Final = (2, 5, 1_000, 1_000)
"""How many rows a page may have."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard a history is on everybody. Shares are chances from 0 to 1; a part of the faults, so that some meet."""

    steps: int
    faults: tuple[Fault, ...]
    fault_share: float
    crash_share: float
    meanwhile_share: float
    news_share: float
    page_rows: int
    weights: dict[str, int]

    @classmethod
    def drawn(cls, random: Random, steps: int, names: Iterable[str]) -> "Plan":
        disasters = random.sample(sorted(names), k=random.randrange(1, 6))
        everyday = {"write": 10, "sync": 8, "import": 2, "land_late": 1, "settle": 1, "news": 3}
        return cls(
            steps=random.randrange(steps // 2, steps + 1),
            faults=tuple(random.sample(_FAULTS, k=random.randrange(1, 5))),
            fault_share=random.choice((0.0, 0.1, 0.3)),
            crash_share=random.choice((0.0, 0.0, 0.03, 0.1)),
            meanwhile_share=random.choice((0.0, 0.1, 0.3)),
            news_share=random.choice((0.0, 0.3)),
            page_rows=random.choice(PAGES),
            weights=everyday | dict.fromkeys(disasters, 2),
        )


@dataclass(slots=True)
class Counts:
    """What a history did and survived."""

    histories: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    requests: int = 0

    def add(self, other: "Counts") -> None:
        self.histories += other.histories
        self.operations += other.operations
        self.faults += other.faults
        self.entries += other.entries
        self.requests += other.requests
