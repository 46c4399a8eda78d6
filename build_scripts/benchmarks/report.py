"""What every benchmark hands over, and the one table it is printed as: ours beside its floor, medians and 95 %.

The machine's load is part of the report, since two busy cores double every figure.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO, TypeVar

from rich.console import Console
from rich.table import Table

T = TypeVar("T")

MS: Final = 1_000.0
"""Milliseconds in a second, for benchmarks that report them."""


@dataclass(slots=True)
class Samples:
    """Measurements of one thing, in the report's unit."""

    values: list[float] = field(default_factory=list)

    def add(self, value: float) -> None:
        self.values.append(value)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The value that 95 % do not pass (nearest rank)."""
        return self._rank(95)

    @property
    def p99(self) -> float:
        """The value that 99 % do not pass (nearest rank)."""
        return self._rank(99)

    def _rank(self, percent: int) -> float:
        ordered = sorted(self.values)
        return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured; without a floor where nothing comparable exists."""

    what: str
    ours: Samples
    floor: Samples | None = None
    goal: str = ""
    peer: Samples | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`lines`: what a reader must know beside the table, such as sizes."""

    title: str
    unit: str
    rows: Sequence[Row]
    floor_is: str
    lines: Sequence[str] = ()
    load: tuple[float, float] = (0.0, 0.0)
    """Processes that wanted a core in the last minute, at the start and at the end."""
    peer: str = ""
    """Another program measured in the same run, which then has a column."""


@dataclass(frozen=True, slots=True)
class Took:
    """How long a call took: by the clock on the wall, and of this thread's processor time."""

    wall_s: float
    cpu_s: float


def timed(work: Callable[[], T]) -> tuple[T, Took]:
    """What `work` returned and how long it took."""
    cpu, wall = time.thread_time(), time.perf_counter()
    answer = work()
    return answer, Took(time.perf_counter() - wall, time.thread_time() - cpu)


def machine_load() -> float:
    """The average of the last minute; 0 where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def machine() -> str:
    """Processor, cores and Python of this machine."""
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def write_report(report: Report, out: TextIO | None = None) -> None:
    """Nothing; prints the report, to standard output where no other stream is given."""
    console = Console(file=out, width=110, highlight=False, emoji=False, markup=False)
    console.print(f"\n{report.title}\n")
    table = Table("what", box=None, pad_edge=False, header_style="")
    for heading in ("n", "median", "p95", "floor median", "floor p95", "x floor"):
        table.add_column(heading, justify="right")
    if report.peer:
        table.add_column(report.peer, justify="right")
    table.add_column("goal")
    for row in report.rows:
        of_peer = [_of_peer(row)] if report.peer else []
        table.add_row(*_cells(row), *of_peer, row.goal)
    console.print(table)
    console.print(f"\nUnit: {report.unit}. Floor: {report.floor_is}.")
    for line in report.lines:
        console.print(line)
    before, after = report.load
    console.print(f"Machine: {machine()}; load {before:.1f} at the start, {after:.1f} at the end.")


def _cells(row: Row) -> Sequence[str]:
    if not row.ours.values:
        return row.what, "0", *["-"] * 5
    ours = (str(len(row.ours.values)), _shown(row.ours.median), _shown(row.ours.p95))
    if row.floor is None or not row.floor.values:
        return row.what, *ours, "-", "-", "-"
    times = f"{row.ours.median / row.floor.median:.1f}" if row.floor.median else "-"
    return row.what, *ours, _shown(row.floor.median), _shown(row.floor.p95), times


def _of_peer(row: Row) -> str:
    if row.peer is None:
        return "not measured"
    return _shown(row.peer.median) if row.peer.values else "-"


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}" if value < 10 else f"{value:.1f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
