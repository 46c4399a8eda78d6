"""Catalogue pictures for phones: sizes, formats, and files that are no picture."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageOps

from clienteling.shelf.shown_pictures import ShownPicture, ShownPictures
from tests.support.shelf_hub import PICTURE, demo_picture


def claimed_to_be(width: int, height: int) -> bytes:
    """The head of a PNG of that size, and next to nothing behind it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(100))), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def drawn(size: tuple[int, int], kind: str, mode: str = "RGB") -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new(mode, size, 128 if mode in ("L", "P") else (200, 30, 30, 90)[: len(mode)]).save(file, kind)
    return file.getvalue()


def shown(file: bytes, width: int = 320) -> tuple[str, tuple[int, int]] | None:
    found = ShownPictures(lambda name: file).get("a", width)
    if found is None:
        return None
    with Image.open(io.BytesIO(found.content)) as opened:
        return found.media_type, opened.size


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "L"), ("GIF", "P")]
)
def test_a_large_picture_of_any_kind_becomes_a_small_webp(kind: str, mode: str) -> None:
    assert shown(drawn((1200, 1600), kind, mode)) == ("image/webp", (320, 427))


def test_a_small_one_goes_out_as_it_is() -> None:
    file = demo_picture(PICTURE)
    assert file is not None
    assert ShownPictures(demo_picture).get(PICTURE, 640) == ShownPicture(file, "image/webp")
    assert shown(drawn((300, 300), "JPEG")) == ("image/jpeg", (300, 300))
    assert shown(drawn((300, 300), "GIF", "P")) == ("image/webp", (300, 300))


@pytest.mark.parametrize(
    "file",
    [b"", b"x", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n" + bytes(50), drawn((400, 400), "PNG")[:60],
     drawn((8_000, 8_000), "PNG", "L"), claimed_to_be(20_000, 20_000)],
    ids=["empty", "text", "svg", "broken", "cut", "bomb", "larger bomb"],
)  # fmt: skip
def test_what_is_no_picture_or_a_bomb_is_not_shown(file: bytes) -> None:
    assert shown(file) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_camera_held_upright_gives_a_picture_that_stands_upright(kind: str) -> None:
    taken = Image.new("RGB", (1200, 800), "white")
    taken.paste("red", (0, 0, 1200, 400))
    turned_right = Image.Exif()
    turned_right[0x0112] = 6
    file = io.BytesIO()
    taken.save(file, kind, exif=turned_right)
    found = ShownPictures(lambda name: file.getvalue()).get("a", 320)
    assert found is not None
    with Image.open(io.BytesIO(found.content)) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")  # as a browser shows it
    assert upright.size == (320, 480)
    green = upright.getchannel("G").tobytes()
    assert green[300] < 60 < 200 < green[20]


def test_a_width_that_no_page_asks_for_is_refused() -> None:
    assert ShownPictures(demo_picture).get(PICTURE, 321) is None


def test_each_size_is_made_once_and_again_where_the_file_changed() -> None:
    files = {"a": drawn((900, 900), "PNG")}
    pictures = ShownPictures(files.get)
    first = pictures.get("a", 320)
    assert pictures.get("a", 320) is first
    files["a"] = drawn((900, 450), "PNG")
    assert pictures.get("a", 320) is not first
    assert ShownPictures(files.get, max_bytes=1).get("a", 320) is not None
