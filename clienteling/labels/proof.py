"""The proof: every page is rendered as paper would show it and every symbol on it is read back, before anyone has it.

Rendered by pdfium at 200 dots to an inch, less than any printer has, and read by zxing-cpp, label by label: each must
hold one symbol, with the text that was to be printed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import pypdfium2
import zxingcpp
from PIL import Image

from clienteling.labels.errors import ProofFailed
from clienteling.labels.sheets import MM_PER_INCH, Box

PROOF_DPI: Final = 200
_QR: Final = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])

Expected = Sequence[tuple[Box, str]]
"""The labels of a page: where each stands, and the text of its symbol."""


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The document, closed at the end."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def rendered(document: pypdfium2.PdfDocument, number: int, *, dpi: int) -> Image.Image:
    """A page in shades of grey; `number` from 0."""
    page = document[number]
    try:
        bitmap = page.render(scale=dpi / 72, grayscale=True)
        try:
            picture: Image.Image = bitmap.to_pil()
            return picture.copy()  # what pdfium drew goes with its bitmap
        finally:
            bitmap.close()
    finally:
        page.close()


def prove_pdf(
    pdf: bytes,
    pages: Sequence[Expected],
    *,
    dpi: int = PROOF_DPI,
    on_proved: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """How many symbols were read back: all of them. Raises ProofFailed. `on_proved` hears (done, all) page by page."""
    total, done = sum(len(page) for page in pages), 0
    with opened(pdf) as document:
        if len(document) != len(pages):
            raise ProofFailed(page=len(document), gtin="")
        for number, expected in enumerate(pages):
            done += prove_page(rendered(document, number, dpi=dpi), expected, dpi=dpi, number=number)
            on_proved(done, total)
    return done


def prove_page(image: Image.Image, expected: Expected, *, dpi: int, number: int) -> int:
    """How many symbols this page holds: one in each label. Raises ProofFailed. `number`: the page's, from 0."""
    per_mm = dpi / MM_PER_INCH
    for cell, link in expected:
        left, top = round(cell.left * per_mm), round(cell.top * per_mm)
        right, bottom = round(cell.right * per_mm), round(cell.bottom * per_mm)
        if read_back(image.crop((left, top, right, bottom))) != [link]:
            raise ProofFailed(page=number + 1, gtin=link[-14:])
    return len(expected)


def read_back(image: Image.Image) -> list[str]:
    """The texts of all QR symbols in the picture."""
    found = zxingcpp.read_barcodes(image, formats=_QR, try_rotate=False, try_downscale=False, try_invert=False)
    return [one.text for one in found if one.valid]
