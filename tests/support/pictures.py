"""Pictures of screens: one that rests or is painted at least, and sheets of several."""

from pathlib import Path
from typing import Final, Literal

from PIL import Image, ImageChops

from tests.support.browser import DESKTOP, TABLET, FletPage

Scheme = Literal["light", "dark"]
LOCALES: Final = {"id": "id-ID", "en": "en-GB"}
SIZES: Final = {"tablet": TABLET, "across": (1024, 768), "desktop": DESKTOP}
SHEET_WIDTH: Final = 560
GAP: Final = 16
MOST_LOOKS: Final = 80
LOOKS_AT_REST: Final = 2
LOOK_EVERY_MS: Final = 500
GLANCE_EVERY_MS: Final = 100
CARET_PIXELS: Final = 400
LEAST_PAINTED_BYTES: Final = 15_000
"""The client's own waiting page is smaller."""


def differing_pixels(one: Image.Image, other: Image.Image) -> int:
    """How many pixels differ: a blinking caret is a few dozen."""
    if one.size != other.size:
        return one.width * one.height
    return sum(ImageChops.difference(one, other).convert("L").point(lambda level: level > 8).histogram()[1:])


def is_of_theme(image: Image.Image, scheme: Scheme) -> bool:
    """Whether most of the picture is as bright as the theme's page."""
    levels = image.convert("L").resize((16, 16)).tobytes()
    return (sorted(levels)[len(levels) // 2] > 128) == (scheme == "light")


def settled_picture(flet: FletPage, path: Path, scheme: Scheme) -> Path:
    """The screen once it rests in the theme: what a test can read is there before it is painted."""
    before, rested = Image.new("RGB", (1, 1)), 0
    for _ in range(MOST_LOOKS):
        flet.run(flet.page.wait_for_timeout(LOOK_EVERY_MS))
        flet.screenshot(path)
        with Image.open(path) as opened:
            now = opened.convert("RGB")
        rests = differing_pixels(before, now) < CARET_PIXELS and path.stat().st_size > LEAST_PAINTED_BYTES
        rested = rested + 1 if rests and is_of_theme(now, scheme) else 0
        if rested == LOOKS_AT_REST:
            return path
        before = now
    raise AssertionError(f"{path.name} was never drawn, or never came to rest")


def painted_picture(flet: FletPage, path: Path, scheme: Scheme) -> Path:
    """The screen once something of it is painted in the theme; it may still move, which matters to none but readers of
    a kept picture."""
    for _ in range(MOST_LOOKS):
        flet.screenshot(path)
        with Image.open(path) as opened:
            if path.stat().st_size > LEAST_PAINTED_BYTES and is_of_theme(opened.convert("RGB"), scheme):
                return path
        flet.run(flet.page.wait_for_timeout(GLANCE_EVERY_MS))
    raise AssertionError(f"{path.name} was never drawn")


def contact_sheet(pictures: list[Path], path: Path) -> None:
    """All pictures of one screen on one sheet, each size in a row."""
    opened = [Image.open(picture).convert("RGB") for picture in pictures]
    shown = [image.resize((SHEET_WIDTH, round(image.height * SHEET_WIDTH / image.width))) for image in opened]
    rows = [shown[start : start + 4] for start in range(0, len(shown), 4)]
    width = 4 * SHEET_WIDTH + 5 * GAP
    height = sum(max(image.height for image in row) + GAP for row in rows) + GAP
    sheet = Image.new("RGB", (width, height), "#8a8a8a")
    top = GAP
    for row in rows:
        for column, image in enumerate(row):
            sheet.paste(image, (GAP + column * (SHEET_WIDTH + GAP), top))
        top += max(image.height for image in row) + GAP
    sheet.quantize(128).save(path, optimize=True)
