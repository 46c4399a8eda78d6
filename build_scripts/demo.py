"""One command from a fresh checkout to a running shop: makes `.venv`, installs, then becomes `clienteling demo`.

    python3 build_scripts/demo.py [arguments of `clienteling demo`, such as --reset or --desktop]

Standard library only. Stops on Ctrl-C, which the demo itself answers.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import os
import signal
import subprocess
from collections.abc import Sequence

from build_scripts.environment import Lock, child_environment, ensure_environment, run_to_exit


def demo_command(python: Path, arguments: Sequence[str]) -> list[str]:
    """What this script runs once the environment is there."""
    return [str(python), "-m", "clienteling", "demo", *arguments]


def main() -> int:
    """The demo's exit status; on Linux and macOS this process becomes the demo instead of returning."""
    command = demo_command(ensure_environment(Lock.APP), sys.argv[1:])
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, child_environment())
    # Windows has no exec that keeps the console: Ctrl-C reaches both processes there, and the demo answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.run(command, env=child_environment(), check=False).returncode


if __name__ == "__main__":
    run_to_exit(main)
