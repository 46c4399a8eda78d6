"""The checkout's own Python environment: makes `.venv`, installs a lock with hashes, then the project itself.

First step of `demo.py`, `test.py` and `check.py`. Standard library only: it runs in whatever Python a person has,
before anything is installed. A stamp in `.venv` remembers what was installed, so that a second start is instant.

pip installs uv, and uv the rest, in a tenth of the time; where uv cannot, pip does it all. The locks hold every package
with its hashes and no index address (pip's own settings say where packages come from). To renew them after a change of
`pyproject.toml`, with `.venv/bin/uv`, from the checkout:

    uv pip compile --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header \
        --group installer -o build_scripts/installer.lock
    uv pip compile --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header \
        --group build pyproject.toml -o build_scripts/app.lock
    uv pip compile --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header \
        --group build --group development --extra postgresql -c build_scripts/app.lock \
        pyproject.toml -o build_scripts/development.lock

The last takes its versions from the one before, so an environment with the development lock serves the demo too.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - a person may start this with any Python; only this line runs there
    sys.exit(
        "This program needs Python 3.11 or newer; this is Python %d.%d (%s).\n"  # noqa: UP031 - parsed by old Pythons
        "Install a newer Python from your system's packages or python.org and start again with it."
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

import hashlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from build_scripts import pip_settings

ROOT: Final = Path(__file__).resolve().parent.parent
EXIT_CANNOT_CONTINUE: Final = 2
"""Exit status when the environment is not ready; 1 is left for checks and tests that failed."""
EXIT_INTERRUPTED: Final = 130

STAMP_NAME: Final = "clienteling-stamp.json"
INSTALLER_LOCK: Final = "installer.lock"
LOG_TAIL_LINES: Final = 15

Say = Callable[[str], None]


class Lock(StrEnum):
    """The two sets of packages; the development one contains the other."""

    APP = "app.lock"
    DEVELOPMENT = "development.lock"


class CannotContinue(Exception):
    """Something outside this program is missing or refused; the message says what, and what to do about it."""


@dataclass(frozen=True, slots=True)
class PipOutcome:
    """How one pip run ended: its exit status and the last lines it printed."""

    status: int
    tail: tuple[str, ...]


Pip = Callable[[Path, Sequence[str], int], PipOutcome]
Uv = Callable[[Path, Path], bool]


def say(sentence: str) -> None:
    """Nothing; prints one sentence of progress at once, also into a pipe."""
    print(sentence, flush=True)


def venv_python(venv: Path, *, windows: bool = os.name == "nt") -> Path:
    """The path of the environment's interpreter."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def venv_command(venv: Path, name: str, *, windows: bool = os.name == "nt") -> Path:
    """The path of a command that a package installed into the environment."""
    return venv / "Scripts" / f"{name}.exe" if windows else venv / "bin" / name


def fingerprint(lock: Lock, *, root: Path = ROOT) -> str:
    """A hash of what an install depends on: the lock, what pyproject says of the package, and the checkout's place."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    said = {
        "project": project.get("project"),
        "build-system": project.get("build-system"),
        "build": project.get("tool", {}).get("hatch"),
        "root": str(root),
    }
    lock_bytes = (root / "build_scripts" / lock).read_bytes()
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode() + lock_bytes).hexdigest()


def read_stamp(venv: Path) -> str | None:
    """The fingerprint of the last finished install; None where there is none to be read."""
    try:
        stamp = json.loads((venv / STAMP_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stamp.get("fingerprint") if isinstance(stamp, dict) else None


def write_stamp(venv: Path, value: str) -> None:
    """Nothing; keeps the fingerprint of a finished install."""
    (venv / STAMP_NAME).write_text(json.dumps({"fingerprint": value}) + "\n", encoding="utf-8")


def interpreter_starts(python: Path) -> bool:
    """Whether this is a Python of 3.11 or newer that works and has pip (its base may have been removed since)."""
    if not python.exists():
        return False
    probe = "import sys, pip; raise SystemExit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv(venv: Path, *, say: Say = say) -> None:
    """Nothing; makes an empty environment, in place of a broken one. Raises CannotContinue."""
    say(f"Making a Python environment in {venv} ...")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", venv], capture_output=True, text=True, errors="replace", check=False
    )
    if made.returncode != 0:
        shutil.rmtree(venv, ignore_errors=True)
        raise CannotContinue(explain_venv_failure(made.stdout + made.stderr))


def explain_venv_failure(output: str) -> str:
    """The reason in words for a `python -m venv` that failed."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if "ensurepip" in output or "No module named venv" in output:
        return (
            f"This Python {version} comes without the module that makes environments.\n"
            f"On Debian and Ubuntu install it with: apt install python{version}-venv"
        )
    return explain_common(output) or f"The Python environment could not be made:\n{output.strip()}"


def install(python: Path, lock: Lock, *, root: Path, say: Say, pip: Pip, uv: Uv) -> None:
    """Nothing; installs the lock and then the project, from this checkout. Raises CannotContinue."""
    lock_path = root / "build_scripts" / lock
    total = len(locked_versions(lock_path.read_text(encoding="utf-8")))
    say(f"Installing the {total} packages of {lock} (a minute or two the first time) ...")
    outcome = pip(python, _wheels_of(lock_path.with_name(INSTALLER_LOCK)), 0)
    has_uv = outcome.status == 0
    if (has_uv and not uv(python, lock_path)) or _NO_WHEEL.search("\n".join(outcome.tail)):
        outcome = pip(python, _wheels_of(lock_path), total)
    if outcome.status == 0:
        say("Installing the program itself ...")
        outcome = pip(python, ["--no-build-isolation", "--no-deps", "-e", str(root)], 0)
    if outcome.status != 0:
        raise CannotContinue(explain_pip_failure("\n".join(outcome.tail)))


def _wheels_of(lock_path: Path) -> list[str]:
    """What pip or uv is told to install: what the lock names and nothing else.

    Without compiling (40 % of pip's work): Python compiles what is used, when it is first used.
    """
    return ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock_path)]


def locked_versions(lock_text: str) -> dict[str, str]:
    """Package name to version, as a lock pins them (a package may be pinned for some systems only)."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock_text, flags=re.MULTILINE))


def _follow(command: Sequence[str], heard: Callable[[str], None], extra: Mapping[str, str] | None = None) -> PipOutcome:
    """How the program ended; each line it prints is heard."""
    tail: deque[str] = deque(maxlen=80)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=child_environment(extra),
    ) as program:
        for line in program.stdout or ():
            tail.append(line.rstrip())
            heard(line)
    return PipOutcome(status=program.returncode, tail=tuple(tail))


def run_pip(python: Path, arguments: Sequence[str], total: int) -> PipOutcome:
    """How `pip install` ended; counts packages on one line while it runs, if a person is watching a terminal."""
    counted = 0
    watched = sys.stdout.isatty() and total > 0

    def count(line: str) -> None:
        nonlocal counted
        if watched and line.startswith("Collecting "):
            counted += 1
            print(f"\r  {min(counted, total)} of {total} ", end="", flush=True)

    pip_install = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-compile"]
    outcome = _follow([*pip_install, "--progress-bar", "off", *arguments], count)
    if counted:
        print("\r" + " " * 20 + "\r", end="", flush=True)
    return outcome


def run_uv(python: Path, lock_path: Path) -> bool:
    """Whether uv has installed the lock, fetching from where pip would; a person at a terminal sees the large ones."""
    watched = sys.stdout.isatty()

    def show(line: str) -> None:
        if watched and line.startswith("Downloading "):
            print(f"  {line.rstrip()}", flush=True)

    program = venv_command(python.parent.parent, "uv")
    try:
        command = [str(program), "pip", "install", "--python", str(python), *_wheels_of(lock_path)]
        return _follow(command, show, uv_settings(python)).status == 0
    except OSError:
        return False


def uv_settings(python: Path) -> dict[str, str]:
    """The variables that make uv fetch from where this interpreter's pip would. Raises OSError."""
    told = [str(python), "-m", "pip", "config", "list", "--disable-pip-version-check"]
    listed = "\n".join(_follow(told, lambda _: None).tail)
    return pip_settings.uv_environment(pip_settings.read_settings(listed), os.environ)


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for programs started from here: this one's, in UTF-8 also on Windows, with no foreign Python.

    Compiled modules are kept whatever is usual here: nothing was compiled while installing, and to compile all of it
    at every start takes longer than the start.
    """
    not_for_children = {"PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
    environment = {name: value for name, value in os.environ.items() if name not in not_for_children}
    return {**environment, "PYTHONUTF8": "1", **(extra or {})}


_UNREACHABLE = re.compile(
    r"Failed to establish a new connection|NewConnectionError|name resolution|NameResolutionError|getaddrinfo failed|"
    r"Network is unreachable|ConnectTimeout|ReadTimeout|Read timed out|ProxyError|ConnectionError|nodename nor servname"
)
_NO_WHEEL = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)")


def explain_pip_failure(output: str) -> str:
    """The reason in words for a pip run that failed, with its last lines where no reason is known."""
    common = explain_common(output)
    if common:
        return common
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "A downloaded package is not the one this program was built with, and was refused.\n"
            "Start again; if it happens again, the package index or something between it and you changes files."
        )
    if "CERTIFICATE_VERIFY_FAILED" in output or "SSLError" in output:
        return (
            "The package index answered with a certificate that this machine does not trust.\n"
            "Behind a company proxy, tell pip about its certificate (PIP_CERT) and start again."
        )
    if _UNREACHABLE.search(output):
        return (
            "The package index could not be reached.\n"
            "Check the network (or pip's index and proxy settings) and start again; what was fetched is kept."
        )
    missing = _NO_WHEEL.search(output)
    if missing:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return (
            f"The package index has no ready-made package of {missing[1]} for Python {version} on this system.\n"
            "Try Python 3.11, 3.12 or 3.13 on a 64-bit Linux, macOS or Windows."
        )
    last = "\n".join(output.splitlines()[-LOG_TAIL_LINES:])
    return f"The packages could not be installed. pip's last words:\n{last}"


def explain_common(output: str) -> str | None:
    """The reason in words where the disk is full or the folder refuses writing; None for anything else."""
    if "No space left on device" in output or "not enough space on the disk" in output or "Disk quota" in output:
        return "The disk is full. About 1.5 GB must be free for the packages; make room and start again."
    if re.search(r"Permission denied|\[WinError 5\]|Read-only file system", output):
        return f"This folder may not be written to: {ROOT}\nMove the checkout to a folder of yours and start again."
    return None


def ensure_environment(
    lock: Lock,
    *,
    root: Path = ROOT,
    say: Say = say,
    pip: Pip = run_pip,
    uv: Uv = run_uv,
    works: Callable[[Path], bool] = interpreter_starts,
) -> Path:
    """The interpreter of `root/.venv`, with `lock` and the project installed.

    Does nothing where the stamp shows that they are. Otherwise uses the network, writes `.venv`, and takes a minute
    or two the first time. Raises CannotContinue.
    """
    venv = root / ".venv"
    python = venv_python(venv)
    wanted = fingerprint(lock, root=root)
    stamped = read_stamp(venv)
    satisfying = {wanted} if lock is Lock.DEVELOPMENT else {wanted, fingerprint(Lock.DEVELOPMENT, root=root)}
    if python.exists() and stamped in satisfying:
        return python
    if not works(python):
        make_venv(venv, say=say)
    install(python, lock, root=root, say=say, pip=pip, uv=uv)
    write_stamp(venv, wanted)
    return python


def run_to_exit(main: Callable[[], int]) -> None:
    """Never returns: exits with `main`'s status, and turns what it may raise into a sentence and a status."""
    try:
        status = main()
    except CannotContinue as reason:
        print(f"\n{reason}", file=sys.stderr, flush=True)
        status = EXIT_CANNOT_CONTINUE
    except OSError as error:
        print(f"\n{explain_common(str(error)) or error}", file=sys.stderr, flush=True)
        status = EXIT_CANNOT_CONTINUE
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr, flush=True)
        status = EXIT_INTERRUPTED
    sys.exit(status)
