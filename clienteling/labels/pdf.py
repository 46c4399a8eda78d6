"""Sheets as PDF: letters as outlines of an embedded font, each symbol one path of whole modules."""

import io
from collections.abc import Iterable
from typing import Final

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from clienteling.labels.fonts import BOLD_STROKE, FONT_NAME, POINTS_PER_MM, LabelFonts
from clienteling.labels.layout import LabelLayout, Text
from clienteling.labels.page import Placing
from clienteling.labels.sheets import Box
from clienteling.labels.symbol import QUIET_MODULES

_STRIKE_HEIGHT: Final = 0.28
"""Of the size, above the baseline: where a line through figures runs."""
_HAIR_PT: Final = 0.001
_CROSS_MM: Final = 4.0
_CROSS_AT: Final = 0.72
"""Of a label's height."""


class SheetPdf:
    """A PDF that grows page by page; `finish` gives its bytes."""

    def __init__(self, placing: Placing, fonts: LabelFonts, *, title: str) -> None:
        self._placing = placing
        self._fonts = fonts
        self._file = io.BytesIO()
        # Whole dots and a hair less: a renderer that rounds the page up to a dot more stretches every module a little.
        width, self._height = (
            placing.whole_dots(placing.sheet.paper_width),
            placing.whole_dots(placing.sheet.paper_height),
        )
        size = (width * POINTS_PER_MM - _HAIR_PT, self._height * POINTS_PER_MM - _HAIR_PT)
        self._canvas = Canvas(self._file, pagesize=size, pageCompression=1, invariant=1)
        self._canvas.setTitle(title)
        self._canvas.setViewerPreference("PrintScaling", "None")

    def add_page(self, labels: Iterable[tuple[Box, LabelLayout]]) -> None:
        """A page with these labels, each at its place on the paper."""
        for cell, label in labels:
            for text in label.texts:
                self._write(cell, text)
            self._draw_symbol(cell, label)
        self._canvas.showPage()

    def add_calibration_page(self, title: str, lines: Iterable[str]) -> None:
        """The outlines of all labels with a cross of millimetres in each, and what to do with it."""
        sheet = self._placing.sheet
        self._canvas.setLineWidth(0.3)
        for index in range(sheet.per_page):
            cell = self._placing.cell(index)
            bottom = self._height - cell.bottom
            parts = (cell.left, bottom, cell.width, cell.height)
            self._canvas.rect(*(part * POINTS_PER_MM for part in parts))
            self._cross(cell)
        first = self._placing.cell(0)
        self._write(first, Text(2, 5, title, 8, bold=True))
        for number, line in enumerate(lines):
            self._write(first, Text(2, 9 + 3 * number, line, 6))
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The whole file."""
        self._canvas.save()
        return self._file.getvalue()

    def _cross(self, cell: Box) -> None:
        """A cross below the words, with a tick at every millimetre."""
        x, y = cell.left + cell.width / 2, self._height - cell.top - cell.height * _CROSS_AT
        path = self._canvas.beginPath()
        for across, up in ((1, 0), (0, 1)):
            path.moveTo((x - across * _CROSS_MM) * POINTS_PER_MM, (y - up * _CROSS_MM) * POINTS_PER_MM)
            path.lineTo((x + across * _CROSS_MM) * POINTS_PER_MM, (y + up * _CROSS_MM) * POINTS_PER_MM)
            for tick in range(-int(_CROSS_MM), int(_CROSS_MM) + 1):
                tick_x, tick_y = x + across * tick, y + up * tick
                path.moveTo((tick_x - up * 0.6) * POINTS_PER_MM, (tick_y - across * 0.6) * POINTS_PER_MM)
                path.lineTo((tick_x + up * 0.6) * POINTS_PER_MM, (tick_y + across * 0.6) * POINTS_PER_MM)
        self._canvas.drawPath(path, stroke=1, fill=0)

    def _draw_symbol(self, cell: Box, label: LabelLayout) -> None:
        placed = self._placing.on_dots(label.code.moved(cell.left, cell.top))
        module = label.module_dots * 72 / self._placing.dpi
        self._canvas.saveState()
        self._canvas.translate(placed.left * POINTS_PER_MM, (self._height - placed.top) * POINTS_PER_MM)
        self._canvas.scale(module, -module)
        path = self._canvas.beginPath()
        for row, column, rows, columns in label.symbol.blocks():
            path.rect(column + QUIET_MODULES, row + QUIET_MODULES, columns, rows)
        self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.restoreState()

    def _write(self, cell: Box, text: Text) -> None:
        x, y = (cell.left + text.left) * POINTS_PER_MM, (self._height - cell.top - text.baseline) * POINTS_PER_MM
        if not self._fonts.is_plain(text.text):
            self._draw_picture(text, x, y)
            return
        line = self._canvas.beginText(x, y)
        line.setFont(FONT_NAME, text.size_pt)
        line.setTextRenderMode(2 if text.bold else 0)
        self._canvas.setLineWidth(text.size_pt * BOLD_STROKE)
        line.textOut(text.text)
        line.setTextRenderMode(0)  # a text object begins as if it were so, and says nothing of it
        self._canvas.drawText(line)
        if text.struck:
            right = x + self._fonts.width_mm(text.text, text.size_pt) * POINTS_PER_MM
            height = y + text.size_pt * _STRIKE_HEIGHT
            self._canvas.setLineWidth(text.size_pt * 0.07)
            self._canvas.line(x, height, right, height)

    def _draw_picture(self, text: Text, x: float, y: float) -> None:
        picture = self._fonts.picture(text.text, text.size_pt, bold=text.bold)
        scale = 72 / picture.dpi
        width, height = picture.image.width * scale, picture.image.height * scale
        below = height - picture.baseline_mm * POINTS_PER_MM
        white = [255, 255]  # what is white in the picture hides nothing that stands there
        self._canvas.drawImage(ImageReader(picture.image), x, y - below, width, height, mask=white)


def sheet_pdf(pages: Iterable[list[tuple[Box, LabelLayout]]], placing: Placing, fonts: LabelFonts, title: str) -> bytes:
    """All pages as one PDF."""
    pdf = SheetPdf(placing, fonts, title=title)
    for page in pages:
        pdf.add_page(page)
    return pdf.finish()
