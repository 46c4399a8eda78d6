"""What a drawn thing is made of: plain or patterned surfaces, whole pictures to be cut to shape by a mask."""

import math
from collections.abc import Callable
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw

RGB = tuple[int, int, int]


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """The colour between two, `share` of the way to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def dark(rgb: RGB, keep: float = 0.75) -> RGB:
    """The colour with that much of its light kept."""
    return mix((36, 28, 30), rgb, keep)


def light(rgb: RGB, share: float = 0.35) -> RGB:
    """The colour that far on the way to white."""
    return mix(rgb, (255, 252, 246), share)


def contrast(rgb: RGB) -> RGB:
    """A colour that shows on this one and belongs to it."""
    brightness = rgb[0] * 0.3 + rgb[1] * 0.59 + rgb[2] * 0.11
    return dark(rgb, 0.66) if brightness > 165 else light(rgb, 0.55)


@lru_cache(maxsize=4)
def cloth(pattern: str, rgb: RGB, size: tuple[int, int], scale: int) -> Image.Image:
    """A whole picture of the surface; an unknown pattern is plain."""
    image = Image.new("RGB", size, rgb)
    painter = _PATTERNS.get(pattern)
    if painter is not None:
        painter(ImageDraw.Draw(image), rgb, size[0], scale)
    return image


def _stripe(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    for step, x in enumerate(range(0, side, 11 * scale)):
        tone = contrast(rgb) if step % 4 == 0 else mix(rgb, contrast(rgb), 0.4)
        draw.line((x, 0, x, side), fill=tone, width=round(scale * (3 if step % 4 == 0 else 1.4)))


def _hstripe(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    for y in range(0, side, 26 * scale):
        draw.rectangle((0, y, side, y + 9 * scale), fill=light(rgb, 0.72))


def _check(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    step, band = 44 * scale, 16 * scale
    crossing = mix(rgb, (20, 18, 24), 0.42)
    for at in range(0, side, step):
        draw.rectangle((at, 0, at + band, side), fill=mix(rgb, (20, 18, 24), 0.22))
    for at in range(0, side, step):
        draw.rectangle((0, at, side, at + band), fill=mix(rgb, (20, 18, 24), 0.22))
        for across in range(0, side, step):
            draw.rectangle((across, at, across + band, at + band), fill=crossing)
    for at in range(band + 13 * scale, side, step):
        draw.line((at, 0, at, side), fill=light(rgb, 0.55), width=2 * scale)
        draw.line((0, at, side, at), fill=light(rgb, 0.55), width=2 * scale)


def _kawung(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    cell, tone, fine = 34 * scale, light(rgb, 0.62), dark(rgb, 0.7)
    petal, lean = 13 * scale, 6.2 * scale
    for row in range(-1, side // cell + 2):
        for column in range(-1, side // cell + 2):
            x, y = column * cell, row * cell
            for turn in (45, 135, 225, 315):
                _leaf_at(draw, (x, y), (petal, lean, turn), tone, fine)
            reach = 2 * scale
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=light(rgb, 0.8))


def _leaf_at(
    draw: ImageDraw.ImageDraw, start: tuple[float, float], form: tuple[float, float, float], fill: RGB, vein: RGB | None
) -> None:
    """One pointed leaf: `form` is half its length, half its width and its turn in degrees."""
    half, width, turn = form
    sine, cosine = math.sin(math.radians(turn)), math.cos(math.radians(turn))
    outline = []
    for step in range(24):
        angle = step / 24 * 2 * math.pi
        along, across = (
            half * 1.15 + half * math.cos(angle),
            width * math.sin(angle) * (1.1 - abs(math.cos(angle)) * 0.3),
        )
        outline.append((start[0] + along * cosine - across * sine, start[1] + along * sine + across * cosine))
    draw.polygon(outline, fill=fill)
    if vein is not None:
        near, far = half * 0.5, half * 1.75
        ends = [(start[0] + far_at * cosine, start[1] + far_at * sine) for far_at in (near, far)]
        draw.line(ends, fill=vein, width=max(2, round(width / 5)))


def _parang(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    step = 46 * scale
    for at in range(-side, side * 2, step):
        draw.line((at, 0, at - side, side), fill=light(rgb, 0.55), width=5 * scale)
        for along in range(0, side + step, 17 * scale):
            x, y = at + step / 2 - along, along
            _leaf_at(draw, (x + 8 * scale, y - 8 * scale), (8 * scale, 4.4 * scale, 100), light(rgb, 0.68), None)


def _leaf(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    random, cell = Random(11), 52 * scale
    for row in range(-1, side // cell + 2):
        for column in range(-1, side // cell + 2):
            x = column * cell + (row % 2) * cell / 2 + random.uniform(-5, 5) * scale
            y = row * cell + random.uniform(-5, 5) * scale
            _frond(draw, (x, y), random.uniform(0, 360), (light(rgb, 0.42 + 0.2 * (column % 2)), scale))


def _frond(draw: ImageDraw.ImageDraw, start: tuple[float, float], turn: float, style: tuple[RGB, int]) -> None:
    """A stem with three pairs of narrow leaflets and one at its tip."""
    tone, scale = style
    sine, cosine = math.sin(math.radians(turn)), math.cos(math.radians(turn))
    tip = (start[0] + 26 * scale * cosine, start[1] + 26 * scale * sine)
    draw.line((*start, *tip), fill=tone, width=round(1.4 * scale))
    for along in (6, 14, 22):
        joint = (start[0] + along * scale * cosine, start[1] + along * scale * sine)
        for spread in (-52, 52):
            _leaf_at(draw, joint, (7 * scale, 2.6 * scale, turn + spread), tone, None)
    _leaf_at(draw, tip, (7 * scale, 2.6 * scale, turn), tone, None)


def _ikat(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    wide, high = 48 * scale, 64 * scale
    for row in range(-1, side // high + 2):
        for column in range(-1, side // wide + 2):
            x, y = column * wide + wide / 2, row * high + high / 2
            for reach, tone in ((1.0, light(rgb, 0.6)), (0.68, dark(rgb, 0.72)), (0.36, light(rgb, 0.78))):
                half_w, half_h = wide * 0.46 * reach, high * 0.36 * reach
                draw.polygon(_stepped(x, y, half_w, half_h), fill=tone)
        y = row * high
        draw.line((0, y, side, y), fill=light(rgb, 0.6), width=3 * scale)
        draw.line((0, y + 6 * scale, side, y + 6 * scale), fill=dark(rgb, 0.72), width=2 * scale)


def _stepped(x: float, y: float, half_w: float, half_h: float) -> list[tuple[float, float]]:
    """A diamond with stairs for sides, as a loom makes it."""
    stairs = 5
    quarter: list[tuple[float, float]] = []
    for step in range(stairs):
        across, down = half_w * step / stairs, half_h * (stairs - step) / stairs
        quarter += [(across, down), (across + half_w / stairs, down)]
    right = [*quarter, *((a, -b) for a, b in reversed(quarter))]
    return [(x + a, y + b) for a, b in right] + [(x - a, y + b) for a, b in reversed(right)]


def _dots(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    for row, y in enumerate(range(0, side, 17 * scale)):
        for x in range((row % 2) * 10 * scale, side, 20 * scale):
            draw.ellipse((x, y, x + 6 * scale, y + 6 * scale), fill=light(rgb, 0.5))


def _cloud(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    for row, y in enumerate(range(6 * scale, side, 46 * scale)):
        for x in range((row % 2) * 34 * scale - 20 * scale, side, 68 * scale):
            for left, top, size in ((0, 8, 14), (9, 1, 20), (22, 7, 15)):
                box = (x + left * scale, y + top * scale, x + (left + size) * scale, y + (top + size) * scale)
                draw.ellipse(box, fill=light(rgb, 0.75))
            base = (x + 6 * scale, y + 14 * scale, x + 30 * scale, y + 22 * scale)
            draw.rounded_rectangle(base, radius=4 * scale, fill=light(rgb, 0.75))


def _knit(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    wide, high = 14 * scale, 11 * scale
    for y in range(-high, side, high):
        for x in range(0, side, wide):
            middle = x + wide / 2
            draw.line((x + scale, y, middle, y + high * 0.8), fill=dark(rgb, 0.86), width=2 * scale)
            draw.line((middle, y + high * 0.8, x + wide - scale, y), fill=light(rgb, 0.28), width=2 * scale)


def _speckle(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    random, tone = Random(5), contrast(rgb)
    for _ in range(900):
        x, y, reach = random.uniform(0, side), random.uniform(0, side), random.uniform(0.5, 1.5) * scale
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=mix(rgb, tone, random.uniform(0.3, 0.8)))


def _weave(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    wide, high = 22 * scale, 11 * scale
    draw.rectangle((0, 0, side, side), fill=dark(rgb, 0.72))
    for row, y in enumerate(range(0, side, high)):
        for x in range(-(row % 2) * wide // 2, side, wide):
            tone = rgb if (x // wide + row) % 3 else light(rgb, 0.18)
            box = (x + scale, y + scale, x + wide - scale, y + high - scale)
            draw.rounded_rectangle(box, radius=4 * scale, fill=tone)


def _wood(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    random = Random(3)
    for y in range(0, side, 9 * scale):
        phase, tone = random.uniform(0, 6), mix(rgb, dark(rgb, 0.7), random.uniform(0.25, 0.7))
        points = [(x, y + 3 * scale * math.sin(x / (70 * scale) + phase)) for x in range(0, side + 20, 20)]
        draw.line(points, fill=tone, width=round(random.uniform(0.7, 2.0) * scale))


def _rings(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    middle = side / 2
    for step, reach in enumerate(range(side, 0, -11 * scale)):
        tone = (rgb, dark(rgb, 0.82), light(rgb, 0.22))[step % 3]
        draw.ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=tone)


def _denim(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    for at in range(-side, side, 4 * scale):
        draw.line((at, 0, at + side, side), fill=light(rgb, 0.13), width=scale)


def _pleats(draw: ImageDraw.ImageDraw, rgb: RGB, side: int, scale: int) -> None:
    middle = side / 2
    for step in range(-16, 17):
        top, bottom = middle + step * 6.2 * scale, middle + step * 14.5 * scale
        draw.line((top, 90 * scale, bottom, side), fill=dark(rgb, 0.8), width=3 * scale)
        draw.line((top + 4 * scale, 90 * scale, bottom + 6 * scale, side), fill=light(rgb, 0.25), width=3 * scale)


_PATTERNS: dict[str, Callable[[ImageDraw.ImageDraw, RGB, int, int], None]] = {
    "stripe": _stripe, "hstripe": _hstripe, "check": _check, "kawung": _kawung, "parang": _parang, "leaf": _leaf,
    "ikat": _ikat, "dots": _dots, "cloud": _cloud, "knit": _knit, "speckle": _speckle, "weave": _weave, "wood": _wood,
    "rings": _rings, "denim": _denim, "pleats": _pleats,
}  # fmt: skip
