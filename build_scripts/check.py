"""Lint, format, types and layers, without the tests; `test.py` runs the same stages first.

    python3 build_scripts/check.py

Standard library only. Every stage runs, so that one run shows all there is to mend.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import subprocess
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
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One command that must end with status 0."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a stage ended."""

    name: str
    status: int
    took_s: float


def check_stages(root: Path = ROOT) -> tuple[Stage, ...]:
    """The stages that judge the source without running it."""
    venv = root / ".venv"
    ruff, mypy, layers = (str(venv_command(venv, name)) for name in ("ruff", "mypy", "lint-imports"))
    return (
        Stage("lint", (ruff, "check", ".")),
        Stage("format", (ruff, "format", "--check", "--quiet", ".")),
        Stage("types", (mypy,)),
        Stage("layers", (layers,)),
    )


def run_stages(stages: Iterable[Stage], *, root: Path = ROOT) -> list[Outcome]:
    """How each stage ended, in order; prints what each says. Every stage runs, whatever the one before said."""
    outcomes = []
    for stage in stages:
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
    return outcomes


def summarise(outcomes: Sequence[Outcome]) -> int:
    """The exit status for these outcomes (0 or 1); prints a line with the time of each."""
    say("")
    for outcome in outcomes:
        verdict = "ok" if outcome.status == 0 else f"FAILED (exit status {outcome.status})"
        say(f"{outcome.name:<8} {outcome.took_s:6.1f} s  {verdict}")
    return 1 if any(outcome.status for outcome in outcomes) else 0


def main() -> int:
    """0 where every stage passed, else 1."""
    ensure_environment(Lock.DEVELOPMENT)
    return summarise(run_stages(check_stages()))


if __name__ == "__main__":
    run_to_exit(main)
