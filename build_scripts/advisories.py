"""Whether a vulnerability is known of any locked package, by pip-audit.

    python -m build_scripts.advisories [--required]

Standard library only. Exit status 1 where one is known that `known_advisories.toml` does not name. Where nobody could
be asked (no network, or an index of packages alone), that is said in capitals, and fails with `--required` only: who
works without a network goes on working.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build_scripts.environment import ROOT, Lock, say, uv_settings, venv_command, venv_python

PIP_AUDIT = "pip-audit==2.10.1"
"""Not in the lock: it has thirty packages of its own, and nothing else needs them."""
PATIENCE_S = 300
KNOWN = ROOT / "build_scripts" / "known_advisories.toml"


@dataclass(frozen=True, slots=True)
class Audit:
    """What was answered: `asked` packages of `of`, and the advisories of each as sentences by id."""

    asked: int
    of: int
    found: Mapping[str, str]


def read_audit(answer: Mapping[str, Any]) -> Audit:
    """pip-audit's JSON. Raises KeyError, TypeError where it is something else."""
    packages: Sequence[Mapping[str, Any]] = answer["dependencies"]
    asked = [one for one in packages if "skip_reason" not in one]
    found = {
        advisory["id"]: f"{one['name']} {one['version']}: {advisory['id']}, mended in "
        f"{', '.join(advisory['fix_versions']) or 'no version yet'}"
        for one in asked
        for advisory in one["vulns"]
    }
    return Audit(len(asked), len(packages), found)


def judge(audit: Audit | None, known: Mapping[str, str], *, required: bool) -> tuple[int, list[str]]:
    """The exit status, and what is to be said. `audit` None: nobody answered. `known`: why one does not count."""
    if audit is None or not audit.asked:
        return int(required), ["NOT CHECKED: nobody answers here about vulnerabilities of packages."]
    said = [f"{audit.asked} of {audit.of} packages asked about."]
    said += [f"{said_of} ({known[one]})" for one, said_of in audit.found.items() if one in known]
    new = [said_of for one, said_of in audit.found.items() if one not in known]
    said += [
        *new,
        *(f"{one}: no package has it any more, so it can be taken out." for one in known.keys() - audit.found),
    ]
    return int(bool(new) or (required and audit.asked < audit.of)), said


def ask() -> Audit | None:
    """What pip-audit hears of the locked packages, None where it hears nothing."""
    venv = ROOT / ".venv"
    lock = ROOT / "build_scripts" / Lock.DEVELOPMENT
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "audit.json"
        command = [
            str(venv_command(venv, "uv")),
            "tool",
            "run",
            PIP_AUDIT,
            "--disable-pip",
            "--progress-spinner",
            "off",
        ]
        command += ["--format", "json", "--output", str(answer), "-r", str(lock)]
        environment = {**os.environ, **uv_settings(venv_python(venv))}
        try:
            subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=PATIENCE_S, check=False)
            return read_audit(json.loads(answer.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired):
            return None


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Asks whether a vulnerability is known of any locked package.")
    parser.add_argument("--required", action="store_true", help="fail where nobody could be asked")
    known: Mapping[str, str] = tomllib.loads(KNOWN.read_text("utf-8"))
    status, said = judge(ask(), known, required=parser.parse_args().required)
    for line in said:
        say(line)
    return status


if __name__ == "__main__":
    sys.exit(main())
