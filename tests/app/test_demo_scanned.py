"""What was scanned before the demo opened: the same each time, and added to by what is scanned in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from clienteling import demo
from clienteling.central_host import central_database
from clienteling.demo.scanned import Shelves, scans_of
from sync.central_api.database import CentralDatabase
from sync.central_api.lists import list_bodies
from sync.central_api.shelf_days import make_shelf_days
from sync.central_api.shelf_tallies import keep_tally
from sync.protocol.bodies.shelf_figures import ScanSource, ScanTallyBody, ShelfAction
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Body, Kind
from sync.protocol.times import to_wire
from tests.app.test_demo import FACTS, TODAY
from tests.connectors.folders import csv_text, make_folder, order_row
from tests.support.fakes import FakeClock

GTIN = "04006381333931"
SCANNED = """
days = 10
weekend = 2.0
[stores]
BDG = [40, 10]
[favourites]
kemeja = 3
[hours]
9 = 1
20 = 1
[followed]
saved = 100
handed_over = 0
attached = 50
"""
SAID = {
    "weekend": 2.0,
    "stores": {"BDG": [400, 100]},
    "hours": {"10": 1, "19": 3},
    "followed": {"saved": 10},
}
SHELVES = Shelves("store", "BDG", "Asia/Jakarta", ["1", "2"], [9.0, 1.0], frozenset())
MONDAY = date(2026, 11, 23)


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A retailer with one shirt, none of which is left in Bandung, where one was sold on the 20th."""
    folder = make_folder(
        tmp_path / "exports",
        associates=[{"name": "Rina", "location": "BDG"}, {"name": "Ketut", "location": "DPS"}],
        orders_export=[order_row(Source="pos", Location="Bandung", Created_at="2026-11-17 10:00:00 +0700")],
    )
    (folder / "demo.toml").write_text(FACTS)
    (folder / "scanned.toml").write_text(SCANNED)
    stock = [{"Handle": "kemeja", "SKU": "KM-M", "Location": "Bandung", "On hand": "0", "Available": "0"}]
    (folder / "inventory_export.csv").write_text(csv_text(stock))
    return folder


@contextmanager
def opened(layout: demo.Layout) -> Iterator[CentralDatabase]:
    with central_database(layout.central_folder, None) as database:
        yield database


def days_of(layout: demo.Layout) -> dict[str, Body]:
    with opened(layout) as database:
        return {str(body["day"]): body for body in list_bodies(database, Kind.SHELF_DAY)}


def prepared(exports: Path, folder: Path, clock: FakeClock) -> demo.Layout:
    layout = demo.lay_out(folder, exports, ports=(0, 0, 0))
    demo.prepare(layout, exports, now=clock)
    return layout


def test_the_days_before_the_demo_are_there_with_what_was_sold_on_them(exports: Path, tmp_path: Path) -> None:
    days = days_of(prepared(exports, tmp_path / "demo", FakeClock(TODAY)))
    assert sorted(days) == [f"2026-11-{day}" for day in range(16, 26)]
    (phone,) = (body["labels"][GTIN]["phone"] for day, body in days.items() if day == "2026-11-20")
    assert phone["scanned"] == phone["scanned_sold_out"] == phone["saved"] > 0
    assert 0 < days["2026-11-20"]["attached"][GTIN] < phone["scanned"]
    assert sum(sum(body["sold"].values()) for body in days.values()) >= 1
    assert set(days["2026-11-20"]["hours"]) == {"09", "20"}
    assert set(days["2026-11-25"]["hours"]) == {"09"}, "it is ten in the morning"


def test_the_next_day_adds_one_and_leaves_the_others_as_they_were(exports: Path, tmp_path: Path) -> None:
    clock = FakeClock(TODAY)
    layout = prepared(exports, tmp_path / "demo", clock)
    before = days_of(layout)
    clock.advance(timedelta(days=1))
    demo.prepare(layout, exports, now=clock)
    after = days_of(layout)
    assert after.keys() - before.keys() == {"2026-11-26"}
    finished = [day for day in before if day != "2026-11-25"]
    assert [after[day] for day in finished] == [before[day] for day in finished]
    assert set(after["2026-11-25"]["hours"]) == {"09", "20"}


def test_what_is_scanned_in_the_demo_is_added_to_its_day(exports: Path, tmp_path: Path) -> None:
    layout = prepared(exports, tmp_path / "demo", FakeClock(TODAY))
    before = days_of(layout)["2026-11-25"]
    tally = ScanTallyBody(
        id=rule_id("scan_tally", "own"),
        store_id=before["store_id"],
        hour=to_wire(TODAY),
        source=ScanSource.TABLET,
        counts={GTIN: {ShelfAction.SCANNED: 3}},
    )
    with opened(layout) as database:
        keep_tally(database, tally, now=TODAY)
        make_shelf_days(database, TODAY)
    after = days_of(layout)["2026-11-25"]
    assert after["labels"][GTIN]["tablet"]["scanned"] == before["labels"][GTIN]["tablet"]["scanned"] + 3
    assert after["labels"][GTIN]["phone"] == before["labels"][GTIN]["phone"]


def test_without_the_file_nothing_was_scanned(exports: Path, tmp_path: Path) -> None:
    bare = shutil.copytree(exports, tmp_path / "bare")
    (bare / "scanned.toml").unlink()
    assert days_of(prepared(bare, tmp_path / "demo", FakeClock(TODAY))) == {}


def test_a_day_has_the_same_scans_whenever_it_is_asked_for_and_more_at_the_weeks_end() -> None:
    monday = list(scans_of(MONDAY, SHELVES, SAID))
    assert monday == list(scans_of(MONDAY, SHELVES, SAID))
    assert monday != list(scans_of(MONDAY - timedelta(days=1), SHELVES, SAID))
    sunday = list(scans_of(MONDAY - timedelta(days=1), SHELVES, SAID))
    assert len(sunday) > 1.3 * len(monday)
    assert sum(one.gtin == "1" for one in monday) > 5 * sum(one.gtin == "2" for one in monday)
    assert not any(one.followed for one in monday if one.source is ScanSource.TABLET)
