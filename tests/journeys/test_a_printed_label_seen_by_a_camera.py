"""A label printed by the program, held before a tablet's camera, opens its product while the server is down."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image

from build_scripts.benchmarks.camera_frames import FRAME, SHEET, as_jpeg, frames, printed_sheet
from tests.support.browser import FletPage
from tests.support.command_line import run
from tests.support.demo_shop import DemoShop
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

EMPTY_SHELF, LABEL_SEEN = 20, 10
"""Pictures of the film: the label comes into view once the camera has been seen at work."""


@pytest.fixture
def film(camera_film: Path) -> Iterator[Path]:
    """Where the camera's film goes; the next test shows one of its own."""
    yield camera_film
    camera_film.unlink()


def print_label(shop: DemoShop, gtin: str, file: Path) -> bytes:
    """The sheet with this one label, as it would go to the printer."""
    ran = run("labels", "--code", gtin, "--sheet", SHEET.value, "--data-dir", shop.layout.device.folder, "-o", file)
    assert ran.status == 0, ran.errors
    return file.read_bytes()


def show(film: Path, pdf: bytes) -> None:
    """The camera sees the shelf, and then the label in somebody's hand."""
    empty = (as_jpeg(Image.new("L", FRAME, 120 + n)) for n in range(EMPTY_SHELF))
    film.write_bytes(b"".join((*empty, *map(as_jpeg, islice(frames(printed_sheet(pdf), Random(1)), LABEL_SEEN)))))


def variant_here(shop: DemoShop, gtin: str) -> tuple[str, dict[str, Any], int]:
    """Name, variant and how many this store has, as the device holds it."""
    product = run("scan", gtin, "--data-dir", shop.layout.device.folder, "--json").json["product"]
    (variant,) = (one for one in product["variants"] if one["id"] == product["variant_id"])
    return product["name"], variant, sum(one["available"] for one in variant["stock"] if one["here"])


def start_camera(flet: FletPage, url: str) -> None:
    """A person presses the button and allows the camera."""
    flet.identifier("camera-start").wait()
    flet.run(flet.context.grant_permissions(["camera"], origin=url))
    flet.run(flet.page.locator('[flt-semantics-identifier="camera-start"]').get_by_role("button").click())


def test_a_printed_label_before_the_camera_opens_its_product_while_the_server_is_down(
    demo_shop: DemoShop, open_flet: OpenFlet, film: Path, tmp_path: Path
) -> None:
    shop = demo_shop
    flet = open_flet(shop.url, locale="id-ID")
    flet.wait_text("Semua tersimpan", timeout_s=40)
    with shop.without(shop.layout.central):
        flet.wait_text("Tanpa jaringan sejak", timeout_s=40)
        found = re.search(r"/01/(\d{14})$", shop.layout.facts.shelf_code)
        assert found is not None
        name, variant, here = variant_here(shop, found[1])
        assert here > 0
        show(film, print_label(shop, found[1], tmp_path / "label.pdf"))
        flet.go_on("/scan")
        start_camera(flet, shop.url)
        flet.wait_url(rf"/products/[0-9a-f-]+\?variant={variant['id']}$")
        assert flet.identifier("product-name").wait().text().startswith(name)
        flet.wait_text(f"{here} di toko ini")
