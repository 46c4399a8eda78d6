"""Under which file name a product's picture is kept, by every side that keeps or shows it."""

from posixpath import splitext
from typing import Final
from urllib.parse import urlsplit

TYPES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


def picture_name(picture: str) -> str:
    """The file name of a product's picture, or "" for an address on another host or what is no picture."""
    try:
        parts = urlsplit(picture)
    except ValueError:  # half an IPv6 address
        return ""
    if parts.scheme or parts.netloc:
        return ""
    name = parts.path.removeprefix("/").removeprefix("pictures/").replace("/", "_")
    return name if splitext(name)[1].lower() in TYPES else ""
