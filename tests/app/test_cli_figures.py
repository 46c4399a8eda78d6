"""The shelf's figures from the command line: in words, as JSON, and as a file that a spreadsheet opens."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from clienteling.bootstrap.device import open_device
from clienteling.central_host import central_database
from clienteling.domain.store_day import local_day
from clienteling.settings import read_settings
from sync.central_api.record_store import Batch, load_records, write_batch
from sync.central_api.transactions import write_transaction
from sync.protocol.bodies.shelf_figures import ShelfDayBody
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.times import to_wire, utc_now
from tests.app.shop import Counter
from tests.support.command_line import run

NAME = "Kemeja Linen"
GTIN = "04006381333931"


@pytest.fixture
def counted(counter: Counter, device: Path) -> Path:
    """A device that was told of 40 scans of the shirt, most of them this week."""
    with open_device(read_settings(device), now=utc_now) as opened:
        here = opened.services.store()
    assert here is not None
    today = local_day(utc_now(), here.time_zone)
    made = {}
    for age, scans in ((1, 28), (20, 12)):
        day = (today - timedelta(days=age)).isoformat()
        body = ShelfDayBody(
            id=rule_id("shelf_day", here.id, day),
            store_id=here.id,
            day=day,
            labels={GTIN: {"phone": {"scanned": scans}}},
            sold={GTIN: 1},
            as_of=to_wire(utc_now()),
        ).to_body()
        made[RecordKey(Kind.SHELF_DAY, body["id"])] = body
    with central_database(counter.server, None) as database:
        write_transaction(
            database,
            lambda connection: write_batch(
                connection, Batch(made, load_records(connection, list(made), lock=True)), now=utc_now()
            ),
        )
    assert run("sync", "--data-dir", device).status == 0
    return device


def test_figures_are_told_in_words(counted: Path) -> None:
    ran = run("figures", "--data-dir", counted)
    assert ran.status == 0, ran.errors
    assert "28 days, " in ran.lines[0]
    assert ran.lines[1] == "40 scans: 40 by visitors' phones, 0 by devices of the store"
    assert ran.lines[2].startswith("These are scans, not people")
    row = next(line for line in ran.lines if line.startswith(f"  {NAME}")).split()
    assert ran.lines[-1] == "No printed label can be checked on this device."
    assert row[-3:] == ["40", "2", "sold"]


def test_figures_are_told_as_json_for_as_many_days_as_asked(counted: Path) -> None:
    told = run("figures", "--days", 7, "--data-dir", counted, "--json").json
    report = told["figures"]["report"]
    assert (report["days"], report["scans"], report["standing"]) == (7, 28, "ready")
    assert [(row["name"], row["scans"], row["sold"]) for row in report["rows"]] == [(NAME, 28, 1)]
    assert told["files"] == []
    assert run("figures", "--days", 30, "--data-dir", counted).status == 2


def test_a_file_is_written_whole_with_what_is_shown(counted: Path, tmp_path: Path) -> None:
    ran = run("figures", "--csv", tmp_path / "rak.csv", "--data-dir", counted)
    assert ran.lines[-1] == f"Written: {tmp_path / 'rak.csv'}"
    cells = list(csv.DictReader(io.StringIO((tmp_path / "rak.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert [row["scans"] for row in cells if row["section"] == "product"] == ["40"]
    (file,) = run("figures", "--csv", tmp_path, "--data-dir", counted, "--json").json["files"]
    assert Path(file).parent == tmp_path
    failed = run("figures", "--csv", tmp_path / "no" / "rak.csv", "--data-dir", counted)
    assert (failed.status, failed.output) == (1, "")


def test_a_spreadsheet_in_indonesian_gets_semicolons(
    counted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clienteling import command_line_text

    monkeypatch.setenv("CLIENTELING_LANGUAGE", "id")
    command_line_text.translator.cache_clear()
    run("figures", "--csv", tmp_path / "rak.csv", "--data-dir", counted)
    assert (tmp_path / "rak.csv").read_text("utf-8-sig").startswith("section;item;")


def test_where_nothing_was_counted_it_says_so(device: Path) -> None:
    ran = run("figures", "--data-dir", device)
    assert (ran.status, ran.lines[1]) == (0, "Nothing has been counted here yet.")
