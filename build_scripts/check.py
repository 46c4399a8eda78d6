"""Lint, format, types, layers, secrets and advisories, without the tests; `test.py` runs the same stages first.

    python3 build_scripts/check.py [--advisories]

Standard library only. Every stage runs, so that one run shows all there is to mend. With `--advisories` it fails too
where nobody could be asked whether a vulnerability is known of a locked package.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import argparse
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from build_scripts.environment import (
    ROOT,
    Lock,
    child_environment,
    ensure_environment,
    run_to_exit,
    say,
    venv_command,
    venv_python,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One command that must end with status 0. `beside`: it runs while the stages after it do."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a stage ended."""

    name: str
    status: int
    took_s: float


def check_stages(root: Path = ROOT, *, advisories_required: bool = False) -> tuple[Stage, ...]:
    """The stages that judge the source, and what it is built on, without running it."""
    venv = root / ".venv"
    python = str(venv_python(venv))
    ruff, mypy, layers = (str(venv_command(venv, name)) for name in ("ruff", "mypy", "lint-imports"))
    advisories = (python, "-m", "build_scripts.advisories", *(("--required",) if advisories_required else ()))
    return (
        Stage("lint", (ruff, "check", ".")),
        Stage("format", (ruff, "format", "--check", "--quiet", ".")),
        Stage("types", (mypy,), beside=True),
        Stage("layers", (layers,)),
        Stage("secrets", (python, "-m", "build_scripts.secret_scan"), beside=True),
        Stage("advisories", advisories, beside=True),
    )


def run_stages(stages: Iterable[Stage], *, root: Path = ROOT) -> list[Outcome]:
    """How each stage ended; prints what each says. Every stage runs, whatever the one before said.

    What a stage says that ran beside others is printed when these are over.
    """
    outcomes: list[Outcome] = []
    beside: list[_Beside] = []
    for stage in stages:
        if stage.beside:
            beside.append(_Beside(stage, root))
            continue
        say(f"\n== {stage.name}")
        started_s = time.monotonic()
        finished = subprocess.run(
            list(stage.command),
            cwd=root,
            env=child_environment(stage.environment),
            stdin=subprocess.DEVNULL,
            check=False,
        )
        outcomes.append(Outcome(stage.name, finished.returncode, time.monotonic() - started_s))
    return outcomes + [one.outcome() for one in beside]


class _Beside:
    """A stage that has begun, and is heard later."""

    def __init__(self, stage: Stage, root: Path) -> None:
        self._name = stage.name
        self._started_s = time.monotonic()
        self._ended_s = 0.0
        self._process = subprocess.Popen(
            list(stage.command),
            cwd=root,
            env=child_environment(stage.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._said = ""
        self._listening = threading.Thread(target=self._listen, name=stage.name)
        self._listening.start()

    def _listen(self) -> None:
        self._said, _ = self._process.communicate()
        self._ended_s = time.monotonic()

    def outcome(self) -> Outcome:
        """How it ended, once it has; prints what it said."""
        self._listening.join()
        say(f"\n== {self._name}\n{self._said.rstrip()}")
        return Outcome(self._name, self._process.returncode, self._ended_s - self._started_s)


def summarise(outcomes: Sequence[Outcome]) -> int:
    """The exit status for these outcomes (0 or 1); prints a line with the time of each."""
    say("")
    for outcome in outcomes:
        verdict = "ok" if outcome.status == 0 else f"FAILED (exit status {outcome.status})"
        say(f"{outcome.name:<8} {outcome.took_s:6.1f} s  {verdict}")
    return 1 if any(outcome.status for outcome in outcomes) else 0


def main() -> int:
    """0 where every stage passed, else 1."""
    parser = argparse.ArgumentParser(
        description="Runs lint, format, types, layers, and searches for secrets and advisories."
    )
    parser.add_argument(
        "--advisories", action="store_true", help="fail where nobody could be asked for known vulnerabilities"
    )
    asked = parser.parse_args()
    ensure_environment(Lock.DEVELOPMENT)
    return summarise(run_stages(check_stages(advisories_required=asked.advisories)))


if __name__ == "__main__":
    run_to_exit(main)
