"""Figures of the shelf in a real browser: four weeks of the demo, the same as a file, and a scan on its way to them."""

import csv
import io
from pathlib import Path

import pytest

from clienteling.central_host import central_database
from sync.central_api.devices import list_stores
from sync.central_api.lists import list_bodies
from sync.protocol.kinds import Kind
from tests.support.browser import DESKTOP
from tests.support.demo_shop import DemoShop
from tests.support.tabs import OpenFlet
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser


def test_figures_of_the_demo_are_downloaded_as_they_stand_on_screen(
    demo_shop: DemoShop, open_flet: OpenFlet, tmp_path: Path
) -> None:
    flet = open_flet(demo_shop.url + "/figures", size=DESKTOP, locale="en-GB")
    flet.wait_text("From scan to sale")
    file = tmp_path / "scans.csv"
    name = flet.download("figures-save", file)
    assert name.startswith("scans-SBDG-")
    assert name.endswith("-28.csv")
    flet.wait_text(f"{name} is saved")
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
    (scans,) = (int(row["scans"]) for row in rows if row["section"] == "all")
    flet.wait_text(f"{scans:,} scans")
    assert scans > 500
    assert all(int(row["scans"]) >= 10 for row in rows if row["scans"])
    first = next(row for row in rows if row["section"] == "product")
    assert first["item"] == "Kemeja Linen Lengan Panjang"


def test_a_press_on_a_row_opens_the_product(demo_shop: DemoShop, open_flet: OpenFlet) -> None:
    flet = open_flet(demo_shop.url + "/figures", size=DESKTOP, locale="en-GB")
    flet.wait_text("Scanned while sold out here")
    flet.run(flet.page.get_by_role("button", name="Kemeja Linen Lengan Panjang").first.click())
    flet.wait_text("reviews")


def scans_told(shop: DemoShop) -> int:
    """How many scans with devices of the second store its server was told of."""
    with central_database(shop.layout.central_folder, None) as database:
        places = {store.code: store.id for store in list_stores(database)}
        return sum(
            actions.get("scanned", 0)
            for tally in list_bodies(database, Kind.SCAN_TALLY)
            if (tally["store_id"], tally["source"]) == (places["SBY"], "tablet")
            for actions in tally["counts"].values()
        )


def test_a_scan_with_a_device_is_told_at_the_end_of_its_program_and_reaches_the_server(
    demo_shop: DemoShop, open_flet: OpenFlet
) -> None:
    before = scans_told(demo_shop)
    flet = open_flet(f"{demo_shop.other_url}/scan?code={demo_shop.layout.facts.shelf_code}", locale="en-GB")
    flet.wait_text("reviews")
    with demo_shop.without(demo_shop.layout.other_device):
        pass
    wait_until(lambda: scans_told(demo_shop) == before + 1)
