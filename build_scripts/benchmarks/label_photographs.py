"""How often a label's code is read from a bad photograph of it: tilted, blurred, pale, partly covered, in glare.

    .venv/bin/python -m build_scripts.benchmarks.label_photographs [PICTURES]

The photographs are made: printed sheet rendered, then spoilt by Pillow with a random hand; no camera and no printer was
used. 6 dots a module, as the rates they are compared with were taken.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from build_scripts.benchmarks.labels import contents
from clienteling.labels.png import symbol_picture
from clienteling.labels.symbol import symbol_of

PICTURES: Final = 100
MODULE_PX: Final = 6
_AROUND_PX: Final = 60
_PAPER: Final = 235

Spoil = Callable[[Image.Image, Random], Image.Image]


@dataclass(frozen=True, slots=True)
class Photograph:
    """A way to spoil a picture. `expected`: percent that must be read, None where it is only recorded."""

    name: str
    spoil: Spoil
    expected: int | None


def blurred(modules: float) -> Spoil:
    """Out of focus by so many modules (standard deviation)."""
    return lambda image, random: image.filter(ImageFilter.GaussianBlur(modules * MODULE_PX))


def pale(percent: int) -> Spoil:
    """So much of the contrast is left, around a random grey."""

    def spoil(image: Image.Image, random: Random) -> Image.Image:
        middle = random.uniform(100, 155)
        return image.point(lambda level: round(middle + (level - 128) * percent / 100))

    return spoil


def tilted(degrees: float) -> Spoil:
    """Seen from the side by that angle, about a random axis."""

    def spoil(image: Image.Image, random: Random) -> Image.Image:
        turned = image.rotate(random.uniform(0, 360), Image.Resampling.BICUBIC, expand=True, fillcolor=_PAPER)
        width, height = turned.size
        narrow = float(numpy.cos(numpy.radians(degrees)))
        far = 1 - 0.25 * float(numpy.sin(numpy.radians(degrees)))
        inset, top = width * (1 - far) / 2, height * (1 - narrow) / 2
        corners = [(inset, top), (width - inset, top), (width, height - top), (0.0, height - top)]
        return turned.transform(
            turned.size,
            Image.Transform.PERSPECTIVE,
            _coefficients(corners, [(0, 0), (width, 0), (width, height), (0, height)]),
            Image.Resampling.BICUBIC,
            fillcolor=_PAPER,
        )

    return spoil


def _coefficients(seen: Sequence[tuple[float, float]], flat: Sequence[tuple[float, float]]) -> list[float]:
    """What Pillow wants to map each place seen to the place on the flat picture."""
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(one) for one in numpy.linalg.solve(numpy.array(rows), numpy.array(values))]


def covered(percent: float, *, centre: bool = False, level: int = 128) -> Spoil:
    """A square of one grey over so much of the symbol, in its middle or anywhere on it."""

    def spoil(image: Image.Image, random: Random) -> Image.Image:
        symbol = image.width - 2 * (_AROUND_PX + 4 * MODULE_PX)
        side = round(symbol * (percent / 100) ** 0.5)
        free = symbol - side
        at = (free // 2, free // 2) if centre else (random.randint(0, free), random.randint(0, free))
        left, top = (one + _AROUND_PX + 4 * MODULE_PX for one in at)
        spoilt = image.copy()
        spoilt.paste(level, (left, top, left + side, top + side))
        return spoilt

    return spoil


def glare(percent: float) -> Spoil:
    """A light in the varnish: a white spot with a soft edge over so much of the symbol, anywhere on it."""

    def spoil(image: Image.Image, random: Random) -> Image.Image:
        symbol = image.width - 2 * (_AROUND_PX + 4 * MODULE_PX)
        radius = symbol * (percent / 100 / 3.1416) ** 0.5
        x, y = (random.uniform(radius, symbol - radius) + _AROUND_PX + 4 * MODULE_PX for _ in range(2))
        light = Image.new("L", image.size, 0)
        ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        return ImageChops.add(image, light.filter(ImageFilter.GaussianBlur(MODULE_PX)))

    return spoil


def one_after_the_other(*spoils: Spoil) -> Spoil:
    """All of it."""

    def spoil(image: Image.Image, random: Random) -> Image.Image:
        for one in spoils:
            image = one(image, random)
        return image

    return spoil


PHOTOGRAPHS: Final = (
    Photograph("as printed", lambda image, random: image, 100),
    Photograph("blur 0.33 module", blurred(0.33), 100),
    Photograph("blur 0.50 module", blurred(0.50), 100),
    Photograph("tilt 30 degrees", tilted(30), 100),
    Photograph("tilt 45 degrees", tilted(45), 100),
    Photograph("tilt 55 degrees", tilted(55), 100),
    Photograph("contrast 40 %", pale(40), 100),
    Photograph("contrast 20 %", pale(20), 95),
    Photograph("middle covered 10 %", covered(10, centre=True), 100),
    Photograph("middle covered 15 %", covered(15, centre=True), None),
    Photograph("covered 5 % anywhere", covered(5), 90),
    Photograph("covered 10 % anywhere", covered(10), 80),
    Photograph("glare 5 % anywhere", glare(5), None),
    Photograph("glare 10 % anywhere", glare(10), None),
    Photograph("glare 15 % anywhere", glare(15), None),
    Photograph("tilt 25, blur 0.42, half the contrast", one_after_the_other(tilted(25), blurred(0.42), pale(50)), 25),
)
"""`expected`: what was measured for level Q with zxing-cpp (60 characters, version 5, 20 pictures, clean symbols)."""


def photographed(number: int) -> tuple[str, Image.Image]:
    """A label's text, and its symbol on paper with room around."""
    link = contents(number + 1)[number].link
    symbol = symbol_picture(symbol_of(link), MODULE_PX).point(lambda level: level * _PAPER // 255)
    paper = Image.new("L", (symbol.width + 2 * _AROUND_PX,) * 2, _PAPER)
    paper.paste(symbol, (_AROUND_PX, _AROUND_PX))
    return link, paper


def read_percent(photograph: Photograph, pictures: int, *, seed: int = 1) -> float:
    """How many of so many pictures are read, in percent."""
    random = Random(f"{photograph.name} {seed}")
    taken = (photographed(number) for number in range(pictures))
    read = sum(is_read(photograph.spoil(paper, random), link) for link, paper in taken)
    return 100 * read / pictures


def is_read(picture: Image.Image, link: str) -> bool:
    """Whether zxing-cpp reads the text, as the tablet asks it to."""
    return [one.text for one in zxingcpp.read_barcodes(picture)] == [link]


def main(arguments: Sequence[str]) -> int:
    """0, once the table is printed."""
    pictures = int(arguments[0]) if arguments else PICTURES
    print(f"{'photograph':<40}{'read':>7}{'known':>8}   ({pictures} pictures each)")
    for photograph in PHOTOGRAPHS:
        known = "" if photograph.expected is None else f"{photograph.expected} %"
        print(f"{photograph.name:<40}{read_percent(photograph, pictures):>5.0f} %{known:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
