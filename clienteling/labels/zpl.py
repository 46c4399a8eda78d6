"""Labels for Zebra printers: ZPL II, a format (`^XA` to `^XZ`) for each label, the symbol drawn by the printer itself.

The proof is of what the printer is told, since the paper is made elsewhere: every format is read again, its symbol must
carry the address that was to be printed at level Q, have a size that fits the label, and read back when drawn here.
Source: Zebra ZPL II Programming Guide (^BQ, ^FH, ^CI28, ^GF).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from clienteling.labels.errors import LabelsRefused, ProofFailed
from clienteling.labels.fonts import LabelFonts
from clienteling.labels.layout import LEAST_MODULE_MM, LabelLayout, Text
from clienteling.labels.page import Placing
from clienteling.labels.png import symbol_picture
from clienteling.labels.proof import read_back
from clienteling.labels.sheets import MM_PER_INCH
from clienteling.labels.symbol import QUIET_MODULES, symbol_of

MOST_DOTS: Final = 10
"""The largest module that `^BQ` draws."""
_CODE: Final = re.compile(r"\^FO(\d+),(\d+)\^BQN,2,(\d+)\^FDQA,([^^~]*)\^FS")
_DARK_BELOW: Final = 128
_STRIKE_HEIGHT: Final = 0.28


def zpl(labels: Sequence[LabelLayout], placing: Placing, fonts: LabelFonts) -> bytes:
    """All labels, one after the other. Raises LabelsRefused(labels.zpl_needs_roll) for a sheet of many."""
    if not placing.sheet.is_roll:
        raise LabelsRefused("sheet", "labels.zpl_needs_roll", sheet=placing.sheet.name.value)
    return "".join(_Format(placing, fonts).of(label) for label in labels).encode()


def calibration_zpl(placing: Placing) -> bytes:
    """A label with a line along its edge, moved by the offsets."""
    if not placing.sheet.is_roll:
        raise LabelsRefused("sheet", "labels.zpl_needs_roll", sheet=placing.sheet.name.value)
    per_mm, cell = placing.dpi / MM_PER_INCH, placing.cell(0)
    width, height = round(cell.width * per_mm), round(cell.height * per_mm)
    left, top = max(0, round(cell.left * per_mm)), max(0, round(cell.top * per_mm))
    return f"^XA^PW{width}^LL{height}^LH0,0^FO{left},{top}^GB{width},{height},2^FS^XZ\n".encode()


class _Format:
    def __init__(self, placing: Placing, fonts: LabelFonts) -> None:
        self._placing = placing
        self._fonts = fonts
        self._per_mm = placing.dpi / MM_PER_INCH

    def of(self, label: LabelLayout) -> str:
        sheet = self._placing.sheet
        size = f"^PW{self._dots(sheet.label_width)}^LL{self._dots(sheet.label_height)}^LH0,0"
        dots = min(label.module_dots, MOST_DOTS)
        quiet = QUIET_MODULES * label.module_dots
        cell = self._placing.cell(0)
        left, top = self._dots(label.code.left + cell.left) + quiet, self._dots(label.code.top + cell.top) + quiet
        code = f"^FO{max(0, left)},{max(0, top)}^BQN,2,{dots}^FDQA,{label.symbol.link}^FS"
        texts = "\n".join(self._text(text, cell.left, cell.top) for text in label.texts)
        return f"^XA^CI28{size}\n{texts}\n{code}\n^XZ\n"

    def _text(self, text: Text, right: float, down: float) -> str:
        left, baseline = self._dots(text.left + right), self._dots(text.baseline + down)
        height = round(text.size_pt / 72 * self._placing.dpi)
        if not text.text.isprintable() or max(map(ord, text.text), default=0) > 0xFF:
            return self._picture(text, left, baseline)
        line = f"^FT{left},{baseline}^A0N,{height}^FH^FD{_escaped(text.text)}^FS"
        if not text.struck:
            return line
        width = self._dots(self._fonts.width_mm(text.text, text.size_pt))
        thick = max(1, round(height * 0.08))
        return f"{line}^FO{left},{baseline - round(height * _STRIKE_HEIGHT)}^GB{width},{thick},{thick}^FS"

    def _picture(self, text: Text, left: int, baseline: int) -> str:
        """Letters that a printer's own font may lack, sent as they are to look."""
        picture = self._fonts.picture(text.text, text.size_pt, bold=text.bold, dpi=self._placing.dpi)
        image = picture.image.point(lambda level: 255 if level < _DARK_BELOW else 0).convert("1")
        row_bytes = (image.width + 7) // 8
        graphic = image.tobytes().hex().upper()
        total = row_bytes * image.height
        top = max(0, baseline - round(picture.baseline_mm * self._per_mm))
        return f"^FO{left},{top}^GFA,{total},{total},{row_bytes},{graphic}^FS"

    def _dots(self, mm: float) -> int:
        return max(0, round(mm * self._per_mm))


def _escaped(text: str) -> str:
    """`^` and `~` begin commands; `_` begins an escape."""
    return "".join(f"_{ord(one):02X}" if one in "^~_" else one for one in text)


def prove_zpl(content: bytes, links: Iterable[str], placing: Placing) -> int:
    """How many formats hold the symbol they should. Raises ProofFailed."""
    formats = content.decode().split("^XZ\n")[:-1]
    expected = list(links)
    if len(formats) != len(expected):
        raise ProofFailed(page=len(formats), gtin="")
    per_mm = placing.dpi / MM_PER_INCH
    for number, (told, link) in enumerate(zip(formats, expected, strict=True), start=1):
        codes = _CODE.findall(told)
        if len(codes) != 1 or not _holds(codes[0], link, placing, per_mm):
            raise ProofFailed(page=number, gtin=link[-14:])
    return len(formats)


def _holds(code: tuple[str, str, str, str], link: str, placing: Placing, per_mm: float) -> bool:
    left, top, dots = (int(part) for part in code[:3])
    symbol = symbol_of(code[3])
    side = symbol.modules * dots
    fits = (
        left + side <= placing.sheet.label_width * per_mm
        and top + side <= placing.sheet.label_height * per_mm
        and LEAST_MODULE_MM * per_mm <= dots <= MOST_DOTS
    )
    return fits and code[3] == link and read_back(symbol_picture(symbol, 4)) == [link]
