"""What a tablet's camera sees of a printed label: 1280x720, held askew, from the side, a little out of focus, in grey.

Made from the sheet as it is printed, by Pillow; no camera and no printer was used.
"""

import io
from collections.abc import Iterator
from random import Random
from typing import Final

from PIL import Image, ImageFilter

from clienteling.labels.proof import opened, rendered
from clienteling.labels.sheets import MM_PER_INCH, SHEETS, SheetName

FRAME: Final = (1_280, 720)
"""What `components.camera` asks browsers for."""
SHEET: Final = SheetName.L7160
PIXELS_PER_MM: Final = 11.8
"""108 mm fill the picture's width: a label of 63.5 mm, as a person holds it who is told to fill the frame with it."""
_TURNED_DEGREES: Final = (4.0, 9.0)
_FAR_SIDE: Final = (0.80, 0.90)
"""Height of the far side for a near side of 1: seen some 25 degrees from the side at arm's length."""
_BLUR_PX: Final = 1.3
_DARKEST: Final = 45
_BRIGHTEST: Final = 205
_SHAKE_PX: Final = 12
_JPEG_QUALITY: Final = 85


def printed_sheet(pdf: bytes) -> Image.Image:
    """The first page of labels, PIXELS_PER_MM dots to a millimetre."""
    with opened(pdf) as document:
        return rendered(document, 0, dpi=round(PIXELS_PER_MM * MM_PER_INCH))


def frames(sheet: Image.Image, random: Random, *, label: int = 0) -> Iterator[Image.Image]:
    """Pictures without end of the label with that index on the sheet; the hand is never still."""
    cell = SHEETS[SHEET].cell(label)
    across, down = (
        round(middle * PIXELS_PER_MM) for middle in (cell.left + cell.width / 2, cell.top + cell.height / 2)
    )
    width, height = (side * 3 // 2 for side in FRAME)  # more than is seen, so that no corner is empty once it is turned
    while True:
        x, y = (middle + random.randint(-_SHAKE_PX, _SHAKE_PX) for middle in (across, down))
        around = (x - width // 2, y - height // 2, x + width // 2, y + height // 2)
        yield _seen(_cut(sheet, around), random)


def as_jpeg(frame: Image.Image) -> bytes:
    """The picture as a browser's camera sends it."""
    written = io.BytesIO()
    frame.save(written, "JPEG", quality=_JPEG_QUALITY)
    return written.getvalue()


def _cut(sheet: Image.Image, around: tuple[int, int, int, int]) -> Image.Image:
    """That part of the sheet, with the shelf where the sheet ends."""
    shelf = Image.new("L", (around[2] - around[0], around[3] - around[1]), 120)
    shelf.paste(sheet, (-around[0], -around[1]))
    return shelf


def _seen(picture: Image.Image, random: Random) -> Image.Image:
    turned = picture.rotate(random.uniform(*_TURNED_DEGREES), Image.Resampling.BICUBIC)
    left, top = ((whole - seen) // 2 for whole, seen in zip(turned.size, FRAME, strict=True))
    width, height = FRAME
    beyond = round(height * (1 / random.uniform(*_FAR_SIDE) - 1) / 2)  # of the far side more comes into the picture
    corners = (
        *(left, top),
        *(left, top + height),
        *(left + width, top + height + beyond),
        *(left + width, top - beyond),
    )
    tilted = turned.transform(FRAME, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    pale = tilted.point(lambda level: _DARKEST + level * (_BRIGHTEST - _DARKEST) // 255)
    return pale.filter(ImageFilter.GaussianBlur(_BLUR_PX))
