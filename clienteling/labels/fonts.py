"""Letters on labels: the house's font, drawn as outlines, and pictures of lines that are in another script.

The font is embedded by its used letters alone. It has Latin; a line with other letters is drawn by Pillow with the Noto
fonts that come along (which shapes Arabic and the like, where Pillow was built with Raqm) and put on the page as a
picture. A letter that no font has is left out, and `printable` says so.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont, features
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

TEXT_FONT: Final = "PlusJakartaSans.ttf"
FONT_NAME: Final = "ClientelingLabel"
FALLBACKS: Final = (
    "NotoSans.woff2",
    "NotoSansArabic.woff2",
    "NotoSansHebrew.woff2",
    "NotoSansTamil.woff2",
    "NotoSansThai.woff2",
)
POINTS_PER_MM: Final = 72 / 25.4
BOLD_STROKE: Final = 0.055
"""Of the size: how wide the outline of a letter is drawn where it is to look bold."""
PICTURE_DPI: Final = 600

_NOWHERE: Final = "\U0010fffd"
"""Private use: no font has it, and each draws its own sign for that."""
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters of one font. `font`: its place in FALLBACKS, -1 for the house's."""

    text: str
    font: int


class LabelFonts:
    """The fonts of a folder (`assets/fonts`). Raises OSError where one is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if FONT_NAME not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(FONT_NAME, str(folder / TEXT_FONT)))
        font = pdfmetrics.getFont(FONT_NAME)
        assert isinstance(font, TTFont)
        self._known: frozenset[int] = frozenset(font.face.charToGlyph)
        self._shapes = bool(features.check("raqm"))

    def printable(self, text: str) -> tuple[str, bool]:
        """The text in one line with the letters that can be printed, and whether others were left out."""
        one_line = " ".join(unicodedata.normalize("NFC", text).split())
        visible = "".join(one for one in one_line if unicodedata.category(one) not in _DROPPED)
        kept = "".join(letters for letters, _ in self._grouped(visible))
        return " ".join(kept.split()), len(kept) < len(visible)

    def is_plain(self, text: str) -> bool:
        """Whether the house's font has every letter."""
        return all(ord(one) in self._known for one in text)

    def width_mm(self, text: str, size_pt: float) -> float:
        """How wide the text is drawn."""
        if self.is_plain(text):
            return float(pdfmetrics.stringWidth(text, FONT_NAME, size_pt)) / POINTS_PER_MM
        return sum(self._width(run) for run in self._runs(text)) * size_pt / _MEASURE_PX / POINTS_PER_MM

    def picture(self, text: str, size_pt: float, *, bold: bool, dpi: int = PICTURE_DPI) -> "TextPicture":
        """The text as a picture, white where there is nothing; its baseline is told beside it."""
        size_px = max(1, round(size_pt / 72 * dpi))
        stroke = max(1, round(size_px * BOLD_STROKE / 2)) if bold else 0
        height, baseline = round(size_px * 1.7), round(size_px * 1.2)
        runs = self._runs(text)
        if self.reads_from_the_right(text):
            runs.reverse()
        fonts = [self._pillow(run.font, size_px) for run in runs]
        widths = [font.getlength(run.text) for font, run in zip(fonts, runs, strict=True)]
        image = Image.new("L", (max(1, round(sum(widths)) + 2 * stroke), height), 255)
        draw = ImageDraw.Draw(image)
        left = float(stroke)
        for run, font, width in zip(runs, fonts, widths, strict=True):
            draw.text((left, baseline), run.text, font=font, fill=0, anchor="ls", stroke_width=stroke, stroke_fill=0)
            left += width
        return TextPicture(image, baseline / dpi * 25.4, dpi)

    @staticmethod
    def reads_from_the_right(text: str) -> bool:
        """Whether the first letter with a direction is of a script that is read from the right."""
        strong = (unicodedata.bidirectional(one) for one in text)
        return next((one in _RIGHT_TO_LEFT for one in strong if one in ("L", *_RIGHT_TO_LEFT)), False)

    def _width(self, run: _Run) -> float:
        return self._pillow(run.font, _MEASURE_PX).getlength(run.text)

    def _runs(self, text: str) -> list[_Run]:
        return [_Run(letters, font) for letters, font in self._grouped(text)]

    def _grouped(self, text: str) -> Iterator[tuple[str, int]]:
        """Letters by font. Spaces and marks go with the letter before them, and with it where no font has that."""
        letters, current, before = "", -1, False
        for one in text:
            leans = one == " " or unicodedata.category(one).startswith("M")
            font = (current if before else None) if leans else self._font_of(one)
            before = font is not None
            if font is None:
                continue
            if letters and font != current:
                yield letters, current
                letters = ""
            letters, current = letters + one, font
        if letters:
            yield letters, current

    def _font_of(self, letter: str) -> int | None:
        if ord(letter) in self._known:
            return -1
        if not self._shapes and unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT:
            return None
        return next((place for place in range(len(FALLBACKS)) if _draws(self._folder, place, letter)), None)

    def _pillow(self, place: int, size_px: int) -> ImageFont.FreeTypeFont:
        return _loaded(self._folder, place, size_px)


@dataclass(frozen=True, slots=True)
class TextPicture:
    """`baseline_mm`: from the upper edge."""

    image: Image.Image
    baseline_mm: float
    dpi: int


_MEASURE_PX: Final = 100


@lru_cache(maxsize=64)
def _loaded(folder: Path, place: int, size_px: int) -> ImageFont.FreeTypeFont:
    path = folder / TEXT_FONT if place < 0 else folder / "fallback" / FALLBACKS[place]
    return ImageFont.truetype(str(path), size_px)


@lru_cache(maxsize=4096)
def _draws(folder: Path, place: int, letter: str) -> bool:
    """Whether the font has a sign of its own for the letter. Not to be asked of marks, which lean on a letter."""
    font = _loaded(folder, place, 40)
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NOWHERE))
