"""A signature drawn with a finger: kept as a few hundred characters, and drawn again from them.

Kept as SVG path data (SVG 1.1, 8.3) of whole numbers: `M` starts a stroke, numbers after it are points. Points that
hardly bend the line are left out, more of them the longer it is, until it fits.
"""

import itertools
from collections.abc import Sequence
from math import hypot
from typing import Final

WIDTH: Final = 480
HEIGHT: Final = 160
"""Of the ground it is drawn on, whose points are the units."""
MAX_CHARACTERS: Final = 2_000
MAX_POINTS: Final = 2_000
"""Of what is being drawn; further ones are not taken."""
LEAST_LENGTH: Final = 40
"""A slip of the finger is shorter."""

Point = tuple[int, int]
Stroke = tuple[Point, ...]


def placed(x: float, y: float) -> Point:
    """The point as it is kept, on the ground."""
    return min(max(round(x), 0), WIDTH), min(max(round(y), 0), HEIGHT)


def is_signature(strokes: Sequence[Stroke]) -> bool:
    """Whether anything was drawn that is more than a slip."""
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for one in strokes for a, b in itertools.pairwise(one)) >= (LEAST_LENGTH)


def path_of(strokes: Sequence[Stroke]) -> str:
    """Path data of at most MAX_CHARACTERS; of a scrawl that is too long even so, its beginning."""
    tolerance = 1.0
    while True:
        text = "".join(_stroke_path(_simplified(one, tolerance)) for one in strokes if one)
        if len(text) <= MAX_CHARACTERS:
            return text
        if tolerance > HEIGHT:
            return text[: text.rindex("M", 0, MAX_CHARACTERS)]
        tolerance *= 1.5


def strokes_of(path: str) -> tuple[Stroke, ...]:
    """What `path_of` was given, without the points it left out; () for what it did not write."""
    try:
        return tuple(_points([int(one) for one in stroke.split()]) for stroke in path.upper().split("M")[1:])
    except ValueError:
        return ()


def is_kept_drawing(path: str) -> bool:
    """Whether `path_of` could have written it."""
    return len(path) <= MAX_CHARACTERS and path == "".join(_stroke_path(one) for one in strokes_of(path))


def _stroke_path(stroke: Stroke) -> str:
    return "M" + " ".join(f"{x} {y}" for x, y in stroke)


def _points(numbers: Sequence[int]) -> Stroke:
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _simplified(stroke: Stroke, tolerance: float) -> Stroke:
    """The points that bend the line by more than `tolerance`. Source: Ramer 1972, Douglas and Peucker 1973."""
    kept = {0, len(stroke) - 1}
    spans = [(0, len(stroke) - 1)]
    while spans:
        first, last = spans.pop()
        farthest, distance = first, 0.0
        for index in range(first + 1, last):
            away = _distance(stroke[index], stroke[first], stroke[last])
            if away > distance:
                farthest, distance = index, away
        if distance > tolerance:
            kept.add(farthest)
            spans += [(first, farthest), (farthest, last)]
    return tuple(stroke[index] for index in sorted(kept))


def _distance(point: Point, start: Point, end: Point) -> float:
    """From the straight line between start and end, or from their one place."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = hypot(across, down)
    if length == 0:
        return hypot(point[0] - start[0], point[1] - start[1])
    return abs(across * (start[1] - point[1]) - down * (start[0] - point[0])) / length
