"""One command from a fresh checkout to a verdict: environment, Chromium, PostgreSQL, lint, types, layers, all tests.

    python3 build_scripts/test.py [--without-browser] [--without-postgresql] [arguments of pytest]

Standard library only. Exit status 0 = all passed, 1 = something failed, 2 = something is missing (it says what to
install). `.ci/run` calls exactly this.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from build_scripts import chromium, postgresql_server
from build_scripts.check import Stage, check_stages, run_stages, summarise
from build_scripts.environment import (
    ROOT,
    CannotContinue,
    Lock,
    ensure_environment,
    run_to_exit,
    say,
)

WORKERS = 3
"""On two cores: the one that drives the browser waits for it much of the time."""

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 1024**3


def parse_arguments(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """What this script understands, and the rest, which is pytest's."""
    parser = argparse.ArgumentParser(
        description="Runs lint, types, layers and all tests. Other arguments are passed to pytest."
    )
    parser.add_argument("--without-browser", action="store_true", help="leave out the tests that need Chromium")
    parser.add_argument("--without-postgresql", action="store_true", help="leave out the tests that need PostgreSQL")
    return parser.parse_known_args(arguments)


def test_stage(
    python: Path, chosen: argparse.Namespace, for_pytest: Sequence[str], *, environment: dict[str, str]
) -> Stage:
    """The stage that runs the tests; a person's own arguments come last, so that they win."""
    command = [str(python), "-m", "pytest", "-n", str(WORKERS), "--skips-fail"]
    if chosen.without_browser:
        command.append("--without-browser")
    if chosen.without_postgresql:
        command.append("--without-postgresql")
    return Stage("tests", (*command, *for_pytest), environment)


def chromium_for(python: Path) -> str:
    """The path of a Chromium. Raises CannotContinue."""
    try:
        found = chromium.find_or_fetch_chromium(python, say=say)
    except chromium.NamedChromiumMissing as reason:
        raise CannotContinue(str(reason)) from reason
    if found is None:
        raise CannotContinue(chromium.MISSING)
    return str(found)


def start_postgresql(until: ExitStack) -> str:
    """The address of a cluster that `until` stops; one given in the environment is used as it is."""
    given = os.environ.get(postgresql_server.ADDRESS_VARIABLE)
    if given:
        return given
    site_packages = sorted(ROOT.glob(".venv/lib/python3*/site-packages")) or [ROOT / ".venv" / "Lib" / "site-packages"]
    binaries = postgresql_server.find_binaries(site_packages[0])
    if binaries is None:
        raise CannotContinue(postgresql_server.MISSING)
    say(f"Starting PostgreSQL from {binaries} ...")
    try:
        return until.enter_context(postgresql_server.running_server(binaries))
    except postgresql_server.ServerFailed as error:
        raise CannotContinue(f"PostgreSQL did not start: {error}") from error


def available_bytes() -> int:
    """Memory that programs may still take, as Linux tells it. Raises OSError where it is not told."""
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def folder_in_memory(
    until: ExitStack,
    *,
    memory: Path = MEMORY,
    room_bytes: int = ROOM_BYTES,
    available_bytes: Callable[[], int] = available_bytes,
) -> Path | None:
    """A folder for the tests' files that `until` removes; None where this machine has none with so much room.

    Databases that keep their promise wait for the disk at each commit, which is half of the time of many tests.
    """
    try:
        if shutil.disk_usage(memory).free < room_bytes or available_bytes() < 2 * room_bytes:
            return None
        folder = Path(until.enter_context(tempfile.TemporaryDirectory(prefix="clienteling-tests-", dir=memory)))
        folder.chmod(0o755)  # as /tmp, into which other users may look
    except OSError:
        return None
    return folder


def main() -> int:
    """0 where every stage passed, else 1."""
    started_s = time.monotonic()
    chosen, for_pytest = parse_arguments(sys.argv[1:])
    python = ensure_environment(Lock.DEVELOPMENT)
    environment: dict[str, str] = {}
    if not chosen.without_browser:
        environment[chromium.PATH_VARIABLE] = chromium_for(python)
    with ExitStack() as until:
        if not chosen.without_postgresql:
            environment[postgresql_server.ADDRESS_VARIABLE] = start_postgresql(until)
        in_memory = folder_in_memory(until)
        if in_memory is not None:
            environment["TMPDIR"] = str(in_memory)
        prepared_s = time.monotonic() - started_s
        tests = test_stage(python, chosen, for_pytest, environment=environment)
        outcomes = run_stages((*check_stages(), tests))
    status = summarise(outcomes)
    say(f"{'prepared':<8} {prepared_s:6.1f} s\n{'in all':<8} {time.monotonic() - started_s:6.1f} s")
    return status


if __name__ == "__main__":
    run_to_exit(main)
