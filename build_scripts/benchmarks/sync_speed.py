"""Pull, push, one change and nothing at all, over real HTTP on this machine, beside bare inserts and beside PouchDB.

Encrypted and durable, both ends in processes of their own. PouchDB is measured where a person has its script and its
packages (`--pouchdb FOLDER`), with records of the same size.
"""

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from build_scripts.benchmarks.central_postgresql import postgresql
from build_scripts.benchmarks.report import Report, Row, Samples, machine_load
from build_scripts.benchmarks.sync_device import Pulled, Pushed, measure_pull, measure_push
from build_scripts.benchmarks.sync_floor import measure_floor
from build_scripts.benchmarks.sync_processes import Cost, elsewhere, here, prepare, serving
from clienteling.central_host import database_url
from clienteling.loopback import free_ports

HELP: Final = "pull and push of 10,000 (or 100,000) records, one change, nothing new, memory; beside PouchDB"
_GOAL_PULL: Final = 8_000
_GOAL_PUSH: Final = {"SQLite": 3_000, "PostgreSQL": 1_500}
_POUCHDB_BATCH: Final = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many records and writes, and where PouchDB is."""
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--writes", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=50, help="syncs without news, and with one change")
    parser.add_argument("--pouchdb", type=Path, help="a folder with PouchDB's bench.js and its packages")
    parser.add_argument(
        "--one-process", action="store_true", help="all but the server here, for a profiler; memory then tells nothing"
    )
    parser.add_argument("--without-postgresql", action="store_true", help="leave out the push to PostgreSQL")


@dataclass(frozen=True, slots=True)
class _Figures:
    pulled: Pulled
    floor_s: float
    pushed: Mapping[str, Pushed]
    pouchdb: Mapping[str, Any] | None


def run(options: argparse.Namespace) -> Report:
    """The table."""
    before = machine_load()
    with tempfile.TemporaryDirectory(prefix="sync-", dir=options.keep) as temporary:
        figures = _measure(options, Path(temporary))
    return _report(options, figures, (before, machine_load()))


def _measure(options: argparse.Namespace, work: Path) -> _Figures:
    central, records = work / "central", options.records
    run_in = here if options.one_process else elsewhere
    central.mkdir()
    url = database_url(central, None)
    tokens = run_in(prepare, url, records, options.keep / f"central-{records}.db")
    with serving(central, None) as served:
        pulled = run_in(measure_pull, work / "device", served, tokens, records, options.repeats)
        floor_s = run_in(measure_floor, work / "device", work / "floor")
        entries = records, options.writes, url
        pushed = {"SQLite": run_in(measure_push, work / "writer", served, tokens.pushing, *entries)}
    if not options.without_postgresql:
        pushed["PostgreSQL"] = _push_to_postgresql(options, work)
    pouchdb = None if options.pouchdb is None else run_pouchdb(options.pouchdb, records, options.writes)
    return _Figures(pulled, floor_s, pushed, pouchdb)


def _push_to_postgresql(options: argparse.Namespace, work: Path) -> Pushed:
    central = work / "central-postgresql"
    central.mkdir()
    run_in = here if options.one_process else elsewhere
    with postgresql() as url:
        tokens = run_in(prepare, url, options.records)
        entries = options.records, options.writes, url
        with serving(central, url) as served:
            return run_in(measure_push, work / "writer-2", served, tokens.pushing, *entries)


def run_pouchdb(folder: Path, records: int, writes: int) -> Mapping[str, Any]:
    """What its script prints. It works in a temporary folder and leaves nothing."""
    (port,) = free_ports([0])
    with tempfile.TemporaryDirectory(prefix="pouchdb-") as work:
        command = [
            "node",
            str(folder.absolute() / "bench.js"),
            str(records),
            str(port),
            f"{work}/db",
            str(_POUCHDB_BATCH),
        ]
        told = subprocess.run(
            command, cwd=folder, env={**os.environ, "WRITES": str(writes)}, capture_output=True, text=True, check=True
        )
    figures: Mapping[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return figures


def _report(options: argparse.Namespace, figures: _Figures, load: tuple[float, float]) -> Report:
    pulled, records = figures.pulled, options.records

    def peer(name: str) -> Samples | None:
        """What PouchDB needed; no value for what its script does not tell."""
        told = figures.pouchdb
        return None if told is None else Samples([float(told[name])] if name in told else [])

    pull_goal = f"<= {records / _GOAL_PULL:.3g}, <= 3 x"
    rows = [
        Row("pull, s", _one(pulled.pull_s), _one(figures.floor_s), pull_goal, peer("pull_s")),
        *_cost_rows("pull", pulled.device, pulled.server, peer),
        Row("one change, pull to row, ms", Samples(pulled.one_record_ms), None, "p50 <= 10", peer("one_record_ms")),
        Row("nothing new, ms", Samples(pulled.nothing_ms), None, "<= 5", peer("noop_ms")),
    ]
    for database, pushed in figures.pushed.items():
        goal = f"<= {pushed.entries / _GOAL_PUSH[database]:.3g}"
        rows += [
            Row(f"push, {database}, s", _one(pushed.push_s), None, goal, peer("push_s")),
            *_cost_rows("push", pushed.device, pushed.server, peer),
            Row("  the same again, s", _one(pushed.again_s)),
            Row("  acknowledged by pull, s", _one(pushed.acknowledged_s)),
        ]
    rows.append(Row("one write on the device, ms", Samples(figures.pushed["SQLite"].write_ms)))
    lines = [
        f"Pull: {records / pulled.pull_s:,.0f} records/s of {pulled.body_bytes:,.0f} bytes in {pulled.pages} pages; "
        f"nothing new: {pulled.nothing_requests} request.",
        *(
            f"Push to {database}: {pushed.entries / pushed.push_s:,.0f} mutations/s, half new notes and half edited "
            f"fields. Again: {pushed.entries / pushed.again_s:,.0f}/s, changed {pushed.changed_again} rows; "
            f"{pushed.waiting_after} left waiting."
            for database, pushed in figures.pushed.items()
        ),
    ]
    if figures.pouchdb is not None:
        lines.append("PouchDB's memory is its whole process, ours what it takes above idle.")
    return Report(
        title=f"Sync of {records:,} customers, encrypted and durable, over HTTP on one machine",
        unit="as each row says",
        rows=rows,
        floor_is="the same rows from a plain local file into the same encrypted tables, 1,000 a transaction",
        lines=lines,
        load=load,
        peer="PouchDB",
    )


def _cost_rows(what: str, device: Cost, server: Cost, peer: Callable[[str], Samples | None]) -> list[Row]:
    sides = {"device": (device, "client"), "server": (server, "server")}
    return [
        *(Row(f"  processor, {side}, s", _some(cost.cpu_s)) for side, (cost, _) in sides.items()),
        *(
            Row(f"  memory, {side}, MB", _some(cost.memory_mb), None, "<= 60", peer(f"{what}_{theirs}_peak_mb"))
            for side, (cost, theirs) in sides.items()
        ),
    ]


def _one(value: float) -> Samples:
    return Samples([value])


def _some(value: float | None) -> Samples:
    return Samples([] if value is None else [value])
