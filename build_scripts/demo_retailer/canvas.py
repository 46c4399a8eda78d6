"""Flat illustration with Pillow: soft-cornered shapes filled with cloth, on a tinted ground, at twice the size.

Corners are rounded by blurring a mask and cutting it at half (a morphological opening by a disc, near enough), edges
are smoothed by drawing large and shrinking once at the end.
"""

import itertools
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from build_scripts.demo_retailer.cloth import RGB, cloth, dark, light, mix

SIDE = 480
SCALE = 2
Point = tuple[float, float]
CREAM = (251, 247, 240)
WHITE = (255, 255, 255)
STONE = (214, 206, 196)


class Canvas:
    """A picture in the making; every coordinate is in units of the finished 480 x 480 picture."""

    def __init__(self, colour: RGB) -> None:
        side = SIDE * SCALE
        self.colour = colour
        pale = sum(colour) > 600
        ground = mix(colour, STONE, 0.72) if pale else mix(colour, CREAM, 0.84)
        self.image = Image.new("RGB", (side, side), ground)
        halo = self.disc((62, 58, 418, 414))
        self.image.paste(mix(ground, WHITE, 0.42) if pale else mix(colour, WHITE, 0.72), mask=halo)

    def _mask(self) -> Image.Image:
        return Image.new("L", self.image.size, 0)

    def shape(self, points: Sequence[Point], soft: float = 7) -> Image.Image:
        """A mask of the polygon with rounded corners."""
        mask = self._mask()
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in points], fill=255)
        return self.rounded(mask, soft)

    def rounded(self, mask: Image.Image, soft: float) -> Image.Image:
        """The mask with its corners worn round."""
        if soft <= 0:
            return mask
        blurred = mask.filter(ImageFilter.GaussianBlur(soft * SCALE * 0.6))
        return blurred.point([0] * 118 + [min(255, (level - 117) * 13) for level in range(118, 256)])

    def mirrored(self, half: Sequence[Point], soft: float = 7) -> Image.Image:
        """A mask of a shape given by its left half from top to bottom; the axis is the middle."""
        return self.shape([*half, *((SIDE - x, y) for x, y in reversed(half))], soft)

    def disc(self, box: tuple[float, float, float, float]) -> Image.Image:
        """A mask of the ellipse inside the box."""
        mask = self._mask()
        left, top, right, bottom = (value * SCALE for value in box)
        ImageDraw.Draw(mask).ellipse((left, top, right, bottom), fill=255)
        return mask

    def slab(self, box: tuple[float, float, float, float], radius: float = 12) -> Image.Image:
        """A mask of the box with round corners."""
        mask = self._mask()
        left, top, right, bottom = (value * SCALE for value in box)
        ImageDraw.Draw(mask).rounded_rectangle((left, top, right, bottom), radius=radius * SCALE, fill=255)
        return mask

    def ring(self, box: tuple[float, float, float, float], width: float) -> Image.Image:
        """A mask of the band of that width just inside the ellipse."""
        left, top, right, bottom = box
        inner = self.disc((left + width, top + width, right - width, bottom - width))
        return ImageChops.subtract(self.disc(box), inner)

    def stroke(self, points: Sequence[Point], width: float) -> Image.Image:
        """A mask of a line with round ends and joints."""
        mask = self._mask()
        draw = ImageDraw.Draw(mask)
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        draw.line(scaled, fill=255, width=round(width * SCALE), joint="curve")
        reach = width * SCALE / 2
        for x, y in (scaled[0], scaled[-1]):
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
        return mask

    def shadow(self, mask: Image.Image, *, drop: float = 9, blur: float = 10, strength: float = 0.26) -> None:
        """Let the shape throw a soft shadow on what is there."""
        moved = ImageChops.offset(mask, round(2 * SCALE), round(drop * SCALE))
        soft = moved.filter(ImageFilter.GaussianBlur(blur * SCALE)).point(lambda level: level * strength)
        self.image.paste(mix(dark(self.colour, 0.35), (60, 48, 40), 0.4), mask=soft)

    def paint(self, mask: Image.Image, rgb: RGB, pattern: str = "plain", *, shadow: bool = True) -> None:
        """Fill the shape with cloth, light from the upper left."""
        if shadow:
            self.shadow(mask)
        self.image.paste(cloth(pattern, rgb, self.image.size, SCALE), mask=mask)
        self._light(mask, rgb)

    def _light(self, mask: Image.Image, rgb: RGB) -> None:
        inner = mask.filter(ImageFilter.GaussianBlur(9 * SCALE))
        edge = ImageChops.subtract(mask, ImageChops.offset(inner, -4 * SCALE, -5 * SCALE))
        shade = ImageChops.multiply(edge, mask).point(lambda level: level * 0.24)
        self.image.paste(dark(rgb, 0.45), mask=shade)

    def flat(self, mask: Image.Image, rgb: RGB, opacity: float = 1.0) -> None:
        """Lay one even colour over the shape."""
        self.image.paste(rgb, mask=mask if opacity >= 1 else mask.point(lambda level: level * opacity))

    def seam(self, points: Sequence[Point], rgb: RGB, width: float = 2.4, *, within: Image.Image | None = None) -> None:
        """A line a little darker than the cloth."""
        mask = self.stroke(points, width)
        self.flat(ImageChops.multiply(mask, within) if within else mask, dark(rgb, 0.72))

    def stitches(self, points: Sequence[Point], rgb: RGB) -> None:
        """A dashed seam, lighter than the cloth."""
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            count = max(2, int(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / 9))
            for step in range(count):
                start, end = (step + 0.2) / count, (step + 0.75) / count
                part = [(x0 + (x1 - x0) * at, y0 + (y1 - y0) * at) for at in (start, end)]
                self.flat(self.stroke(part, 1.6), light(rgb, 0.35))

    def button(self, x: float, y: float, rgb: RGB, radius: float = 4.2) -> None:
        """A round button with a rim."""
        self.flat(self.disc((x - radius, y - radius, x + radius, y + radius)), dark(rgb, 0.7))
        small = radius * 0.68
        self.flat(self.disc((x - small, y - small, x + small, y + small)), light(rgb, 0.25))

    def finished(self) -> Image.Image:
        """The picture at its final size."""
        return self.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def both(left: Image.Image, right: Image.Image) -> Image.Image:
    """The union of two masks."""
    return ImageChops.lighter(left, right)


def without(mask: Image.Image, cut: Image.Image) -> Image.Image:
    """The mask with the second one cut out of it."""
    return ImageChops.subtract(mask, cut)


def inside(mask: Image.Image, other: Image.Image) -> Image.Image:
    """What two masks share."""
    return ImageChops.multiply(mask, other)


def flipped(mask: Image.Image) -> Image.Image:
    """The mask seen in a mirror."""
    return mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
