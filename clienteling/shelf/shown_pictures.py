"""Catalogue pictures as a phone needs them: no wider than asked, as WebP, made once and kept.

A picture that is small enough already goes out as it is. What is no picture, or is one of a size that only an attack
has, is not shown.
"""

import hashlib
import io
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

WIDTHS: Final = (160, 320, 640)
_QUALITY: Final = 74
_MAX_PIXELS: Final = 40_000_000
_MAX_FILE_BYTES: Final = 8 * 1024 * 1024
_MAX_KEPT_BYTES: Final = 32 * 1024 * 1024
_AS_THEY_ARE: Final = {"WEBP": "image/webp", "JPEG": "image/jpeg", "PNG": "image/png"}
_SMALL_BYTES: Final = 40 * 1024


@dataclass(frozen=True, slots=True)
class ShownPicture:
    content: bytes
    media_type: str


class ShownPictures:
    """Pictures of one process. Thread-safe; making one blocks for some ten milliseconds, one at a time."""

    def __init__(self, read: Callable[[str], bytes | None], *, max_bytes: int = _MAX_KEPT_BYTES) -> None:
        self._read = read
        self._max_bytes = max_bytes
        self._kept: OrderedDict[tuple[bytes, int], ShownPicture] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, name: str, width: int) -> ShownPicture | None:
        """The picture no wider than `width`, one of WIDTHS; None where there is none. Raises what `read` raises."""
        file = self._read(name) if width in WIDTHS else None
        if not file or len(file) > _MAX_FILE_BYTES:
            return None
        key = (hashlib.blake2b(file, digest_size=16).digest(), width)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
            made = _made(file, width)
            if made is not None:
                self._keep(key, made)
            return made

    def _keep(self, key: tuple[bytes, int], made: ShownPicture) -> None:
        self._kept[key] = made
        self._bytes += len(made.content)
        while self._bytes > self._max_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.content)


def picture_type(picture: bytes) -> str:
    """The media type by the first bytes, of a picture that we or the retailer chose; WebP where nothing else fits."""
    if picture.startswith(b"<"):
        return "image/svg+xml"
    if picture.startswith(b"\x89PNG"):
        return "image/png"
    return "image/jpeg" if picture.startswith(b"\xff\xd8\xff") else "image/webp"


def _made(file: bytes, width: int) -> ShownPicture | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a bomb Pillow only warns; the size is looked at here
            return _opened(file, width)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # what Pillow raises for files that are no picture, a broken one, or one that claims to be huge


def _opened(file: bytes, width: int) -> ShownPicture | None:
    with Image.open(io.BytesIO(file), formats=("WEBP", "JPEG", "PNG", "GIF")) as opened:
        if opened.width * opened.height > _MAX_PIXELS:
            return None
        as_it_is = _AS_THEY_ARE.get(opened.format or "")
        if opened.width <= width and as_it_is and len(file) <= _SMALL_BYTES:
            return ShownPicture(file, as_it_is)
        opened.draft("RGB", (width, width))
        upright = ImageOps.exif_transpose(opened)  # what is written below says no more how a camera was held
        shown = upright.convert("RGBA" if upright.mode in ("RGBA", "LA", "PA", "P") else "RGB")
        shown.thumbnail((width, width * 2), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    shown.save(written, "WEBP", quality=_QUALITY, method=4)
    return ShownPicture(written.getvalue(), "image/webp")
