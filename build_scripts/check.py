"""Lint, format, types, layers and secrets, without the tests; `test.py` runs the same stages first.

    python3 build_scripts/check.py [--advisories]

Standard library only. Every stage runs, so that one run shows all there is to mend. `--advisories` asks PyPI besides
whether a vulnerability is known of any locked package (pip-audit); it needs the network, so no other run does it.
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
    uv_settings,
    venv_command,
    venv_python,
)

PIP_AUDIT = "pip-audit==2.10.1"
"""Not in the lock: it has thirty packages of its own, and only somebody with a network runs it."""


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


def check_stages(root: Path = ROOT) -> tuple[Stage, ...]:
    """The stages that judge the source without running it."""
    venv = root / ".venv"
    ruff, mypy, layers = (str(venv_command(venv, name)) for name in ("ruff", "mypy", "lint-imports"))
    return (
        Stage("lint", (ruff, "check", ".")),
        Stage("format", (ruff, "format", "--check", "--quiet", ".")),
        Stage("types", (mypy,), beside=True),
        Stage("layers", (layers,)),
        Stage("secrets", (str(venv_python(venv)), "-m", "build_scripts.secret_scan"), beside=True),
    )


def advisories_stage(root: Path = ROOT) -> Stage:
    """The stage that asks whether a vulnerability is known of any locked package.

    It fails too where nobody could be asked: pip-audit alone passes over what its index does not know.
    """
    venv = root / ".venv"
    audit = (PIP_AUDIT, "--strict", "--disable-pip", "--progress-spinner", "off", "-r")
    lock = root / "build_scripts" / Lock.DEVELOPMENT
    command = (str(venv_command(venv, "uv")), "tool", "run", *audit, str(lock))
    return Stage("advisories", command, uv_settings(venv_python(venv)))


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
    parser = argparse.ArgumentParser(description="Runs lint, format, types, layers and a search for secrets.")
    parser.add_argument("--advisories", action="store_true", help="ask PyPI for known vulnerabilities of packages too")
    asked = parser.parse_args()
    ensure_environment(Lock.DEVELOPMENT)
    more = (advisories_stage(),) if asked.advisories else ()
    return summarise(run_stages((*check_stages(), *more)))


if __name__ == "__main__":
    run_to_exit(main)
