"""The codes in a picture: a photograph, a saved label, a frame of the camera.

Pillow opens the picture within bounds, zxing-cpp finds the codes; this module is zxing-cpp's one adapter. Only the
symbologies shops print are looked for: with all of them a frame without a code takes several times as long.
Blocks for some ten milliseconds: call it from a thread, never on the event loop.
"""

import io
from collections.abc import Iterator

import zxingcpp
from PIL import Image, UnidentifiedImageError

from clienteling.scanning.errors import ScanError, ScanRefused

MAX_PICTURE_BYTES = 25_000_000
MAX_PIXELS = 64_000_000
"""A photograph of 50 megapixels fits."""

MAX_PIXELS_READ = 20_000_000
"""After a JPEG has been reduced in reading, as Pillow can by 2, 4 or 8; other formats are read as they are.

A progressive JPEG counts in full: its reader holds six bytes of each pixel, reduced or not.
"""

_SIDES = (1_280, 2_560)
"""Longest side tried first, and then where nothing was found: small codes in large photographs need the pixels."""

_OPENED = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_BARS = (
    zxingcpp.BarcodeFormat.EAN13,
    zxingcpp.BarcodeFormat.EAN8,
    zxingcpp.BarcodeFormat.UPCA,
    zxingcpp.BarcodeFormat.UPCE,
    zxingcpp.BarcodeFormat.Code128,
)
_USUAL = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.QRCode, *_BARS))
_DATA_MATRIX = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.DataMatrix,))
_BARS_ALONE = zxingcpp.BarcodeFormats(_BARS)


def decode_picture(picture: bytes, *, thorough: bool = True) -> list[str]:
    """The texts of all codes found, from the top of the picture down, each once; empty where there is none.

    Data Matrix is looked for where there is nothing else. Not `thorough` is for one camera frame of many: QR and bars
    that lie straight, nothing more.
    A GS1 barcode's text begins with its symbology identifier (`]C1`), so that `read_code` need not guess; UPC-E comes
    expanded. Raises ScanRefused(NOT_A_PICTURE or PICTURE_TOO_LARGE).
    """
    for grey, formats in _looks_at(_opened(picture)):
        found = zxingcpp.read_barcodes(grey, formats=formats, text_mode=zxingcpp.TextMode.Plain)
        if found:
            found.sort(key=lambda barcode: (barcode.position.top_left.y, barcode.position.top_left.x))
            return list(dict.fromkeys(_text_of(barcode) for barcode in found))
        if not thorough:
            break
    return []


def _text_of(barcode: zxingcpp.Barcode) -> str:
    text: str = barcode.text
    return f"{barcode.symbology_identifier}{text}" if barcode.content_type == zxingcpp.ContentType.GS1 else text


def _opened(picture: bytes) -> Image.Image:
    """The picture with its size known and bounded, its pixels not read yet."""
    if len(picture) > MAX_PICTURE_BYTES:
        raise ScanRefused(ScanError.PICTURE_TOO_LARGE)
    try:
        image = Image.open(io.BytesIO(picture), formats=_OPENED)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise ScanRefused(ScanError.PICTURE_TOO_LARGE) from exc
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as exc:  # what Pillow's readers raise on damage
        raise ScanRefused(ScanError.NOT_A_PICTURE) from exc
    too_large = image.width * image.height > (MAX_PIXELS_READ if "progressive" in image.info else MAX_PIXELS)
    image.draft("L", (_SIDES[-1], _SIDES[-1]))
    if too_large or image.width * image.height > MAX_PIXELS_READ:
        raise ScanRefused(ScanError.PICTURE_TOO_LARGE)
    return image


def _looks_at(image: Image.Image) -> Iterator[tuple[Image.Image, zxingcpp.BarcodeFormats]]:
    """What to look at and for, cheapest and likeliest first; the next is made only where the one before found nothing.

    Data Matrix costs more than all others together. Bars are found upright and lying, hence the look at the picture
    turned by 45 degrees.
    """
    try:
        grey = _on_white(image)
    except (OSError, SyntaxError, ValueError) as exc:
        raise ScanRefused(ScanError.NOT_A_PICTURE) from exc
    first = _within(grey, _SIDES[0])
    yield first, _USUAL
    yield first, _DATA_MATRIX
    yield first.rotate(45, Image.Resampling.BILINEAR, expand=True, fillcolor=255), _BARS_ALONE
    if max(grey.size) > _SIDES[0]:
        second = _within(grey, _SIDES[1])
        yield second, _USUAL
        yield second, _DATA_MATRIX


def _within(grey: Image.Image, side: int) -> Image.Image:
    smaller = grey.copy()
    smaller.thumbnail((side, side), Image.Resampling.BILINEAR)
    return smaller


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("L")
    layered = image.convert("RGBA")
    layered.thumbnail((_SIDES[-1], _SIDES[-1]), Image.Resampling.BILINEAR)
    white = Image.new("RGBA", layered.size, "white")
    white.alpha_composite(layered)
    return white.convert("L")
