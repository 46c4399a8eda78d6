"""Sheets as pictures, a page each: black and white, the symbol's modules whole dots of the printer.

The words are those of the PDF, rendered; the symbol is drawn anew from its modules, because a renderer may let an edge
fall between two dots.
"""

import io
from collections.abc import Iterable

from PIL import Image

from clienteling.labels.layout import LabelLayout
from clienteling.labels.page import Placing
from clienteling.labels.proof import opened, rendered
from clienteling.labels.sheets import MM_PER_INCH, Box
from clienteling.labels.symbol import QUIET_MODULES, Symbol

_DARK_BELOW = 150


def page_picture(pdf: bytes, labels: Iterable[tuple[Box, LabelLayout]], placing: Placing) -> Image.Image:
    """The only page of `pdf`, which holds `labels`, in black and white at the printer's resolution."""
    with opened(pdf) as document:
        grey = rendered(document, 0, dpi=placing.dpi)
    page = grey.point(lambda level: 0 if level < _DARK_BELOW else 255)
    per_mm = placing.dpi / MM_PER_INCH
    for cell, label in labels:
        placed = placing.on_dots(label.code.moved(cell.left, cell.top))
        at = round(placed.left * per_mm), round(placed.top * per_mm)
        page.paste(symbol_picture(label.symbol, label.module_dots), at)
    return page.convert("1", dither=Image.Dither.NONE)


def symbol_picture(symbol: Symbol, module_dots: int) -> Image.Image:
    """The symbol with its quiet zone, so many dots to a module."""
    side = symbol.modules
    dark = bytes(0 if symbol.is_dark(row, column) else 255 for row in range(side) for column in range(side))
    modules = Image.frombytes("L", (side, side), dark)
    framed = Image.new("L", (side + 2 * QUIET_MODULES,) * 2, 255)
    framed.paste(modules, (QUIET_MODULES, QUIET_MODULES))
    return framed.resize((framed.width * module_dots,) * 2, Image.Resampling.NEAREST)


def png_bytes(picture: Image.Image, *, dpi: int) -> bytes:
    """The picture as a PNG that knows how large it is on paper."""
    file = io.BytesIO()
    picture.save(file, "PNG", dpi=(dpi, dpi), optimize=True)
    return file.getvalue()
