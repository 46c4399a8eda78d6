"""Labels in a real browser: the press that makes them ends in a download, of which every code leads to its product."""

from pathlib import Path

import pytest

from clienteling.labels.proof import opened, read_back, rendered
from clienteling.labels.sheets import MM_PER_INCH, SHEETS, SheetName
from tests.support.browser import DESKTOP
from tests.support.demo_shop import DemoShop
from tests.support.tabs import OpenFlet

pytestmark = pytest.mark.browser

DPI = 200


def test_labels_of_the_demo_are_downloaded_and_count_as_printed(
    demo_shop: DemoShop, open_flet: OpenFlet, tmp_path: Path
) -> None:
    flet = open_flet(demo_shop.other_url + "/labels", size=DESKTOP, locale="en-GB")
    flet.wait_text("The first label")
    flet.identifier("label-cell-4").click()
    flet.wait_text("Starts at label 4 of 21")
    file = tmp_path / "label.pdf"
    name = flet.download("labels-make", file)
    assert name.startswith("label-SSBY-")
    assert name.endswith("-L7160.pdf")
    sheet, per_mm = SHEETS[SheetName.L7160], DPI / MM_PER_INCH
    with opened(file.read_bytes()) as document:
        page = rendered(document, 0, dpi=DPI)
    read = []
    for index in range(sheet.per_page):
        cell = sheet.cell(index)
        sides = (round(side * per_mm) for side in (cell.left, cell.top, cell.right, cell.bottom))
        left, top, right, bottom = sides
        read.append(read_back(page.crop((left, top, right, bottom))))
    assert read[:3] == [[], [], []]
    assert all(len(one) == 1 and one[0].startswith("HTTPS://TOKO.EXAMPLE/SSBY/01/") for one in read[3:])
    flet.wait_text("Every code was read back")
    flet.wait_text("has changed since it was printed")
