"""An import of export files, beside the same files read by `csv` and their rows inserted into the same tables.

The floor knows nothing of records, scopes or refusals: it reads every cell, and puts the rows that the import made into
a second database of the same schema, each table at once.
"""

import argparse
import csv
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from build_scripts.benchmarks.crowd import NOW
from build_scripts.benchmarks.report import Report, Row, Samples, machine_load, timed
from build_scripts.benchmarks.whole_tables import all_rows_of, insert_into
from build_scripts.environment import ROOT
from clienteling.central_host import DATABASE_FILE, central_database, import_folder
from sync.connectors.csv_reading import MAX_CELL_CHARACTERS

HELP: Final = "import of a folder of export files into a fresh central database (SQLite)"
_CHUNK: Final = 10_000
_NO_ROWS: Final = frozenset({"alembic_version"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, and how often."""
    parser.add_argument("--folder", type=Path, default=ROOT / "assets" / "demo", help="the demo's files, else these")
    parser.add_argument("--runs", type=int, default=5)


def run(options: argparse.Namespace) -> Report:
    """Seconds of a whole first import, and of a second one that changes nothing."""
    folder: Path = options.folder
    files = sorted(folder.glob("*.csv"))
    first, first_cpu, again, floor, floor_cpu = (Samples() for _ in range(5))
    before = machine_load()
    records = cells = 0
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(dir=options.keep) as temporary:
            ours = Path(temporary, "ours")
            records, took = timed(partial(import_once, folder, ours))
            first.add(took.wall_s)
            first_cpu.add(took.cpu_s)
            _, took = timed(partial(import_once, folder, ours))
            again.add(took.wall_s)
            cells, wall_s, cpu_s = floor_once(files, ours, Path(temporary, "floor"))
            floor.add(wall_s)
            floor_cpu.add(cpu_s)
    return Report(
        title=f"Import of {folder.name}: {len(files)} files, {cells:,} cells, {records:,} records",
        unit="s",
        rows=[
            Row("first import", first, floor),
            Row("first import, processor time", first_cpu, floor_cpu),
            Row("the same files again", again),
        ],
        floor_is="the files read by `csv`, and the same rows inserted into the same tables",
        lines=[f"{records / first.median:,.0f} records/s; {len(first.values)} runs into a fresh database each."],
        load=(before, machine_load()),
    )


def import_once(folder: Path, into: Path) -> int:
    """How many records the files hold, once they are in the database of that folder."""
    with central_database(into, None) as database:
        summary = import_folder(
            database, folder, data_dir=into, as_of=NOW, time_zone="Asia/Jakarta", now=lambda: NOW, source="bench"
        )
    return summary.result.created + summary.result.changed + summary.result.unchanged


def floor_once(files: Sequence[Path], ours: Path, into: Path) -> tuple[int, float, float]:
    """Cells read, and seconds on the wall and of the processor for reading them and inserting our rows."""
    cells, read = timed(partial(read_cells, files))
    with central_database(into, None):
        pass  # the schema
    wall_s, cpu_s = read.wall_s, read.cpu_s
    with closing(sqlite3.connect(ours / DATABASE_FILE)) as source, closing(_writer(into / DATABASE_FILE)) as target:
        target.execute("BEGIN IMMEDIATE")
        for table in _tables(source):
            target.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a name out of the schema
            rows = source.execute(all_rows_of(table))
            insert = insert_into(table, len(rows.description))
            while chunk := rows.fetchmany(_CHUNK):
                _, took = timed(partial(target.executemany, insert, chunk))
                wall_s += took.wall_s
                cpu_s += took.cpu_s
        _, took = timed(target.commit)
    return cells, wall_s + took.wall_s, cpu_s + took.cpu_s


def read_cells(files: Sequence[Path]) -> int:
    """How many cells the files hold."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    cells = 0
    for path in files:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            cells += sum(map(len, csv.reader(lines)))
    return cells


def _writer(file: Path) -> Any:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _tables(source: sqlite3.Connection) -> list[str]:
    listed = source.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in listed if name not in _NO_ROWS]
