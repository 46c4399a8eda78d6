"""The days summed up: by label, source, step and hour, each with its counts by ring (`small_cells.Rings`)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from clienteling.domain.views import SPANS, DayPart, ShelfDay
from clienteling.reports.small_cells import Rings, added
from sync.protocol.bodies.shelf_figures import ScanSource, ShelfAction

PART_FROM: Final = (
    (0, DayPart.NIGHT),
    (6, DayPart.MORNING),
    (11, DayPart.MIDDAY),
    (15, DayPart.AFTERNOON),
    (18, DayPart.EVENING),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Scans by source and GTIN; those while sold out, and pieces sold, by GTIN; saved, handed over and attached in all;
    scans by hour and source."""

    scanned: Mapping[str, Mapping[str, Rings]]
    sold_out: Mapping[str, Rings]
    in_stock: Mapping[str, Rings]
    sold: Mapping[str, Rings]
    saved: Rings
    handed_over: Rings
    attached: Rings
    hours: Mapping[tuple[int, str], Rings]

    def scans(self) -> dict[str, Rings]:
        """By GTIN, whatever the source; those that were scanned."""
        phone, tablet = (self.scanned[source] for source in ScanSource)
        both = {gtin: added((phone[gtin], tablet[gtin])) for gtin in phone}
        return {gtin: rings for gtin, rings in both.items() if any(rings)}


def part_of(hour: int) -> DayPart:
    """The part of the day an hour belongs to."""
    return next(part for begins, part in reversed(PART_FROM) if hour >= begins)


def count(days: Iterable[ShelfDay], *, today: date) -> Counted:
    """What was counted within the longest span. A day still to come, by this device's clock, counts as today."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * len(SPANS)))
    hours: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * len(SPANS))
    for one in days:
        age = (today - one.day).days
        ring = next((ring for ring, days_back in enumerate(SPANS) if age < days_back), None)
        if ring is None:
            continue
        for (gtin, source, action), number in one.counts.items():
            sums[f"{action} {source}" if action == ShelfAction.SCANNED else action][gtin][ring] += number
        for name, numbers in (("attached", one.attached), ("sold", one.sold)):
            for gtin, number in numbers.items():
                sums[name][gtin][ring] += number
        for at, number in one.hours.items():
            hours[at][ring] += number
    return _counted(sums, hours)


def _counted(sums: Mapping[str, Mapping[str, list[int]]], hours: Mapping[tuple[int, str], list[int]]) -> Counted:
    nothing: Rings = (0,) * len(SPANS)

    def by_label(name: str) -> dict[str, Rings]:
        return {gtin: tuple(rings) for gtin, rings in sums.get(name, {}).items()}

    def in_all(name: str) -> Rings:
        return added(by_label(name).values()) or nothing

    scanned = {source.value: by_label(f"{ShelfAction.SCANNED} {source}") for source in ScanSource}
    gtins = {gtin for found in scanned.values() for gtin in found}
    scanned = {source: {gtin: found.get(gtin, nothing) for gtin in gtins} for source, found in scanned.items()}
    told = by_label(ShelfAction.SCANNED_SOLD_OUT)
    scans = {gtin: added(found[gtin] for found in scanned.values()) for gtin in gtins}
    sold_out = {gtin: tuple(map(min, scans[gtin], told.get(gtin, nothing))) for gtin in gtins}
    return Counted(
        scanned=scanned,
        sold_out=sold_out,
        in_stock={gtin: tuple(a - b for a, b in zip(scans[gtin], sold_out[gtin], strict=True)) for gtin in gtins},
        sold=by_label("sold"),
        saved=in_all(ShelfAction.SAVED),
        handed_over=in_all(ShelfAction.HANDED_OVER),
        attached=in_all("attached"),
        hours={at: tuple(rings) for at, rings in hours.items() if any(rings)},
    )
