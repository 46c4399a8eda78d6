"""Codes made by one library and read back by another, and pictures that are none."""

import io
import struct
import zlib
from contextlib import suppress
from functools import cache

import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from clienteling.domain.codes import ScanKind
from clienteling.scanning.code_rules import CodeRules
from clienteling.scanning.errors import ScanError, ScanRefused
from clienteling.scanning.image_decode import (
    MAX_PICTURE_BYTES,
    MAX_PIXELS_READ,
    _opened,
    decode_picture,
)
from clienteling.scanning.read_code import read_code

GTIN = "09521234543213"
LINK = f"HTTPS://EX.SHOP/S42/01/{GTIN}"
RULES = CodeRules(own_hosts=frozenset({"ex.shop"}))
FORMAT = zxingcpp.BarcodeFormat


def qr(text: str, *, module_px: int = 6) -> Image.Image:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q, box_size=module_px, border=4)
    code.add_data(text)
    code.make(fit=True)
    return code.make_image().get_image().convert("L")


def bars(text: str, symbology: zxingcpp.BarcodeFormat, **options: bool) -> Image.Image:
    barcode = zxingcpp.create_barcode(text, symbology, **options)
    return Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=3)).convert("L")


def as_bytes(image: Image.Image, file_format: str = "PNG") -> bytes:
    written = io.BytesIO()
    image.save(written, file_format)
    return written.getvalue()


def on_wall(*images: Image.Image, size: tuple[int, int] = (1_280, 720)) -> Image.Image:
    wall = Image.new("L", size, 200)
    for n, image in enumerate(images):
        wall.paste(image, (60 + 420 * (n % 3), 40 + 330 * (n // 3)))
    return wall


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_shelf_label_is_read_from_every_kind_of_picture(file_format: str) -> None:
    code = read_code(*decode_picture(as_bytes(on_wall(qr(LINK)), file_format)), rules=RULES)
    assert (code.kind, code.gtin, code.foreign_host, code.input) == (ScanKind.PRODUCT, GTIN, False, LINK)


@pytest.mark.parametrize(
    ("image", "text"),
    [
        (bars("9521234543213", FORMAT.EAN13), "9521234543213"),
        (bars("02345673", FORMAT.EAN8), "02345673"),
        (bars("416000336108", FORMAT.UPCA), "0416000336108"),
        (bars("01234565", FORMAT.UPCE), "0012345000065"),
        (bars("KP-001234", FORMAT.Code128), "KP-001234"),
        (bars(LINK, FORMAT.DataMatrix), LINK),
        (bars(f"(01){GTIN}(10)AB(21)C1", FORMAT.Code128, gs1=True), f"]C101{GTIN}10AB\x1d21C1"),
        (bars(f"(01){GTIN}(10)AB(21)C1", FORMAT.DataMatrix, gs1=True), f"]d201{GTIN}10AB\x1d21C1"),
        (bars(f"(01){GTIN}(10)AB(21)C1", FORMAT.QRCode, gs1=True), f"]Q301{GTIN}10AB\x1d21C1"),
    ],
    ids=["ean13", "ean8", "upca", "upce", "code128", "datamatrix", "gs1-128", "gs1-datamatrix", "gs1-qr"],
)
def test_each_symbology_of_shops_is_read(image: Image.Image, text: str) -> None:
    assert decode_picture(as_bytes(on_wall(image))) == [text]


def test_other_symbologies_are_passed_over() -> None:
    assert decode_picture(as_bytes(on_wall(bars("12345", FORMAT.ITF), bars("HELLO", FORMAT.PDF417)))) == []


@pytest.mark.parametrize("degrees", [0, 37, 90, 180])
def test_a_turned_blurred_pale_label_is_read(degrees: int) -> None:
    label = on_wall(qr(LINK)).rotate(degrees, expand=True, fillcolor=200)
    pale = label.filter(ImageFilter.GaussianBlur(2)).point(lambda grey: 90 + grey * 0.4)
    assert decode_picture(as_bytes(pale, "JPEG")) == [LINK]


@pytest.mark.parametrize("degrees", [0, 20, 45, 70, 90, 110, 135, 160])
def test_bars_are_read_at_any_angle(degrees: int) -> None:
    label = bars("9521234543213", FORMAT.EAN13).rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
    assert decode_picture(as_bytes(on_wall(label), "JPEG")) == ["9521234543213"]


def test_a_camera_frame_gets_the_cheapest_look_alone() -> None:
    matrix, link = as_bytes(on_wall(bars(LINK, FORMAT.DataMatrix))), as_bytes(on_wall(qr(LINK)))
    assert (decode_picture(matrix), decode_picture(matrix, thorough=False)) == ([LINK], [])
    assert decode_picture(link, thorough=False) == [LINK]


def test_a_small_label_in_a_large_photograph_is_found_on_the_second_look() -> None:
    photograph = on_wall(qr(LINK, module_px=4), size=(4_000, 3_000))
    assert decode_picture(as_bytes(photograph, "JPEG")) == [LINK]


def test_a_code_on_a_transparent_ground_is_read() -> None:
    ink = qr(LINK).point(lambda grey: 255 - grey)
    drawn = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    drawn.putalpha(ink)
    assert decode_picture(as_bytes(drawn)) == [LINK]


def test_every_code_in_a_picture_is_read_once() -> None:
    picture = as_bytes(on_wall(qr("https://evil.example"), qr(LINK), qr(LINK), bars("9521234543213", FORMAT.EAN13)))
    kinds = sorted(read_code(text, rules=RULES).kind for text in decode_picture(picture))
    assert kinds == sorted([ScanKind.PRODUCT, ScanKind.PRODUCT, ScanKind.FOREIGN_LINK])


def refusal(picture: bytes) -> ScanError:
    with pytest.raises(ScanRefused) as refused:
        decode_picture(picture)
    return refused.value.error


def png_that_says_it_is(width_px: int, height_px: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side_px", [5_000, 9_000, 10_000, 20_000, 100_000])
def test_a_picture_that_unpacks_to_too_much_is_refused_unread(side_px: int) -> None:
    assert refusal(png_that_says_it_is(side_px, side_px)) is ScanError.PICTURE_TOO_LARGE


def fifty_megapixels(**options: bool) -> bytes:
    photograph, written = on_wall(qr(LINK, module_px=24), size=(8_660, 5_774)), io.BytesIO()
    photograph.save(written, "JPEG", **options)
    return written.getvalue()


def test_a_photograph_of_fifty_megapixels_is_reduced_while_it_is_read() -> None:
    photograph = fifty_megapixels()
    opened = _opened(photograph)
    assert opened.width * opened.height <= MAX_PIXELS_READ
    assert decode_picture(photograph) == [LINK]


def test_a_progressive_photograph_that_would_be_held_whole_is_refused() -> None:
    assert refusal(fifty_megapixels(progressive=True)) is ScanError.PICTURE_TOO_LARGE


def test_a_file_that_is_too_long_is_refused_unread() -> None:
    assert refusal(b"\xff" * (MAX_PICTURE_BYTES + 1)) is ScanError.PICTURE_TOO_LARGE


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"GIF89a",
        b"<html>",
        b"%PDF-1.7",
        png_that_says_it_is(0, 0),
        png_that_says_it_is(100, 100),
        as_bytes(qr(LINK))[:-200],
        as_bytes(qr(LINK), "JPEG")[:400],
        as_bytes(qr(LINK), "TIFF"),
    ],
    ids=["empty", "gif head", "html", "pdf", "no pixels", "no rows", "cut png", "cut jpeg", "tiff"],
)
def test_what_is_not_a_whole_picture_is_said_to_be_none(picture: bytes) -> None:
    assert refusal(picture) is ScanError.NOT_A_PICTURE


def test_a_picture_without_a_code_has_none() -> None:
    blank = as_bytes(Image.new("RGB", (640, 480), "white"))
    assert decode_picture(blank) == []
    assert decode_picture(as_bytes(Image.new("L", (1, 1)))) == []


@cache
def small_label(file_format: str) -> bytes:
    return as_bytes(qr(LINK, module_px=2), file_format)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP"]), st.data())
def test_a_damaged_picture_never_fails_in_another_way(file_format: str, data: st.DataObject) -> None:
    picture = bytearray(small_label(file_format))
    for _ in range(data.draw(st.integers(1, 8))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ScanRefused):
        decode_picture(bytes(picture))
