"""Papers that labels are printed on, in millimetres from the paper's upper left corner.

Sources: the makers' templates (Avery Zweckform L7160, L7159; Avery 5160; DYMO 99012, 30334); sums were checked against
A4 and Letter. Printers draw a little beside: offsets and the calibration page are for that.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MM_PER_INCH: Final = 25.4
EDGE_MM: Final = 1.0
"""Of a label, left free all around."""


class SheetName(StrEnum):
    L7160 = "L7160"
    L7159 = "L7159"
    AVERY_5160 = "5160"
    ROLL_99012 = "99012"
    ROLL_30334 = "30334"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres; `left` and `top` from the upper left corner of what it stands on."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def moved(self, right: float, down: float) -> "Box":
        """The same box elsewhere."""
        return Box(self.left + right, self.top + down, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`left`, `top`: of the first label; `pitch_x`, `pitch_y`: from one label to the next."""

    name: SheetName
    paper_width: float
    paper_height: float
    columns: int
    rows: int
    label_width: float
    label_height: float
    left: float = 0.0
    top: float = 0.0
    pitch_x: float = 0.0
    pitch_y: float = 0.0

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """One label after the other, as label printers take them."""
        return self.per_page == 1

    def cell(self, index: int) -> Box:
        """The label with that index, 0 at the upper left, row by row."""
        row, column = divmod(index, self.columns)
        left, top = self.left + column * self.pitch_x, self.top + row * self.pitch_y
        return Box(left, top, self.label_width, self.label_height)


SHEETS: Final = {
    sheet.name: sheet
    for sheet in (
        Sheet(SheetName.L7160, 210, 297, 3, 7, 63.5, 38.1, 7.25, 15.15, 66.04, 38.1),
        Sheet(SheetName.L7159, 210, 297, 3, 8, 63.5, 33.9, 7.25, 12.9, 66.04, 33.9),
        Sheet(SheetName.AVERY_5160, 215.9, 279.4, 3, 10, 66.675, 25.4, 4.7625, 12.7, 69.85, 25.4),
        Sheet(SheetName.ROLL_99012, 89, 36, 1, 1, 89, 36),
        Sheet(SheetName.ROLL_30334, 57, 32, 1, 1, 57, 32),
    )
}
