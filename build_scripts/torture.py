"""Histories of three devices, two stores and one server under every fault, replayed by their seeds.

    python3 build_scripts/torture.py --seeds N [--from S] [--steps 24] [--minutes M] [--keep-going] [--trace]
                                         [--postgresql]
    python3 build_scripts/torture.py --state-machine EXAMPLES [--from S] [--postgresql]
    python3 build_scripts/torture.py --kill-processes [TIMES]
    python3 build_scripts/torture.py --cut-logs [EVERY]

`--postgresql`: the server's database is of a real PostgreSQL, in a cluster of the run's own.

The second has Hypothesis choose what happens, and makes a history that breaks an invariant as short as can be; it
replays by its seed S, or by the line with `reproduce_failure` that it prints.

The third kills a real device and a real server (SIGKILL) at every named step, the fourth cuts the write-ahead logs of a
day's work at every frame, as a power cut does, and their checkpoints at every page.

Prints what was survived; exits with 1 where an invariant broke, with its seed and last steps. Standard library only:
makes `.venv` and becomes `python -m tests.simulation` in it. The invariants: `tests/store/invariants.py`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import os
import subprocess
from collections.abc import Sequence

from build_scripts.environment import ROOT, Lock, child_environment, ensure_environment, run_to_exit


def torture_command(python: Path, arguments: Sequence[str]) -> list[str]:
    """What this script runs once the environment is there."""
    return [str(python), "-m", "tests.simulation", *arguments]


def main() -> int:
    """The status of the histories; on Linux and macOS this process becomes them instead of returning."""
    command = torture_command(ensure_environment(Lock.DEVELOPMENT), sys.argv[1:])
    # One order of sets in every process, so that a seed is the same history everywhere.
    environment = {**child_environment(), "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    sys.stdout.flush()
    if os.name != "nt":
        os.chdir(ROOT)
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    run_to_exit(main)
