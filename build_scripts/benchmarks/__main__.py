"""The benchmark that was asked for: reads the arguments, runs it, prints its report.

A further benchmark is a module with the same three names, put into `BENCHMARKS`. It is loaded only when it is run.
"""

import argparse
import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol, cast

from build_scripts.benchmarks.report import Report, write_report

BENCHMARKS: Final = {
    "lookup": "lookup",
    "screens": "screens",
    "import": "import_files",
    "sync": "sync_speed",
    "writers": "writers",
    "reconnect": "reconnecting",
    "shelf": "shelf",
    "labels": "labels",
    "encryption": "encryption",
}
"""Command to module."""


class Benchmark(Protocol):
    """What a benchmark's module offers."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> Report:
        """The figures. `options.keep` is the folder for what takes long to make."""


def load(name: str) -> Benchmark:
    """The benchmark behind a command."""
    return cast(Benchmark, importlib.import_module(f"build_scripts.benchmarks.{BENCHMARKS[name]}"))


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The benchmark's name and its options."""
    parser = argparse.ArgumentParser(prog="bench.py", description="Measures one thing beside its floor.")
    commands = parser.add_subparsers(dest="benchmark", required=True, metavar="|".join(BENCHMARKS))
    for name in BENCHMARKS:
        benchmark = load(name)
        command = commands.add_parser(name, help=benchmark.HELP, description=benchmark.HELP)
        command.add_argument("--keep", type=Path, help="a folder for what takes long to make; used again next time")
        benchmark.add_arguments(command)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """0, once the report is printed."""
    options = parse_arguments(arguments)
    with tempfile.TemporaryDirectory(prefix="clienteling-bench-") as temporary:
        if options.keep is None:
            options.keep = Path(temporary)
        options.keep.mkdir(parents=True, exist_ok=True)
        write_report(load(options.benchmark).run(options))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
