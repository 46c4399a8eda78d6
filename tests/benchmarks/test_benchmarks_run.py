"""Every benchmark runs to its report, at sizes that take seconds: what is tested is the measuring, never the speed."""

import asyncio
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from build_scripts import bench
from build_scripts.benchmarks import __main__ as benchmarks
from build_scripts.benchmarks import reconnecting
from build_scripts.benchmarks.crowd import Typing, people, queries
from build_scripts.benchmarks.report import Report, Row, Samples, write_report
from build_scripts.benchmarks.shelf_scan import rows_and_lines
from build_scripts.benchmarks.sync_processes import serving
from tests.support.postgresql import PostgresqlServer


def run(*arguments: str) -> Report:
    """The report of a benchmark."""
    options = benchmarks.parse_arguments(arguments)
    return benchmarks.load(options.benchmark).run(options)


def printed(report: Report) -> str:
    """What a person reads."""
    out = io.StringIO()
    write_report(report, out)
    return out.getvalue()


def test_look_up_is_measured_beside_the_bare_query_for_every_way_of_typing(tmp_path: Path) -> None:
    report = run("lookup", "--customers", "300", "--queries", "60", "--keep", str(tmp_path))
    assert [row.what for row in report.rows][: len(Typing)] == [typing.value for typing in Typing]
    for row in report.rows:
        assert row.floor is not None
        assert len(row.ours.values) == len(row.floor.values) > 0
    assert sum(len(row.ours.values) for row in report.rows[: len(Typing)]) == 60
    assert "300 customers" in printed(report)


def test_a_kept_store_is_used_again(tmp_path: Path) -> None:
    arguments = ("lookup", "--customers", "50", "--queries", "5", "--keep", str(tmp_path))
    run(*arguments)
    made = [(path, path.stat().st_ino) for path in tmp_path.glob("*/*.db")]
    run(*arguments)
    assert [(path, path.stat().st_ino) for path in tmp_path.glob("*/*.db")] == made


def test_an_import_is_measured_beside_csv_and_bare_inserts(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    rows = ["Customer ID,First Name,Last Name,Email,Phone", "1,Siti,Rahma,siti@example.com,", "2,Budi,,b@example.com,"]
    (folder / "customers_export.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    report = run("import", "--folder", str(folder), "--runs", "2", "--keep", str(tmp_path))
    assert [len(row.ours.values) for row in report.rows] == [2, 2, 2]
    assert "15 cells, 2 records" in printed(report)


@pytest.mark.browser
def test_keys_and_scans_are_measured_until_the_screen_answers_and_so_is_the_bare_field(tmp_path: Path) -> None:
    report = run("screens", "--customers", "200", "--words", "1", "--keep", str(tmp_path))
    assert [bool(row.ours.values) for row in report.rows] == [True, True, True]
    assert report.rows[0].floor is not None
    assert report.rows[0].floor.values
    assert "0 keys whose rows did not come, 0 and 0 scans without their answer." in printed(report)


def test_sync_is_measured_from_both_ends_and_a_batch_sent_again_is_measured_too(tmp_path: Path) -> None:
    sizes = ("--records", "40", "--writes", "110", "--repeats", "2")
    report = run("sync", *sizes, "--one-process", "--without-postgresql", "--keep", str(tmp_path))
    rows = {row.what.strip(): row for row in report.rows}
    assert rows["pull, s"].floor is not None
    assert len(rows["one change, pull to row, ms"].ours.values) == len(rows["nothing new, ms"].ours.values) == 2
    assert rows["push, SQLite, s"].ours.values[0] > 0
    assert rows["the same again, s"].ours.values[0] > 0
    words = " ".join(printed(report).split())
    assert "nothing new: 1 request." in words
    assert "changed 0 rows; 0 left waiting" in words
    assert "not measured" in words


def test_labels_are_measured_with_and_without_being_read_beside_bare_symbols(tmp_path: Path) -> None:
    report = run("labels", "--labels", "30", "--runs", "2", "--keep", str(tmp_path))
    read, unread = report.rows[:2]
    assert read.floor is not None
    assert read.ours.median > unread.ours.median > 0
    assert [len(row.ours.values) for row in report.rows] == [2] * 5
    words = printed(report)
    assert "Read back: 30 of 30" in words
    assert "MB (goal: 150 MB)" in words


@pytest.mark.browser
def test_a_scan_is_measured_from_a_printed_labels_picture_and_from_its_code(tmp_path: Path) -> None:
    options = benchmarks.parse_arguments(("shelf", "--scans", "2", "--keep", str(tmp_path)))
    rows, (line,) = rows_and_lines(options)
    assert [len(row.ours.values) for row in rows] == [2, 2, 2]
    assert rows[0].floor is not None
    assert line.startswith("Camera: 2 of 2 pictures")
    assert line.endswith("0 scans without their product.")


def test_what_is_typed_follows_the_mix_of_the_design() -> None:
    asked = queries(list(people(500)), 2_000)
    shares = {typing: sum(query.typing is typing for query in asked) / len(asked) for typing in Typing}
    wanted = {Typing.THREE_LETTERS: 0.4, Typing.LONGER: 0.3, Typing.TYPO: 0.1, Typing.KEY: 0.2}
    assert shares == pytest.approx(wanted, abs=0.04)


def test_a_report_tells_median_and_95_percent_of_both() -> None:
    ours, floor = Samples([float(value) for value in range(1, 101)]), Samples([10.0])
    words = printed(Report("Title", "ms", [Row("one", ours, floor, "p95 <= 5")], "bare", load=(1.5, 2.0)))
    (line,) = [line for line in words.splitlines() if line.startswith("one")]
    assert line.split() == ["one", "100", "50.5", "95.0", "10.0", "10.0", "5.0", "p95", "<=", "5"]
    assert "load 1.5 at the start, 2.0 at the end" in words


def test_the_script_becomes_the_benchmark_with_the_arguments_given() -> None:
    assert bench.bench_command(Path("python"), ["lookup", "--customers", "5"]) == [
        "python",
        "-m",
        "build_scripts.benchmarks",
        "lookup",
        "--customers",
        "5",
    ]


@pytest.mark.postgresql
def test_a_chain_that_reconnects_is_measured_and_nobody_is_refused(
    postgresql_server: PostgresqlServer,
) -> None:
    with postgresql_server.database() as url:
        devices = reconnecting.overnight(url, 2)
        with TemporaryDirectory() as work, serving(Path(work), url) as served:
            morning = asyncio.run(reconnecting.reconnect(served.address, devices, 0.2))
    assert morning.refused == []
    assert len(morning.in_step.values) == len(devices) == 2 * reconnecting.DEVICES
    assert len(morning.pushes.values) == len(devices)


def test_encryption_and_signing_are_measured_beside_the_same_work_without(tmp_path: Path) -> None:
    report = run("encryption", "--customers", "60", "--queries", "10", "--rounds", "2", "--requests", "4")
    assert [(len(row.ours.values), len(row.floor.values)) for row in report.rows if row.floor] == [
        (2, 2),
        (2, 2),
        (20, 20),
        (4, 4),
    ]
    assert "Signing adds" in printed(report)
