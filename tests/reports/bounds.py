"""The highest value that a sum of counts can have for all that is known of them: linear programming by the simplex.

Two phases on a tableau of floats; the smallest index enters and leaves, so that it cannot go in circles (Bland, "New
finite pivoting rules for the simplex method", 1977).
"""

from collections.abc import Iterable, Sequence
from typing import Final

_NIL: Final = 1e-7

Sum = frozenset[int]
"""Which counts are added up."""


class Knowledge:
    """Equations between counts that are 0 or more.

    `equal`: sums and what they come to; `least`: sums and what they come to at least.
    """

    def __init__(self, counts: int, equal: Iterable[tuple[Sum, int]], least: Iterable[tuple[Sum, int]]) -> None:
        bounded = list(dict.fromkeys(least))
        given = list(dict.fromkeys(equal))
        self._columns = counts + len(bounded)
        rows = [self._row(cells, value) for cells, value in given]
        for place, (cells, value) in enumerate(bounded):
            row = self._row(cells, value)
            row[counts + place] = -1.0
            rows.append(row)
        self._rows, self._basis = self._start(rows)

    def _row(self, cells: Sum, value: int) -> list[float]:
        row = [0.0] * (self._columns + 1)
        for cell in cells:
            row[cell] = 1.0
        row[-1] = float(value)
        return row

    def _start(self, rows: list[list[float]]) -> tuple[list[list[float]], list[int]]:
        """A first solution, found with a helping column for each row."""
        helped = [
            [*row[:-1], *(1.0 if other == place else 0.0 for other in range(len(rows))), row[-1]]
            for place, row in enumerate(rows)
        ]
        basis = [self._columns + place for place in range(len(rows))]
        goal = [-sum(row[place] for row in rows) for place in range(self._columns + 1)]
        goal = [*goal[:-1], *([0.0] * len(rows)), goal[-1]]
        left = _improve(helped, basis, goal, usable=self._columns + len(rows))
        assert abs(left) < _NIL, "what is known contradicts itself"
        for place in range(len(helped)):
            if basis[place] >= self._columns:
                entering = next((one for one in range(self._columns) if abs(helped[place][one]) > _NIL), None)
                if entering is not None:
                    _pivot(helped, basis, None, place, entering)
        kept = [place for place in range(len(helped)) if basis[place] < self._columns]
        return [[*helped[one][: self._columns], helped[one][-1]] for one in kept], [basis[one] for one in kept]

    def highest(self, cells: Sum) -> float:
        """The most that the counts can come to together."""
        return self._best(cells, -1.0)

    def lowest(self, cells: Sum) -> float:
        """The least that the counts can come to together."""
        return -self._best(cells, 1.0)

    def _best(self, cells: Sum, weight: float) -> float:
        rows, basis = [list(row) for row in self._rows], list(self._basis)
        goal = [weight if one in cells else 0.0 for one in range(self._columns)] + [0.0]
        for place, column in enumerate(basis):
            if goal[column]:
                factor = goal[column]
                goal = [value - factor * other for value, other in zip(goal, rows[place], strict=True)]
        return _improve(rows, basis, goal, usable=self._columns)


def _improve(rows: list[list[float]], basis: list[int], goal: list[float], *, usable: int) -> float:
    """The goal's best value; `rows` and `basis` are those of a solution that has it. Unbounded: infinity."""
    while True:
        entering = next((one for one in range(usable) if goal[one] < -_NIL), None)
        if entering is None:
            return goal[-1]
        ratios = [
            (row[-1] / row[entering], basis[place], place) for place, row in enumerate(rows) if row[entering] > _NIL
        ]
        if not ratios:
            return float("inf")
        least = min(ratio for ratio, _, _ in ratios)
        _, place = min((column, place) for ratio, column, place in ratios if ratio <= least + _NIL)
        _pivot(rows, basis, goal, place, entering)


def _pivot(rows: list[list[float]], basis: list[int], goal: list[float] | None, place: int, entering: int) -> None:
    pivot = rows[place][entering]
    chosen = rows[place] = [value / pivot for value in rows[place]]
    for row in (*(rows[other] for other in range(len(rows)) if other != place), *([goal] if goal is not None else [])):
        _subtract(row, row[entering], chosen)
    basis[place] = entering


def _subtract(row: list[float], factor: float, other: Sequence[float]) -> None:
    if factor:
        for place, value in enumerate(other):
            if value:
                row[place] -= factor * value
