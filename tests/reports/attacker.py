"""Somebody who reads every span of the figures, knows the catalogue, and works out what they can of small numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product

from clienteling.domain.views import SPANS, ScannedRow, ShelfDay, ShelfLabel, ShelfReport, Standing, Together
from clienteling.reports.figures import shelf_reports
from clienteling.reports.small_cells import LEAST
from tests.reports.bounds import Knowledge, Sum

TODAY = date(2026, 11, 23)
AS_OF = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SOURCES = ("phone", "tablet")
STRETCHES = (3, 10, 20, 60)
"""How many days ago what happened in each stretch of time did. Spans end between them, and so do the 14 days for which
unscanned labels are listed."""

SPAN_ENDS = (1, 3, 4)
"""The first stretch that is no part of the span of 7, 28 and 90 days."""

UNSCANNED_ENDS = 2
WINDOWS = ((0, 1), (0, 3), (0, 4), (1, 3), (1, 4), (3, 4))
"""Stretches from, to: the spans, and what lies between them."""

Cell = tuple[int, str, bool, int]
"""Label by number, source, whether it was sold out, stretch of time."""


@dataclass(frozen=True)
class World:
    """What happened: `labels` by number; `scans` by cell; `hours` by hour, source and stretch; saved by stretch."""

    labels: tuple[ShelfLabel, ...]
    scans: Mapping[Cell, int]
    hours: Mapping[tuple[int, str, int], int]
    saved: tuple[int, ...]

    def catalogue(self) -> dict[str, ShelfLabel]:
        return {one.gtin: one for one in self.labels}

    def days(self) -> list[ShelfDay]:
        """One day for each stretch."""
        found = []
        for stretch, age in enumerate(STRETCHES):
            counts: dict[tuple[str, str, str], int] = {}
            for (label, source, sold_out, of), number in self.scans.items():
                if of != stretch:
                    continue
                gtin = self.labels[label].gtin
                counts[gtin, source, "scanned"] = counts.get((gtin, source, "scanned"), 0) + number
                if sold_out:
                    key = (gtin, source, "scanned_sold_out")
                    counts[key] = counts.get(key, 0) + number
            counts[self.labels[0].gtin, "phone", "saved"] = self.saved[stretch]
            hours = {(hour, source): number for (hour, source, of), number in self.hours.items() if of == stretch}
            found.append(ShelfDay(TODAY - timedelta(days=age), counts, {}, {}, hours, AS_OF))
        return found

    def reports(self) -> dict[int, ShelfReport]:
        return shelf_reports(self.days(), self.catalogue(), today=TODAY)


Told = tuple[frozenset[Cell], int]


class Attacker:
    """What is known of a world to whoever sees all its reports.

    knows_unscanned  they also know of each label whether it was scanned at all in the last 14 days
    """

    def __init__(self, world: World, *, knows_unscanned: bool) -> None:
        self._world = world
        self._cells: list[Cell] = [
            (label, source, sold_out, stretch)
            for label, source, sold_out, stretch in product(
                range(len(world.labels)), SOURCES, (False, True), range(len(STRETCHES))
            )
        ]
        self._place = {cell: place for place, cell in enumerate(self._cells)}
        reports = world.reports()
        self.told = [one for span, days in enumerate(SPANS) for one in _told(world, reports[days], span)]
        equal = [(self._sum(cells), number) for cells, number in self.told]
        least = []
        for label in range(len(world.labels)) if knows_unscanned else ():
            cells = frozenset(one for one in self._cells if one[0] == label and one[3] < UNSCANNED_ENDS)
            if self._true(cells):
                least.append((self._sum(cells), 1))
            else:
                equal.append((self._sum(cells), 0))
        self._known = Knowledge(len(self._cells), equal, least)

    def _sum(self, cells: frozenset[Cell]) -> Sum:
        return frozenset(self._place[one] for one in cells)

    def _true(self, cells: frozenset[Cell]) -> int:
        return sum(self._world.scans.get(one, 0) for one in cells)

    def given_away(self) -> Iterator[tuple[str, int]]:
        """Numbers under 10 that can be worked out: what, and how many."""
        for name, number, cells in self._small():
            if self._known.highest(cells) - self._known.lowest(cells) < 1:
                yield name, number

    def known_to_be_small(self) -> Iterator[tuple[str, int]]:
        """Numbers under 10 of which it can be told that they are."""
        for name, number, cells in self._small():
            if self._known.highest(cells) < LEAST - 0.5:
                yield name, number

    def _small(self) -> Iterator[tuple[str, int, Sum]]:
        for name, cells in self._numbers():
            number = self._true(cells)
            if 0 < number < LEAST:
                yield name, number, self._sum(cells)

    def _numbers(self) -> Iterator[tuple[str, frozenset[Cell]]]:
        """Every number that a table of what was counted could have."""
        labels = self._world.labels
        of_what = [(f"label {number}", {number}) for number in range(len(labels))]
        for name in sorted({one.product_id for one in labels}):
            of_what.append((f"product {name}", {at for at, one in enumerate(labels) if one.product_id == name}))
        for name in sorted({one.category for one in labels}):
            of_what.append((f"category {name}", {at for at, one in enumerate(labels) if one.category == name}))
        of_what.append(("all", set(range(len(labels)))))
        sides: list[tuple[Sequence[str], Sequence[bool]]] = [(SOURCES, (False, True))]
        sides += [((source,), (False, True)) for source in SOURCES] + [(SOURCES, (sold,)) for sold in (False, True)]
        for (name, wanted), (sources, sold), (begins, ends) in product(of_what, sides, WINDOWS):
            cells = frozenset(
                one
                for one in self._cells
                if one[0] in wanted and one[1] in sources and one[2] in sold and begins <= one[3] < ends
            )
            yield f"{name} {'+'.join(sources)} sold out {sold} stretches {begins}-{ends}", cells


def _told(world: World, report: ShelfReport, span: int) -> Iterator[Told]:
    """Every number of scans in a report, with the cells it is of."""
    if report.standing is not Standing.READY:
        return
    labels = {one.gtin: number for number, one in enumerate(world.labels)}
    cells = frozenset(product(labels.values(), SOURCES, (False, True), range(SPAN_ENDS[span])))
    assert report.scans is not None
    yield cells, report.scans
    if report.by_source is not None:
        yield _of(cells, source="phone"), report.by_source.phone
        yield _of(cells, source="tablet"), report.by_source.tablet
    products = {row.product_id for row in report.rows if row.together is Together.PRODUCT}
    categories = {row.category for row in report.rows if row.together is not Together.REST}
    for row in report.rows:
        wanted = {
            number for gtin, number in labels.items() if _is_in(row, world.catalogue()[gtin], products, categories)
        }
        inside = frozenset(one for one in cells if one[0] in wanted)
        yield inside, row.scans
        if row.sold_out is not None:
            yield frozenset(one for one in inside if one[2]), row.sold_out
        for label in row.labels:
            yield frozenset(one for one in inside if one[0] == labels[label.gtin]), label.scans
        others = wanted - {labels[label.gtin] for label in row.labels}
        if row.together is Together.PRODUCT:
            yield frozenset(one for one in inside if one[0] in others), row.other_labels


def _of(cells: frozenset[Cell], *, source: str) -> frozenset[Cell]:
    return frozenset(one for one in cells if one[1] == source)


def _is_in(row: ScannedRow, label: ShelfLabel, products: set[str], categories: set[str]) -> bool:
    match row.together:
        case Together.PRODUCT:
            return row.product_id == label.product_id
        case Together.CATEGORY | Together.REST_OF_CATEGORY:
            return row.category == label.category and label.product_id not in products
        case Together.REST:
            return label.category not in categories


def hours_known_to_be_small(world: World) -> Iterator[tuple[str, int]]:
    """Numbers of scans by hour, source or both, under 10, of which whoever reads every span can tell that they are."""
    reports = world.reports()
    hours = sorted({hour for hour, _, _ in world.hours})
    cells = list(product(hours, SOURCES, range(len(STRETCHES))))
    place = {cell: number for number, cell in enumerate(cells)}
    equal: list[tuple[Sum, int]] = []
    for span, ends in zip(SPANS, SPAN_ENDS, strict=True):
        report = reports[span]
        for one in report.hours:
            sources: Sequence[str] = (one.source,) if one.source else SOURCES
            for bar in one.bars:
                equal.append((frozenset(place[cell] for cell in product(bar.hours, sources, range(ends))), bar.scans))
            rest = [hour for hour in hours if all(hour not in bar.hours for bar in one.bars)]
            equal.append((frozenset(place[cell] for cell in product(rest, sources, range(ends))), 0))
        if report.by_source is not None:
            for source, scans in zip(SOURCES, (report.by_source.phone, report.by_source.tablet), strict=True):
                equal.append((frozenset(place[cell] for cell in product(hours, (source,), range(ends))), scans))
    known = Knowledge(len(cells), equal, [])
    of_whom: tuple[Sequence[str], ...] = (SOURCES, *((one,) for one in SOURCES))
    for hour, whose, (begins, ends) in product(hours, of_whom, WINDOWS):
        wanted = list(product((hour,), whose, range(begins, ends)))
        number = sum(world.hours.get(cell, 0) for cell in wanted)
        if 0 < number < LEAST and known.highest(frozenset(place[cell] for cell in wanted)) < LEAST - 0.5:
            yield f"hour {hour} {whose} stretches {begins}-{ends}", number
