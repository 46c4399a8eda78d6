"""No number under 10 is shown, nor can one be worked out from what is.

Counts under LEAST are merged upwards (label, product, category, the rest; hour, part of the day, day). Where what is
left over would itself be under 10, the smallest of those that may be shown goes with it: complementary suppression,
for else the total less the rest would give it away (Cox, "Suppression methodology and statistical disclosure control",
1980). Zero is told: that nobody scanned a label is on no visitor.

Who looks at 7 days and then at 28 can subtract. So every cell carries its counts by ring (the newest 7 days, the 21
before those, the 62 before those), a span is held to what lies between it and the next longer one too, and shows
nothing apart that the longer one puts together.

Whoever knows which labels were scanned at all (the others are listed as unscanned) knows that each cell of a group is
1 or more. A group of m cells is therefore safe from LEAST + m - 1 on: each of them might still be LEAST.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

LEAST: Final = 10

Rings = tuple[int, ...]
"""A cell's counts, the newest days first."""

Window = tuple[int, int]
"""Rings from, to (excluded)."""


def windows_of(span: int, longer: int | None) -> tuple[Window, ...]:
    """What the span of the rings up to `span` tells: itself, and what lies between it and the next longer one shown."""
    itself = (0, span + 1)
    return (itself,) if longer is None else (itself, (span + 1, longer + 1))


def total(cells: Iterable[Rings], window: Window) -> int:
    """The cells' counts within the window."""
    return sum(sum(cell[window[0] : window[1]]) for cell in cells)


def is_safe(cells: Collection[Rings], windows: Sequence[Window]) -> bool:
    """Whether the cells' number together may be shown, though it is known which of them are zero in it."""
    return all(_safe_within(cells, window) for window in windows)


def _safe_within(cells: Collection[Rings], window: Window) -> bool:
    counts = [count for cell in cells if (count := sum(cell[window[0] : window[1]]))]
    return not counts or sum(counts) >= LEAST + len(counts) - 1


def added(cells: Iterable[Rings]) -> Rings:
    """One cell of all of them together; () of none."""
    return tuple(map(sum, zip(*cells, strict=True)))


@dataclass(frozen=True, slots=True)
class Tree:
    """Cells under a common name; a cell itself is a tree whose rest it is.

    What a tree tells is how many there are in all, in each of `parts`, and in the cells of `rest` together.
    """

    name: str
    parts: tuple["Tree", ...] = ()
    rest: Mapping[str, Rings] = field(default_factory=dict)

    def cells(self) -> dict[str, Rings]:
        """Every cell in it, by name."""
        found = dict(self.rest)
        for part in self.parts:
            found.update(part.cells())
        return found


def grown(cells: Mapping[tuple[str, ...], Rings], name: str = "") -> Tree:
    """The tree of cells by their paths of names, all equally long; the last name is the cell's own."""
    if set(cells) == {()}:
        return Tree(name, rest={name: cells[()]})
    below: dict[str, dict[tuple[str, ...], Rings]] = {}
    for path, cell in cells.items():
        below.setdefault(path[0], {})[path[1:]] = cell
    return Tree(name, tuple(grown(inside, inner) for inner, inside in below.items()))


def merged_upwards(tree: Tree, windows: Sequence[Window]) -> Tree:
    """The tree with all that must not be told apart in the rest of what it is in. `tree` as a whole is safe."""
    safe, rest = [], dict(tree.rest)
    for part in tree.parts:
        if is_safe(part.cells().values(), windows):
            safe.append(part)
        else:
            rest |= part.cells()
    safe.sort(key=lambda part: -total(part.cells().values(), windows[0]))
    while safe and not is_safe(rest.values(), windows):
        rest |= safe.pop().cells()
    return Tree(tree.name, tuple(merged_upwards(part, windows) for part in safe), rest)


def may_be_split(
    groups: Mapping[str, Collection[str]],
    columns: tuple[Mapping[str, Rings], Mapping[str, Rings]],
    windows: Sequence[Window],
    *,
    within: Collection[str],
) -> frozenset[str]:
    """The groups of which both columns can be told, where the number of each group, both columns together, is.

    For columns whose totals are told nowhere: those would give away what is hidden of the others. Nor is there a total
    of which only one group is left. `within`: the cells of groups that the next longer span splits.
    """

    def are_safe(cells: Collection[str]) -> bool:
        return all(is_safe((added(column[one] for one in cells),), windows) for column in columns)

    return frozenset(name for name, cells in groups.items() if set(cells) <= set(within) and are_safe(cells))
