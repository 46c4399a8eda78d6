"""Labels on their sheets: which label stands in which place of which page, moved by the offsets of the printer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final, TypeVar

from clienteling.labels.errors import LabelsRefused
from clienteling.labels.sheets import EDGE_MM, MM_PER_INCH, Box, Sheet

Item = TypeVar("Item")
RESOLUTIONS: Final = (203, 300, 600)


@dataclass(frozen=True, slots=True)
class Placing:
    """How labels come onto paper. `start`: the first free label of the first sheet, from 1; offsets in millimetres,
    to the right and down; `dpi`: the printer's dots to an inch."""

    sheet: Sheet
    start: int = 1
    offset_x: float = 0.0
    offset_y: float = 0.0
    dpi: int = 300

    def check(self) -> None:
        """Raises LabelsRefused(labels.bad_start, labels.off_paper, labels.bad_dpi)."""
        if self.dpi not in RESOLUTIONS:
            raise LabelsRefused("dpi", "labels.bad_dpi", allowed=", ".join(map(str, RESOLUTIONS)))
        if not 1 <= self.start <= self.sheet.per_page:
            raise LabelsRefused("start", "labels.bad_start", start=self.start, count=self.sheet.per_page)
        first, last = self.cell(0), self.cell(self.sheet.per_page - 1)
        outside = (
            not isfinite(self.offset_x + self.offset_y)
            or min(first.left, first.top) + EDGE_MM < 0
            or last.right - EDGE_MM > self.sheet.paper_width
            or last.bottom - EDGE_MM > self.sheet.paper_height
        )
        if outside:
            raise LabelsRefused("offset", "labels.off_paper")

    def cell(self, index: int) -> Box:
        """The label with that index on the paper, 0 at the upper left."""
        return self.sheet.cell(index).moved(self.offset_x, self.offset_y)

    def whole_dots(self, mm: float) -> float:
        """The length, changed by less than a dot, so that it is whole dots."""
        per_mm = self.dpi / MM_PER_INCH
        return round(mm * per_mm) / per_mm

    def on_dots(self, box: Box) -> Box:
        """The box moved by less than a dot, so that it begins on one."""
        return Box(self.whole_dots(box.left), self.whole_dots(box.top), box.width, box.height)

    def pages(self, count: int) -> int:
        """How many sheets so many labels take."""
        return -(-(count + self.start - 1) // self.sheet.per_page) if count else 0

    def paged(self, items: Sequence[Item]) -> Iterator[list[tuple[Box, Item]]]:
        """Page by page, each item with its place on the paper."""
        per_page, taken = self.sheet.per_page, self.start - 1
        at = 0
        while at < len(items):
            fitting = items[at : at + per_page - taken]
            yield [(self.cell(taken + index), item) for index, item in enumerate(fitting)]
            at, taken = at + len(fitting), 0
