"""One benchmark in one command: ours beside its floor, in the same run.

    python3 build_scripts/bench.py lookup|screens|import|sync|shelf|labels|encryption [--keep FOLDER] [its arguments]

Standard library only: makes `.venv` and becomes `python -m build_scripts.benchmarks` in it. Close everything else
first; the report says how busy the machine was. Figures and machine: tests/benchmarks/README.md.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import os
import subprocess
from collections.abc import Sequence

from build_scripts.environment import ROOT, Lock, child_environment, ensure_environment, run_to_exit


def bench_command(python: Path, arguments: Sequence[str]) -> list[str]:
    """What this script runs once the environment is there."""
    return [str(python), "-m", "build_scripts.benchmarks", *arguments]


def main() -> int:
    """The benchmark's exit status; on Linux and macOS this process becomes the benchmark instead of returning."""
    command = bench_command(ensure_environment(Lock.DEVELOPMENT), sys.argv[1:])
    # The folder a person names is theirs, the module is the checkout's.
    environment = {**child_environment(), "PYTHONPATH": str(ROOT)}
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    run_to_exit(main)
