"""The pictures of the catalogue: one for each product and colour, as small WebP files."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from build_scripts.demo_retailer import clothes, home, things
from build_scripts.demo_retailer.canvas import Canvas
from build_scripts.demo_retailer.catalogue import picture_path
from build_scripts.demo_retailer.clothes import Drawing
from build_scripts.demo_retailer.model import Colour, Product

DRAWINGS: dict[str, Drawing] = {**clothes.DRAWINGS, **things.DRAWINGS, **home.DRAWINGS}


def picture(product: Product, colour: Colour) -> Image.Image:
    """The drawn product in one of its colours, 480 x 480."""
    canvas = Canvas(colour.rgb)
    DRAWINGS[product.shape](canvas, colour.rgb, product.pattern)
    return canvas.finished()


def write_pictures(folder: Path, products: tuple[Product, ...]) -> Iterator[Path]:
    """Writes every picture below the folder and yields its path, so that a caller can show progress."""
    for product in products:
        for colour in product.colours:
            path = folder / picture_path(product, colour)
            path.parent.mkdir(parents=True, exist_ok=True)
            picture(product, colour).save(path, "WEBP", quality=86, method=6)
            yield path
