"""`clienteling import csv`: what would change, what has, what was refused, and what becomes of a run cut off."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from tests.support.command_line import Ran, run

EXAMPLES = Path(__file__).parents[2] / "assets" / "import_examples"
MAPPING = """
source = "pasar"
[[files]]
name = "orders*.csv"
kind = "orders"
channel = "Pasar"
dates = "day_first"
decimal_mark = ","
[files.columns]
number = "Nomor"
placed_at = "Tanggal"
item_name = "Barang"
price = "Harga"
"""
NOBODY = (
    "There is no associate yet, so nobody can work in the app. Add associates.csv to the folder, or run: "
    "clienteling central add-associate STORE --name NAME"
)
HEADING = "Nomor,Tanggal,Barang,Harga\n"


def shop(folder: Path, *, orders: int = 3, bad: int = 0, files: int = 1) -> tuple[Path, Path]:
    """A folder and its mapping: so many orders, and so many rows without a date, spread over the files."""
    folder.mkdir(exist_ok=True)
    (folder / "mapping.toml").write_text(MAPPING)
    good = [f"A{number},03/04/2026,Vas,Rp189.000\n" for number in range(orders)]
    rows = good + [f"B{number},kemarin,Vas,Rp189.000\n" for number in range(bad)]
    for file in range(files):
        (folder / f"orders{file:02}.csv").write_text(HEADING + "".join(rows[file::files]))
    return folder, folder / "mapping.toml"


def take(shop: tuple[Path, Path], server: Path, *words: str) -> Ran:
    folder, mapping = shop
    return run("import", "csv", folder, "--map", mapping, "--data-dir", server, *words)


def counts(ran: Ran) -> tuple[int, int, int, int]:
    told = ran.json
    return told["created"], told["changed"], told["unchanged"], told["refused"]


def test_a_dry_run_says_what_would_change_and_writes_nothing_but_the_report(tmp_path: Path) -> None:
    made = shop(tmp_path / "shop", bad=1)
    told = take(made, tmp_path / "server", "--dry-run")
    assert told.lines == [
        "Dry run: nothing was written but the report.",
        "Orders: 3 new, 0 changed, 0 unchanged",
        "Refused in orders00.csv: 1",
        f"The rows are listed in {tmp_path / 'server' / 'import-dry-run.csv'}",
    ]
    assert [path.name for path in (tmp_path / "server").iterdir()] == ["import-dry-run.csv"]
    assert counts(take(made, tmp_path / "server", "--json")) == (3, 0, 0, 1)


def test_a_dry_run_after_the_import_foretells_only_what_is_newer(tmp_path: Path) -> None:
    take(shop(tmp_path / "shop"), tmp_path / "server")
    before = (tmp_path / "server" / "central.db").read_bytes()
    (tmp_path / "shop" / "orders00.csv").write_text(HEADING + "A0,03/04/2026,Vas,Rp200.000\nA9,03/04/2026,Vas,Rp1\n")
    newer = tmp_path / "shop", tmp_path / "shop" / "mapping.toml"
    foretold = take(newer, tmp_path / "server", "--dry-run", "--json")
    assert counts(foretold) == (1, 1, 0, 0)
    assert (tmp_path / "server" / "central.db").read_bytes() == before
    assert counts(take(newer, tmp_path / "server", "--json")) == counts(foretold)


def test_the_second_run_of_the_same_files_changes_nothing_and_says_so(tmp_path: Path) -> None:
    first, second = (take(shop(tmp_path / "shop"), tmp_path / "server") for _ in range(2))
    assert first.lines == ["Orders: 3 new, 0 changed, 0 unchanged", NOBODY]
    assert second.lines == ["Nothing has changed (3 records the same).", NOBODY]


def test_ten_thousand_refused_rows_are_all_in_the_report_and_a_few_lines_on_screen(tmp_path: Path) -> None:
    told = take(shop(tmp_path / "shop", bad=12_000, files=14), tmp_path / "server")
    assert (told.status, len(told.lines)) == (0, 14)
    assert told.lines[-3].startswith("Refused in other files: ")
    rows = list(csv.DictReader((tmp_path / "server" / "import-report.csv").read_text("utf-8-sig").splitlines()))
    assert (len(rows), {(row["column"], row["reason"]) for row in rows}) == (12_000, {("Tanggal", "import.bad_date")})


def test_the_report_goes_where_nothing_is_refused_any_more(tmp_path: Path) -> None:
    take(shop(tmp_path / "shop", bad=1), tmp_path / "server")
    report = tmp_path / "server" / "import-report.csv"
    assert report.exists()
    take(shop(tmp_path / "shop"), tmp_path / "server")
    assert not report.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not a mapping", "mapping.toml is not a TOML file."),
        (
            MAPPING.replace("price", "prise"),
            "The mapping cannot be used. Not one of our fields: files 1, columns, prise",
        ),
        (MAPPING.replace('source = "pasar"', ""), "The mapping cannot be used. Missing: source"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_one_sentence_and_makes_nothing(
    text: str, sentence: str, tmp_path: Path
) -> None:
    made = shop(tmp_path / "shop")
    made[1].write_text(text)
    ran = take(made, tmp_path / "server")
    assert (ran.status, ran.output, ran.errors) == (1, "", f"{sentence}\n")
    assert not (tmp_path / "server").exists()


def test_a_folder_that_holds_nothing_of_the_mapping_is_one_sentence_and_makes_nothing(tmp_path: Path) -> None:
    _, mapping = shop(tmp_path / "shop")
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "none"):
        ran = take((folder, mapping), tmp_path / "server")
        assert (ran.status, ran.errors.count("\n")) == (1, 1)
    assert not (tmp_path / "server").exists()


def test_a_missing_mapping_is_one_sentence(tmp_path: Path) -> None:
    folder, _ = shop(tmp_path / "shop")
    ran = take((folder, folder / "none.toml"), tmp_path / "server")
    assert (ran.status, ran.output) == (1, "")
    assert ran.errors == f"There is no such file or folder: {folder / 'none.toml'}\n"


@pytest.fixture
def small_disk() -> Iterator[list[int]]:
    """SQLite files opened meanwhile may have at most so many pages: a disk that fills. Empty the list to make room."""
    most_pages = [500]

    def limit(connection: object, _record: object) -> None:
        for pages in most_pages:
            connection.execute(f"PRAGMA max_page_count={pages}").close()  # type: ignore[attr-defined]  # DBAPI

    event.listen(Engine, "connect", limit)
    yield most_pages
    event.remove(Engine, "connect", limit)


def test_an_import_that_fills_the_disk_says_so_and_is_finished_by_the_next(
    small_disk: list[int], tmp_path: Path
) -> None:
    made = shop(tmp_path / "shop", orders=3_000)
    full = take(made, tmp_path / "server")
    assert (full.status, full.output) == (1, "")
    assert full.errors.startswith("The disk of the server's database is full.")
    small_disk.clear()
    created, changed, unchanged, refused = counts(take(made, tmp_path / "server", "--json"))
    assert (created + unchanged, changed, refused) == (3_000, 0, 0)
    assert 0 < unchanged < 3_000
    assert counts(take(made, tmp_path / "server", "--json")) == (0, 0, 3_000, 0)


_KILLED = """
import os, sys
from pathlib import Path
from clienteling.central_host import central_database
from sync.central_api.import_records import import_records
from sync.connectors.mapped_csv import read_mapped_folder
from sync.connectors.mapping import read_mapping
from sync.protocol.times import utc_now

folder, server = map(Path, sys.argv[1:])
mapping = read_mapping(folder / "mapping.toml")

def cut_off(stream):
    for number, item in enumerate(stream):
        if number == 1_200:
            os._exit(9)
        yield item

with central_database(server, None) as database:
    stream = read_mapped_folder(folder, mapping, as_of=utc_now())
    import_records(database, cut_off(stream), source=mapping.source)
"""


def test_an_import_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    made = shop(tmp_path / "shop", orders=2_000)
    words = [sys.executable, "-c", _KILLED, str(made[0]), str(tmp_path / "server")]
    assert subprocess.run(words, check=False, timeout=120, cwd=Path(__file__).parents[2]).returncode == 9
    assert counts(take(made, tmp_path / "server", "--dry-run", "--json")) == (1_000, 0, 1_000, 0)
    assert counts(take(made, tmp_path / "server", "--json")) == (1_000, 0, 1_000, 0)
    assert counts(take(made, tmp_path / "server", "--json")) == (0, 0, 2_000, 0)


def test_stock_of_an_older_file_is_left_alone_and_people_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "moka"
    shutil.copytree(EXAMPLES / "moka", folder)
    example, library = (folder, folder / "mapping.toml"), folder / "Item_Library_Nov_2026.csv"
    take(example, tmp_path / "server")
    os.utime(library, (0, 0))
    told = take(example, tmp_path / "server")
    assert told.lines[1] == "4 stock records left as they were: later counts are known."


@pytest.mark.parametrize("name", ["moka", "tokopedia"])
def test_the_examples_are_imported_as_they_are(name: str, tmp_path: Path) -> None:
    example = EXAMPLES / name, EXAMPLES / name / "mapping.toml"
    foretold = take(example, tmp_path / "server", "--dry-run", "--json").json
    done = take(example, tmp_path / "server", "--json").json
    assert foretold["by_kind"] == done["by_kind"]
    assert take(example, tmp_path / "server", "--json").json["created"] == 0
