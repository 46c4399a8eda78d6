"""Product pictures beside the database: kept by the import, served without a token as the web shop does.

A picture is known by what its first bytes say it is, never by what it is called; SVG is not among them, since it can
carry a script.
"""

import re
from pathlib import Path

from sync.central_api.errors import PictureRefused

MAX_PICTURE_BYTES = 8 * 1024 * 1024
_NAME = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,150}(\.[A-Za-z0-9_-]{1,40}){0,4}\.(png|jpg|jpeg|webp|gif)", re.IGNORECASE
)
_WEBP_MARK = slice(8, 12)


def content_type_of(content: bytes) -> str | None:
    """The media type by the first bytes: PNG, JPEG, GIF or WebP; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[_WEBP_MARK] == b"WEBP":
        return "image/webp"
    return None


def picture_path(folder: Path, name: str) -> Path | None:
    """Where a picture of this name lies or would lie; None for a name that is none. Never outside `folder`."""
    return folder / name if _NAME.fullmatch(name) else None


def keep_picture(folder: Path, name: str, content: bytes) -> bool:
    """Whether the folder changed: False where it has the same picture already.

    Raises PictureRefused for a name with a path in it, for content that is no picture, and for more than 8 MiB.
    """
    path = picture_path(folder, name)
    if path is None or content_type_of(content) is None or len(content) > MAX_PICTURE_BYTES:
        raise PictureRefused
    if path.exists() and path.read_bytes() == content:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    partial.replace(path)
    return True


def read_picture(folder: Path | None, name: str) -> tuple[bytes, str] | None:
    """The picture and its media type, or None where there is none."""
    path = picture_path(folder, name) if folder is not None else None
    if path is None or not path.is_file():
        return None
    content = path.read_bytes()
    media_type = content_type_of(content)
    return (content, media_type) if media_type is not None else None
